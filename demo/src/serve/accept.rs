//! Sockets in, HTTP out.
//!
//! A loop of its own over hyper, and not `axum::serve`: that one has no way to abort a connection whose peer does not
//! read, and takes more memory for each.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use super::connections::Connection;
use super::hub::Hub;
use super::tls::HTTP_2;

/// The least that hyper takes, and the most that the head of a request may have.
const READ_BUFFER: usize = 8 * 1024;
/// Bounds what a client that does not read costs the kernel. It could be megabytes.
const SEND_BUFFER: usize = 64 * 1024;
/// How long a peer may take for a request's head or a TLS handshake, and a connection may be idle.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long what was sent may stay unacknowledged.
const LOST_AFTER: Duration = Duration::from_secs(30);
/// Sockets above the limit of clients, for what is no stream.
pub(crate) const SPARE: usize = 256;

pub(crate) async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, router: Router, hub: Arc<Hub>) {
    loop {
        let socket = match listener.accept().await {
            Ok((socket, _)) => socket,
            Err(error) => {
                report(&error).await;
                continue;
            }
        };
        if hub.connections.count() >= hub.clients.limit().saturating_add(SPARE) {
            hub.counters.rejected.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        if let Err(error) = configure(&socket) {
            eprintln!("a socket cannot be configured: {error}");
            continue;
        }
        let connection = hub.connections.open();
        let router = router.clone();
        match tls.clone() {
            // Two tasks, since the state of TLS and HTTP/2 is large, and a task is as large as it may get.
            Some(tls) => drop(tokio::spawn(serve_tls(socket, tls, router, connection))),
            None => drop(tokio::spawn(serve_http1(socket, router, connection))),
        }
    }
}

/// One connection can fail by itself; what stays, such as too many open files, must not keep the processor busy.
async fn report(error: &io::Error) {
    let of_one = [io::ErrorKind::ConnectionAborted, io::ErrorKind::ConnectionReset, io::ErrorKind::ConnectionRefused];
    if !of_one.contains(&error.kind()) {
        eprintln!("cannot accept a connection: {error}");
        sleep(Duration::from_millis(100)).await;
    }
}

fn configure(socket: &TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let socket = SockRef::from(socket);
    socket.set_send_buffer_size(SEND_BUFFER)?;
    // A peer that vanished without a word is found by asking, or by what it never acknowledged.
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(LOST_AFTER).with_interval(Duration::from_secs(10)))?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(LOST_AFTER))?;
    Ok(())
}

async fn serve_tls(socket: TcpStream, tls: TlsAcceptor, router: Router, connection: Arc<Connection>) {
    // A peer that does not get through the handshake has nothing to be told.
    let accepted = tokio::select! {
        accepted = timeout(PATIENCE, tls.accept(socket)) => accepted,
        () = connection.stopping() => return,
    };
    let Ok(Ok(socket)) = accepted else { return };
    if socket.get_ref().1.alpn_protocol() == Some(HTTP_2) {
        serve_http2(socket, router, connection).await;
    } else {
        serve_http1(socket, router, connection).await;
    }
}

async fn serve_http1<S>(socket: S, router: Router, connection: Arc<Connection>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request| respond(router.clone(), &connection, request));
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(READ_BUFFER)
        .serve_connection(TokioIo::new(socket), service)
        .with_upgrades();
    let mut serving = std::pin::pin!(serving);
    tokio::select! {
        // An error is a peer that is gone, or a stream that was cut.
        _ = serving.as_mut() => {}
        () = connection.aborted() => {}
        () = connection.stopping() => {
            serving.as_mut().graceful_shutdown();
            let _ = serving.await;
        }
    }
}

async fn serve_http2<S>(socket: S, router: Router, connection: Arc<Connection>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request| respond(router.clone(), &connection, request));
    let serving = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .keep_alive_interval(LOST_AFTER)
        .max_send_buf_size(SEND_BUFFER)
        .serve_connection(TokioIo::new(socket), service);
    let mut serving = std::pin::pin!(serving);
    tokio::select! {
        _ = serving.as_mut() => {}
        () = connection.aborted() => {}
        () = connection.stopping() => {
            serving.as_mut().graceful_shutdown();
            let _ = serving.await;
        }
    }
}

/// Hands the request on, with the connection that it came over.
fn respond(
    router: Router,
    connection: &Arc<Connection>,
    mut request: hyper::Request<Incoming>,
) -> impl Future<Output = Result<axum::response::Response, std::convert::Infallible>> + use<> {
    request.extensions_mut().insert(Arc::clone(connection));
    router.oneshot(request.map(Body::new))
}
