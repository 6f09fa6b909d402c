//! `GET /`: the page, which is part of the program.

use std::sync::Arc;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::routing::{MethodRouter, get};

use super::hub::Hub;

const HTML: &str = include_str!("page/index.html");
const CSS: &str = include_str!("page/style.css");
const JS: &str = include_str!("page/app.js");
const ICON: &str = include_str!("page/icon.svg");

/// Only the page's own files, nothing inline, and no frames.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) fn routes() -> Router<Arc<Hub>> {
    Router::new()
        .route("/", file("text/html; charset=utf-8", HTML))
        .route("/style.css", file("text/css; charset=utf-8", CSS))
        .route("/app.js", file("text/javascript; charset=utf-8", JS))
        .route("/icon.svg", file("image/svg+xml", ICON))
}

fn file(media_type: &'static str, text: &'static str) -> MethodRouter<Arc<Hub>> {
    let headers = [
        (CONTENT_TYPE, media_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-cache"),
    ];
    get(move || async move { (headers, text) })
}
