//! An event stream from axum: `server_axum [PORT]`

use axum::Router;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use sse_wire::{LAST_EVENT_ID, MIME_TYPE};
use sse_wire_interop::{Item, PAUSE, address, feed};
use tokio::net::TcpListener;

async fn events(headers: HeaderMap) -> Response {
    let items = feed(headers.get(LAST_EVENT_ID).map(HeaderValue::as_bytes));
    if items.is_empty() {
        return StatusCode::NO_CONTENT.into_response(); // do not come back
    }
    let events = stream::iter(items).then(|item| async {
        tokio::time::sleep(PAUSE).await;
        Ok::<Bytes, serde_json::Error>(match item {
            Item::Event(event) => event.to_bytes(),
            Item::Json(event, value) => event.encode_json(&value)?.into(),
        })
    });
    ([(CONTENT_TYPE, MIME_TYPE), (CACHE_CONTROL, "no-cache")], Body::from_stream(events)).into_response()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind(address()).await?;
    println!("http://{}/events", listener.local_addr()?);
    axum::serve(listener, Router::new().route("/events", get(events))).await
}
