//! The same client over WebSocket. What `EventSource` does for the other one, its user has to write: here it is.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use serde::Deserialize;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::clients::Client;
use super::feed::EVENT_TYPE;
use super::ledger::Ledger;

/// Nobody tells a client: server and client have to be built with the same.
pub(crate) const RECONNECTION_TIME: Duration = Duration::from_millis(100);
const MAX_DELAY: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
struct Reconnection {
    last_event_id: String,
    /// Connections in a row without an event.
    failures: u32,
}

impl Reconnection {
    fn url(&self, base: &str) -> Result<String, Error> {
        if self.last_event_id.is_empty() {
            return Ok(base.to_owned());
        }
        let mut url = reqwest::Url::parse(base).map_err(|error| Error::Io(std::io::Error::other(error)))?;
        url.query_pairs_mut().append_pair("last-event-id", &self.last_event_id);
        Ok(url.into())
    }

    fn on_event(&mut self, id: &str) {
        self.failures = 0;
        id.clone_into(&mut self.last_event_id);
    }

    fn on_end(&mut self) -> Duration {
        let failures = self.failures;
        self.failures = failures.saturating_add(1);
        // Spread from the first one on, as our server tells clients of the event stream.
        let most = RECONNECTION_TIME.saturating_mul(2_u32.saturating_pow(failures.max(1))).min(MAX_DELAY);
        RECONNECTION_TIME + most.saturating_sub(RECONNECTION_TIME).mul_f64(fastrand::f64())
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

pub(super) async fn run(mut client: Client) -> Ledger {
    let shared = Arc::clone(&client.shared);
    let index = client.index();
    let mut reconnection = Reconnection::default();
    loop {
        let connection = connection(&mut client, &mut reconnection);
        let result = Client::until_cut(&shared, index, connection).await.unwrap_or(Ok(()));
        client.close(&result);
        if client.is_stopped() {
            return client.into_ledger();
        }
        let wait = tokio::time::sleep(reconnection.on_end());
        let _ = Client::until_cut(&shared, index, wait).await;
    }
}

async fn connection(client: &mut Client, reconnection: &mut Reconnection) -> Result<(), Error> {
    let base = format!("ws://{}/ws?only={EVENT_TYPE}&client={}", client.addr, client.key());
    let url = reconnection.url(&base)?;
    let socket = client.connect().await?;
    let config = WebSocketConfig::default().read_buffer_size(4096);
    let (mut socket, _) = client_async_with_config(url, socket, Some(config)).await?;
    client.open();
    while let Some(message) = socket.next().await.transpose()? {
        if let Message::Text(text) = message {
            let event: Content<'_> =
                serde_json::from_str(&text).map_err(|error| Error::Io(std::io::Error::other(error)))?;
            reconnection.on_event(&event.id);
            client.event(&event.event_type, &event.id, &event.data);
        }
    }
    Ok(())
}
