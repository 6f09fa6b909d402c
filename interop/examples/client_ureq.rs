//! Events from a ureq response, without async, printed as lines of JSON: `client_ureq URL`

use std::error::Error;

use sse_wire::{EventSource, io::EventReader};
use sse_wire_interop::print;
use ureq::http::HeaderValue;

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: client_ureq URL")?;
    let mut source = EventSource::new();
    let request = source.request_headers().fold(ureq::get(url), |request, (name, value)| request.header(name, value));
    let response = request.call()?;
    let content_type = response.headers().get("content-type").map(HeaderValue::as_bytes);
    source.on_response(response.status().as_u16(), content_type)?;

    let mut events = EventReader::new(response.into_body().into_reader());
    while let Some(event) = events.next_event()? {
        print(event)?;
    }
    Ok(())
}
