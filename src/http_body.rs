//! Bodies and responses for `http` 1 and `http_body` 1, the types that hyper, reqwest, axum and tonic share.
//!
//! A server sends an [`EventBody`]: hyper and axum take what [`EventBody::into_response`] returns. A client reads the body of
//! hyper's response with [`EventStream::from_body`](crate::stream::EventStream::from_body), and reqwest's response becomes an
//! `http::Response` with `http::Response::from(response)`.

pub(crate) mod body_stream;
mod event_body;
mod response;

pub use body_stream::BodyStream;
pub use event_body::EventBody;
