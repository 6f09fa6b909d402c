//! An event stream on a bare socket: HTTP/1.1 without TLS, once the response's head is known.
//!
//! From here on, HTTP only frames chunks, and events are already framed. So the socket leaves hyper and its buffers,
//! and a client is a task with a socket and a position in the log.

use std::io::{self, IoSlice};
use std::net::Shutdown;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use smallvec::SmallVec;
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::task::coop::poll_proceed;

use super::clients::Ending;
use super::event::Chunk;
use super::events::spread;
use super::feed::Feed;
use super::log::{Position, Read};

/// The maximum number of events in one `writev`.
const BATCH: usize = 16;

#[derive(Debug)]
pub(crate) struct Stream {
    socket: TcpStream,
    feed: Feed,
    /// What goes out before the next event: the head, a keep-alive, the rest of an event, the end.
    pending: Bytes,
    /// Where the stream is once the pending rest of an event is out.
    reaches: Option<Position>,
    /// The end is pending.
    ends: bool,
}

impl Stream {
    /// Starts with `head`.
    pub(crate) const fn new(socket: TcpStream, head: Bytes, feed: Feed) -> Self {
        Self { socket, feed, pending: head, reaches: None, ends: false }
    }

    /// Runs until the stream or its peer ends.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let events = match self.feed.poll_ending(cx) {
                None => BATCH,
                Some(Ending::Stopped) if self.ends => 0,
                Some(Ending::Stopped) => {
                    let last = spread(self.feed.hub.settings.retry);
                    self.pending =
                        [&self.pending[..], Chunk::new(&last.encode()).framed(), Chunk::LAST].concat().into();
                    self.ends = true;
                    0
                }
                Some(_) => return Poll::Ready(Ok(())),
            };
            ready!(poll_proceed(cx)).made_progress();
            match self.write(events) {
                Ok(true) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => ready!(self.socket.poll_write_ready(cx))?,
                Err(error) => return Poll::Ready(Err(error)),
                Ok(false) if self.ends => return Poll::Ready(SockRef::from(&self.socket).shutdown(Shutdown::Write)),
                Ok(false) => return self.poll_gone(cx),
            }
        }
    }

    /// Writes what is pending and more events, as much as the socket accepts at once. Returns false if there was
    /// nothing.
    fn write(&mut self, events: usize) -> io::Result<bool> {
        let mut pieces = SmallVec::<[(Bytes, Option<Position>); BATCH + 1]>::new();
        if !self.pending.is_empty() {
            pieces.push((self.pending.clone(), self.reaches));
        }
        let (mut read, mut position) = (Read::End, self.reaches.unwrap_or(self.feed.position));
        for _ in 0..events {
            (read, position) = self.feed.after(position);
            let Read::Event(event) = &read else { break };
            pieces.push((event.chunk.framed().clone(), Some(position)));
        }
        let slices: SmallVec<[_; BATCH + 1]> = pieces.iter().map(|(piece, _)| IoSlice::new(piece)).collect();
        let mut written = match &slices[..] {
            [] => return Ok(self.nothing(&read, position)),
            [piece] => self.socket.try_write(piece)?,
            pieces => self.socket.try_write_vectored(pieces)?,
        };
        drop(slices);
        for (mut piece, reaches) in pieces {
            if written < piece.len() {
                piece.advance(written);
                (self.pending, self.reaches) = (piece, reaches);
                return Ok(true);
            }
            written -= piece.len();
            if let Some(position) = reaches {
                self.feed.sent(position);
            }
        }
        // Releases the memory too.
        (self.pending, self.reaches) = (Bytes::new(), None);
        Ok(true)
    }

    /// Whether there is something to write now, after there was nothing.
    fn nothing(&mut self, read: &Read, position: Position) -> bool {
        if matches!(read, Read::Gone) {
            self.feed.fall_behind();
            return true;
        }
        let keep_alive = if self.ends { None } else { self.feed.silence(read, position) };
        self.pending = keep_alive.map_or_else(Bytes::new, |chunk| chunk.framed().clone());
        !self.pending.is_empty()
    }

    /// Completes when the peer sends no more. What it sends is ignored.
    fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.socket.poll_read_ready(cx))?;
            match self.socket.try_read(&mut [0; 512]) {
                Ok(0) => return Poll::Ready(Ok(())),
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Poll::Ready(Err(error)),
                _ => {}
            }
        }
    }
}

impl Future for Stream {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let Err(error) = ready!(self.poll_end(cx)) {
            let silent = error.kind() == io::ErrorKind::TimedOut;
            self.feed.client.end(if silent { Ending::SilentWindow } else { Ending::Gone });
        }
        Poll::Ready(())
    }
}
