//! A gateway, axum in front and reqwest behind: event stream in, event stream out. `gateway URL [PORT]`
//!
//! Everything passes at once: events, ids without an event, reconnection times, comments, and the last event ID of a
//! client that comes back. Keep-alives fill the silence, also where the server behind sends none. An event over the
//! limit is left out, and reported here. A stream that is cut off inside an event is cut off for the client too.

use std::error::Error;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::{BoxError, Router, routing::get};
use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
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
    Ok(EventBody::new(encoded(response).boxed())
        .with_keep_alive(Duration::from_secs(15), sleep)
        .into_response()
        .map(Body::new))
}

/// What the server behind sends, encoded again.
fn encoded(response: reqwest::Response) -> impl Stream<Item = Result<Bytes, BoxError>> {
    let frames = EventStream::new(response.bytes_stream().boxed()).frames();
    stream::unfold(Some(frames), async |frames| {
        let mut frames = frames?;
        loop {
            let error = match frames.next().await {
                Some(Ok(frame)) => return Some((Ok(EventBuilder::from(&frame).to_bytes()), Some(frames))),
                Some(Err(sse_wire::Error::Decode(error))) => {
                    eprintln!("{error}");
                    continue;
                }
                Some(Err(error)) => error.into(),
                None if frames.get_ref().decoder().is_between_events() => return None,
                None => "the server behind has cut an event off".into(),
            };
            return Some((Err(error), None));
        }
    })
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
