//! What a browser's `EventSource` does, over reqwest: reconnects, resumes after the last event, and stops when the
//! server says so. Prints the events as lines of JSON: `client_event_source URL`

use std::error::Error;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response};
use sse_wire::{Chunk, EventSource, retry_after};
use sse_wire_interop::print;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: client_event_source URL")?;
    // Only because the demo, in the same workspace, has reqwest built with TLS and without a provider for it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // The servers send keep-alives more often than that.
    let client = Client::builder().read_timeout(Duration::from_secs(60)).build()?;
    let mut source = EventSource::new();
    loop {
        let request =
            source.request_headers().fold(client.get(&url), |request, (name, value)| request.header(name, value));
        let wait = match request.send().await {
            Ok(response) => match response.status().as_u16() {
                408 | 425 | 429 | 500 | 502 | 503 | 504 => {
                    let header = response.headers().get(RETRY_AFTER).map(HeaderValue::as_bytes);
                    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
                    source.on_unavailable(header.and_then(|value| retry_after(value, now)), fastrand::u32(..))
                }
                status => {
                    let content_type = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
                    match source.on_response(status, content_type) {
                        Ok(()) => body(response, &mut source).await?,
                        Err(failed) if failed.is_no_content() => return Ok(()), // there is nothing more to come
                        Err(failed) => return Err(failed.into()),
                    }
                    source.on_end(fastrand::u32(..))
                }
            },
            Err(_) => source.on_end(fastrand::u32(..)),
        };
        match wait {
            Some(wait) => tokio::time::sleep(wait).await,
            None => return Ok(()),
        }
    }
}

/// Prints the events of one connection. An error of the network is an end too.
async fn body(mut response: Response, source: &mut EventSource) -> Result<(), Box<dyn Error>> {
    while let Ok(Some(bytes)) = response.chunk().await {
        let mut chunk = Chunk::new(&bytes);
        loop {
            match source.next_event(&mut chunk) {
                Ok(Some(event)) => print(event)?,
                Ok(None) => break,
                Err(too_long) => eprintln!("{too_long}"), // the next event still comes
            }
        }
    }
    Ok(())
}
