//! Prints an event stream as lines of JSON, each event the moment its blank line arrives; and back.
//!
//! ```text
//! cargo run --example cat -- tests/data/express.sse               a file
//! curl -N https://example.com/events | cargo run --example cat    a server, as it speaks
//! cargo run --example cat -- --comments --retries FILE            comments and reconnection times too
//! echo '{"data":"hello"}' | cargo run --example cat -- --encode   JSON in, event stream out
//! ```
//!
//! An event is printed as `{"type":"message","data":"…","id":"7","last_event_id":"7"}`, where `id` is `null` if the
//! event had none of its own; a comment as `{"comment":"…"}`, a reconnection time as `{"retry":1500}`.

use core::error::Error;
use core::fmt::Display;
use core::time::Duration;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use serde::{Deserialize, Serialize};
use sse_wire::{
    Decoder, EventBuilder, EventId, EventType, Frame, InvalidField,
    io::{EventReader, EventWriter},
};

/// Prints an event stream as lines of JSON, each event the moment its blank line arrives.
#[derive(Parser)]
#[expect(clippy::struct_excessive_bools, reason = "a flag each")]
#[command(name = "cat", after_help = EXIT_STATUS)]
struct Args {
    /// The file to read; standard input if there is none, or if it is `-`
    file: Option<PathBuf>,
    /// Print comments too, as {"comment":"…"}
    #[arg(long)]
    comments: bool,
    /// Print reconnection times too, in milliseconds, as {"retry":1500}
    #[arg(long)]
    retries: bool,
    /// Print the event that the end of the stream left unfinished too; the standard discards it
    #[arg(long)]
    unfinished: bool,
    /// The longest event (or, if they are printed, comment) that is accepted
    #[arg(long, value_name = "BYTES", default_value_t = Decoder::DEFAULT_MAX_EVENT_LEN)]
    max_event_len: usize,
    /// Reverse: read the lines of JSON that are printed without this flag, write the event stream
    #[arg(long, conflicts_with_all = ["comments", "retries", "unfinished", "max_event_len"])]
    encode: bool,
}

const EXIT_STATUS: &str = "\
Exit status:
  0  all is well; a discarded unfinished event is only noted
  1  something was lost or bad, standard error says what: input that cannot be read or is not UTF-8,
     an event over the limit, a line that is not an event, output that nobody reads any more
  2  the arguments are wrong";

fn main() -> ExitCode {
    let args = Args::parse();
    let done = if args.encode { encode(&args) } else { decode(&args) };
    done.unwrap_or_else(|error| {
        complain(error);
        ExitCode::FAILURE
    })
}

/// Event stream in, JSON out.
fn decode(args: &Args) -> Result<ExitCode, Box<dyn Error>> {
    let decoder = Decoder::new().with_max_event_len(args.max_event_len);
    let mut events = EventReader::with_decoder(Utf8Check::new(open(args)?), decoder);
    let mut out = BufWriter::new(io::stdout().lock());
    let mut status = ExitCode::SUCCESS;
    loop {
        // Comments do not count against the limit unless they are asked for.
        let frame = if args.comments || args.retries {
            events.next_frame()
        } else {
            events.next_event().map(|event| event.map(Frame::Event))
        };
        match frame {
            Ok(Some(Frame::Event(event))) => print(&mut out, &event)?,
            Ok(Some(frame @ Frame::Comment(_))) if args.comments => print(&mut out, &frame)?,
            Ok(Some(frame @ Frame::Retry(_))) if args.retries => print(&mut out, &frame)?,
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(sse_wire::Error::Decode(error)) => {
                complain(error);
                status = ExitCode::FAILURE;
            }
            Err(error) => return Err(io::Error::from(error).into()),
        }
    }
    match events.end_of_stream() {
        Some(event) if args.unfinished => print(&mut out, &event)?,
        Some(_) => complain("the stream ends inside an event, which the standard discards; --unfinished prints it"),
        None => {}
    }
    Ok(if events.get_ref().ill_formed { ExitCode::FAILURE } else { status })
}

/// JSON in, event stream out.
fn encode(args: &Args) -> Result<ExitCode, Box<dyn Error>> {
    let mut out = EventWriter::new(io::stdout().lock());
    let mut last_event_id = String::new();
    for (number, line) in (1..).zip(BufReader::new(open(args)?).lines()) {
        let line = line.map_err(|error| format!("line {number}: {error}"))?;
        if line.trim().is_empty() {
            continue;
        }
        let input = Input::parse(&line).map_err(|error| format!("line {number}: {error}"))?;
        let events = input.events(&last_event_id).map_err(|error| format!("line {number}: {error}"))?;
        events
            .iter()
            .try_for_each(|event| out.write_event(event))
            .and_then(|()| out.flush())
            .map_err(|error| format!("standard output: {error}"))?;
        last_event_id = input.id.or(input.last_event_id).unwrap_or(last_event_id);
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints a line of JSON.
fn print(out: &mut impl Write, line: &impl Serialize) -> Result<(), String> {
    let json = serde_json::to_string(line).map_err(|error| error.to_string())?;
    // What could control or spoof a terminal only occurs in strings, where an escape is equivalent.
    json.split_inclusive(deceives)
        .try_for_each(|part| match part.char_indices().next_back() {
            Some((index, last)) if deceives(last) => {
                out.write_all(part.get(..index).unwrap_or_default().as_bytes())?;
                last.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}"))
            }
            _ => out.write_all(part.as_bytes()),
        })
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush())
        .map_err(|error| format!("standard output: {error}"))
}

/// Controls (JSON escapes only those below U+0020), line separators, characters that change the direction of text, and
/// invisible ones, such as tags.
fn deceives(c: char) -> bool {
    match c {
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{feff}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{e0000}'..='\u{e007f}' => true,
        _ => c.is_control(),
    }
}

/// A line of JSON that was read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    #[serde(rename = "type")]
    event_type: Option<String>,
    data: Option<String>,
    id: Option<String>,
    last_event_id: Option<String>,
    comment: Option<String>,
    retry: Option<u64>,
}

impl Input {
    fn parse(line: &str) -> Result<Self, String> {
        // Otherwise an array would be accepted, as the values in the order of the keys.
        if !line.trim_start().starts_with('{') {
            return Err(r#"expected a JSON object, such as {"data":"hello"}"#.to_owned());
        }
        let input: Self = serde_json::from_str(line)
            .map_err(|error| error.to_string().replace(" at line 1 column ", " at column "))?;
        if input.data.is_none() && input.comment.is_none() && input.retry.is_none() {
            return Err("expected `data`, `comment` or `retry`, without which there is nothing to receive".to_owned());
        }
        Ok(input)
    }

    /// The event, preceded by one without data if the last event ID changes without the event's own id.
    fn events(&self, last_event_id: &str) -> Result<[EventBuilder<'_>; 2], InvalidField> {
        let (mut before, mut event) = (EventBuilder::new(), EventBuilder::new());
        if let Some(id) = &self.id {
            event = event.id(EventId::new(id)?);
        } else if let Some(id) = self.last_event_id.as_deref().filter(|id| *id != last_event_id) {
            before = before.id(EventId::new(id)?);
        }
        let event_type = self.event_type.as_deref().filter(|name| *name != "message");
        event = event
            .when_some(event_type.map(EventType::new).transpose()?, EventBuilder::event_type)
            .when_some(self.data.as_deref(), EventBuilder::data)
            .when_some(self.comment.as_deref(), EventBuilder::comment)
            .when_some(self.retry.map(Duration::from_millis), EventBuilder::retry);
        Ok([before, event])
    }
}

/// Passes bytes through, and checks whether they are UTF-8: the decoder replaces ill-formed bytes silently.
struct Utf8Check<R> {
    inner: R,
    /// The beginning of a character whose end has not been read yet.
    cut: Vec<u8>,
    /// The offset of `cut` in the stream.
    offset: u64,
    ill_formed: bool,
}

impl<R> Utf8Check<R> {
    const fn new(inner: R) -> Self {
        Self { inner, cut: Vec::new(), offset: 0, ill_formed: false }
    }

    /// Checks what was read; nothing means the end.
    fn check(&mut self, bytes: &[u8]) {
        self.cut.extend_from_slice(bytes);
        let (valid, ill_formed) = match str::from_utf8(&self.cut) {
            Ok(text) => (text.len(), false),
            Err(error) => (error.valid_up_to(), error.error_len().is_some() || bytes.is_empty()),
        };
        self.cut.drain(..valid);
        self.offset += valid as u64;
        self.ill_formed = ill_formed;
        if ill_formed {
            complain(format_args!("ill-formed UTF-8 at byte offset {}, printed as U+FFFD", self.offset));
        }
    }
}

impl<R: Read> Read for Utf8Check<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.inner.read(buffer)?;
        if !self.ill_formed {
            self.check(buffer.get(..len).unwrap_or_default());
        }
        Ok(len)
    }
}

fn open(args: &Args) -> Result<Box<dyn Read>, String> {
    match &args.file {
        Some(path) if path.as_os_str() != "-" => match File::open(path) {
            Ok(file) => Ok(Box::new(file)),
            Err(error) => Err(format!("{}: {error}", path.display())),
        },
        _ => Ok(Box::new(io::stdin())),
    }
}

/// Writes a line to standard error. Unlike `eprintln`, it does not panic if that is closed too.
fn complain(message: impl Display) {
    let _ = writeln!(io::stderr(), "cat: {message}");
}
