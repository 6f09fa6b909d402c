//! Events out of a hyper response, printed as lines of JSON: `client_hyper URL`

use std::error::Error;

use bytes::Bytes;
use futures_util::StreamExt as _;
use http_body_util::{BodyDataStream, Empty};
use hyper::{Request, StatusCode, header::ACCEPT};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use sse_wire::{MIME_TYPE, stream::EventStream};
use sse_wire_interop::print;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: client_hyper URL")?;
    let client = Client::builder(TokioExecutor::new()).build_http();
    let request = Request::get(url).header(ACCEPT, MIME_TYPE).body(Empty::<Bytes>::new())?;
    let response = client.request(request).await?;
    if response.status() != StatusCode::OK {
        return Err(format!("status {}", response.status()).into());
    }

    let mut events = EventStream::new(BodyDataStream::new(response.into_body()));
    while let Some(event) = events.next().await {
        print(event?.as_event())?;
    }
    Ok(())
}
