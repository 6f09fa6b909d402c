//! An event stream from hyper: `server_hyper [PORT]`

use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http_body_util::{Either, Empty};
use hyper::body::{Body, Incoming};
use hyper::header::HeaderValue;
use hyper::{Request, Response, StatusCode, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use sse_wire::{LAST_EVENT_ID, http_body::EventBody};
use sse_wire_interop::{Item, PAUSE, address, feed};
use tokio::{net::TcpListener, time::sleep};

type Error = Box<dyn std::error::Error + Send + Sync>;

async fn events(request: Request<Incoming>) -> Result<Response<impl Body<Data = Bytes, Error = Error>>, http::Error> {
    let items = feed(request.headers().get(LAST_EVENT_ID).map(HeaderValue::as_bytes));
    let empty = match request.uri().path() {
        "/events" if items.is_empty() => Some(StatusCode::NO_CONTENT), // do not come back
        "/events" => None,
        _ => Some(StatusCode::NOT_FOUND),
    };
    if let Some(status) = empty {
        return Response::builder().status(status).body(Either::Left(Empty::new()));
    }
    let events = stream::iter(items).then(async |item: Item| {
        sleep(PAUSE).await;
        item.encode()
    });
    let body = EventBody::new(events.boxed()).with_keep_alive(Duration::from_secs(15), sleep);
    Ok(body.into_response().map(Either::Right))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind(address()).await?;
    println!("http://{}/events", listener.local_addr()?);
    loop {
        let (socket, _) = listener.accept().await?;
        let connection = http1::Builder::new().serve_connection(TokioIo::new(socket), service_fn(events));
        tokio::spawn(async {
            if let Err(error) = connection.await {
                eprintln!("{error}");
            }
        });
    }
}
