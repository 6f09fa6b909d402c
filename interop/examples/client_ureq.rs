//! Events out of a ureq response, without async, printed as lines of JSON: `client_ureq URL`

use std::error::Error;

use sse_wire::{MIME_TYPE, io::EventReader};
use sse_wire_interop::print;

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: client_ureq URL")?;
    let response = ureq::get(url).header("Accept", MIME_TYPE).call()?;

    let mut events = EventReader::new(response.into_body().into_reader());
    while let Some(event) = events.next_event()? {
        print(event)?;
    }
    Ok(())
}
