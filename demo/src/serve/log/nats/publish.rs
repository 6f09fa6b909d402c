//! Publishing: under a key, until the stream has the event once.

use std::io::{self, ErrorKind};
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::time::{Instant, sleep};

use super::super::Appended;
use super::{EVENT, PAUSE, Passing, Shared, epoch};
use crate::serve::event::{Draft, MESSAGE};

/// How long a publisher waits for the stream's next leader, if the last one is gone.
const PATIENCE: Duration = Duration::from_secs(6);

impl Shared {
    /// Publishes until the stream has the event, which it keeps once, no matter how often it is sent.
    pub(super) async fn publish(&self, draft: Draft<'_>, key: Option<&str>) -> io::Result<Appended> {
        let away = |error: Passing| io::Error::new(ErrorKind::NotConnected, format!("NATS: {error}"));
        let key = key.map_or_else(|| format!("{:032x}", fastrand::u128(..)), str::to_owned);
        let mut message =
            PublishMessage::build().payload(draft.data.to_owned().into()).message_id(key).expected_stream(&self.name);
        if draft.event_type != MESSAGE {
            // Encoded, because spaces around a header's value do not arrive.
            message = message
                .header(EVENT, utf8_percent_encode(draft.event_type.as_str(), NON_ALPHANUMERIC).to_string().as_str());
        }
        let end = Instant::now() + PATIENCE;
        loop {
            if !self.is_connected() {
                return Err(io::Error::new(ErrorKind::NotConnected, "NATS is away"));
            }
            let error: Passing = match self.try_publish(&message).await {
                Ok(appended) => return Ok(appended),
                Err(error) => error,
            };
            let kind = error.downcast_ref::<PublishError>().map(PublishError::kind);
            if kind == Some(PublishErrorKind::MaxPayloadExceeded) {
                return Err(io::Error::new(ErrorKind::InvalidInput, error));
            }
            if Instant::now() + PAUSE > end {
                return Err(away(error));
            }
            sleep(PAUSE).await;
        }
    }

    /// Publishes nothing to a stream that ends before what this node has: it would issue numbers again.
    async fn try_publish(&self, message: &PublishMessage) -> Result<Appended, Passing> {
        let connections = self.context.client().statistics().connects.load(Ordering::Relaxed);
        if connections != self.connections.load(Ordering::Relaxed) || self.is_shorter.load(Ordering::Relaxed) {
            self.info().await?;
        }
        if self.is_shorter.load(Ordering::Relaxed) {
            return Err("the stream is shorter than it was".into());
        }
        if self.is_another.load(Ordering::Relaxed) {
            return Err("the stream has given out its numbers again".into());
        }
        let end = self.end().0;
        let ack = self.context.send_publish(self.name.clone(), message.clone()).await?.await?;
        // An event that was sent before has an older number. A new one does not, unless this is another stream.
        if ack.sequence <= end {
            // Even when it is sent again, since it is an older one here then.
            self.is_another.fetch_or(!ack.duplicate, Ordering::Relaxed);
            if !ack.duplicate || epoch(&self.info().await?) != self.epoch {
                return Err("this is not the stream that it was".into());
            }
        }
        Ok(Appended { id: self.id(ack.sequence), new: !ack.duplicate })
    }
}
