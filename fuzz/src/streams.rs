//! Inputs that are event streams.

use std::fmt;

use crate::Cut;

/// The streams of one or more connections, one after the other.
///
/// The first two bytes of an input are its head. The lowest bit of the first says how the rest is read, its other bits
/// choose a limit; the second is a seed for what is random. In the rest, 0xFF ends a connection, and 0xFE marks a place
/// to cut. Streams lose nothing by that: in UTF-8, 0xF5 to 0xFD are ill-formed in the same way. The other bytes are
///
/// * where the first byte is even, the stream itself: with `00` before it, any stream is an input;
/// * where it is odd, one of the [`LINES`] each.
#[derive(Debug)]
pub struct Streams {
    /// A limit for a decoder, small, as the streams are.
    pub limit: usize,
    pub seed: u64,
    pub connections: Vec<Stream>,
}

/// The stream of one connection.
#[derive(Default)]
pub struct Stream {
    pub wire: Vec<u8>,
    /// Where the input asks for cuts: indices, in order.
    pub marks: Vec<usize>,
}

/// What servers send: the same few values, in any order. Only such streams show bugs in remembered values.
///
/// A byte `b` is line `b % 28`. Unless `b / 28` is 0, a cut is marked in it: before its first byte
/// for 1, before its second for 2, and so on.
pub const LINES: [&str; 28] = [
    "\n",
    "\r",
    "\r\n",
    "data: a\n",
    "data: b\r\n",
    "data:bb\n",
    "data\n",
    "data: longer than the others\r",
    "event: x\n",
    "event: y\r",
    "event: xx\n",
    "event\n",
    "id: 1\n",
    "id: 2\n",
    "id: 12\r\n",
    "id\n",
    "id: 1\0\n",
    "id: é\r\n",
    "retry: 5\n",
    "retry: 6\r\n",
    "retry: x\n",
    ": c\n",
    ":\r",
    "other: 1\n",
    "\u{FEFF}",
    "id: 3",
    "retry: 7",
    LONG,
];

/// Followed by 4 KiB, without an end: a few of these are more than a chunk validates, or a reader reads, at a time.
const LONG: &str = "data: ";

/// The lines of a connection, and the number of bytes after which no line is long, so that one input does not take as
/// much time as a thousand others.
const MAX_LINES: usize = 256;
const MAX_LEN: usize = 20 * 1024;

impl Streams {
    pub fn new(input: &[u8]) -> Self {
        let (head, rest) = input.split_first_chunk().unwrap_or((&[0, 0], &[]));
        let [first, seed] = head;
        let limit = match usize::from(first / 2) {
            few @ 0..100 => few,
            many => (many - 99) * 256,
        };
        let connections = rest.split(|&byte| byte == 0xFF).map(|bytes| match first % 2 {
            0 => Stream::raw(bytes),
            _ => Stream::regular(bytes),
        });
        Self { limit, seed: u64::from(*seed), connections: connections.collect() }
    }
}

impl Stream {
    fn raw(bytes: &[u8]) -> Self {
        let mut stream = Self::default();
        for &byte in bytes {
            match byte {
                0xFE => stream.marks.push(stream.wire.len()),
                byte => stream.wire.push(byte),
            }
        }
        stream
    }

    fn regular(bytes: &[u8]) -> Self {
        let mut stream = Self::default();
        for &byte in bytes.iter().take(MAX_LINES) {
            let (line, cut) = (LINES[usize::from(byte) % LINES.len()], usize::from(byte) / LINES.len());
            let start = stream.wire.len();
            if byte == 0xFE {
                stream.marks.push(start);
                continue;
            }
            stream.wire.extend_from_slice(line.as_bytes());
            if line == LONG && start < MAX_LEN {
                stream.wire.extend("é".bytes().cycle().take(4096));
            }
            if cut > 0 {
                stream.marks.push(stream.wire.len().min(start + cut - 1));
            }
        }
        stream
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pieces = Cut::Marked.pieces(&self.wire, &self.marks);
        f.debug_list().entries(pieces.iter().map(|piece| piece.escape_ascii().to_string())).finish()
    }
}
