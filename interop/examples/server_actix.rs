//! An event stream from actix-web: `server_actix [PORT]`

use actix_web::http::Version;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, get};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use sse_wire::{LAST_EVENT_ID, MIME_TYPE};
use sse_wire_interop::{Item, PAUSE, address, feed};

#[get("/events")]
async fn events(request: HttpRequest) -> HttpResponse {
    let items = feed(request.headers().get(LAST_EVENT_ID).map(HeaderValue::as_bytes));
    if items.is_empty() {
        return HttpResponse::NoContent().finish(); // do not come back
    }
    let events = stream::iter(items).then(|item| async {
        actix_web::rt::time::sleep(PAUSE).await;
        Ok::<Bytes, serde_json::Error>(match item {
            Item::Event(event) => event.to_bytes(),
            Item::Json(event, value) => event.encode_json(&value)?.into(),
        })
    });
    let mut response =
        HttpResponse::Ok().content_type(MIME_TYPE).insert_header((CACHE_CONTROL, "no-cache")).streaming(events);
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
