//! What a client asks for, over either carrier, and where in the log that begins.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Deserialize;
use serde_json::json;
use sse_wire::{EventId, EventType, LAST_EVENT_ID};

use super::clients::Carrier;
use super::connections::Connection;
use super::event::{Draft, Event, RESET};
use super::feed::{Feed, Only};
use super::hub::Hub;
use super::log::Lost;
use super::refusal::Refusal;

#[derive(Debug)]
pub(crate) struct Subscription {
    only: Only,
    last_event_id: Option<String>,
    last: u64,
    key: Option<Box<str>>,
    connection: Arc<Connection>,
}

/// What comes before the first event of the feed.
#[derive(Debug)]
pub(crate) enum Start {
    /// What comes after this id is what the client gets.
    After { id: String },
    /// What the client missed is what comes first.
    Resumed,
    /// What the client missed is lost.
    Reset(Arc<Event>),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Parameters {
    #[serde(default)]
    only: String,
    last_event_id: Option<String>,
    /// How many of the newest events a client without an id begins with.
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
        let Query(parameters) = Query::<Parameters>::try_from_uri(&parts.uri)
            .map_err(|error| Refusal::bad_request(format!("{}: {}", parts.uri, error.body_text())))?;
        let header = parts.headers.get(LAST_EVENT_ID).map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned());
        if parameters.client.as_ref().is_some_and(|key| key.len() > MAX_KEY) {
            return Err(Refusal::bad_request(format!("client: longer than {MAX_KEY} bytes")));
        }
        Ok(Self {
            only: only(&parameters.only)?,
            last_event_id: last_event_id(header.or(parameters.last_event_id))?,
            last: parameters.last,
            key: parameters.client,
            connection: parts.extensions.get().cloned().expect("every request comes over a connection"),
        })
    }
}

fn only(names: &str) -> Result<Only, Refusal> {
    let mut only: Vec<Box<str>> = Vec::new();
    for name in names.split(',').filter(|name| !name.is_empty()) {
        EventType::new(name).map_err(Refusal::bad_request)?;
        if name.len() > MAX_NAME {
            let len = name.len();
            return Err(Refusal::bad_request(format!("only: a name of {len} bytes, expected {MAX_NAME} at most")));
        }
        if only.iter().any(|known| **known == *name) {
            continue;
        }
        if only.len() == MAX_NAMES {
            return Err(Refusal::bad_request(format!("only: more than {MAX_NAMES} names")));
        }
        only.push(name.into());
    }
    Ok(Only(only.into()))
}

fn last_event_id(id: Option<String>) -> Result<Option<String>, Refusal> {
    let id = id.filter(|id| !id.is_empty());
    id.map(|id| EventId::new(&id).map(|_| id.clone()).map_err(Refusal::bad_request)).transpose()
}

impl Subscription {
    pub(crate) async fn start(self, hub: &Arc<Hub>, carrier: Carrier) -> Result<(Start, Feed), Refusal> {
        let found = match &self.last_event_id {
            None => None,
            Some(id) => Some(hub.log().find(id).await),
        };
        let end = *hub.log().tail().end().borrow();
        let (start, position) = match found {
            None => {
                let begin =
                    if self.last == 0 { end } else { end.back(self.last.min(hub.log().tail().extent().events as u64)) };
                (Start::After { id: hub.log().tail().id(begin) }, begin)
            }
            Some(Err(Lost::Away)) => {
                let reason = "the log is unavailable, so your last event cannot be looked up";
                return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, reason));
            }
            Some(Ok(position)) => (Start::Resumed, position),
            Some(Err(lost)) => (Start::Reset(reset(&hub.log().tail().id(end), lost)?), end),
        };
        let feed = Feed::join(hub, self.connection, carrier, self.key, self.only, position)?;
        if matches!(start, Start::Reset(_)) {
            hub.counters.resets.fetch_add(1, Ordering::Relaxed);
        }
        Ok((start, feed))
    }
}

fn reset(id: &str, lost: Lost) -> Result<Arc<Event>, Refusal> {
    let (reason, text) = match lost {
        Lost::Expired => ("expired", "the log no longer has what came after your last event"),
        Lost::Unknown | Lost::Away => ("unknown", "the log never gave out the id of your last event"),
    };
    let data = json!({ "reason": reason, "text": text }).to_string();
    Ok(Event::new(EventId::new(id).map_err(Refusal::bad_request)?, Draft::named(RESET, &data)))
}
