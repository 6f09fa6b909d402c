//! An event stream on a bare socket: HTTP/1.1 without TLS, once the response's head is known.
//!
//! HTTP has nothing to do any more but to frame chunks, and events are framed already. So the socket leaves hyper with its
//! buffers, and a client is a task with a socket and a position in the log.

use std::array;
use std::io::{self, IoSlice};
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::task::coop::poll_proceed;

use super::clients::Ending;
use super::event::{Chunk, Event};
use super::events::spread;
use super::feed::Feed;
use super::log::{Position, Read};

/// How many events one `writev` takes at most.
const BATCH: usize = 16;

#[derive(Debug)]
pub(crate) struct Stream {
    socket: TcpStream,
    feed: Feed,
    /// What goes out before the next event: the head, a keep-alive, the end.
    pending: Bytes,
    /// How much of the next event is out already; nothing while something is pending.
    offset: usize,
    /// The end is pending.
    ends: bool,
}

impl Stream {
    /// Begins with `head`.
    pub(crate) const fn new(socket: TcpStream, head: Bytes, feed: Feed) -> Self {
        Self { socket, feed, pending: head, offset: 0, ends: false }
    }

    /// Runs until the stream ends, or its peer.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let events = match self.feed.poll_ending(cx) {
                None => BATCH,
                Some(Ending::Stopped) if self.ends => 0,
                // The rest of the current one.
                Some(Ending::Stopped) if self.offset > 0 => 1,
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

    /// Writes what is pending and so many events, as far as the socket takes it at once. False if there was nothing.
    fn write(&mut self, mut room: usize) -> io::Result<bool> {
        let mut position = self.feed.position;
        let mut read = Read::End;
        let events: [Option<(Arc<Event>, Position)>; BATCH] = array::from_fn(|_| {
            room = room.checked_sub(1)?;
            (read, position) = self.feed.after(position);
            match &read {
                Read::Event(event) => Some((Arc::clone(event), position)),
                Read::End | Read::Later | Read::Gone => {
                    room = 0;
                    None
                }
            }
        });
        let mut pieces = [IoSlice::new(&[]); BATCH + 1];
        let mut count = 0;
        let framed = events.iter().flatten().map(|(event, _)| &event.chunk.framed()[..]);
        for piece in [&self.pending[..]].into_iter().filter(|piece| !piece.is_empty()).chain(framed) {
            pieces[count] = IoSlice::new(piece);
            count += 1;
        }
        if self.offset > 0 && count > 0 {
            pieces[0].advance(self.offset);
        }
        let mut written = match &pieces[..count] {
            [] => return Ok(self.nothing(&read, position)),
            [piece] => self.socket.try_write(piece)?,
            pieces => self.socket.try_write_vectored(pieces)?,
        };
        if !self.pending.is_empty() {
            let out = written.min(self.pending.len());
            self.pending.advance(out);
            written -= out;
            if !self.pending.is_empty() {
                return Ok(true);
            }
            // Releases the memory too.
            self.pending = Bytes::new();
        }
        for (event, position) in events.into_iter().flatten() {
            let rest = event.chunk.framed().len() - self.offset;
            if written < rest {
                self.offset += written;
                break;
            }
            (written, self.offset) = (written - rest, 0);
            self.feed.sent(position);
        }
        Ok(true)
    }

    /// There was nothing to write: whether there is now.
    fn nothing(&mut self, read: &Read, position: Position) -> bool {
        if matches!(read, Read::Gone) {
            self.feed.fall_behind();
            return true;
        }
        // Nothing comes between an event that is out in part and its rest, for which the log may need its time.
        let keep_alive = if self.ends || self.offset > 0 { None } else { self.feed.silence(read, position) };
        self.pending = keep_alive.map_or_else(Bytes::new, |chunk| chunk.framed().clone());
        !self.pending.is_empty()
    }

    /// Completes when the peer has no more to say. What it says is nothing to a stream.
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
