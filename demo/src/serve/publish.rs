//! `POST /publish` and `POST /cut`: what others may do to the stream.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::event::{Draft, RESET};
use super::hub::Hub;
use super::refusal::Refusal;
use super::sources;

/// The largest body of a request.
pub(crate) const MAX_BODY: usize = 64 * 1024;
const MAX_KEY: usize = 128;
/// How long a peer may take for a request's body, and the log for the event.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Publish {
    #[serde(default = "notice")]
    event: String,
    data: Box<RawValue>,
}

fn notice() -> String {
    "notice".into()
}

pub(crate) async fn publish(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    JsonBody(publish): JsonBody<Publish>,
) -> Result<Json<Value>, Refusal> {
    let data = text(&publish.data).map_err(Refusal::bad_request)?;
    let draft = Draft::new(&publish.event, &data).map_err(Refusal::bad_request)?;
    if draft.event_type == RESET || (!hub.settings.no_sources && sources::NAMES.contains(&draft.event_type)) {
        return Err(Refusal::bad_request(format!("event: `{}` is the server's own", draft.event_type.as_str())));
    }
    let id = append(&hub, draft, key(&headers)?, PATIENCE).await?;
    Ok(Json(json!({ "id": id })))
}

pub(super) async fn append(
    hub: &Hub,
    draft: Draft<'_>,
    key: Option<&str>,
    patience: Duration,
) -> Result<String, Refusal> {
    let failed = |error: io::Error| {
        let passes = matches!(error.kind(), ErrorKind::NotConnected | ErrorKind::ResourceBusy);
        let status = if passes { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR };
        Refusal::new(status, format!("the log cannot be written: {error}"))
    };
    let late = |_| {
        let reason = "the log did not answer in time; the event may still be published, so send it again with its key";
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, reason)
    };
    timeout(patience, hub.publish(draft, key)).await.map_err(late)?.map_err(failed)
}

/// A publisher's name for its event, so that it can retry without publishing twice.
fn key(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let valid = key.to_str().ok().filter(|key| (1..=MAX_KEY).contains(&key.len()) && !key.contains(' '));
    let invalid = || Refusal::bad_request(format!("idempotency-key: expected 1 to {MAX_KEY} visible ASCII characters"));
    valid.map(Some).ok_or_else(invalid)
}

/// Text is sent as text, other JSON as it was written. An event stream has only one kind of line end, so that is what
/// all clients get, over any transport.
fn text(data: &RawValue) -> serde_json::Result<String> {
    let json = data.get();
    let text = if json.starts_with('"') { serde_json::from_str(json)? } else { json.to_owned() };
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cut {
    client: String,
}

/// Anyone who knows the key may cut: it is random, and only the client has it.
pub(crate) async fn cut(State(hub): State<Arc<Hub>>, JsonBody(cut): JsonBody<Cut>) -> Result<Json<Value>, Refusal> {
    if cut.client.is_empty() {
        return Err(Refusal::bad_request("expected a key that is not empty in `client`"));
    }
    Ok(Json(json!({ "cut": hub.clients.cut(&cut.client) })))
}

/// A JSON body with its content type, which a page of another origin cannot send without asking first.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let late = |_| Refusal::new(StatusCode::REQUEST_TIMEOUT, format!("no whole body within {PATIENCE:?}"));
        let body = timeout(PATIENCE, Json::<Box<RawValue>>::from_request(request, state)).await.map_err(late)?;
        let Json(body) = body.map_err(|rejection| match rejection.status() {
            status @ StatusCode::PAYLOAD_TOO_LARGE => Refusal::new(status, format!("more than {MAX_BODY} bytes")),
            status => Refusal::new(status, rejection.body_text()),
        })?;
        // Otherwise an array of the values, without names, would be accepted too.
        if !body.get().starts_with('{') {
            return Err(Refusal::bad_request("expected a JSON object"));
        }
        serde_json::from_str(body.get()).map(Self).map_err(Refusal::bad_request)
    }
}
