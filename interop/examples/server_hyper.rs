//! An event stream from hyper: `server_hyper [PORT]`

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http_body_util::{BodyExt, Empty, StreamBody, combinators::BoxBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Request, Response, StatusCode, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use sse_wire::{LAST_EVENT_ID, MIME_TYPE};
use sse_wire_interop::{Item, PAUSE, address, feed};
use tokio::net::TcpListener;

type Body = BoxBody<Bytes, serde_json::Error>;

async fn events(request: Request<Incoming>) -> Result<Response<Body>, hyper::http::Error> {
    let items = feed(request.headers().get(LAST_EVENT_ID).map(HeaderValue::as_bytes));
    let empty = match request.uri().path() {
        "/events" if items.is_empty() => Some(StatusCode::NO_CONTENT), // do not come back
        "/events" => None,
        _ => Some(StatusCode::NOT_FOUND),
    };
    if let Some(status) = empty {
        return Response::builder().status(status).body(BodyExt::boxed(Empty::new().map_err(|never| match never {})));
    }
    let events = stream::iter(items).then(|item| async {
        tokio::time::sleep(PAUSE).await;
        Ok(match item {
            Item::Event(event) => event.to_bytes(),
            Item::Json(event, value) => event.encode_json(&value)?.into(),
        })
    });
    Response::builder()
        .header(CONTENT_TYPE, MIME_TYPE)
        .header(CACHE_CONTROL, "no-cache")
        .body(BodyExt::boxed(StreamBody::new(events.map_ok(Frame::data))))
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
