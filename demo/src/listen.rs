//! `demo listen`: a client for any event stream, over the stream of [`sse_wire::EventSource`] and reqwest.

mod ended;
mod print;
mod request;
mod session;

use std::fmt::Display;
use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::AutoStream;
use sse_wire::{Decoder, EventSource};

use crate::signals;
use ended::{EXIT_STATUS, Ended};
use request::Requests;
use session::Session;

/// Prints the events of any event stream as they arrive, reconnects, and resumes.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_STATUS)]
#[expect(clippy::struct_excessive_bools, reason = "a flag each")]
pub(crate) struct Args {
    /// The event stream, with http or https
    // This and headers are parsed later, since an error of clap would show all of it, secrets too.
    url: String,
    /// Print one JSON object per line: type, data, id (null: none of its own) and last event ID
    #[arg(long)]
    json: bool,
    /// Print only events of these types ("message" is an event without a type)
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    only: Vec<String>,
    /// Print comments too, including keep-alives
    #[arg(long)]
    comments: bool,
    /// End after an event of this type, or with this text as its data, such as "[DONE]"
    #[arg(long, value_name = "TYPE|TEXT")]
    until: Option<String>,
    /// End after this many printed events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_events: Option<u64>,
    /// Resume after this event, if the stream can
    #[arg(long, value_name = "ID", value_parser = request::last_event_id)]
    last_event_id: Option<String>,
    /// Send this header too, but only to this origin; repeatable
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// Send this file ("-": standard input) as a POST, as the APIs of language models require. It is sent as JSON unless
    /// --header has a content type, and is not sent again when the response has ended
    #[arg(long, value_name = "FILE")]
    post: Option<PathBuf>,
    /// Send the POST again when its stream has ended or was cut, as a GET would be
    #[arg(long, requires = "post")]
    repeat_post: bool,
    /// Give up after this many reconnections in a row without an event; 0: never reconnect
    #[arg(long, value_name = "N")]
    max_retries: Option<u32>,
    /// Reconnect after a response with one of these statuses (no sooner than its Retry-After says), where the standard
    /// gives up; for servers behind proxies
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(400..=599))]
    retry_status: Vec<u16>,
    /// Treat the connection as lost after this long without anything since the request, not even a comment
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    idle_timeout: Option<u64>,
    /// Treat the connection as lost after this long without an event, even if comments arrive
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    stall_timeout: Option<u64>,
    /// Skip events longer than this, and report them
    #[arg(long, value_name = "BYTES", default_value_t = Decoder::DEFAULT_MAX_EVENT_LEN)]
    max_event_len: usize,
    /// Trust the certificates in this PEM file too, in addition to the system's
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// Print nothing about connections and waits on standard error, only why it ended if it failed
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
    };
    let last_event_id = args.last_event_id.as_deref().unwrap_or_default();
    let decoder = Decoder::new().with_max_event_len(args.max_event_len).with_last_event_id(last_event_id);
    let out = BufWriter::new(AutoStream::auto(io::stdout()));
    let mut session = Session { args, out, printed: 0, skipped: false };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let Err(ended) = runtime.block_on(async {
        let interrupt = signals::interrupt()?;
        tokio::select! {
            ended = session.run(EventSource::with_decoder(decoder), &requests) => ended,
            () = interrupt => Err(Ended::new(0, "interrupted")),
        }
    });
    let code = if ended.code == 0 && session.skipped { 6 } else { ended.code };
    if !(args.quiet && code == 0) {
        note(&ended);
    }
    Ok(ExitCode::from(code))
}

impl Args {
    /// Says what happens to the connection.
    fn tell(&self, what: impl Display) {
        if !self.quiet {
            note(what);
        }
    }
}

/// Says something on standard error, whether anybody reads it or not.
fn note(what: impl Display) {
    let _ = writeln!(io::stderr(), "{what}");
}
