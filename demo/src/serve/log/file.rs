//! The log that outlives the process: lines of JSON in two files, in addition to the tail in memory.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::anyhow;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use serde::{Deserialize, Serialize};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use super::tail::new_epoch;
use super::{Appended, Limits, Log, Tail};
use crate::serve::event::Draft;
use crate::serve::publish::MAX_BODY;
use crate::serve::say::say;

/// Longer than any line that is written here.
const MAX_LINE: u64 = 1024 * 1024;
/// The maximum number of events that wait for the disk.
const WAITING: usize = 1024;
const ENDED: &str = "the log's thread has ended";

/// Every event is in the file before a client gets it, so a server that starts again with the file continues where the
/// last one was, no matter why that one ended. If the machine fails, the last events can be lost, as nothing waits for
/// the disk; then a client has seen more than its epoch holds, and is reset.
///
/// Once the files are open, a separate thread writes them, so that a slow disk only delays publishers.
#[derive(Debug)]
pub(crate) struct FileLog {
    tail: Arc<watch::Sender<Tail>>,
    appends: SyncSender<Append>,
}

type Append = Box<dyn FnOnce(&mut Files) + Send>;

/// The file at `path` has the newest lines, and `path` with `.old` those before. Once the first has half of what both
/// may have, it becomes the other. So the oldest go without a copy of the rest, for which a full disk has no room.
#[derive(Debug)]
struct Files {
    path: PathBuf,
    /// `None` while it could not be created.
    newest: Option<File>,
    /// The length of its whole lines, and their number.
    len: u64,
    lines: usize,
    limits: Limits,
    /// Held while the process lives.
    lock: Option<File>,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

impl FileLog {
    /// When the thread ends, even by a panic, so does a task in `needed`.
    pub(crate) fn open(path: &Path, limits: Limits, needed: &mut JoinSet<anyhow::Error>) -> io::Result<Self> {
        // The same file, by any name.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut files = Files { path, newest: None, len: 0, lines: 0, limits, lock: None };
        let mut tail = files.open()?;
        tail.begin_epoch(&new_epoch());
        let (appends, appended) = sync_channel::<Append>(WAITING);
        let (running, ended) = oneshot::channel::<()>();
        thread::Builder::new().name("log".into()).spawn(move || {
            let _running = running;
            for append in appended {
                append(&mut files);
            }
        })?;
        needed.spawn(ended.map(|_| anyhow!(ENDED)));
        Ok(Self { tail: Arc::new(watch::Sender::new(tail)), appends })
    }
}

impl Log for FileLog {
    fn tail(&self) -> &watch::Sender<Tail> {
        &self.tail
    }

    fn append<'a>(&'a self, draft: Draft<'a>, key: Option<&'a str>) -> BoxFuture<'a, io::Result<Appended>> {
        let (done, appended) = oneshot::channel();
        let (tail, key) = (Arc::clone(&self.tail), key.map(str::to_owned));
        let (name, data) = (draft.event_type.as_str().to_owned(), draft.data.to_owned());
        let append = move |files: &mut Files| {
            // A publisher that gave up before its turn knows, and may have published the event again.
            if !done.is_closed() {
                drop(done.send(files.push(&tail, &name, &data, key)));
            }
        };
        if let Err(TrySendError::Full(_)) = self.appends.try_send(Box::new(append)) {
            let error = format!("{WAITING} events are already waiting for the disk");
            return ready(Err(io::Error::new(ErrorKind::ResourceBusy, error))).boxed();
        }
        appended.map(|appended| appended.unwrap_or_else(|_| Err(io::Error::other(ENDED)))).boxed()
    }
}

impl Files {
    /// Locks the files, reads them, and finds out whether there is room for another event.
    fn open(&mut self) -> io::Result<Tail> {
        let older = beside(&self.path, ".old");
        for path in [&self.path, &older] {
            if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
                let error = format!("{}: not a regular file", path.display());
                return Err(io::Error::new(ErrorKind::InvalidInput, error));
            }
        }
        if let Err(error) = self.lock() {
            return self.without_room(&error).then(|| Tail::new(self.limits)).ok_or(error);
        }
        let mut tail = None;
        if let Err(damage) = replay(&older, &mut tail, self.limits)? {
            tail = None;
            set_aside(&older, &damage)?;
        }
        match replay(&self.path, &mut tail, self.limits)? {
            Ok((len, lines)) => (self.len, self.lines) = (len, lines),
            // Events are missing, so no client can continue from earlier ones.
            Err(damage) => {
                tail = None;
                set_aside(&self.path, &damage)?;
                set_aside(&older, "the file after it was damaged")?;
            }
        }
        // A disk may be full for an event, and yet have room for what the start needs.
        let len = self.len;
        match self.write(&vec![b' '; MAX_BODY]).and_then(|file| file.set_len(len)) {
            Err(error) if !self.without_room(&error) => Err(error),
            _ => Ok(tail.unwrap_or_else(|| Tail::new(self.limits))),
        }
    }

    fn push(
        &mut self,
        tail: &watch::Sender<Tail>,
        name: &str,
        data: &str,
        key: Option<String>,
    ) -> io::Result<Appended> {
        if let Some(id) = tail.borrow().known(key.as_deref()) {
            return Ok(Appended { id, new: false });
        }
        let draft = Draft::new(name, data).map_err(io::Error::other)?;
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let id = tail.borrow().next_id();
        let line =
            Line { id: &id, time: time.try_into().unwrap_or(u64::MAX), event: name.into(), data: data.into(), key };
        let mut text = serde_json::to_vec(&line)?;
        text.push(b'\n');
        let too_large = self.len + text.len() as u64 > self.limits.bytes as u64 / 2;
        if self.lines >= self.limits.events || (too_large && self.lines > 0) {
            self.rotate()?;
        }
        self.write(&text)?;
        self.len += text.len() as u64;
        self.lines += 1;
        tail.send_modify(|tail| drop(tail.push(draft, Duration::ZERO, line.key.as_deref())));
        Ok(Appended { id, new: true })
    }

    /// Writes all of it after the last line, or nothing.
    fn write(&mut self, text: &[u8]) -> io::Result<&File> {
        if self.newest.is_none() {
            if self.lock.is_none() {
                if fs::metadata(&self.path).is_ok_and(|found| found.len() > 0) {
                    return Err(io::Error::other("it could not be locked at the start, so it was not read"));
                }
                self.lock()?;
            }
            let newest = OpenOptions::new().create(true).append(true).open(&self.path)?;
            self.newest = Some(newest);
        }
        let file = self.newest.as_ref().expect("made above");
        // An earlier failure may have left part of a line.
        if file.metadata()?.len() > self.len {
            file.set_len(self.len)?;
        }
        (&*file).write_all(text).inspect_err(|_| {
            let _ = file.set_len(self.len);
        })?;
        Ok(file)
    }

    /// Makes room for the next line by dropping the oldest ones.
    fn rotate(&mut self) -> io::Result<()> {
        match fs::rename(&self.path, beside(&self.path, ".old")) {
            // It was removed by someone else.
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        (self.newest, self.len, self.lines) = (None, 0, 0);
        Ok(())
    }

    /// A separate file, since the log's own is renamed and created again.
    fn lock(&mut self) -> io::Result<()> {
        let path = beside(&self.path, ".lock");
        let file = match OpenOptions::new().create(true).truncate(false).write(true).open(&path) {
            // Enough for a lock.
            Err(error) if error.kind() == ErrorKind::ReadOnlyFilesystem => File::open(path).map_err(|_| error)?,
            file => file?,
        };
        match file.try_lock() {
            Ok(()) => self.lock = Some(file),
            Err(TryLockError::WouldBlock) => return Err(io::Error::other("in use by another server")),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        Ok(())
    }

    /// Whether the service can run without writing the file for now.
    fn without_room(&self, error: &io::Error) -> bool {
        use ErrorKind::{FileTooLarge, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        let passes = matches!(error.kind(), FileTooLarge | QuotaExceeded | ReadOnlyFilesystem | StorageFull);
        if passes {
            let path = self.path.display();
            say(format_args!("{path}: cannot be written, so nothing can be published until it can: {error}"));
        }
        passes
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Continues `tail` with the lines of a file. Returns how long the whole lines are, and how many, or how it is damaged.
fn replay(path: &Path, tail: &mut Option<Tail>, limits: Limits) -> io::Result<Result<(u64, usize), String>> {
    let unreadable = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let mut reader = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Ok((0, 0))),
        file => BufReader::new(file.map_err(unreadable)?),
    };
    let (mut len, mut lines, mut text) = (0, 0, Vec::new());
    loop {
        text.clear();
        let read = reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut text).map_err(unreadable)? as u64;
        let kept = match text.strip_suffix(b"\n") {
            Some(line) => keep(line, tail, limits),
            None if read == MAX_LINE => Err("too long".into()),
            // It was being written when the process ended; no client has seen it.
            None => return Ok(Ok((len, lines))),
        };
        len += read;
        lines += 1;
        if let Err(error) = kept {
            return Ok(Err(format!("damaged, line {lines}: {error}")));
        }
    }
}

fn keep(line: &[u8], tail: &mut Option<Tail>, limits: Limits) -> Result<(), String> {
    let line: Line<'_> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let (epoch, number) = line.id.rsplit_once('-').unwrap_or_default();
    let count = number.parse::<u64>().ok().and_then(|number| number.checked_sub(1));
    let count = count.ok_or_else(|| format!("`{}` is not an id of this log", line.id))?;
    let tail = tail.get_or_insert_with(|| Tail::after(count, epoch, limits));
    tail.begin_epoch(epoch);
    let expected = tail.next_id();
    if line.id != expected {
        return Err(format!("expected the id `{expected}`, found `{}`", line.id));
    }
    let draft = Draft::new(&line.event, &line.data).map_err(|error| error.to_string())?;
    let age = SystemTime::now().duration_since(UNIX_EPOCH + Duration::from_millis(line.time));
    tail.push(draft, age.unwrap_or_default(), line.key.as_deref());
    Ok(())
}

/// Keeps the file for someone to look at. The service continues without it.
fn set_aside(path: &Path, reason: &str) -> io::Result<()> {
    let mut names = (1..).map(|count: u64| beside(path, &format!(".damaged.{count}")));
    let aside = names.find(|name| fs::symlink_metadata(name).is_err()).unwrap_or_default();
    match fs::rename(path, &aside) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        renamed => renamed?,
    }
    let (path, aside) = (path.display(), aside.display());
    say(format_args!("{path}: {reason}; renamed to {aside}; clients that come back are reset"));
    Ok(())
}

#[cfg(test)]
#[path = "../../../tests/unit/log_file.rs"]
mod tests;
