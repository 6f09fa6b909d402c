//! Events out of a reqwest response, printed as lines of JSON: `client_reqwest URL`

use std::error::Error;

use futures_util::StreamExt as _;
use reqwest::header::ACCEPT;
use sse_wire::{MIME_TYPE, stream::EventStream};
use sse_wire_interop::print;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: client_reqwest URL")?;
    // Only because the demo, in the same workspace, has reqwest built with TLS and without a provider for it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let request = reqwest::Client::new().get(url).header(ACCEPT, MIME_TYPE);
    let response = request.send().await?.error_for_status()?;

    let mut events = EventStream::new(response.bytes_stream());
    while let Some(event) = events.next().await {
        print(event?.as_event())?;
    }
    Ok(())
}
