//! A client of the event stream: `EventSource` over a bare socket.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Poll, ready};
use std::time::Duration;

use sse_wire::{Chunk, EventSource, LAST_EVENT_ID, MIME_TYPE, ReadyState};
use tokio::io::{AsyncRead as _, AsyncWriteExt as _, ReadBuf};

use super::clients::{Client, Protocol};
use super::feed::EVENT_TYPE;
use super::http::Response;

impl Protocol for EventSource {
    async fn connection(&mut self, client: &mut Client) -> io::Result<()> {
        // One node's answer was final: no other one is asked.
        if self.ready_state() == ReadyState::Closed {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let mut socket = client.connect().await?;
        let request = request(client, self);
        socket.write_all(&request).await?;
        client.clients.bytes.fetch_add(request.len() as u64, Relaxed);
        let mut response = Response::new();
        poll_fn(|context| {
            loop {
                // Not part of the client: between two reads, it keeps at most an unfinished event.
                let mut buffer = [0; 4096];
                let mut buffer = ReadBuf::new(&mut buffer);
                // After a short read, tokio knows without another one that there is no more.
                ready!(Pin::new(&mut socket).poll_read(context, &mut buffer))?;
                if !receive(buffer.filled(), client, self, &mut response)? {
                    return Poll::Ready(Ok(()));
                }
            }
        })
        .await
    }

    fn on_end(&mut self) -> Option<Duration> {
        self.on_end(fastrand::u32(..))
    }
}

fn request(client: &Client, source: &EventSource) -> Vec<u8> {
    let ours = || format!("/events?only={EVENT_TYPE}&client={}", client.key());
    let path = client.clients.part.path.clone().unwrap_or_else(ours);
    let mut request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\naccept: {MIME_TYPE}\r\n", client.addr()).into_bytes();
    if let Some(id) = source.last_event_id_header() {
        request.extend_from_slice(format!("{LAST_EVENT_ID}: ").as_bytes());
        request.extend_from_slice(id);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    request
}

/// Takes what has arrived. Returns whether there may be more.
fn receive(mut bytes: &[u8], client: &mut Client, source: &mut EventSource, answer: &mut Response) -> io::Result<bool> {
    let len = bytes.len();
    client.clients.bytes.fetch_add(len as u64, Relaxed);
    if let Some((status, content_type)) = answer.head(&mut bytes)? {
        // A node that is not ready yet, or a proxy without one.
        if status >= 500 {
            return Err(io::Error::other(format!("status {status}")));
        }
        source.on_response(status, content_type.as_deref().map(str::as_bytes)).map_err(io::Error::other)?;
        client.open();
    }
    while let Some(body) = answer.body(&mut bytes)? {
        let mut chunk = Chunk::new(body);
        while let Some(event) = source.next_event(&mut chunk).map_err(io::Error::other)? {
            client.event(event.event_type(), event.last_event_id(), event.data());
        }
    }
    // A proxy keeps the connection open for the next request.
    Ok(len > 0 && !answer.is_complete())
}
