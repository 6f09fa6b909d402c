//! Who may do what: the bearer token, and pages of other origins.

use std::net::IpAddr;
use std::str::FromStr;

use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use subtle::ConstantTimeEq as _;
use tower_http::cors::{AllowHeaders, CorsLayer};

use super::refusal::Refusal;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Access {
    /// What publishers must send as `Authorization: Bearer`; required unless only this machine can connect. Prefer the
    /// variable, since arguments are visible in the process list
    #[arg(long, env = "DEMO_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,

    /// Allow pages of this origin to read and publish; repeatable
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    pub(crate) origins: Vec<Origin>,

    /// Bound to loopback: only this machine can connect, including pages in its browsers.
    #[arg(skip)]
    pub(crate) local: bool,
}

/// `scheme://host[:port]`, as browsers send it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    text: String,
    authority: Authority,
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("`{text}` is not an origin, expected SCHEME://HOST or SCHEME://HOST:PORT");
        let uri: Uri = text.parse().map_err(|_| expected())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(expected()) };
        let origin = Self { text: text.to_ascii_lowercase(), authority: authority.clone() };
        if origin.text == format!("{scheme}://{authority}").to_ascii_lowercase() { Ok(origin) } else { Err(expected()) }
    }
}

impl Access {
    /// Reading is for pages of the listed origins only, and never with their cookies.
    pub(crate) fn cors(&self) -> CorsLayer {
        let origins = self.origins.iter().filter_map(|origin| HeaderValue::from_str(&origin.text).ok());
        CorsLayer::new()
            .allow_origin(origins.collect::<Vec<_>>())
            .allow_methods([Method::GET, Method::POST])
            .allow_headers(AllowHeaders::mirror_request())
    }

    /// DNS rebinding needs a name that leads here only because someone's name server says so: a page that is
    /// loaded under it may read and write all that this server has.
    pub(crate) fn check_host(&self, request: &Request) -> Result<(), Refusal> {
        let authority = authority(request)?;
        if !self.local {
            return Ok(());
        }
        let authority = authority.ok_or_else(|| Refusal::bad_request("no `Host` header, expected one"))?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let loopback = host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
        if loopback || self.origins.iter().any(|origin| origin.authority.host().eq_ignore_ascii_case(host)) {
            return Ok(());
        }
        let reason = format!("`{host}` is not a name of this server; if it should be, start it with --allow-origin");
        Err(Refusal::new(StatusCode::FORBIDDEN, reason))
    }

    /// Browsers send a page's origin with everything that it sends elsewhere, and do not ask before they open a
    /// WebSocket.
    pub(crate) fn check_origin(&self, request: &Request) -> Result<(), Refusal> {
        let Some(given) = request.headers().get(ORIGIN) else { return Ok(()) };
        let authority = authority(request)?;
        let origin = given.to_str().ok().and_then(|text| text.parse::<Origin>().ok());
        let allowed = origin.is_some_and(|origin| {
            authority.is_some_and(|own| own == origin.authority)
                || self.origins.iter().any(|allowed| allowed.text == origin.text)
        });
        if allowed {
            return Ok(());
        }
        let reason = format!("pages of the origin {given:?} may not do this; --allow-origin would let them");
        Err(Refusal::new(StatusCode::FORBIDDEN, reason))
    }

    pub(crate) fn check_token(&self, request: &Request) -> Result<(), Refusal> {
        let Some(token) = &self.token else { return Ok(()) };
        let refused = |reason| Err(Refusal::new(StatusCode::UNAUTHORIZED, reason));
        let Some(given) = request.headers().get(AUTHORIZATION) else {
            return refused("publishing needs a token: `Authorization: Bearer TOKEN`");
        };
        let bearer = given.as_bytes().split_at_checked(7).filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"bearer "));
        match bearer {
            Some((_, given)) if bool::from(given.ct_eq(token.as_bytes())) => Ok(()),
            Some(_) => refused("wrong token"),
            None => refused("expected `Authorization: Bearer TOKEN`"),
        }
    }
}

/// What the client calls this server: HTTP/2 says it in the address, HTTP/1.1 in a header, once (RFC 9112, section
/// 3.2).
fn authority(request: &Request) -> Result<Option<Authority>, Refusal> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let (host, further) = (hosts.next(), hosts.next());
    if further.is_some() {
        return Err(Refusal::bad_request("several `Host` headers, expected one"));
    }
    let parsed = host.map(|host| {
        let authority = Authority::try_from(host.as_bytes()).ok().filter(|name| !name.as_str().contains('@'));
        authority.ok_or_else(|| Refusal::bad_request(format!("`Host: {host:?}`, expected HOST or HOST:PORT")))
    });
    let named = parsed.transpose()?;
    Ok(request.uri().authority().cloned().or(named))
}
