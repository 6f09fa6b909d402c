//! Events from a tokio socket, without an HTTP library, printed as lines of JSON: `client_tokio URL`

use std::error::Error;

use futures_util::StreamExt as _;
use sse_wire::{EventSource, tokio_codec::EventCodec};
use sse_wire_interop::print;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio_util::codec::FramedRead;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: client_tokio URL")?;
    let (host, path) = url.strip_prefix("http://").and_then(|url| url.split_once('/')).ok_or("expected http://…/…")?;
    let mut socket = BufReader::new(TcpStream::connect(host).await?);

    // HTTP/1.0: the body comes as it is, not in HTTP's chunks, and ends with the connection.
    let mut request = format!("GET /{path} HTTP/1.0\r\nHost: {host}\r\n").into_bytes();
    for (name, value) in EventSource::new().request_headers() {
        request.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    request.extend(b"\r\n");
    socket.write_all(&request).await?;
    let mut line = String::new();
    socket.read_line(&mut line).await?;
    if line.split(' ').nth(1) != Some("200") {
        return Err(line.into());
    }
    while !line.trim_end().is_empty() {
        line.clear();
        socket.read_line(&mut line).await?;
        if line.to_ascii_lowercase().starts_with("transfer-encoding") {
            return Err("the server does not know HTTP/1.0".into());
        }
    }

    let mut events = FramedRead::new(socket, EventCodec::new());
    while let Some(event) = events.next().await {
        print(event?.as_event())?;
    }
    Ok(())
}
