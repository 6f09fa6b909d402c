//! The same client over WebSocket. What `EventSource` does for the other client has to be written by hand here.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use futures_util::StreamExt as _;
use serde::Deserialize;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_util::io::{InspectReader, InspectWriter};

use super::clients::{Client, Protocol};
use super::feed::EVENT_TYPE;

/// The protocol does not tell the client: server and client must be built with the same value.
pub(super) const RECONNECTION_TIME: Duration = Duration::from_millis(100);
const MAX_DELAY: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
pub(super) struct Reconnection {
    last_event_id: String,
    /// Connections in a row without an event.
    failures: u32,
}

impl Reconnection {
    fn url(&self, base: &str) -> io::Result<String> {
        if self.last_event_id.is_empty() {
            return Ok(base.to_owned());
        }
        let mut url = reqwest::Url::parse(base).map_err(io::Error::other)?;
        url.query_pairs_mut().append_pair("last-event-id", &self.last_event_id);
        Ok(url.into())
    }

    fn on_event(&mut self, id: &str) {
        self.failures = 0;
        id.clone_into(&mut self.last_event_id);
    }
}

/// An event as the server puts it into a message.
#[derive(Deserialize)]
struct Content<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, rename = "event")]
    event_type: Cow<'a, str>,
    #[serde(borrow)]
    data: Cow<'a, str>,
}

impl Protocol for Reconnection {
    async fn connection(&mut self, client: &mut Client) -> io::Result<()> {
        let url = self.url(&format!("ws://{}/ws?only={EVENT_TYPE}&client={}", client.addr(), client.key()))?;
        let clients = Arc::clone(&client.clients);
        let count = move |piece: &[u8]| {
            clients.bytes.fetch_add(piece.len() as u64, Relaxed);
        };
        let socket = InspectReader::new(InspectWriter::new(client.connect().await?, count.clone()), count);
        let config = WebSocketConfig::default().read_buffer_size(4096);
        let (mut socket, _) = client_async_with_config(url, socket, Some(config)).await.map_err(io::Error::other)?;
        client.open();
        while let Some(message) = socket.next().await.transpose().map_err(io::Error::other)? {
            if let Message::Text(text) = message {
                let event: Content<'_> = serde_json::from_str(&text)?;
                self.on_event(&event.id);
                client.event(&event.event_type, &event.id, &event.data);
            }
        }
        Ok(())
    }

    fn on_end(&mut self) -> Option<Duration> {
        let failures = self.failures;
        self.failures = failures.saturating_add(1);
        // Spread from the first one on, as our server tells its event stream clients to.
        let most = RECONNECTION_TIME.saturating_mul(2_u32.saturating_pow(failures.max(1))).min(MAX_DELAY);
        Some(RECONNECTION_TIME + most.saturating_sub(RECONNECTION_TIME).mul_f64(fastrand::f64()))
    }
}
