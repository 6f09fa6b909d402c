//! A gateway, axum in front and reqwest behind: event stream in, event stream out. `gateway URL [PORT]`
//!
//! Everything passes at once, and nothing is lost: events, ids without an event, reconnection times, comments, and the
//! last event ID of a client that comes back. Keep-alives fill the silence, also where the server behind sends none.

use std::error::Error;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::{Router, routing::get};
use futures_util::StreamExt as _;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use sse_wire::{Decoder, EventBuilder, EventId, EventSource, LAST_EVENT_ID, http_body::EventBody, stream::EventStream};
use tokio::{net::TcpListener, time::sleep};

/// The server behind, which is asked once for each client.
#[derive(Clone)]
struct Behind(reqwest::Client, String);

async fn relay(State(behind): State<Behind>, headers: HeaderMap) -> Result<Response, StatusCode> {
    let id = headers.get(LAST_EVENT_ID).and_then(|id| EventId::from_header(id.as_bytes()).ok());
    let decoder = Decoder::new().with_last_event_id(id.map_or("", |id| id.as_str()));
    let mut source = EventSource::with_decoder(decoder);
    let request = behind.0.get(behind.1);
    let request = source.request_headers().fold(request, |request, (name, value)| request.header(name, value));
    let response = request.send().await.map_err(|_| StatusCode::BAD_GATEWAY)?;

    let content_type = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    match source.on_response(response.status().as_u16(), content_type) {
        Ok(()) if !response.headers().contains_key(CONTENT_ENCODING) => {}
        Err(failed) if failed.status().is_some() => return Err(response.status()), // 204, too: do not come back
        _ => return Err(StatusCode::BAD_GATEWAY), // a page, or compressed: there would be no events in it
    }
    let frames = EventStream::new(response.bytes_stream()).frames();
    let events = frames.map(|frame| frame.map(|frame| EventBuilder::from(&frame).to_bytes()));
    Ok(EventBody::new(events).with_keep_alive(Duration::from_secs(15), sleep).into_response().map(Body::new))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let url = args.next().ok_or("usage: gateway URL [PORT]")?;
    let port = args.next().map_or(Ok(0), |port| port.parse())?;
    // Only because the demo, in the same workspace, has reqwest built with TLS and without a provider for it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let behind = Behind(reqwest::Client::new(), url);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/events", listener.local_addr()?);
    Ok(axum::serve(listener, Router::new().route("/events", get(relay)).with_state(behind)).await?)
}
