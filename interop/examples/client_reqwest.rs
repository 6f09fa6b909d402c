//! Events from a reqwest response, printed as lines of JSON: `client_reqwest URL`

use std::error::Error;

use futures_util::StreamExt as _;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use sse_wire::{EventSource, stream::EventStream};
use sse_wire_interop::print;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: client_reqwest URL")?;
    // Only because the demo, in the same workspace, has reqwest built with TLS and without a provider for it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut source = EventSource::new();
    let request = reqwest::Client::new().get(url);
    let request = source.request_headers().fold(request, |request, (name, value)| request.header(name, value));
    let response = request.send().await?;
    let content_type = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    source.on_response(response.status().as_u16(), content_type)?;

    let mut events = EventStream::new(response.bytes_stream());
    while let Some(event) = events.next().await {
        print(event?.as_event())?;
    }
    Ok(())
}
