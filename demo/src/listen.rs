//! `demo listen`: a client for any event stream, over [`sse_wire::EventSource`] and reqwest.

mod ended;
mod print;
mod request;
mod session;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use sse_wire::Decoder;

use crate::interrupt::interrupt;
use ended::{EXIT_STATUS, Ended};
use print::{Format, Printer};
use request::Requests;
use session::Session;

/// Prints the events of any event stream as they come, reconnects, and resumes.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_STATUS)]
#[expect(clippy::struct_excessive_bools, reason = "a flag each")]
pub(crate) struct Args {
    /// The event stream, with http or https
    #[arg(value_parser = request::url)]
    url: reqwest::Url,
    /// Print a JSON object a line: type, data, id (null: none of its own) and last event ID
    #[arg(long)]
    json: bool,
    /// Print events of these types alone ("message" is an event without a type)
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    only: Vec<String>,
    /// Print comments too, keep-alives among them
    #[arg(long)]
    comments: bool,
    /// End after so many printed events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_events: Option<u64>,
    /// Go on after this event, for a stream that can resume
    #[arg(long, value_name = "ID", value_parser = request::last_event_id)]
    last_event_id: Option<String>,
    /// Send this header too; may be given again
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE", value_parser = request::header)]
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Send a POST with this file's content ("-": standard input), as APIs of language models want it. As JSON,
    /// unless --header has a content type. The end of the answer is the end: it is not sent again
    #[arg(long, value_name = "FILE")]
    post: Option<PathBuf>,
    /// Send the POST again when its stream has ended or was cut, as is done without --post
    #[arg(long, requires = "post")]
    repeat_post: bool,
    /// Give up after so many reconnections in a row that brought no event; 0: never reconnect
    #[arg(long, value_name = "N")]
    max_retries: Option<u32>,
    /// Reconnect after an answer with one of these statuses (no sooner than its Retry-After says), for servers behind
    /// proxies; the standard ends there
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(400..=599))]
    retry_status: Vec<u16>,
    /// Take the connection for lost when nothing has come for so long, not even a comment
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    idle_timeout: Option<u64>,
    /// Skip, and say so, events longer than this
    #[arg(long, value_name = "BYTES", default_value_t = Decoder::DEFAULT_MAX_EVENT_LEN)]
    max_event_len: usize,
    /// Trust the certificates in this PEM file too, beside the system's
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// Say nothing on standard error of connections and waits; only why it ended, if it failed
    #[arg(long, short)]
    quiet: bool,
}

pub(crate) fn run(args: Args) -> ExitCode {
    let requests = match Requests::new(args.url, args.headers, args.post.as_deref(), args.cacert.as_deref()) {
        Ok(requests) => requests,
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let mut decoder = Decoder::new().with_max_event_len(args.max_event_len);
    if let Some(id) = &args.last_event_id {
        decoder = decoder.with_last_event_id(id);
    }
    let format = if args.json { Format::Json } else { Format::text() };
    let mut session = Session {
        requests,
        source: sse_wire::EventSource::with_decoder(decoder),
        printer: Printer::new(format, args.only, args.max_events),
        comments: args.comments,
        repeatable: args.post.is_none() || args.repeat_post,
        max_retries: args.max_retries,
        retry_status: args.retry_status,
        idle_timeout: args.idle_timeout.map(Duration::from_secs),
        quiet: args.quiet,
        in_vain: 0,
        skipped: false,
    };
    let ended = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(until_interrupted(session.run())),
        Err(error) => Ended::Failed(error),
    };
    let code = ended.code(session.skipped);
    if !(args.quiet && code == 0) {
        session.note(&ended);
    }
    ExitCode::from(code)
}

async fn until_interrupted(session: impl Future<Output = Ended>) -> Ended {
    tokio::select! {
        ended = session => ended,
        result = interrupt() => result.map_or_else(Ended::Failed, |()| Ended::Interrupted),
    }
}
