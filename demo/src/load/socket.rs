//! A client's socket: counts its bytes, and leaves from an address that has ports to spare.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream};
use tokio_util::io::{InspectReader, InspectWriter};

/// One source address has some 28,000 ports, and a port is taken for a minute after its connection is closed.
const CLIENTS_PER_ADDRESS: usize = 10_000;

pub(super) async fn connect(
    to: SocketAddr,
    client: usize,
    bytes: Arc<AtomicU64>,
) -> io::Result<impl AsyncRead + AsyncWrite + Unpin> {
    let stream = match source(to, client) {
        Some(source) => {
            let socket = TcpSocket::new_v4()?;
            socket.bind(SocketAddr::new(source, 0))?;
            socket.connect(to).await?
        }
        None => TcpStream::connect(to).await?,
    };
    stream.set_nodelay(true)?;
    let count = move |piece: &[u8]| {
        bytes.fetch_add(piece.len() as u64, Relaxed);
    };
    Ok(InspectReader::new(InspectWriter::new(stream, count.clone()), count))
}

/// The first clients take whatever address the system gives; the others one of 127.0.0.2 and up.
fn source(to: SocketAddr, client: usize) -> Option<IpAddr> {
    let block = u8::try_from(client / CLIENTS_PER_ADDRESS).unwrap_or(u8::MAX - 1);
    (block > 0 && to.is_ipv4()).then(|| Ipv4Addr::new(127, 0, 0, block + 1).into())
}
