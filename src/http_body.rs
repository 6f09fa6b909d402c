//! Over `http` 1 and `http_body` 1: the types that hyper, reqwest, axum and tonic share.

mod body_stream;
mod response;

pub use body_stream::BodyStream;
