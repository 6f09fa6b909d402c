//! A tool call over the Model Context Protocol's Streamable HTTP, revision 2025-11-25, whose stream the server may end
//! at any time after an id: the client waits as long as `retry` says, and resumes. Calls the tool `test_reconnection`,
//! and prints its result: `client_mcp URL`

use std::error::Error;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use sse_wire::{Chunk, EventSource, MIME_TYPE};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: client_mcp URL")?;
    // Only because the demo, in the same workspace, has reqwest built with TLS and without a provider for it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut session = Session { client: Client::new(), url, headers: HeaderMap::new() };
    let info = json!({ "name": "sse-wire", "version": "0" });
    let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": info });
    let initialized = session.call(1, "initialize", params).await?;
    if let Some(version) = initialized["result"]["protocolVersion"].as_str() {
        session.headers.insert("mcp-protocol-version", version.parse()?);
    }
    session.post(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await?;
    let answer = session.call(2, "tools/call", json!({ "name": "test_reconnection", "arguments": {} })).await?;
    println!("{}", answer.get("result").ok_or_else(|| answer["error"].to_string())?);
    Ok(())
}

struct Session {
    client: Client,
    url: String,
    /// The session's id and the protocol's version, once the server has said them.
    headers: HeaderMap,
}

impl Session {
    fn request(&self, method: Method) -> RequestBuilder {
        self.client.request(method, &self.url).headers(self.headers.clone())
    }

    async fn post(&mut self, message: &Value) -> Result<Response, Box<dyn Error>> {
        let request = self.request(Method::POST).header(ACCEPT, format!("application/json, {MIME_TYPE}"));
        let request = request.header(CONTENT_TYPE, "application/json").body(message.to_string());
        let response = request.send().await?.error_for_status()?;
        if let Some(id) = response.headers().get("mcp-session-id") {
            self.headers.insert("mcp-session-id", id.clone());
        }
        Ok(response)
    }

    /// Sends a request, and returns the response to it: the body, or in a stream, by as many connections as it takes.
    async fn call(&mut self, id: u64, method: &str, params: Value) -> Result<Value, Box<dyn Error>> {
        let message = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let mut response = self.post(&message).await?;
        if content_type(&response).is_some_and(|content_type| content_type.starts_with(b"application/json")) {
            return Ok(serde_json::from_slice(&response.bytes().await?)?);
        }
        let mut source = EventSource::new().with_jitter(0); // "the client MUST respect the retry field"
        loop {
            source.on_response(response.status().as_u16(), content_type(&response))?;
            if let Some(answer) = answer(response, &mut source, id).await? {
                return Ok(answer);
            }
            response = self.resume(&mut source).await?;
        }
    }

    /// Continues the stream after the last event: by GET, since a second POST would call the tool again.
    async fn resume(&self, source: &mut EventSource) -> Result<Response, Box<dyn Error>> {
        loop {
            let wait = source.on_end(fastrand::u32(..)).ok_or("the stream is closed")?;
            source.last_event_id_header().ok_or("the stream ended before it could be resumed")?;
            tokio::time::sleep(wait).await;
            let request = self.request(Method::GET);
            match source
                .request_headers()
                .fold(request, |request, (name, value)| request.header(name, value))
                .send()
                .await
            {
                Ok(response) => return Ok(response),
                Err(error) => eprintln!("{error}"),
            }
        }
    }
}

/// The response to the request with this id, if the stream has it; `None` if it ends before.
async fn answer(mut response: Response, source: &mut EventSource, id: u64) -> Result<Option<Value>, Box<dyn Error>> {
    while let Ok(Some(bytes)) = response.chunk().await {
        let mut chunk = Chunk::new(&bytes);
        while let Some(event) = source.next_event(&mut chunk)? {
            if event.data().is_empty() {
                continue; // it is there for its id
            }
            let message: Value = event.json()?;
            if message["id"] == id {
                return Ok(Some(message));
            }
        }
    }
    Ok(None)
}

fn content_type(response: &Response) -> Option<&[u8]> {
    response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes)
}
