//! Clients in processes of their own, where one may not open as many files.
//!
//! A process is told what to do in a line, says every so often how far it is, is told when it is over, and says what its
//! clients have received.

use std::io::{self, Write as _};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, stdin};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::clients::{Clients, Part};
use super::outcome::{Counts, Verdict};
use super::{allow_open_files, sse};

#[derive(Debug, Serialize, Deserialize)]
enum Line {
    Counts(Counts),
    Verdict(Box<Verdict>),
}

#[derive(Debug)]
pub(super) struct Crew(Vec<Member>);

#[derive(Debug)]
struct Member {
    input: ChildStdin,
    counts: watch::Receiver<Counts>,
    verdict: JoinHandle<anyhow::Result<Verdict>>,
    /// Killed when this is dropped.
    _child: Child,
}

impl Crew {
    /// A process for each of the parts.
    pub(super) async fn start(parts: &[Part]) -> anyhow::Result<Self> {
        let mut members = Vec::new();
        for part in parts {
            let program = std::env::current_exe().context("the path of this program")?;
            let mut command = Command::new(program);
            command.arg("crew").stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
            let mut child = command.spawn().context("a process for clients")?;
            let mut input = child.stdin.take().context("its input")?;
            input.write_all(format!("{}\n", serde_json::to_string(part)?).as_bytes()).await?;
            let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
            let (known, counts) = watch::channel(Counts::default());
            let verdict = tokio::spawn(async move {
                while let Some(line) = lines.next_line().await? {
                    match serde_json::from_str(&line)? {
                        Line::Counts(counts) => drop(known.send_replace(counts)),
                        Line::Verdict(verdict) => return Ok(*verdict),
                    }
                }
                bail!("a process with clients has ended")
            });
            members.push(Member { input, counts, verdict, _child: child });
        }
        Ok(Self(members))
    }

    pub(super) fn counts(&self) -> Counts {
        self.0.iter().map(|member| *member.counts.borrow()).fold(Counts::default(), Counts::plus)
    }

    pub(super) async fn stop(self, published: u64) -> anyhow::Result<Vec<Verdict>> {
        let mut verdicts = Vec::new();
        for mut member in self.0 {
            member.input.write_all(format!("{published}\n").as_bytes()).await?;
            verdicts.push(member.verdict.await.context("a process with clients")??);
        }
        Ok(verdicts)
    }
}

/// Such a process.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut input = BufReader::new(stdin()).lines();
        let part: Part = serde_json::from_str(&input.next_line().await?.context("no work on standard input")?)?;
        allow_open_files(part.clients)?;
        let clients = Clients::start(part, sse::run)?;
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        let published = loop {
            tokio::select! {
                line = input.next_line() => break line?.context("the parent process is gone")?.parse()?,
                _ = ticks.tick() => say(&Line::Counts(clients.counts()))?,
            }
        };
        say(&Line::Verdict(Box::new(clients.stop(published).await?)))?;
        Ok(ExitCode::SUCCESS)
    })
}

fn say(line: &Line) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(line)?)?;
    Ok(out.flush()?)
}
