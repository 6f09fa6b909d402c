//! Opening the stream: NATS, the stream's settings, and errors when one of them is not as it should be.

use std::error::Error as _;
use std::future::{pending, ready};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use async_nats::jetstream::context::{CreateStreamErrorKind, GetStreamErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, Info, RetentionPolicy, StorageType};
use async_nats::jetstream::{Context, ContextBuilder, ErrorCode};
use async_nats::{Client, ConnectError, ConnectErrorKind, ConnectOptions, Event, ServerAddr, ServerError};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::sleep;

use super::{Limits, PAUSE};
use crate::serve::at_least_one;
use crate::serve::say::say;

/// The oldest NATS that reads older events in batches.
const OLDEST: (i64, i64) = (2, 11);
/// How long NATS recognises the key of an event.
const KEYS: Duration = Duration::from_secs(60 * 60);
const REQUEST: Duration = Duration::from_secs(2);

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Keep them in NATS JetStream instead, so that any of several servers can continue where another one stopped:
    /// nats://HOST:PORT[,HOST:PORT…] or tls://, with USER:PASSWORD@ or TOKEN@ if needed (prefer the variable, since
    /// arguments are visible in the process list)
    #[arg(long, value_name = "URL", env = "DEMO_LOG", hide_env_values = true, conflicts_with = "log_file")]
    pub(crate) log: Option<String>,
    /// The name of the stream, which is created if it is missing and never changed
    #[arg(long, value_name = "NAME", default_value = "demo")]
    log_stream: String,
    /// How many NATS servers store the stream
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=5))]
    log_replicas: u8,
    /// How many of the newest events to keep in memory; older ones are read from the stream
    #[arg(long, value_name = "N", default_value = "10000", value_parser = at_least_one)]
    pub(super) log_tail: usize,
    /// A file with NATS credentials
    #[arg(long, value_name = "FILE")]
    log_creds: Option<PathBuf>,
    /// A PEM file with the authority that signed the certificates of NATS
    #[arg(long, value_name = "FILE")]
    log_ca: Option<PathBuf>,
}

/// `nats://HOST:PORT`, and further ones after commas.
fn servers(text: &str) -> anyhow::Result<Vec<ServerAddr>> {
    // Without the text itself, which may have a password.
    let server = |text: &str| match text.parse::<ServerAddr>() {
        Ok(server) if ["nats", "tls"].contains(&server.scheme()) && !server.host().is_empty() => Ok(server),
        Ok(server) => bail!("expected `nats://` or `tls://` and a host, found the scheme `{}`", server.scheme()),
        Err(error) => bail!("expected nats://HOST:PORT[,…]: {error}"),
    };
    text.split(',').map(server).collect()
}

/// What is retried, and what is not.
enum OpenError {
    Passing(String),
    Final(String),
}

impl Options {
    /// The stream, which is created if it is missing and never changed; and what ends when a permission is missing.
    pub(super) async fn open(
        &self,
        servers: &str,
        limits: Limits,
        node: &str,
    ) -> anyhow::Result<(Context, Info, impl Future<Output = anyhow::Error> + Send + use<>)> {
        let servers = self::servers(servers).context("--log")?;
        let hosts: Vec<_> = servers.iter().map(|server| format!("{}:{}", server.host(), server.port())).collect();
        let hosts = Arc::<str>::from(hosts.join(", "));
        let mut said = String::new();
        let (refused, mut refusal) = watch::channel(String::new());
        let at = Arc::clone(&hosts);
        let mut refusal = Box::pin(async move {
            if refusal.changed().await.is_err() {
                return pending().await;
            }
            anyhow!("NATS at {at}: {}", *refusal.borrow())
        });
        loop {
            let opened = tokio::select! {
                opened = self.try_open(&servers, limits, node, &refused) => opened,
                error = &mut refusal => return Err(error),
            };
            match opened {
                Ok((context, info)) => return Ok((context, info, refusal)),
                Err(OpenError::Final(error)) => bail!("NATS at {hosts}: {error}"),
                Err(OpenError::Passing(error)) if error != said => {
                    say(format_args!("waiting for NATS at {hosts}: {error}"));
                    said = error;
                }
                Err(OpenError::Passing(_)) => {}
            }
            sleep(PAUSE).await;
        }
    }

    async fn try_open(
        &self,
        servers: &[ServerAddr],
        limits: Limits,
        node: &str,
        refused: &watch::Sender<String>,
    ) -> Result<(Context, Info), OpenError> {
        let client = self.connect(servers, node, refused.clone()).await?;
        if !client.is_server_compatible(OLDEST.0, OLDEST.1, 0) {
            let version = client.server_info().version;
            return Err(OpenError::Final(format!("version {version}, expected {}.{} or later", OLDEST.0, OLDEST.1)));
        }
        let context = ContextBuilder::new().timeout(REQUEST).ack_timeout(REQUEST).build(client);
        let expected = self.shape(limits);
        let info = match context.get_stream(&self.log_stream).await {
            Ok(stream) => stream.cached_info().clone(),
            Err(error) => match error.kind() {
                GetStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND => {
                    make(&context, expected.clone()).await?
                }
                GetStreamErrorKind::JetStream(error) => return Err(open_error(&error)),
                GetStreamErrorKind::InvalidStreamName | GetStreamErrorKind::EmptyName => {
                    return Err(OpenError::Final(format!("`{}` cannot be the name of a stream", self.log_stream)));
                }
                GetStreamErrorKind::Request => return Err(OpenError::Passing(error.to_string())),
            },
        };
        match difference(&info.config, &expected) {
            None => Ok((context, info)),
            Some(difference) => Err(OpenError::Final(format!("the stream `{}` has {difference}", self.log_stream))),
        }
    }

    async fn connect(
        &self,
        servers: &[ServerAddr],
        node: &str,
        refused: watch::Sender<String>,
    ) -> Result<Client, OpenError> {
        let mut options = ConnectOptions::new()
            .name(node)
            .connection_timeout(REQUEST)
            .reconnect_delay_callback(|attempts| PAUSE * u32::try_from(attempts.min(8)).unwrap_or_default())
            .ping_interval(Duration::from_secs(5))
            // Missing permissions are only reported this way.
            .event_callback(move |event| {
                match event {
                    Event::ServerError(ServerError::Other(error)) if error.starts_with("Permissions Violation") => {
                        refused.send_replace(error);
                    }
                    Event::ServerError(error) => say(format_args!("NATS: {error}")),
                    _ => {}
                }
                ready(())
            });
        if let Some(server) = servers.iter().find(|server| server.has_user_pass()) {
            let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
            let name = decoded(server.username().unwrap_or_default());
            options = match server.password() {
                Some(password) => options.user_and_password(name, decoded(password)),
                None => options.token(name),
            };
        }
        if let Some(path) = &self.log_creds {
            let read = options.credentials_file(path).await;
            options = read.map_err(|error| OpenError::Final(format!("{}: {error}", path.display())))?;
        }
        if let Some(path) = &self.log_ca {
            options = options.add_root_certificates(path.clone()).require_tls(true);
        }
        options.connect(servers).await.map_err(|error| match error.kind() {
            ConnectErrorKind::ServerParse
            | ConnectErrorKind::Authentication
            | ConnectErrorKind::AuthorizationViolation
            | ConnectErrorKind::Tls => OpenError::Final(error.to_string()),
            _ if is_untrusted(&error) => OpenError::Final(error.to_string()),
            _ => OpenError::Passing(error.to_string()),
        })
    }

    fn shape(&self, limits: Limits) -> Config {
        let age = limits.age.min(Duration::from_secs(100 * 365 * 24 * 60 * 60));
        Config {
            name: self.log_stream.clone(),
            subjects: vec![self.log_stream.clone()],
            retention: RetentionPolicy::Limits,
            discard: DiscardPolicy::Old,
            storage: StorageType::File,
            max_messages: limits.events.try_into().unwrap_or(i64::MAX),
            max_bytes: limits.bytes.try_into().unwrap_or(i64::MAX),
            max_messages_per_subject: -1,
            max_message_size: -1,
            max_age: age,
            num_replicas: self.log_replicas.into(),
            duplicate_window: KEYS.min(age),
            allow_direct: true,
            ..Default::default()
        }
    }
}

/// How an untrusted certificate is reported.
fn is_untrusted(error: &ConnectError) -> bool {
    let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    io.is_some_and(|error| error.kind() == io::ErrorKind::InvalidData)
}

async fn make(context: &Context, shape: Config) -> Result<Info, OpenError> {
    match context.create_stream(shape).await {
        Ok(stream) => Ok(stream.cached_info().clone()),
        Err(error) => Err(match error.kind() {
            CreateStreamErrorKind::JetStream(error) => open_error(&error),
            _ => OpenError::Passing(error.to_string()),
        }),
    }
}

/// What a cluster answers while it is starting up.
fn open_error(error: &async_nats::jetstream::Error) -> OpenError {
    let text = error.to_string();
    let passes = error.code() == 503 || error.error_code() == ErrorCode::CLUSTER_NO_PEERS;
    if passes { OpenError::Passing(text) } else { OpenError::Final(text) }
}

/// The settings of a stream that matter, by NATS's names.
const SHAPE: &str = "subjects mirror sources retention discard storage num_replicas max_msgs max_bytes \
                     max_msgs_per_subject max_msg_size max_age duplicate_window no_ack sealed allow_direct \
                     subject_transform";

/// The first setting that differs from what this program reads or from the flags.
fn difference(found: &Config, expected: &Config) -> Option<String> {
    let (found, expected) = (json!(found), json!(expected));
    let name = SHAPE.split(' ').find(|name| found[name] != expected[name])?;
    let in_words = |value: &Value| match (name, value.as_f64()) {
        ("max_age" | "duplicate_window", Some(nanoseconds)) => format!("{}s", nanoseconds / 1e9),
        ("no_ack" | "sealed" | "allow_direct", _) => (*value == json!(true)).to_string(),
        _ if value.is_null() => "none".into(),
        _ => value.to_string(),
    };
    Some(format!("{name} {}, expected {}", in_words(&found[name]), in_words(&expected[name])))
}
