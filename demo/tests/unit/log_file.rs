//! The thread of the log's file: a disk that does not respond, and an end that no client can cause.

use std::sync::mpsc::sync_channel;
use std::time::Duration;

use super::*;
use crate::serve::first_end;

const LIMITS: Limits = Limits { events: 1, bytes: 1, age: Duration::MAX };

#[tokio::test]
async fn a_disk_that_does_not_answer_fills_no_memory() {
    let directory = tempfile::TempDir::new().unwrap();
    let log = FileLog::open(&directory.path().join("log"), LIMITS, &mut JoinSet::new()).unwrap();
    let disk = hold(&log);
    let append = || log.append(Draft::unnamed("x"), None);
    let mut waiting: Vec<_> = (0..WAITING).map(|_| append()).collect();
    assert!(waiting.iter_mut().all(|append| append.now_or_never().is_none()));
    assert_eq!(append().await.unwrap_err().kind(), ErrorKind::ResourceBusy);
    drop(disk);
    waiting.pop().unwrap().await.unwrap();
    append().await.unwrap();
}

/// A publisher that gave up knows, and may have published the event again.
#[tokio::test]
async fn what_nobody_waits_for_any_more_is_not_published() {
    let directory = tempfile::TempDir::new().unwrap();
    let limits = Limits { events: 9, bytes: 999, age: Duration::MAX };
    let log = FileLog::open(&directory.path().join("log"), limits, &mut JoinSet::new()).unwrap();
    let disk = hold(&log);
    drop(log.append(Draft::unnamed("given up"), None));
    let next = log.append(Draft::unnamed("next"), None);
    drop(disk);
    next.await.unwrap();
    let file = fs::read_to_string(directory.path().join("log")).unwrap();
    assert!(file.contains("next") && !file.contains("given up"), "{file}");
}

#[tokio::test]
async fn the_server_learns_that_the_thread_of_the_file_has_ended() {
    let directory = tempfile::TempDir::new().unwrap();
    let mut needed = JoinSet::new();
    let log = FileLog::open(&directory.path().join("log"), LIMITS, &mut needed).unwrap();
    log.append(Draft::unnamed("x"), None).await.unwrap();
    assert!(needed.try_join_next().is_none());
    log.appends.send(Box::new(|_| panic!("as a bug would"))).unwrap();
    assert_eq!(first_end(&mut needed).await.to_string(), ENDED);
    // Nothing else hangs meanwhile.
    assert_eq!(log.append(Draft::unnamed("x"), None).await.unwrap_err().to_string(), ENDED);
}

/// Makes the log's thread wait until the returned value is dropped.
fn hold(log: &FileLog) -> SyncSender<()> {
    let (busy, gate) = sync_channel(0);
    log.appends.send(Box::new(move |_| while gate.recv().is_ok() {})).unwrap();
    busy.send(()).unwrap();
    busy
}
