//! `demo listen`: a client for any event stream, over the stream of [`sse_wire::EventSource`] and reqwest.

mod ended;
mod print;
mod request;
mod session;

use std::cell::RefCell;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use sse_wire::{Decoder, EventSource};

use crate::signals::Signals;
use ended::{EXIT_STATUS, Ended};
use print::Printer;
use request::Requests;
use session::Session;

/// Prints the events of any event stream as they come, reconnects, and resumes.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_STATUS)]
#[expect(clippy::struct_excessive_bools, reason = "a flag each")]
pub(crate) struct Args {
    /// The event stream, with http or https
    // This and headers are parsed later, since an error of clap would show all of it, secrets too.
    url: String,
    /// Print a JSON object a line: type, data, id (null: none of its own) and last event ID
    #[arg(long)]
    json: bool,
    /// Print events of these types alone ("message" is an event without a type)
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    only: Vec<String>,
    /// Print comments too, keep-alives among them
    #[arg(long)]
    comments: bool,
    /// End after an event of this type, or with this text as its data, such as "[DONE]"
    #[arg(long, value_name = "TYPE|TEXT")]
    until: Option<String>,
    /// End after so many printed events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_events: Option<u64>,
    /// Go on after this event, for a stream that can resume
    #[arg(long, value_name = "ID", value_parser = request::last_event_id)]
    last_event_id: Option<String>,
    /// Send this header too, to this origin alone; may be given again
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE")]
    headers: Vec<String>,
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
    /// Take the connection for lost when nothing has come for so long since the request, not even a comment
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    idle_timeout: Option<u64>,
    /// Take the connection for lost when no event has come for so long, whatever comments did
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    stall_timeout: Option<u64>,
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

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let headers = args.headers.iter().map(|header| request::header(header)).collect::<Result<_, _>>();
    let (url, headers) = match request::url(&args.url).and_then(|url| Ok((url, headers?))) {
        Ok(parsed) => parsed,
        Err(error) => {
            note(format_args!("error: {error}\n\nFor more information, try '--help'."));
            return Ok(ExitCode::from(2));
        }
    };
    let requests = Requests {
        client: request::client(args.cacert.as_deref())?,
        url,
        headers,
        body: args.post.as_deref().map(request::read).transpose()?,
        args,
        excerpt: RefCell::default(),
    };
    let mut decoder = Decoder::new().with_max_event_len(args.max_event_len);
    if let Some(id) = &args.last_event_id {
        decoder = decoder.with_last_event_id(id);
    }
    let printer = Printer::new(args.json, args.only.clone(), args.max_events);
    let mut session = Session { args, printer, skipped: false };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        let mut signals = Signals::new()?;
        tokio::select! {
            ended = session.run(EventSource::with_decoder(decoder), &requests) => io::Result::Ok(ended),
            () = signals.next() => Ok(Ended::Interrupted),
        }
    })?;
    let code = ended.code(session.skipped);
    if !(args.quiet && code == 0) {
        note(&ended);
    }
    Ok(ExitCode::from(code))
}

/// Says something on standard error, whether anybody reads it or not.
fn note(what: impl Display) {
    let _ = writeln!(io::stderr(), "{what}");
}
