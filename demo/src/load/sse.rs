//! A client of the event stream: `EventSource` over a bare socket.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::{Poll, ready};
use std::time::Duration;

use sse_wire::{Chunk, EventSource, LAST_EVENT_ID, MIME_TYPE};
use tokio::io::{AsyncRead as _, AsyncWriteExt as _, ReadBuf};

use super::clients::{Client, Protocol};
use super::feed::EVENT_TYPE;
use super::http::Response;

thread_local! {
    /// One buffer a thread: between two reads a client keeps an unfinished event at most.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; 16 * 1024]);
}

pub(super) async fn run(client: Client) -> Client {
    client.run(EventSource::new()).await
}

impl Protocol for EventSource {
    async fn connection(&mut self, client: &mut Client) -> io::Result<()> {
        let mut socket = client.connect().await?;
        socket.write_all(&request(client, self)).await?;
        let mut response = Response::new();
        poll_fn(|cx| {
            BUFFER.with_borrow_mut(|buffer| {
                loop {
                    let mut buffer = ReadBuf::new(buffer);
                    ready!(pin!(&mut socket).poll_read(cx, &mut buffer))?;
                    if buffer.filled().is_empty() {
                        return Poll::Ready(Ok(()));
                    }
                    receive(client, self, &mut response, buffer.filled())?;
                    // A proxy keeps the connection open for the next request.
                    if response.is_complete() {
                        return Poll::Ready(Ok(()));
                    }
                }
            })
        })
        .await
    }

    fn on_end(&mut self) -> Option<Duration> {
        self.on_end(fastrand::u32(..))
    }
}

fn request(client: &Client, source: &EventSource) -> Vec<u8> {
    let ours = || format!("/events?only={EVENT_TYPE}&client={}", client.key());
    let path = client.shared.part.path.clone().unwrap_or_else(ours);
    let mut request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\naccept: {MIME_TYPE}\r\n", client.addr()).into_bytes();
    if let Some(id) = source.last_event_id_header() {
        request.extend_from_slice(format!("{LAST_EVENT_ID}: ").as_bytes());
        request.extend_from_slice(id);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    request
}

fn receive(client: &mut Client, source: &mut EventSource, response: &mut Response, mut bytes: &[u8]) -> io::Result<()> {
    if let Some(head) = response.head(&mut bytes)? {
        // A node that is not ready yet, or a proxy without one.
        if head.status >= 500 {
            return Err(io::Error::other(format!("status {}", head.status)));
        }
        source.on_response(head.status, head.content_type.as_deref().map(str::as_bytes)).map_err(io::Error::other)?;
        client.open();
    }
    while let Some(body) = response.body(&mut bytes)? {
        let mut chunk = Chunk::new(body);
        while let Some(event) = source.next_event(&mut chunk).map_err(io::Error::other)? {
            client.event(event.event_type(), event.last_event_id(), event.data());
        }
    }
    Ok(())
}
