//! Events from a hyper response, printed as lines of JSON: `client_hyper URL`

use std::error::Error;

use bytes::Bytes;
use futures_util::StreamExt as _;
use http_body_util::Empty;
use hyper::Request;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use sse_wire::{EventSource, stream::EventStream};
use sse_wire_interop::print;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: client_hyper URL")?;
    let client = Client::builder(TokioExecutor::new()).build_http();
    let mut source = EventSource::new();
    let request =
        source.request_headers().fold(Request::get(url), |request, (name, value)| request.header(name, value));
    let response = client.request(request.body(Empty::<Bytes>::new())?).await?;
    let content_type = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    source.on_response(response.status().as_u16(), content_type)?;

    let mut events = EventStream::from_body(response.into_body());
    while let Some(event) = events.next().await {
        print(event?.as_event())?;
    }
    Ok(())
}
