//! An event stream from axum: `server_axum [PORT]`

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::get};
use futures_util::{StreamExt as _, stream};
use sse_wire::{LAST_EVENT_ID, http_body::EventBody};
use sse_wire_interop::{Item, PAUSE, address, feed};
use tokio::{net::TcpListener, time::sleep};

async fn events(headers: HeaderMap) -> Response {
    let items = feed(headers.get(LAST_EVENT_ID).map(HeaderValue::as_bytes));
    if items.is_empty() {
        return StatusCode::NO_CONTENT.into_response(); // do not come back
    }
    let events = stream::iter(items).then(async |item: Item| {
        sleep(PAUSE).await;
        item.encode()
    });
    EventBody::new(events.boxed()).with_keep_alive(Duration::from_secs(15), sleep).into_response().map(Body::new)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind(address()).await?;
    println!("http://{}/events", listener.local_addr()?);
    axum::serve(listener, Router::new().route("/events", get(events))).await
}
