//! The clients, in separate processes: one, or as many as are needed if one may not open enough files.
//!
//! A process reads a line with what to do, then one line for each client to cut. It reports its progress and, when its
//! input ends, what its clients have received.

use std::io::{self, Write as _};
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, stdin};
use tokio::process::{ChildStdin, Command};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};

use super::clients::{Clients, Part};
use super::outcome::{Counts, Verdict};
use crate::signals;

#[derive(Debug, Serialize, Deserialize)]
enum Line {
    Counts(Counts),
    Verdict(Box<Verdict>),
}

#[derive(Debug)]
pub(super) struct Crew {
    members: Vec<Member>,
    /// What the clients of each process have received. The processes are killed when this is dropped.
    verdicts: JoinSet<anyhow::Result<Verdict>>,
    patience: Duration,
}

#[derive(Debug)]
struct Member {
    input: ChildStdin,
    counts: watch::Receiver<Counts>,
}

impl Crew {
    /// Runs the clients in this many processes, and waits this long for their next progress.
    pub(super) async fn start(whole: &Part, processes: usize, patience: Duration) -> anyhow::Result<Self> {
        let (mut members, mut verdicts) = (Vec::new(), JoinSet::new());
        for _ in 0..processes {
            members.push(Member::start(&mut verdicts).await?);
        }
        for (index, member) in members.iter_mut().enumerate() {
            let (first, end) = (whole.clients * index / processes, whole.clients * (index + 1) / processes);
            let part = Part { first, clients: end - first, ..whole.clone() };
            // The status of a process that has ended says more, now and later.
            let _ = member.input.write_all(format!("{}\n", serde_json::to_string(&part)?).as_bytes()).await;
        }
        Ok(Self { members, verdicts, patience })
    }

    pub(super) fn counts(&self) -> Counts {
        self.members.iter().map(|member| *member.counts.borrow()).sum()
    }

    /// Waits until the count is reached, or no longer grows.
    pub(super) async fn until(&mut self, count: u64, of: impl Fn(Counts) -> u64) -> anyhow::Result<()> {
        let (mut last, mut since) = (of(self.counts()), Instant::now());
        while last < count && since.elapsed() < self.patience {
            timeout(Duration::from_millis(2), self.ended()).await.unwrap_or(Ok(()))?;
            let now = of(self.counts());
            if now != last {
                (last, since) = (now, Instant::now());
            }
        }
        Ok(())
    }

    /// Waits until a process ends, which none should do before it is stopped.
    pub(super) async fn ended(&mut self) -> anyhow::Result<()> {
        self.verdicts.join_next().await.context("no process with clients")???;
        Ok(())
    }

    /// Makes a client drop its connection.
    pub(super) async fn cut(&mut self, client: usize) {
        for member in &mut self.members {
            let _ = member.input.write_all(format!("{client}\n").as_bytes()).await;
        }
    }

    /// Adds what the clients have received.
    pub(super) async fn stop(mut self, verdict: &mut Verdict) -> anyhow::Result<()> {
        drop(self.members);
        while let Some(its) = self.verdicts.join_next().await {
            verdict.append(its??);
        }
        Ok(())
    }
}

impl Member {
    /// Returns once the process runs, so that no client's time includes its start.
    async fn start(verdicts: &mut JoinSet<anyhow::Result<Verdict>>) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe().context("the path of this program")?);
        command.arg("crew").stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("a process for clients")?;
        let input = child.stdin.take().context("its input")?;
        let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
        let (known, mut counts) = watch::channel(Counts::default());
        verdicts.spawn(async move {
            while let Some(line) = lines.next_line().await? {
                match serde_json::from_str(&line)? {
                    Line::Counts(counts) => drop(known.send_replace(counts)),
                    Line::Verdict(verdict) => return Ok(*verdict),
                }
            }
            bail!("a process with clients has ended early: {}", child.wait().await?)
        });
        let _ = counts.changed().await;
        Ok(Self { input, counts })
    }
}

/// One of these processes.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Ctrl-C and SIGTERM reach the whole group; this one ends with its input.
        let _interrupt = signals::interrupt()?;
        let (mut ticks, mut said) = (interval(Duration::from_millis(2)), Counts::default());
        say(&Line::Counts(said))?;
        let mut input = BufReader::new(stdin()).lines();
        let clients = Clients::start(serde_json::from_str(&input.next_line().await?.unwrap_or_default())?)?;
        loop {
            let counts = clients.counts();
            if counts != said {
                say(&Line::Counts(counts))?;
                said = counts;
            }
            tokio::select! {
                line = input.next_line() => match line? {
                    Some(client) => clients.cut(client.parse()?),
                    None => break,
                },
                _ = ticks.tick() => {}
            }
        }
        say(&Line::Verdict(Box::new(std::mem::take(&mut *clients.verdict()))))?;
        Ok(ExitCode::SUCCESS)
    })
}

fn say(line: &Line) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(line)?)?;
    Ok(out.flush()?)
}
