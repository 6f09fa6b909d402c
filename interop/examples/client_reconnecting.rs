//! A client that reconnects by itself, over reqwest: waits, backs off, resumes behind the last event, and stops when the
//! server says so. Prints the events as lines of JSON: `client_reconnecting URL`

use std::error::Error;
use std::time::Duration;

use futures_util::StreamExt as _;
use sse_wire::EventSource;
use sse_wire::stream::{Attempt, SourceError};
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
        async { Ok::<_, reqwest::Error>(http::Response::from(request.send().await?).into()) }
    };
    let events = EventSource::new().into_stream(connect, tokio::time::sleep);
    let mut events = events.with_idle_timeout(Duration::from_secs(60)); // keep-alives come more often
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => print(event.as_event())?,
            Err(SourceError::Refused(failed)) if failed.is_no_content() => {} // there is nothing more to come
            Err(error) if error.is_final() => return Err(error.into()),
            Err(error) => eprintln!("{error}"), // and it goes on
        }
    }
    Ok(())
}
