//! All that can be asked for.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::X_CONTENT_TYPE_OPTIONS;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use super::access::{self, Access};
use super::events::events;
use super::hub::Hub;
use super::page;
use super::publish::{MAX_BODY, cut, publish};
use super::refusal::Refusal;
use super::stats::{metrics, stats};
use super::ws::ws;

/// How long a peer may take for a request's body.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn router(hub: Arc<Hub>, access: Access) -> Router {
    let cors = access.cors();
    let access = Arc::new(access);
    let token = from_fn_with_state(Arc::clone(&access), access::check_token);
    let origin = from_fn_with_state(Arc::clone(&access), access::check_origin);
    let opened = from_fn_with_state(Arc::clone(&hub), opened);
    let posts = Router::new()
        .route("/publish", post(publish).layer(opened.clone()).layer(token).layer(origin.clone()))
        .route("/cut", post(cut).layer(origin.clone()))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, PATIENCE));
    Router::new()
        .route("/events", get(events).layer(opened.clone()))
        .route("/ws", get(ws).layer(opened.clone()).layer(origin))
        .route("/ready", get("ready\n").layer(opened))
        .route("/stats", get(stats))
        .route("/metrics", get(metrics))
        .merge(page::routes())
        .merge(posts)
        .fallback(async || Refusal::new(StatusCode::NOT_FOUND, "no such page"))
        .layer(from_fn_with_state(access, access::check_host))
        .layer(cors)
        .layer(SetResponseHeaderLayer::overriding(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .with_state(hub)
}

/// Nothing that needs the log gets on before it is there.
async fn opened(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Result<Response, Refusal> {
    let waits = || Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "the log is not there yet");
    hub.log.get().ok_or_else(waits)?;
    Ok(next.run(request).await)
}
