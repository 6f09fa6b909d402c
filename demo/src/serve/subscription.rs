//! What a client asks for, over either transport, and where in the log that begins.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Deserialize;
use serde_json::json;
use sse_wire::{EventId, EventType, LAST_EVENT_ID};

use super::clients::Carrier;
use super::connection::Connection;
use super::event::{Draft, Event, RESET};
use super::feed::Feed;
use super::hub::Hub;
use super::log::Lost;
use super::refusal::Refusal;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Subscription {
    /// Names of events, separated by commas.
    #[serde(default)]
    only: String,
    last_event_id: Option<String>,
    /// How many of the newest events a client without an id starts with.
    #[serde(default)]
    last: u64,
    client: Option<Box<str>>,
}

const MAX_KEY: usize = 64;
const MAX_NAMES: usize = 16;
const MAX_NAME: usize = 256;

impl<S: Sync> FromRequestParts<S> for Subscription {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let Query(mut parameters) = Query::<Self>::try_from_uri(&parts.uri)
            .map_err(|error| Refusal::bad_request(format!("{}: {}", parts.uri, error.body_text())))?;
        let header = parts.headers.get(LAST_EVENT_ID).map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned());
        parameters.last_event_id = header.or(parameters.last_event_id).filter(|id| !id.is_empty());
        Ok(parameters)
    }
}

fn only(names: &str) -> Result<Box<[Box<str>]>, Refusal> {
    let names: BTreeSet<&str> = names.split(',').filter(|name| !name.is_empty()).collect();
    if names.len() > MAX_NAMES {
        return Err(Refusal::bad_request(format!("only: more than {MAX_NAMES} names")));
    }
    for name in &names {
        EventType::new(name).map_err(Refusal::bad_request)?;
        if name.len() > MAX_NAME {
            let len = name.len();
            return Err(Refusal::bad_request(format!("only: a name of {len} bytes, expected {MAX_NAME} at most")));
        }
    }
    Ok(names.into_iter().map(Into::into).collect())
}

impl Subscription {
    /// The feed, and what comes before its first event if what the client missed is lost.
    pub(crate) async fn start(
        self,
        hub: &Arc<Hub>,
        connection: Arc<Connection>,
        carrier: Carrier,
    ) -> Result<(Feed, Option<Arc<Event>>), Refusal> {
        let only = only(&self.only)?;
        if self.client.as_ref().is_some_and(|key| key.len() > MAX_KEY) {
            return Err(Refusal::bad_request(format!("client: longer than {MAX_KEY} bytes")));
        }
        let found = match &self.last_event_id {
            None => None,
            Some(id) => Some(hub.log().find(id).await),
        };
        let (begin, end) = {
            let tail = hub.log().tail().borrow();
            (tail.back(self.last), tail.end())
        };
        let (position, lost) = match found {
            None => (begin, None),
            Some(Ok(position)) => (position, None),
            Some(Err(Lost::Expired)) => (end, Some(("expired", "the server no longer has what came after your id"))),
            Some(Err(Lost::Unknown)) => (end, Some(("unknown", "the server was restarted, or never gave out your id"))),
            Some(Err(Lost::Away)) => {
                let reason = "the log is unavailable, so your last event cannot be looked up";
                return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, reason));
            }
        };
        let feed = Feed::join(hub, connection, carrier, self.client, only, position)?;
        let reset = lost.map(|(reason, text)| {
            hub.counters.resets.fetch_add(1, Ordering::Relaxed);
            let (id, data) = (feed.id(position), json!({ "reason": reason, "text": text }).to_string());
            let id = EventId::new(&id).expect("the log's ids have no line end");
            Event::new(id, Draft { event_type: RESET, data: &data })
        });
        Ok((feed, reset))
    }
}
