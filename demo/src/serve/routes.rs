//! All routes.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::X_CONTENT_TYPE_OPTIONS;
use axum::http::{HeaderValue, StatusCode};
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::validate_request::{ValidateRequest, ValidateRequestHeaderLayer};

use super::access::Access;
use super::events::events;
use super::hub::Hub;
use super::page;
use super::publish::{MAX_BODY, cut, publish};
use super::refusal::Refusal;
use super::stats::{metrics, stats};
use super::ws::ws;

pub(crate) fn router(hub: Arc<Hub>, access: Access) -> Router {
    let cors = access.cors();
    let access = Arc::new(access);
    let check = |check: fn(&Access, &Request) -> Result<(), Refusal>| {
        let access = Arc::clone(&access);
        layer(move |request: &Request| check(&access, request))
    };
    let (host, origin, token) = (check(Access::check_host), check(Access::check_origin), check(Access::check_token));
    let log = Arc::clone(&hub);
    // Requests that need the log are refused until it is available.
    let opened = layer(move |_: &Request| {
        let waits = || Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "the log is not ready yet");
        log.opened().map(|_| ()).ok_or_else(waits)
    });
    let posts = Router::new()
        .route("/publish", post(publish).layer((origin.clone(), token, opened.clone())))
        .route("/cut", post(cut).layer(origin.clone()))
        .layer(DefaultBodyLimit::max(MAX_BODY));
    Router::new()
        .route("/events", get(events).layer(opened.clone()))
        .route("/ws", get(ws).layer((origin, opened.clone())))
        .route("/ready", get("ready\n").layer(opened))
        .route("/stats", get(stats))
        .route("/metrics", get(metrics))
        .merge(page::routes())
        .merge(posts)
        .fallback(async || Refusal::new(StatusCode::NOT_FOUND, "not found"))
        .layer(host)
        .layer(cors)
        .layer(SetResponseHeaderLayer::overriding(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .with_state(hub)
}

/// Refuses requests that do not pass the check.
#[expect(clippy::result_large_err, reason = "the layer's own interface")]
fn layer<F>(check: F) -> ValidateRequestHeaderLayer<impl Clone + ValidateRequest<Body, ResponseBody = Body>>
where
    F: Fn(&Request) -> Result<(), Refusal> + Clone,
{
    ValidateRequestHeaderLayer::custom(move |request: &mut Request| check(request).map_err(Refusal::into_response))
}
