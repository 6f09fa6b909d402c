//! npm's eventsource-parser, in a process of its own, as a decoder among the others.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use anyhow::{Context as _, ensure};
use serde::Deserialize;

use crate::decoders::Decoder;
use crate::input::Input;
use crate::sink::{Received, Sink, Whose};

/// The package's name.
pub(super) const NAME: &str = "eventsource-parser";

/// The process, with both ends of the pipes. It ends when this program does, with its standard input.
struct Node {
    _child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

static NODE: OnceLock<Mutex<Node>> = OnceLock::new();

#[derive(Deserialize)]
struct Answer {
    events: Vec<Event>,
    last_event_id: String,
    /// A number, which may be greater than any of ours.
    retry: Option<String>,
    panic: Option<String>,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "event_type")]
    name: String,
    data: String,
    id: String,
}

/// Installs the package beside its manifest if it is not there, and starts the process.
pub(super) fn start() -> anyhow::Result<Decoder> {
    let folder = folder();
    if !folder.join("node_modules").exists() {
        let npm = ["install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
        let status = Command::new("npm").args(npm).current_dir(folder).stdout(Stdio::null()).status().context("npm")?;
        ensure!(status.success(), "npm install: {status}");
    }
    let mut child = Command::new("node")
        .arg("eventsource-parser.mjs")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("node")?;
    let questions = child.stdin.take().context("a pipe to node")?;
    let answers = BufReader::new(child.stdout.take().context("a pipe from node")?);
    ensure!(NODE.set(Mutex::new(Node { _child: child, questions, answers })).is_ok(), "node was started twice");
    Ok(Decoder { name: NAME, whose: Whose::Peer, run })
}

/// The version that is installed.
pub(super) fn version() -> anyhow::Result<String> {
    #[derive(Deserialize)]
    struct Manifest {
        version: String,
    }
    let text = std::fs::read_to_string(folder().join("node_modules").join(NAME).join("package.json"))?;
    Ok(serde_json::from_str::<Manifest>(&text)?.version)
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/npm"))
}

fn run(input: &Input<'_>, sink: &mut Sink) {
    // It has panicked before only if node is gone; then the next line says so.
    let mut node = NODE.get().expect("node was started").lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let answer = node.ask(input).unwrap_or_else(|error| {
        eprintln!("node: {error:#}");
        std::process::exit(1)
    });
    drop(node);
    assert!(answer.panic.is_none(), "{:?}", answer.panic);
    if let Some(time) = answer.retry {
        // What is no whole number is none that the standard knows.
        sink.retry(time.parse().unwrap_or(u64::MAX));
    }
    for event in &answer.events {
        let received = Received { event_type: &event.name, data: &event.data, id: Some(&event.id) };
        if sink.event(received).is_break() {
            return;
        }
    }
    sink.last_event_id(&answer.last_event_id);
}

impl Node {
    fn ask(&mut self, input: &Input<'_>) -> anyhow::Result<Answer> {
        let hex = |chunk: &&[u8]| {
            chunk.iter().fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            })
        };
        let chunks: Vec<_> = input.slices.iter().map(hex).collect();
        let mut line = serde_json::to_string(&chunks)?;
        line.push('\n');
        self.questions.write_all(line.as_bytes())?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        Ok(serde_json::from_str(&answer)?)
    }
}
