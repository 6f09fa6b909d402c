//! The request, made anew for every connection, and the arguments that shape it.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use reqwest::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, Response, Url};
use sse_wire::{LAST_EVENT_ID, MIME_TYPE};

#[derive(Debug)]
pub(super) struct Requests {
    client: Client,
    pub(super) url: Url,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

impl Requests {
    pub(super) fn new(
        url: Url,
        extra: Vec<(HeaderName, HeaderValue)>,
        post: Option<&Path>,
        cacert: Option<&Path>,
    ) -> anyhow::Result<Self> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(MIME_TYPE));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if post.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        for (name, _) in &extra {
            headers.remove(name);
        }
        for (name, value) in extra {
            headers.append(name, value);
        }
        Ok(Self { client: client(cacert)?, url, headers, body: post.map(read).transpose()? })
    }

    /// Sends it, and waits for the head of the response. Redirects are followed as browsers do.
    pub(super) async fn send(&self, last_event_id: Option<&[u8]>) -> reqwest::Result<Response> {
        let mut request = match &self.body {
            None => self.client.get(self.url.clone()),
            Some(body) => self.client.post(self.url.clone()).body(body.clone()),
        };
        request = request.headers(self.headers.clone());
        if let Some(id) = last_event_id {
            request = request.header(LAST_EVENT_ID, id);
        }
        request.send().await
    }
}

fn client(cacert: Option<&Path>) -> anyhow::Result<Client> {
    // An error says that there is a provider already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("sse-wire-demo/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(30))
        // So that a peer that has vanished without a word is noticed, by and by.
        .tcp_keepalive(Duration::from_secs(30))
        .http2_keep_alive_interval(Duration::from_secs(30))
        .http2_keep_alive_while_idle(true);
    if let Some(path) = cacert {
        let pem = fs::read(path).with_context(|| format!("--cacert {}", path.display()))?;
        let certificates = Certificate::from_pem_bundle(&pem)
            .with_context(|| format!("--cacert {}: expected certificates in PEM", path.display()))?;
        anyhow::ensure!(!certificates.is_empty(), "--cacert {}: no certificate in PEM in it", path.display());
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().context("the HTTP client cannot be set up")
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().read_to_end(&mut body).context("--post -: standard input")?;
    } else {
        body = fs::read(path).with_context(|| format!("--post {}", path.display()))?;
    }
    Ok(body)
}

pub(super) fn url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("{error}; expected http://… or https://…"))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        scheme => Err(format!("scheme {scheme:?}; expected http://… or https://…")),
    }
}

pub(super) fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("expected \"Name: value\"")?;
    let name: HeaderName = name.trim().parse().map_err(|_| format!("{name:?} is not a header name"))?;
    if name.as_str() == LAST_EVENT_ID {
        return Err("use --last-event-id, which follows the stream".to_owned());
    }
    let value = value.trim();
    let value = value.parse().map_err(|_| format!("{value:?} is not a header value"))?;
    Ok((name, value))
}

/// An id that can travel in a header.
pub(super) fn last_event_id(text: &str) -> Result<String, String> {
    let decoder = sse_wire::Decoder::new().with_last_event_id(text);
    match sse_wire::EventSource::with_decoder(decoder).last_event_id_header() {
        Some(_) => Ok(text.to_owned()),
        None => Err("cannot travel in a header: empty, control characters in it, or space around it".to_owned()),
    }
}
