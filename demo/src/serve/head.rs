//! The head of a connection's first request, read before hyper has to hold the connection for it.

use std::time::SystemTime;

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING, UPGRADE};
use axum::http::{HeaderName, HeaderValue, Request, Response};
use bytes::Bytes;

use super::event::Chunk;

/// hyper takes as many. What has more is hyper's to refuse.
const MAX_HEADERS: usize = 100;

/// What the bytes of a request are, as far as they have come.
#[derive(Debug)]
pub(crate) enum Head {
    Partial,
    /// A whole request, which may be for a stream.
    Get(Box<Request<Body>>),
    /// Something for hyper: another method, a body, an upgrade, HTTP/1.0, or what is no HTTP.
    Other,
}

pub(crate) fn parse(bytes: &[u8]) -> Head {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(bytes) {
        Ok(httparse::Status::Partial) => Head::Partial,
        Ok(httparse::Status::Complete(_)) => get(&request).map_or(Head::Other, |get| Head::Get(Box::new(get))),
        Err(_) => Head::Other,
    }
}

fn get(parsed: &httparse::Request<'_, '_>) -> Option<Request<Body>> {
    if (parsed.method, parsed.version) != (Some("GET"), Some(1)) {
        return None;
    }
    let mut request = Request::get(parsed.path?);
    let headers = request.headers_mut()?;
    for header in &*parsed.headers {
        let name = HeaderName::from_bytes(header.name.as_bytes()).ok()?;
        headers.append(name, HeaderValue::from_bytes(header.value).ok()?);
    }
    if [CONTENT_LENGTH, TRANSFER_ENCODING, UPGRADE].iter().any(|name| headers.contains_key(name)) {
        return None;
    }
    request.body(Body::empty()).ok()
}

/// The head of a chunked response that ends with its connection, and its first chunk.
pub(crate) fn encode(response: &Response<Body>, first: &Chunk) -> Bytes {
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let mut head = format!("HTTP/1.1 {} {reason}\r\n", status.as_str()).into_bytes();
    let mut line = |name: &[u8], value: &[u8]| head.extend_from_slice(&[name, b": ", value, b"\r\n"].concat());
    for (name, value) in response.headers() {
        line(name.as_str().as_bytes(), value.as_bytes());
    }
    line(b"date", httpdate::fmt_http_date(SystemTime::now()).as_bytes());
    line(b"connection", b"close");
    line(b"transfer-encoding", b"chunked");
    head.extend_from_slice(b"\r\n");
    head.extend_from_slice(first.framed());
    head.into()
}
