//! `GET /ws`: the same events over WebSocket.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use bytes::Bytes;

use super::clients::{Carrier, Ending};
use super::connection::Connection;
use super::event::Event;
use super::feed::{Feed, Step};
use super::hub::Hub;
use super::refusal::Refusal;
use super::subscription::Subscription;

/// Clients only send pongs and a close.
const MAX_MESSAGE: usize = 4 * 1024;

pub(crate) async fn ws(
    State(hub): State<Arc<Hub>>,
    Extension(connection): Extension<Arc<Connection>>,
    subscription: Subscription,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refusal> {
    let (feed, reset) = subscription.start(&hub, connection, Carrier::Ws).await?;
    // Little memory, like an event stream: messages are sent as they come, and no large ones come back.
    let upgrade = upgrade.read_buffer_size(MAX_MESSAGE).write_buffer_size(0).max_message_size(MAX_MESSAGE);
    Ok(upgrade.on_upgrade(|socket| run(socket, reset, feed)))
}

async fn run(mut socket: WebSocket, reset: Option<Arc<Event>>, mut feed: Feed) {
    if let Some(event) = reset
        && send(&mut socket, &feed, Message::Text(event.json.clone())).await.is_none()
    {
        return;
    }
    loop {
        let message = tokio::select! {
            step = feed.next() => match step {
                Step::Event(event) => Message::Text(event.json.clone()),
                Step::Silence(_) => Message::Ping(Bytes::new()),
                Step::End(Ending::Stopped) => return close(socket).await,
                Step::End(_) => return,
            },
            received = socket.recv() => match received {
                // A close is one more message: the end comes after it, once it was answered.
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => return,
            },
        };
        if send(&mut socket, &feed, message).await.is_none() {
            return;
        }
    }
}

/// `None` if the connection is no longer usable, or its peer does not read.
async fn send(socket: &mut WebSocket, feed: &Feed, message: Message) -> Option<()> {
    tokio::select! {
        sent = socket.send(message) => sent.ok(),
        _ = feed.ended() => None,
    }
}

async fn close(mut socket: WebSocket) {
    let frame = CloseFrame { code: close_code::RESTART, reason: "the server stops".into() };
    // A client that is gone needs no goodbye.
    let _ = socket.send(Message::Close(Some(frame))).await;
}
