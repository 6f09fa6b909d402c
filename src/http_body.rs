//! Bodies and responses for `http` 1 and `http_body` 1, the types that hyper, reqwest, axum and tonic share.

pub(crate) mod body_stream;
mod event_body;
mod response;

pub use body_stream::BodyStream;
pub use event_body::EventBody;
