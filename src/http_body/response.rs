//! A response as the result of an attempt to connect.

use http::Response;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};

use crate::event_source::{judge, judge_encoding};
use crate::http_body::body_stream::BodyStream;
use crate::stream::Accepted;

/// Judges the response like [`EventSource::on_response`](crate::EventSource::on_response): any status but 200 is final.
/// Pass those that are temporary, 503 for example, to [`Accepted::unavailable`] instead.
///
/// A body that is still compressed is refused too: read as text, it would be an event stream without events. An HTTP
/// library that decompresses removes the `Content-Encoding` header.
impl<B> From<Response<B>> for Accepted<BodyStream<B>> {
    fn from(response: Response<B>) -> Self {
        let headers = response.headers();
        let judged = judge(response.status().as_u16(), headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes))
            .and_then(|()| judge_encoding(headers.get_all(CONTENT_ENCODING).iter().map(HeaderValue::as_bytes)));
        Self::judged(judged.map(|()| BodyStream::new(response.into_body())))
    }
}
