//! A connection that is lost in the middle of an event.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

/// A proxy in front of a server, on loopback, that cuts connections.
#[derive(Debug)]
pub struct Cuts {
    /// The URL to be asked instead of the server's.
    pub url: String,
    /// The `Last-Event-ID` of each request, as it comes.
    pub last_event_ids: mpsc::Receiver<Option<String>>,
}

/// Starts a proxy in front of `url` that closes its first connection behind the first of `texts` in the response, the
/// second behind the second, and so on; then it lets them pass.
pub fn cut(url: &str, texts: Vec<String>) -> io::Result<Cuts> {
    let (authority, path) = url
        .strip_prefix("http://")
        .and_then(|url| url.split_once('/'))
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "expected http://HOST:PORT/PATH"))?;
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let url = format!("http://{}/{path}", listener.local_addr()?);
    let authority = authority.to_owned();
    let (sender, last_event_ids) = mpsc::channel();
    thread::spawn(move || {
        let mut texts = texts.into_iter();
        for client in listener.incoming() {
            // The client sees failures. No client opens two connections at a time, so this handles one.
            let _ = client.and_then(|client| serve(&client, &authority, texts.next().as_deref(), &sender));
        }
    });
    Ok(Cuts { url, last_event_ids })
}

/// Forwards one request, and its response up to the text.
fn serve(
    client: &TcpStream,
    authority: &str,
    text: Option<&str>,
    last_event_ids: &mpsc::Sender<Option<String>>,
) -> io::Result<()> {
    let mut head = String::new();
    let mut last_event_id = None;
    for line in BufReader::new(client).lines() {
        let line = line?;
        match line.split_once(':') {
            _ if line.is_empty() => break,
            // One request per connection.
            Some((name, _)) if name.eq_ignore_ascii_case("connection") => continue,
            Some((name, value)) if name.eq_ignore_ascii_case(sse_wire::LAST_EVENT_ID) => {
                last_event_id = Some(value.trim().to_owned());
            }
            _ => {}
        }
        head += &line;
        head += "\r\n";
    }
    let _ = last_event_ids.send(last_event_id);

    let mut server = TcpStream::connect(authority)?;
    server.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes())?;
    let (mut response, mut buffer) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let len = server.read(&mut buffer)?;
        if len == 0 {
            return Ok(());
        }
        let sent = response.len();
        response.extend_from_slice(&buffer[..len]);
        if let Some(text) = text.map(str::as_bytes) {
            let from = sent.saturating_sub(text.len());
            if let Some(index) = response[from..].windows(text.len()).position(|window| window == text) {
                let end = from + index + text.len();
                return (&mut &*client).write_all(&response[sent..end]);
            }
        }
        (&mut &*client).write_all(&response[sent..])?;
    }
}
