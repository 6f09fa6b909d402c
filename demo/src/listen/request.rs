//! The request, built again for every connection, the response to it, and the arguments that shape them.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{self, LocalBoxStream};
use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::{Certificate, Client, Response, Url, redirect};
use sse_wire::stream::{Accepted, Attempt};
use sse_wire::{Chunk, Decoder, EventSource, LAST_EVENT_ID};

use super::Args;
use super::ended::Ended;
use super::print::harmless;

const MAX_REDIRECTS: usize = 10;
/// How much of an error's body is shown, and how long it may take to arrive.
const EXCERPT: usize = 1024;
const EXCERPT_PATIENCE: Duration = Duration::from_millis(800);

#[derive(Debug)]
pub(super) struct Requests<'a> {
    pub(super) args: &'a Args,
    pub(super) client: Client,
    pub(super) url: Url,
    /// What the user wants to send, to this origin only.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Option<Bytes>,
}

/// Why there is no response, or none that can be read.
#[derive(Debug)]
pub(super) enum Failure {
    Final(Ended),
    /// `sent`: the request may have reached the server.
    Lost {
        reason: String,
        sent: bool,
    },
}

/// How a body ended.
#[derive(Debug)]
pub(super) struct BodyEnd {
    pub(super) reason: String,
    /// As far as HTTP can tell.
    pub(super) complete: bool,
    pub(super) inside_event: bool,
}

impl Requests<'_> {
    /// The headers of a request, without the user's.
    pub(super) fn headers(&self, attempt: Attempt<'_>) -> HeaderMap {
        let mut headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]);
        if self.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        for (name, value) in attempt.request_headers() {
            headers.insert(name, HeaderValue::from_bytes(value).expect("an id that can travel"));
        }
        for (name, _) in &self.headers {
            headers.remove(name);
        }
        headers
    }

    /// Sends the request, and waits for the head of the response.
    pub(super) async fn answer(
        &self,
        headers: HeaderMap,
    ) -> Result<Accepted<LocalBoxStream<'static, Result<Bytes, BodyEnd>>>, Failure> {
        self.args.tell(format_args!("connecting to {}", shown(&self.url)));
        let response = self.send(headers).await?;
        let (status, fields) = (response.status().as_u16(), response.headers());
        if self.args.retry_status.contains(&status) {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let wait = fields.get(RETRY_AFTER).and_then(|value| sse_wire::retry_after(value.as_bytes(), now));
            return Ok(Accepted::unavailable(status, wait));
        }
        let content_type = fields.get(CONTENT_TYPE).cloned();
        let content_type = content_type.as_ref().map(HeaderValue::as_bytes);
        let coding = fields.get(CONTENT_ENCODING).filter(|coding| *coding != "identity");
        let ended = match (EventSource::new().on_response(status, content_type), coding) {
            (Ok(()), None) => {
                self.args.tell(format_args!("open: {:?}, {}", response.version(), shown(response.url())));
                return Ok(Accepted::new(status, content_type, body(response)));
            }
            (Ok(()), Some(coding)) => {
                let coding = String::from_utf8_lossy(coding.as_bytes());
                Ended::new(7, format!("content encoding {coding:?}, which was not asked for"))
            }
            (Err(failed), _) if failed.is_no_content() => Ended::new(0, "the server has nothing more (204)"),
            (Err(failed), coding) => {
                let code = if failed.status().is_some() { 3 } else { 4 };
                let excerpt = if coding.is_none() { excerpt(response).await } else { String::new() };
                Ended::new(code, if excerpt.is_empty() { failed.to_string() } else { format!("{failed}: {excerpt}") })
            }
        };
        Err(Failure::Final(ended))
    }

    /// Follows redirects as browsers do, but sends nothing that the user added to another origin, and never a
    /// `Referer`.
    async fn send(&self, mut headers: HeaderMap) -> Result<Response, Failure> {
        let (mut url, mut body, mut own) = (self.url.clone(), self.body.clone(), true);
        for _ in 0..=MAX_REDIRECTS {
            let request = match &body {
                None => self.client.get(url.clone()),
                Some(body) => self.client.post(url.clone()).body(body.clone()),
            };
            let request = request.headers(headers.clone());
            let all = self.headers.iter().filter(|_| own).fold(request, |all, (name, value)| all.header(name, value));
            let lost = |error: reqwest::Error| Failure::Lost { sent: !error.is_connect(), reason: words(error) };
            let response = all.send().await.map_err(lost)?;
            let status = response.status().as_u16();
            let target = response.headers().get(LOCATION).and_then(|target| url.join(target.to_str().ok()?).ok());
            let Some(target) = target
                .filter(|to| [301, 302, 303, 307, 308].contains(&status) && matches!(to.scheme(), "http" | "https"))
            else {
                return Ok(response);
            };
            if status < 307 {
                body = None;
                headers.remove(CONTENT_TYPE);
            }
            own &= target.origin() == url.origin();
            url = target;
        }
        Err(Failure::Lost { reason: format!("more than {MAX_REDIRECTS} redirects"), sent: true })
    }
}

/// The beginning of an error's body, as much of it as arrives in time.
async fn excerpt(mut response: Response) -> String {
    let mut bytes = Vec::new();
    let read = async {
        while bytes.len() < EXCERPT
            && let Ok(Some(chunk)) = response.chunk().await
        {
            bytes.extend_from_slice(&chunk);
        }
    };
    let _ = tokio::time::timeout(EXCERPT_PATIENCE, read).await;
    bytes.truncate(EXCERPT);
    harmless(String::from_utf8_lossy(&bytes).trim())
}

/// The bytes and, at their end, whether that was inside an event.
fn body(response: Response) -> LocalBoxStream<'static, Result<Bytes, BodyEnd>> {
    // Only inspects, and keeps nothing.
    let decoder = Decoder::new().with_max_event_len(0);
    stream::unfold((Some(response), decoder), |(response, mut decoder)| async move {
        let mut response = response?;
        let chunk = response.chunk().await;
        if let Ok(Some(bytes)) = chunk {
            let mut chunk = Chunk::new(&bytes);
            while !matches!(decoder.next_event(&mut chunk), Ok(None)) {}
            return Some((Ok(bytes), (Some(response), decoder)));
        }
        let (complete, inside_event) = (chunk.is_ok(), !decoder.is_between_events());
        let reason = chunk.map_or_else(words, |_| "the stream has ended".to_owned());
        Some((Err(BodyEnd { reason, complete, inside_event }), (None, decoder)))
    })
    .boxed_local()
}

/// The error with its causes, which say more than it does, and without its URL, which may contain a secret.
fn words(error: reqwest::Error) -> String {
    harmless(&format!("{:#}", anyhow::Error::new(error.without_url())))
}

/// The URL without what may be secret: user, password and query.
fn shown(url: &Url) -> String {
    let query = if url.query().is_some() { "?…" } else { "" };
    format!("{}{}{query}", url.origin().ascii_serialization(), url.path())
}

pub(super) fn client(cacert: Option<&Path>) -> anyhow::Result<Client> {
    let mut builder = Client::builder()
        .user_agent(concat!("sse-wire-demo/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(Duration::from_secs(30))
        // Detects, eventually, a peer that vanished silently.
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

pub(super) fn read(path: &Path) -> anyhow::Result<Bytes> {
    let mut body = Vec::new();
    let read = match path.to_str() {
        Some("-") => std::io::stdin().read_to_end(&mut body).map(|_| body),
        _ => fs::read(path),
    };
    Ok(read.with_context(|| format!("--post {}", path.display()))?.into())
}

pub(super) fn url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("URL: {error}; expected http://… or https://…"))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        scheme => Err(format!("URL: scheme {scheme:?}; expected http://… or https://…")),
    }
}

pub(super) fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("--header: no colon; expected \"Name: value\"")?;
    let name: HeaderName = name.trim().parse().map_err(|_| format!("--header: {name:?} is not a header name"))?;
    if name.as_str() == LAST_EVENT_ID {
        return Err("--header: use --last-event-id, which follows the stream".to_owned());
    }
    let value = value.trim().parse().map_err(|_| format!("--header: the value of {name} has a control character"))?;
    Ok((name, value))
}

/// An id that can travel in a header.
pub(super) fn last_event_id(text: &str) -> Result<String, String> {
    let source = EventSource::with_decoder(Decoder::new().with_last_event_id(text));
    let id = source.last_event_id_header().map(|_| text.to_owned());
    id.ok_or_else(|| {
        "cannot travel in a header: empty, too long, control characters in it, or space around it".to_owned()
    })
}
