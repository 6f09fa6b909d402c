//! A client's socket: counts its bytes, and leaves from an address that has ports to spare.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpSocket, TcpStream};

/// One source address has some 28,000 ports, and a port is taken for a minute after its connection is closed.
const CLIENTS_PER_ADDRESS: usize = 10_000;

#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    bytes: Arc<AtomicU64>,
}

impl Socket {
    pub(super) async fn connect(to: SocketAddr, client: usize, bytes: Arc<AtomicU64>) -> io::Result<Self> {
        let stream = match source(to, client) {
            Some(source) => {
                let socket = TcpSocket::new_v4()?;
                socket.bind(SocketAddr::new(source, 0))?;
                socket.connect(to).await?
            }
            None => TcpStream::connect(to).await?,
        };
        stream.set_nodelay(true)?;
        Ok(Self { stream, bytes })
    }
}

/// The first clients take whatever address the system gives; the others one of 127.0.0.2 and up.
fn source(to: SocketAddr, client: usize) -> Option<IpAddr> {
    let block = u8::try_from(client / CLIENTS_PER_ADDRESS).unwrap_or(u8::MAX - 1);
    (block > 0 && to.is_ipv4()).then(|| Ipv4Addr::new(127, 0, 0, block + 1).into())
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        self.bytes.fetch_add((buf.filled().len() - before) as u64, Relaxed);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, buf))?;
        self.bytes.fetch_add(written as u64, Relaxed);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
