//! A stream in chunks, in the two forms in which decoders take them.

use core::convert::Infallible;
use core::pin::Pin;
use core::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;

use crate::corpora::Corpus;

/// A stream in chunks. What is made here is made before the clock starts: it stands for the network.
#[derive(Debug)]
pub struct Input<'a> {
    /// For decoders that borrow.
    pub slices: Vec<&'a [u8]>,
    /// For decoders that keep: the same chunks, slices of one allocation.
    pub bytes: Vec<Bytes>,
    /// The connection stays open behind the last chunk: there is no more to read, and no end either.
    pub open: bool,
}

impl<'a> Input<'a> {
    /// The chunks as they are.
    pub fn new(slices: Vec<&'a [u8]>) -> Self {
        let whole = Bytes::from(slices.concat());
        let mut start = 0;
        let slice = |chunk: &&[u8]| {
            let end = start + chunk.len();
            let bytes = whole.slice(start..end);
            start = end;
            bytes
        };
        let bytes = slices.iter().map(slice).collect();
        Self { slices, bytes, open: false }
    }

    /// A corpus in chunks of `len` bytes, or of one event each.
    pub fn of(corpus: &'a Corpus, len: Option<usize>) -> Self {
        Self::new(match len {
            Some(len) => corpus.chunks(len).collect(),
            None => corpus.event_chunks().collect(),
        })
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.slices.iter().map(|chunk| chunk.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first `len` bytes, in the same chunks; the last one may be cut.
    #[must_use]
    pub fn prefix(&self, len: usize) -> Self {
        let mut left = len;
        let mut cut = |chunk: &&'a [u8]| {
            let chunk = chunk.split_at_checked(left).map_or(*chunk, |(head, _)| head);
            left -= chunk.len();
            chunk
        };
        Self::new(self.slices.iter().map(&mut cut).take_while(|chunk| !chunk.is_empty()).collect())
    }
}

/// The chunks as a stream that is always ready, and never again at the end of a connection that stays open.
#[derive(Debug)]
pub(crate) struct Ready<I> {
    chunks: I,
    open: bool,
}

impl<I> Ready<I> {
    pub(crate) fn new(chunks: I, open: bool) -> Self {
        Self { chunks, open }
    }
}

impl<I: Iterator + Unpin> Stream for Ready<I> {
    type Item = Result<I::Item, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.chunks.next() {
            None if self.open => Poll::Pending,
            chunk => Poll::Ready(chunk.map(Ok)),
        }
    }
}
