//! An event stream from actix-web: `server_actix [PORT]`

use actix_web::http::Version;
use actix_web::http::header::HeaderValue;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, get};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use sse_wire::{LAST_EVENT_ID, RESPONSE_HEADERS};
use sse_wire_interop::{Item, PAUSE, address, feed};

#[get("/events")]
async fn events(request: HttpRequest) -> HttpResponse {
    let items = feed(request.headers().get(LAST_EVENT_ID).map(HeaderValue::as_bytes));
    if items.is_empty() {
        return HttpResponse::NoContent().finish(); // do not come back
    }
    let events = stream::iter(items).then(async |item: Item| {
        actix_web::rt::time::sleep(PAUSE).await;
        item.encode().map(Bytes::from)
    });
    let mut response = HttpResponse::Ok();
    for header in RESPONSE_HEADERS {
        response.insert_header(header);
    }
    let mut response = response.streaming(events);
    // Otherwise actix sends HTTP's chunks to a client of HTTP/1.0 too, which does not know them.
    response.head_mut().no_chunking(request.version() == Version::HTTP_10);
    response
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let server = HttpServer::new(|| App::new().service(events)).workers(1).bind(address())?;
    println!("http://{}/events", server.addrs()[0]);
    server.run().await
}
