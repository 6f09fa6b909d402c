//! The head of a connection's first request, read before hyper has to hold the connection for it.

use std::io;
use std::time::SystemTime;

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING, UPGRADE};
use axum::http::{HeaderName, HeaderValue, Request, Response};
use bytes::{Bytes, BytesMut};
use httparse::Status;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use super::event::Chunk;

/// The maximum length of a head, and the smallest buffer that hyper uses for it.
pub(crate) const READ_BUFFER: usize = 8 * 1024;
/// hyper accepts as many, and refuses heads with more.
const MAX_HEADERS: usize = 100;

/// Reads into `bytes` until the request is known. `None` if hyper should handle it: another method, a body, an upgrade,
/// HTTP/1.0, too long, or not HTTP.
pub(crate) async fn read(socket: &mut TcpStream, bytes: &mut BytesMut) -> io::Result<Option<Request<Body>>> {
    while socket.read_buf(bytes).await? > 0 {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(bytes) {
            Ok(Status::Partial) if bytes.len() < READ_BUFFER => {}
            Ok(Status::Complete(_)) => return Ok(get(&request)),
            Ok(Status::Partial) | Err(_) => return Ok(None),
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
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
