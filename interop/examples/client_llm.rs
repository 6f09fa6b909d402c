//! The text that a language model writes, printed as it arrives: `client_llm URL PROMPT`
//!
//! Takes both kinds of streams that providers have: those with named events, which end with one of the type
//! `message_stop`, and those with unnamed ones, which end with `[DONE]`. A real provider requires an API key, too.

use std::error::Error;
use std::io::{self, Write as _};

use futures_util::StreamExt as _;
use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;
use sse_wire::{EventSource, stream::EventStream};

/// An event: the variant is its type, the content its data.
#[allow(clippy::enum_variant_names, reason = "the names are those of the API")]
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Message {
    ContentBlockDelta {
        delta: Delta,
    },
    MessageStop,
    Error {
        error: Failure,
    },
    /// An unnamed event has this type.
    #[serde(rename = "message")]
    Chunk {
        #[serde(default)]
        choices: Vec<Choice>,
        /// Some servers report it here.
        error: Option<Failure>,
    },
    /// There are other types, such as `ping`, and there will be more.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Choice {
    delta: Delta,
}

#[derive(Deserialize)]
struct Delta {
    /// Absent or null if there is something other than text.
    #[serde(alias = "content")]
    text: Option<String>,
}

#[derive(Deserialize)]
struct Failure {
    message: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (url, prompt) = args.next().zip(args.next()).ok_or("usage: client_llm URL PROMPT")?;
    // Only because the demo, in the same workspace, has reqwest built with TLS and without a provider for it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let question = serde_json::json!({ "stream": true, "messages": [{ "role": "user", "content": prompt }] });
    let source = EventSource::new();
    let request = reqwest::Client::new().post(url).header(CONTENT_TYPE, "application/json");
    let request = source.request_headers().fold(request, |request, (name, value)| request.header(name, value));
    let response = request.body(question.to_string()).send().await?.error_for_status()?;

    let mut events = EventStream::new(response.bytes_stream());
    while let Some(event) = events.next().await {
        let event = event?;
        if event.data() == "[DONE]" {
            return Ok(());
        }
        match event.tagged()? {
            Message::ContentBlockDelta { delta } => print(&delta)?,
            Message::Error { error } | Message::Chunk { error: Some(error), .. } => return Err(error.message.into()),
            Message::Chunk { choices, .. } => choices.iter().try_for_each(|choice| print(&choice.delta))?,
            Message::MessageStop => return Ok(()),
            Message::Other => {}
        }
    }
    Err("the answer was cut off".into())
}

fn print(delta: &Delta) -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(delta.text.as_deref().unwrap_or_default().as_bytes())?;
    out.flush()
}
