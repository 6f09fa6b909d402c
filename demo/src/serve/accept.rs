//! Sockets in, HTTP out.
//!
//! Its own loop over hyper instead of `axum::serve`, which cannot abort a connection whose peer does not read, and
//! takes more memory for each. An event stream over plain HTTP/1.1 leaves hyper altogether.

use std::cell::Cell;
use std::convert::Infallible;
use std::error::Error as _;
use std::io::{self, Cursor};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response, Version};
use bytes::{Bytes, BytesMut};
use hyper::body::Incoming;
use hyper::server::conn::http1::UpgradeableConnection;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use super::connection::Connection;
use super::events::Handover;
use super::feed::Feed;
use super::head::{self, READ_BUFFER};
use super::hub::Hub;
use super::say::say;
use super::stream::Stream;
use super::tls::HTTP_2;

/// Bounds what a client that does not read costs the kernel. It could be megabytes.
const SEND_BUFFER: usize = 64 * 1024;
/// The size to request for that: Linux doubles it, for its own needs.
const ASKED_SEND_BUFFER: usize = if cfg!(target_os = "linux") { SEND_BUFFER / 2 } else { SEND_BUFFER };
/// Sockets above the limit of clients, for requests that are not streams.
pub(crate) const SPARE: usize = 256;

/// What every connection needs.
#[derive(Clone)]
struct Served {
    router: Router,
    hub: Arc<Hub>,
    connection: Arc<Connection>,
}

pub(crate) async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    hub: Arc<Hub>,
) -> anyhow::Error {
    loop {
        let socket = match listener.accept().await {
            Ok((socket, _)) => socket,
            Err(error) => {
                report(&error).await;
                continue;
            }
        };
        if hub.connections.len() >= hub.settings.max_clients.saturating_add(SPARE) {
            hub.counters.rejected.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        if let Err(error) = configure(&socket, hub.settings.patience) {
            say(format_args!("a socket cannot be configured: {error}"));
            continue;
        }
        let connection = Arc::new(Connection::new(&hub.connections));
        let served = Served { router: router.clone(), hub: Arc::clone(&hub), connection };
        match tls.clone() {
            // Two tasks, since the state of TLS and HTTP/2 is large, and a task is as large as it may get.
            Some(tls) => drop(tokio::spawn(serve_tls(socket, tls, served))),
            None => drop(tokio::spawn(serve_plain(socket, served))),
        }
    }
}

/// A single connection can fail; a lasting failure, such as too many open files, must not keep the processor busy.
async fn report(error: &io::Error) {
    let of_one = [io::ErrorKind::ConnectionAborted, io::ErrorKind::ConnectionReset, io::ErrorKind::ConnectionRefused];
    if !of_one.contains(&error.kind()) {
        say(format_args!("cannot accept a connection: {error}"));
        sleep(Duration::from_millis(100)).await;
    }
}

fn configure(socket: &TcpStream, patience: Duration) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let socket = SockRef::from(socket);
    socket.set_send_buffer_size(ASKED_SEND_BUFFER)?;
    // A peer that vanished silently is detected by probes, or by data that it never acknowledged.
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(patience).with_interval(Duration::from_secs(10)))?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(patience))?;
    Ok(())
}

async fn serve_tls(socket: TcpStream, tls: TlsAcceptor, served: Served) {
    // There is nothing to tell a peer that fails the handshake.
    let Some(Ok(socket)) = served.in_time(tls.accept(socket)).await else { return };
    if socket.get_ref().1.alpn_protocol() == Some(HTTP_2) {
        serve_http2(socket, served).await;
    } else {
        serve_http1(socket, served, None, false).await;
    }
}

/// Streams use the bare socket, whichever request of a connection asks for one; hyper handles everything else.
async fn serve_plain(mut socket: TcpStream, served: Served) {
    let mut bytes = BytesMut::new();
    let Some(Ok(request)) = served.in_time(head::read(&mut socket, &mut bytes)).await else { return };
    let mut first = None;
    if let Some(request) = request {
        match served.respond_bare(request).await {
            Err((head, feed)) => {
                drop(tokio::spawn(Stream::new(socket, head, feed)));
                return;
            }
            Ok(response) => first = Some(response),
        }
    }
    let (reader, writer) = socket.into_split();
    let socket = tokio::io::join(Cursor::new(bytes.freeze()).chain(reader), writer);
    if let Some((socket, head, feed)) = serve_http1(socket, served, first, true).await {
        let (reader, writer) = socket.into_inner();
        if let Ok(socket) = reader.into_inner().1.reunite(writer) {
            drop(tokio::spawn(Stream::new(socket, head, feed)));
        }
    }
}

/// Answers requests, the first one with `first` if it is known. With `bare` it ends at the first stream, and returns
/// the socket for it.
async fn serve_http1<S>(
    socket: S,
    served: Served,
    first: Option<Response<Body>>,
    bare: bool,
) -> Option<(S, Bytes, Feed)>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let peer = served.clone();
    let (leaving, mut left) = mpsc::channel(1);
    let first = Cell::new(first);
    let service = service_fn(move |request: Request<Incoming>| {
        let (first, served, leaving) = (first.take(), served.clone(), leaving.clone());
        async move {
            let request = request.map(Body::new);
            let bare = bare && request.version() == Version::HTTP_11 && request.method() == Method::GET;
            let answered = match first {
                Some(first) => Ok(first),
                None if bare => served.respond_bare(request).await,
                None => Ok(served.respond(request).await),
            };
            match answered {
                Ok(response) => Ok::<_, Infallible>(response),
                Err(stream) => {
                    let _ = leaving.send(stream).await;
                    // hyper is done.
                    std::future::pending().await
                }
            }
        }
    });
    let mut serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(peer.hub.settings.patience)
        .max_buf_size(READ_BUFFER)
        .serve_connection(TokioIo::new(socket), service)
        .with_upgrades();
    tokio::select! {
        () = peer.drive(Pin::new(&mut serving), UpgradeableConnection::graceful_shutdown) => None,
        Some((head, feed)) = left.recv() => serving.into_parts().map(|parts| (parts.io.into_inner(), head, feed)),
    }
}

async fn serve_http2<S>(socket: S, served: Served)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let peer = served.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let served = served.clone();
        async move { Ok::<_, Infallible>(served.respond(request.map(Body::new)).await) }
    });
    let serving = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .keep_alive_interval(peer.hub.settings.patience)
        .max_send_buf_size(SEND_BUFFER)
        .serve_connection(TokioIo::new(socket), service);
    peer.drive(pin!(serving), http2::Connection::graceful_shutdown).await;
}

impl Served {
    /// `None` if that takes too long, or if the server stops meanwhile.
    async fn in_time<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = timeout(self.hub.settings.patience, work) => done.ok(),
            () = self.hub.stopping.cancelled() => None,
        }
    }

    /// Serves until the connection ends or should end: at once or, when the server stops, after the current response.
    async fn drive<C: Future<Output = hyper::Result<()>>>(
        &self,
        mut serving: Pin<&mut C>,
        shutdown: impl FnOnce(Pin<&mut C>),
    ) {
        // No request has come, by any protocol.
        let unused = async {
            sleep(self.hub.settings.patience).await;
            if self.connection.used.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
        };
        let ended = tokio::select! {
            ended = serving.as_mut() => ended,
            () = self.connection.abort.notified() => return,
            () = unused => return,
            () = self.hub.stopping.cancelled() => {
                shutdown(serving.as_mut());
                serving.await
            }
        };
        // An error is a peer that is gone or was silent for too long, or a stream that was cut.
        let cause = ended.as_ref().err().and_then(|error| error.source()?.downcast_ref::<io::Error>());
        if cause.is_some_and(|error| error.kind() == io::ErrorKind::TimedOut) {
            self.connection.lost.store(true, Ordering::Relaxed);
        }
    }

    /// Passes the request on, with the connection that it came over.
    async fn respond(&self, mut request: Request<Body>) -> Response<Body> {
        self.connection.used.store(true, Ordering::Relaxed);
        request.extensions_mut().insert(Arc::clone(&self.connection));
        match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    /// The same, or the head of a stream and what follows it on the bare socket.
    async fn respond_bare(&self, mut request: Request<Body>) -> Result<Response<Body>, (Bytes, Feed)> {
        let handover = Handover::default();
        request.extensions_mut().insert(handover.clone());
        let response = self.respond(request).await;
        let stream = handover.0.lock().take();
        match stream {
            Some((first, feed)) => Err((head::encode(&response, &first), feed)),
            None => Ok(response),
        }
    }
}
