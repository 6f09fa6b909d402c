//! An event stream from the standard library alone, a thread a client: `server_std [PORT]`

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use sse_wire::{LAST_EVENT_ID, RESPONSE_HEADERS, io::EventWriter};
use sse_wire_interop::{Item, PAUSE, address, feed};

fn serve(mut socket: &TcpStream) -> io::Result<()> {
    let mut lines = BufReader::new(socket).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    let mut last_event_id = None;
    while let Some(line) = lines.next().transpose()?.filter(|line| !line.is_empty()) {
        match line.split_once(':') {
            Some((name, id)) if name.eq_ignore_ascii_case(LAST_EVENT_ID) => last_event_id = Some(id.trim().to_owned()),
            _ => {}
        }
    }
    let items = feed(last_event_id.as_deref().map(str::as_bytes));
    if !request.starts_with("GET /events ") {
        return socket.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    if items.is_empty() {
        return socket.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"); // do not come back
    }
    let headers = RESPONSE_HEADERS.map(|(name, value)| format!("{name}: {value}\r\n")).concat();
    socket.write_all(format!("HTTP/1.1 200 OK\r\n{headers}Connection: close\r\n\r\n").as_bytes())?;

    let mut writer = EventWriter::new(socket);
    for item in items {
        match item {
            Item::Event(event) => writer.write_event(&event)?,
            Item::Json(event, value) => writer.write_json(&event, &value)?,
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let listener = TcpListener::bind(address())?;
    println!("http://{}/events", listener.local_addr()?);
    for socket in listener.incoming() {
        let socket = socket?;
        thread::spawn(move || {
            if let Err(error) = serve(&socket) {
                eprintln!("{error}");
            }
        });
    }
    Ok(())
}
