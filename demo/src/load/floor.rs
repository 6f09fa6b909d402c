//! The least that a server can do: the same bytes to the same connections, by `send` in a loop.
//!
//! A separate process, like the server: `load --floor` starts it, and publishes by writing lines to its standard input.

use std::io::{self, BufRead as _, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use sse_wire::{EventBuilder, EventId, EventType};

use super::feed::EVENT_TYPE;
use crate::serve::event::Chunk;

const HEAD: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n3\r\n:\n\n\r\n";

pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("Serving on http://{}", listener.local_addr()?);
    let clients = Arc::new(Mutex::new(Vec::new()));
    let joined = Arc::clone(&clients);
    thread::spawn(move || {
        for client in listener.incoming().flatten().filter_map(|socket| accept(socket).ok()) {
            joined.lock().unwrap_or_else(PoisonError::into_inner).push(client);
        }
    });
    for (number, data) in io::stdin().lock().lines().enumerate() {
        let (data, id) = (data?, format!("floor-{number}"));
        let id = EventId::new(&id)?;
        let event = EventBuilder::new().event_type(EventType::from_static(EVENT_TYPE)).id(id).data(&data);
        let chunk = Chunk::new(&event.encode());
        println!("{}", id.as_str());
        let mut clients = clients.lock().unwrap_or_else(PoisonError::into_inner);
        // The floor does not serve clients that do not read.
        clients.retain_mut(|client| client.write(chunk.framed()).is_ok_and(|written| written == chunk.framed().len()));
    }
    Ok(ExitCode::SUCCESS)
}

fn accept(mut socket: TcpStream) -> io::Result<TcpStream> {
    let (mut head, mut len) = ([0; 4096], 0);
    while !head[..len].ends_with(b"\r\n\r\n") {
        len += match socket.read(&mut head[len..])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => read,
        };
    }
    socket.set_nodelay(true)?;
    socket.write_all(HEAD)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}
