//! The response of HTTP/1.1 to a client that has a few bytes of memory: a head, then a body, chunked or not.
//!
//! An HTTP library keeps a buffer and a task for each connection, which twenty thousand clients beside the server that
//! they measure cannot afford.

use std::io;

/// A response as far as it has come.
#[derive(Debug)]
pub(super) enum Response {
    Head(Vec<u8>),
    Chunked(Chunked),
    UntilClose,
}

/// The head, once it is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
}

impl Response {
    pub(super) const fn new() -> Self {
        Self::Head(Vec::new())
    }

    /// Takes bytes of the head, and from then on leaves those of the body.
    pub(super) fn head(&mut self, bytes: &mut &[u8]) -> io::Result<Option<Head>> {
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
        let found = Head { status: response.code.unwrap_or_default(), content_type: header("content-type") };
        let chunked = header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
        *bytes = &bytes[len - before..];
        *self = if chunked { Self::Chunked(Chunked::Size(0)) } else { Self::UntilClose };
        Ok(Some(found))
    }

    /// The next piece of the body in `bytes`; `None` when they are used up, or the body has ended.
    pub(super) fn body<'i>(&mut self, bytes: &mut &'i [u8]) -> io::Result<Option<&'i [u8]>> {
        match self {
            Self::Head(_) => Ok(None),
            Self::Chunked(chunked) => chunked.next(bytes),
            Self::UntilClose => {
                let body = std::mem::take(bytes);
                Ok((!body.is_empty()).then_some(body))
            }
        }
    }

    pub(super) const fn is_complete(&self) -> bool {
        matches!(self, Self::Chunked(Chunked::End))
    }
}

/// Where in a chunked body (RFC 9112, section 7.1) the next byte is.
#[derive(Debug)]
pub(super) enum Chunked {
    Size(usize),
    /// After the size, up to the end of its line.
    Extension(usize),
    Data(usize),
    /// The line end after the data.
    DataEnd,
    /// After the last chunk. Trailers are nothing to a client that ends here.
    End,
}

impl Chunked {
    fn next<'i>(&mut self, bytes: &mut &'i [u8]) -> io::Result<Option<&'i [u8]>> {
        while let Some((&byte, rest)) = bytes.split_first() {
            *self = match *self {
                Self::Data(left) => {
                    let (data, rest) = bytes.split_at(left.min(bytes.len()));
                    *bytes = rest;
                    *self = if data.len() == left { Self::DataEnd } else { Self::Data(left - data.len()) };
                    return Ok(Some(data));
                }
                Self::End => return Ok(None),
                Self::Size(size) => match (byte as char).to_digit(16) {
                    Some(digit) if size <= usize::MAX >> 4 => Self::Size(size << 4 | digit as usize),
                    None if matches!(byte, b'\r' | b';' | b' ' | b'\t') => Self::Extension(size),
                    _ => return Err(invalid("chunk without a size")),
                },
                Self::Extension(size) => match (byte, size) {
                    (b'\n', 0) => Self::End,
                    (b'\n', size) => Self::Data(size),
                    _ => Self::Extension(size),
                },
                Self::DataEnd => match byte {
                    b'\r' => Self::DataEnd,
                    b'\n' => Self::Size(0),
                    _ => return Err(invalid("chunk longer than its size")),
                },
            };
            *bytes = rest;
        }
        Ok(None)
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Head, body, whether it is complete; read in pieces of `size` bytes.
    fn read(text: &str, size: usize) -> io::Result<(Option<Head>, String, bool)> {
        let (mut response, mut head, mut body) = (Response::new(), None, String::new());
        for mut bytes in text.as_bytes().chunks(size) {
            head = response.head(&mut bytes)?.or(head);
            while let Some(piece) = response.body(&mut bytes)? {
                body.push_str(std::str::from_utf8(piece).unwrap());
            }
        }
        Ok((head, body, response.is_complete()))
    }

    #[test]
    fn every_chunking_reads_the_same() {
        let ok = |content_type: &str| Some(Head { status: 200, content_type: Some(content_type.to_owned()) });
        for (text, head, body, complete) in [
            ("HTTP/1.1 200 OK\r\ncontent-type: a/b\r\n\r\nhello", ok("a/b"), "hello", false),
            ("HTTP/1.1 503 No\r\n\r\n", Some(Head { status: 503, content_type: None }), "", false),
            (
                "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n\
                 5\r\nhello\r\n00A;x=y\r\n0123456789\r\n0\r\n\r\n",
                ok("a/b"),
                "hello0123456789",
                true,
            ),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\ncontent-type: c\r\n\r\n3\r\nab", ok("c"), "ab", false),
        ] {
            for size in 1..=text.len() {
                assert_eq!(read(text, size).unwrap(), (head.clone(), body.to_owned(), complete), "{text:?} by {size}");
            }
        }
    }

    #[test]
    fn what_is_no_http_is_an_error() {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        for text in [
            "SSH-2.0\r\n\r\n",
            &format!("{chunked}x\r\n"),
            &format!("{chunked}1\r\nabc"),
            &format!("{chunked}1{:0>16}", 0),
        ] {
            assert!(read(text, 1).is_err(), "{text:?}");
        }
    }
}
