//! The log that outlives the process: lines of JSON in a file, in front of the one in memory.

use std::borrow::Cow;
use std::fmt::Display;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::{Extent, Limits, Log, Lost, MemoryLog, Position, Read};
use crate::serve::event::Draft;
use crate::serve::say::say;

/// Every event is in the file before a client gets it, so a server that starts again with the file goes on with the same
/// ids, whatever ended it. The machine's own end can cost the last events: nothing waits for the disk.
#[derive(Debug)]
pub(crate) struct FileLog {
    memory: MemoryLog,
    tail: Mutex<Tail>,
}

#[derive(Debug)]
struct Tail {
    path: PathBuf,
    file: File,
    lines: usize,
    /// The file is cut down to `limit` lines whenever it has twice as many.
    limit: usize,
}

#[derive(Serialize, Deserialize)]
struct Line<'a> {
    id: &'a str,
    /// Milliseconds since 1970.
    time: u64,
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(borrow)]
    data: Cow<'a, str>,
}

impl FileLog {
    pub(crate) fn open(path: &Path, limits: Limits) -> io::Result<Self> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text?,
        };
        // What has no line end was being written when the process ended; no client has seen it.
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        let lines: Vec<&str> = whole.lines().collect();
        let memory = replay(&lines, limits)?;
        let mut tail = Tail { path: path.into(), file: open(path)?, lines: lines.len(), limit: limits.events.max(1) };
        if whole.len() < text.len() {
            tail.file.set_len(whole.len() as u64)?;
        }
        tail.cut()?;
        Ok(Self { memory, tail: Mutex::new(tail) })
    }

    fn push(&self, draft: Draft<'_>) -> io::Result<String> {
        // Held to the end, so that the file and the memory give the same numbers.
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let time = SystemTime::now();
        let end = self.memory.end().borrow().next();
        let line = Line {
            id: &self.memory.id(end),
            time: u64::try_from(time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()).unwrap_or(u64::MAX),
            event: draft.name().into(),
            data: draft.data().into(),
        };
        tail.append(&line)?;
        Ok(self.memory.push(time, draft))
    }
}

impl Tail {
    fn append(&mut self, line: &Line<'_>) -> io::Result<()> {
        let before = self.file.metadata()?.len();
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        if let Err(error) = self.file.write_all(text.as_bytes()) {
            // Half a line would spoil the next one.
            self.file.set_len(before)?;
            return Err(error);
        }
        self.lines += 1;
        // The line is in the file, so the event has happened. What cannot be cut now is cut with a later one.
        if self.lines >= self.limit.saturating_mul(2)
            && let Err(error) = self.cut()
        {
            say(format_args!("{}: cannot be cut down: {error}", self.path.display()));
        }
        Ok(())
    }

    /// Forgets lines that the memory forgot before. The last one always stays, since its id is where the numbers go on.
    fn cut(&mut self) -> io::Result<()> {
        let excess = self.lines.saturating_sub(self.limit);
        if excess == 0 {
            return Ok(());
        }
        let text = fs::read_to_string(&self.path)?;
        let kept: String = text.split_inclusive('\n').skip(excess).collect();
        let mut new = self.path.clone().into_os_string();
        new.push(".new");
        fs::write(&new, kept)?;
        let file = open(Path::new(&new))?;
        fs::rename(&new, &self.path)?;
        self.file = file;
        self.lines -= excess;
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

fn replay(lines: &[&str], limits: Limits) -> io::Result<MemoryLog> {
    let Some(first) = lines.first() else { return Ok(MemoryLog::new(limits)) };
    let (epoch, count) = begun(first).map_err(|error| invalid(0, &error))?;
    let memory = MemoryLog::continued(&epoch, count, limits);
    for (index, text) in lines.iter().enumerate() {
        let line: Line<'_> = serde_json::from_str(text).map_err(|error| invalid(index, &error))?;
        let draft = Draft::new(&line.event, &line.data).map_err(|error| invalid(index, &error))?;
        let id = memory.push(UNIX_EPOCH + Duration::from_millis(line.time), draft);
        if id != line.id {
            return Err(invalid(index, &format!("expected the id `{id}`, not `{}`", line.id)));
        }
    }
    Ok(memory)
}

/// The epoch of the log, and how many events it had before its first line.
fn begun(line: &str) -> Result<(String, u64), String> {
    let line: Line<'_> = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let (epoch, number) = line.id.rsplit_once('-').unwrap_or_default();
    let count = number.parse::<u64>().ok().and_then(|number| number.checked_sub(1));
    count.map(|count| (epoch.to_owned(), count)).ok_or_else(|| format!("`{}` is not an id of this log", line.id))
}

fn invalid(index: usize, what: &dyn Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("line {}: {what}", index + 1))
}

impl Log for FileLog {
    fn append<'a>(&'a self, draft: Draft<'a>) -> BoxFuture<'a, io::Result<String>> {
        // A short write into the page cache, so not worth another thread.
        ready(self.push(draft)).boxed()
    }

    fn read(&self, position: Position) -> Read {
        self.memory.read(position)
    }

    fn find(&self, id: &str) -> Result<Position, Lost> {
        self.memory.find(id)
    }

    fn id(&self, position: Position) -> String {
        self.memory.id(position)
    }

    fn end(&self) -> watch::Receiver<Position> {
        self.memory.end()
    }

    fn last_data(&self, name: &str) -> Option<String> {
        self.memory.last_data(name)
    }

    fn extent(&self) -> Extent {
        self.memory.extent()
    }
}
