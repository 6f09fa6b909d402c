//! An HTTP/1.1 response, read with a few bytes of memory: a head, then a body, chunked or not.
//!
//! An HTTP library keeps a buffer and a task for each connection, which is too much for twenty thousand clients on the
//! machine of the server that they measure.

use std::io;

/// Enough for an extension, which no server sends.
const MAX_SIZE_LINE: usize = 256;

/// A response, as far as it has been read.
#[derive(Debug)]
pub(super) enum Response {
    Head(Vec<u8>),
    /// In a chunked body (RFC 9112, section 7.1): how much of a chunk is left, or what has been read of the lines
    /// before the next one, including the line end after the last one's data.
    Chunked {
        left: usize,
        lines: Vec<u8>,
    },
    /// The last chunk has been read. A client that ends here ignores trailers.
    Complete,
    UntilClose,
}

impl Response {
    pub(super) const fn new() -> Self {
        Self::Head(Vec::new())
    }

    /// Takes the bytes of the head, and leaves those of the body. Returns status and content type once the head is
    /// complete.
    pub(super) fn head(&mut self, bytes: &mut &[u8]) -> io::Result<Option<(u16, Option<String>)>> {
        let Self::Head(head) = self else { return Ok(None) };
        let before = head.len();
        head.extend_from_slice(bytes);
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(len) = response.parse(head).map_err(invalid)? else {
            *bytes = &[];
            return if head.len() > 16 * 1024 { Err(invalid("head of more than 16 KiB")) } else { Ok(None) };
        };
        let header = |name: &str| {
            let header = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
            Some(String::from_utf8_lossy(header.value).into_owned())
        };
        let found = (response.code.unwrap_or_default(), header("content-type"));
        let chunked = header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
        *bytes = &bytes[len - before..];
        *self = if chunked { Self::Chunked { left: 0, lines: b"\r\n".into() } } else { Self::UntilClose };
        Ok(Some(found))
    }

    /// The next piece of the body in `bytes`; `None` when they are used up, or the body has ended.
    pub(super) fn body<'i>(&mut self, bytes: &mut &'i [u8]) -> io::Result<Option<&'i [u8]>> {
        match self {
            Self::Head(_) | Self::Complete => Ok(None),
            Self::Chunked { .. } => self.chunk(bytes),
            Self::UntilClose => {
                let body = std::mem::take(bytes);
                Ok((!body.is_empty()).then_some(body))
            }
        }
    }

    fn chunk<'i>(&mut self, bytes: &mut &'i [u8]) -> io::Result<Option<&'i [u8]>> {
        let Self::Chunked { left, lines } = self else { return Ok(None) };
        while *left == 0 {
            let Some(byte) = bytes.split_off_first() else { return Ok(None) };
            lines.push(*byte);
            let Some(size) = lines.strip_prefix(b"\r\n") else {
                if b"\r\n".starts_with(lines) {
                    continue;
                }
                return Err(invalid("chunk longer than its size"));
            };
            match httparse::parse_chunk_size(size) {
                Ok(httparse::Status::Partial) if size.len() < MAX_SIZE_LINE => {}
                Ok(httparse::Status::Complete((_, 0))) => {
                    *self = Self::Complete;
                    return Ok(None);
                }
                Ok(httparse::Status::Complete((_, size))) => {
                    *left = usize::try_from(size).map_err(invalid)?;
                    lines.clear();
                }
                _ => return Err(invalid("chunk without a size")),
            }
        }
        let data = bytes.split_off(..bytes.len().min(*left)).unwrap_or_default();
        *left -= data.len();
        Ok((!data.is_empty()).then_some(data))
    }

    pub(super) const fn is_complete(&self) -> bool {
        matches!(self, Self::Complete)
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
