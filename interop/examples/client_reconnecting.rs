//! A client that reconnects by itself, over reqwest: waits, backs off, resumes after the last event, asks a busy server
//! again, and stops when the server says so. Prints the events as lines of JSON: `client_reconnecting URL`

use std::error::Error;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::StreamExt as _;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use sse_wire::stream::{Accepted, Attempt, SourceError};
use sse_wire::{EventSource, retry_after};
use sse_wire_interop::print;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: client_reconnecting URL")?;
    // Only because the demo, in the same workspace, has reqwest built with TLS and without a provider for it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::new();
    let connect = |attempt: Attempt<'_>| {
        let headers = attempt.request_headers();
        let request = headers.fold(client.get(&url), |request, (name, value)| request.header(name, value));
        async {
            let response = request.send().await?;
            Ok::<_, reqwest::Error>(match response.status().as_u16() {
                status @ (408 | 425 | 429 | 500 | 502 | 503 | 504) => {
                    Accepted::unavailable(status, asked_to_wait(response.headers()))
                }
                _ => http::Response::from(response).into(),
            })
        }
    };
    let events = EventSource::new().into_stream(connect, tokio::time::sleep);
    let mut events = events.with_idle_timeout(Duration::from_secs(60)); // keep-alives come more often
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => print(event.as_event())?,
            Err(SourceError::Refused(failed)) if failed.is_no_content() => {} // there is nothing more to come
            Err(error) if error.is_final() => return Err(error.into()),
            Err(error) => eprintln!("{error}"), // and it continues
        }
    }
    Ok(())
}

/// What a busy server says about when to come back.
fn asked_to_wait(headers: &HeaderMap) -> Option<Duration> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    retry_after(headers.get(RETRY_AFTER)?.as_bytes(), now)
}
