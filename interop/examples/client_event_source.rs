//! What a browser's `EventSource` does, over reqwest: connects again, resumes behind the last event, and stops when the
//! server says so. Prints the events as lines of JSON: `client_event_source URL`

use std::error::Error;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use sse_wire::{Chunk, EventSource, LAST_EVENT_ID, MIME_TYPE};
use sse_wire_interop::print;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: client_event_source URL")?;
    // Only because the demo, in the same workspace, has reqwest built with TLS and without a provider for it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::new();
    let mut source = EventSource::new();
    loop {
        let mut request = client.get(&url).header(ACCEPT, MIME_TYPE);
        if let Some(id) = source.last_event_id_header() {
            request = request.header(LAST_EVENT_ID, id);
        }
        if let Ok(mut response) = request.send().await {
            let content_type = response.headers().get(CONTENT_TYPE).map(HeaderValue::to_str).transpose()?;
            match source.on_response(response.status().as_u16(), content_type) {
                Err(failed) if failed.status() == Some(204) => return Ok(()), // there is nothing more to come
                result => result?,
            }
            // An error is an end too: the network was lost.
            while let Ok(Some(bytes)) = response.chunk().await {
                let mut chunk = Chunk::new(&bytes);
                while let Some(event) = source.next_event(&mut chunk)? {
                    print(event)?;
                }
            }
        }
        match source.on_end(fastrand::u32(..)) {
            Some(wait) => tokio::time::sleep(wait).await,
            None => return Ok(()),
        }
    }
}
