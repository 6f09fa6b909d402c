//! The response to a request that is refused.

use std::fmt::Display;

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde_json::json;

#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    reason: String,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        Self { status, reason: reason.into() }
    }

    pub(crate) fn bad_request(reason: impl Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("{reason}"))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let header = match self.status {
            StatusCode::UNAUTHORIZED => Some((WWW_AUTHENTICATE, "Bearer".to_owned())),
            // Different for each client, or all would come back at once.
            StatusCode::SERVICE_UNAVAILABLE => Some((RETRY_AFTER, fastrand::u32(2..=10).to_string())),
            _ => None,
        };
        (self.status, AppendHeaders(header), Json(json!({ "error": self.reason }))).into_response()
    }
}
