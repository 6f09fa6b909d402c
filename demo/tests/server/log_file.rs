//! The log's file: bounds, and everything that can happen to it.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::harness::{Server, assert_refuses, output};

/// A directory with a log in it.
struct Log {
    dir: TempDir,
    path: String,
}

impl Log {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("events.jsonl").to_str().unwrap().to_owned();
        Self { dir, path }
    }

    fn start(&self, args: &[&str]) -> Server {
        Server::start(&[&["--log-file", &self.path], args].concat())
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        format!("{}{suffix}", self.path).into()
    }

    /// Starts a server that publishes `1` to `count`, and kills it.
    fn publish(&self, count: u32, args: &[&str]) -> Vec<String> {
        let server = self.start(args);
        (1..=count).map(|number| server.publish(&number.to_string())).collect()
    }

    fn edit(&self, edit: impl FnOnce(Vec<u8>) -> Vec<u8>) {
        fs::write(&self.path, edit(fs::read(&self.path).unwrap())).unwrap();
    }

    /// Everything that is in the directory.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files: Vec<_> = fs::read_dir(self.dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect();
        files.sort();
        files
    }
}

fn lines(path: &Path) -> usize {
    fs::read_to_string(path).map_or(0, |text| text.lines().count())
}

#[test]
fn a_second_server_says_that_the_file_is_in_use_and_touches_nothing() {
    let log = Log::new();
    let server = log.start(&["--log-events", "10"]);
    let ids: Vec<String> = (1..=15).map(|number| server.publish(&number.to_string())).collect();
    let before = log.files();
    let link = log.beside(".link");
    std::os::unix::fs::symlink(&log.path, &link).unwrap();
    for path in [log.path.as_str(), link.to_str().unwrap()] {
        // If it could, it would forget what the first still keeps.
        let args = ["--addr", "127.0.0.1:0", "--log-events", "1", "--log-bytes", "1", "--log-file", path];
        assert_refuses(&args, &[path, "in use by another server"]);
        let taken = server.address().to_string();
        assert_refuses(&[&["--addr", &taken], &args[2..]].concat(), &[&taken, "Address already in use"]);
    }
    fs::remove_file(link).unwrap();
    assert!(log.files() == before);
    for number in 16..=20 {
        server.publish(&number.to_string());
    }
    drop(server);
    let expected: Vec<String> = (11..=20).map(|number| number.to_string()).collect();
    assert_eq!(log.start(&["--log-events", "10"]).resume(&ids[9]).take(10), expected);
}

#[test]
fn a_start_whose_address_is_taken_makes_no_file() {
    let log = Log::new();
    let taken = Server::start(&[]).address().to_string();
    let holder = std::net::TcpListener::bind(&taken).unwrap();
    assert_refuses(&["--addr", &taken, "--log-file", &log.path], &["Address already in use"]);
    drop(holder);
    assert_eq!(log.files(), []);
}

/// If the machine fails, the last lines can be lost. Their ids are not given to other events.
#[test]
fn a_client_that_has_seen_more_than_the_file_is_reset() {
    let log = Log::new();
    let ids = log.publish(10, &[]);
    log.edit(|text| text.split_inclusive(|byte| *byte == b'\n').take(6).flatten().copied().collect());
    let server = log.start(&[]);
    let new: Vec<String> = (11..=16).map(|number| server.publish(&number.to_string())).collect();
    for ahead in &ids[6..] {
        assert!(!new.contains(ahead));
        let event = server.resume(ahead).next();
        assert_eq!(event.name, "reset", "{ahead}: {event:?}");
        assert!(event.data.contains("\"unknown\""), "{event:?}");
    }
    let expected = ["5", "6", "11", "12", "13", "14", "15", "16"];
    assert_eq!(server.resume(&ids[3]).take(8), expected);
    assert_eq!(server.resume(&ids[5]).take(6), expected[2..]);
    drop(server);
    // The end of an epoch is known as long as any of its events is kept.
    let server = log.start(&[]);
    assert_eq!(server.resume(&ids[6]).next().name, "reset");
    assert_eq!(server.resume(&ids[3]).take(8), expected);
    assert_eq!(server.resume(&new[0]).take(5), expected[3..]);
}

#[test]
fn the_file_stays_small_in_events() {
    let log = Log::new();
    let args = ["--log-events", "5"];
    let ids = log.publish(43, &args);
    let count = lines(Path::new(&log.path)) + lines(&log.beside(".old"));
    assert!((5..=10).contains(&count), "{count}");
    let server = log.start(&args);
    assert_eq!(server.resume(&ids[37]).take(5), ["39", "40", "41", "42", "43"]);
    assert_eq!(server.resume(&ids[0]).next().name, "reset");
    assert_eq!(server.stats()["log"]["events"], 5);
}

#[test]
fn the_log_stays_small_in_bytes() {
    const BYTES: u64 = 100_000;
    let log = Log::new();
    let args = ["--log-bytes", "100000"];
    let server = log.start(&args);
    let files = || -> u64 {
        let size = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
        size(Path::new(&log.path)) + size(&log.beside(".old"))
    };
    let mut stream = server.stream("/events");
    let mut last = String::new();
    for number in 0..60 {
        // Each line end is a whole line of the event stream.
        let data = format!("{number}{}", "\n".repeat(1 + number * 29 % 1000));
        last = server.publish(&data);
        assert_eq!(stream.next().data, data);
        let bytes = server.stats()["log"]["bytes"].as_u64().unwrap();
        assert!(bytes <= BYTES && files() <= BYTES, "{bytes} in memory, {} in files", files());
    }
    drop(server);
    let server = log.start(&args);
    assert!(server.stats()["log"]["bytes"].as_u64().unwrap() <= BYTES);
    server.publish("end");
    assert_eq!(server.resume(&last).next().data, "end");
    // An event larger than the log reaches the listeners, and is dropped for the next one.
    let mut stream = server.stream("/events");
    let large = "\n".repeat(30_000);
    server.publish(&large);
    assert_eq!(stream.next().data, large);
    server.publish("next");
    assert_eq!(stream.next().data, "next");
    assert_eq!(server.stats()["log"]["events"], 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_costs_what_is_published_meanwhile_and_nothing_else() {
    let log = Log::new();
    let args = ["--log-events", "20", "--log-file", log.path.as_str()];
    let server = Server::without_room(100_000, &args);
    let data = |number: u32| format!("{number} {}", "x".repeat(9_000));
    let mut stream = server.stream("/events");
    let mut ids = Vec::new();
    // No client got the event whose publisher got an error: this is the next one that comes.
    let mut logged = |id: String, data: String| {
        let event = stream.next();
        assert_eq!((&event.id, &event.data), (&id, &data));
        ids.push((id, data));
    };
    let (mut number, mut refused) = (0, 0);
    while refused < 3 {
        number += 1;
        match server.try_publish(&data(number)) {
            (200, answer) => logged(answer["id"].as_str().unwrap().to_owned(), data(number)),
            (status, answer) => {
                refused += 1;
                assert_eq!(status, 500);
                assert!(answer["error"].as_str().unwrap().contains("the log cannot be written: "), "{answer}");
            }
        }
    }
    assert!(log.files().iter().all(|(_, bytes)| bytes.is_empty() || bytes.ends_with(b"\n")));
    // There may still be room for a small one.
    logged(server.publish("small"), "small".into());
    server.give_room("unlimited");
    for number in 100..130 {
        logged(server.publish(&data(number)), data(number));
    }
    drop(server);
    let server = log.start(&args[..2]);
    let (last, missed) = ids.split_at(ids.len() - 20);
    let missed: Vec<&str> = missed.iter().map(|(_, data)| data.as_str()).collect();
    assert_eq!(server.resume(&last.last().unwrap().0).take(20), missed);
}

#[cfg(target_os = "linux")]
#[test]
fn a_start_on_a_full_disk_serves_what_it_has_and_warns() {
    let log = Log::new();
    let args = ["--log-events", "10", "--log-file", log.path.as_str()];
    let ids = log.publish(20, &["--log-events", "100"]);
    let before = log.files();
    let server = Server::without_room(100, &args);
    assert_eq!(server.resume(&ids[17]).take(2), ["19", "20"]);
    assert_eq!(server.try_publish(&"x".repeat(200)).0, 500);
    assert!(log.files().len() <= before.len() + 1);
    server.give_room("unlimited");
    server.publish("22");
    assert_eq!(server.resume(&ids[17]).take(3), ["19", "20", "22"]);
    server.signal("-TERM");
    let said = server.stopped();
    assert!(said.contains(&log.path) && said.contains("cannot be written"), "{said}");
    assert_eq!(log.start(&args[..2]).resume(&ids[17]).take(3), ["19", "20", "22"]);
}

#[test]
fn a_damaged_file_is_set_aside_and_clients_are_reset() {
    let line = |id: &str| format!("{{\"id\":\"{id}\",\"time\":99999999999999,\"event\":\"notice\",\"data\":\"x\"}}\n");
    let without_line_3 = |text: Vec<u8>| {
        let lines = text.split_inclusive(|byte| *byte == b'\n').enumerate();
        lines.filter(|(index, _)| *index != 2).flat_map(|(_, line)| line.to_vec()).collect::<Vec<u8>>()
    };
    type Damage<'a> = (&'a str, Box<dyn Fn(Vec<u8>) -> Vec<u8> + 'a>);
    let damages: [Damage<'_>; 9] = [
        ("line 1: expected value", Box::new(|_| b"hello\n".to_vec())),
        ("line 3: expected the id", Box::new(without_line_3)),
        ("line 6: ", Box::new(|text| [text, b"\n".to_vec()].concat())),
        ("line 6: EOF while parsing", Box::new(|text| [&text[..], &text[..20], b"\n"].concat())),
        ("line 6: expected value", Box::new(|text| [&text[..], &[0; 4096], b"\n"].concat())),
        ("line 6: too long", Box::new(|text| [&text[..], &[b' '; 2 << 20]].concat())),
        ("line 1: `a` is not an id", Box::new(|_| line("a").into_bytes())),
        ("line 1: `a-0` is not an id", Box::new(|_| line("a-0").into_bytes())),
        (
            "line 1: event type must not contain CR or LF",
            Box::new(|_| line("a-1").replace("notice", "no\\ntice").into_bytes()),
        ),
    ];
    for (what, damage) in damages {
        let log = Log::new();
        let ids = log.publish(5, &[]);
        log.edit(damage);
        let before = fs::read(&log.path).unwrap();
        let server = log.start(&[]);
        for id in &ids {
            assert_eq!(server.resume(id).next().name, "reset", "{what}");
        }
        let id = server.publish("new");
        server.publish("newer");
        assert_eq!(server.resume(&id).next().data, "newer", "{what}");
        assert!(fs::read(log.beside(".damaged.1")).unwrap() == before, "{what}");
        server.signal("-TERM");
        let said = server.stopped();
        assert!(said.contains(what) && said.contains("events.jsonl.damaged"), "{what}: {said}");
        // And only once.
        let server = log.start(&[]);
        assert_eq!(server.resume(&id).next().data, "newer", "{what}");
        server.signal("-TERM");
        assert_eq!(server.stopped(), "", "{what}");
    }
}

#[test]
fn what_is_no_file_or_cannot_be_read_stays_where_it_is() {
    let log = Log::new();
    let refused = |reasons: &[&str]| assert_refuses(&["--addr", "127.0.0.1:0", "--log-file", &log.path], reasons);
    fs::create_dir(&log.path).unwrap();
    fs::write(format!("{}/important", log.path), "important").unwrap();
    refused(&[&log.path, "not a regular file"]);
    assert_eq!(fs::read(format!("{}/important", log.path)).unwrap(), b"important");
    assert_eq!(fs::read_dir(log.dir.path()).unwrap().count(), 1);
    fs::remove_dir_all(&log.path).unwrap();
    log.publish(2, &[]);
    let before = log.files();
    // Cannot be opened, not even by root.
    let older = log.beside(".old");
    std::os::unix::fs::symlink(&older, &older).unwrap();
    refused(&[older.to_str().unwrap(), "symbolic links"]);
    fs::remove_file(older).unwrap();
    assert_eq!(log.files(), before);
}

#[test]
fn each_damaged_file_gets_a_name_of_its_own() {
    let log = Log::new();
    for text in ["first\n", "second\n"] {
        log.publish(6, &["--log-events", "5"]);
        fs::write(&log.path, text).unwrap();
        let server = log.start(&[]);
        server.signal("-TERM");
        let said = server.stopped();
        assert!(said.contains(".old: the file after it was damaged; renamed to "), "{said}");
    }
    assert_eq!(fs::read(log.beside(".damaged.1")).unwrap(), b"first\n");
    assert_eq!(fs::read(log.beside(".damaged.2")).unwrap(), b"second\n");
    assert_eq!(lines(&log.beside(".old.damaged.2")), 5);
}

/// Damage to the file of older lines costs those; damage to the newer file costs all.
#[test]
fn damage_costs_what_came_before_it() {
    for (suffix, first, last) in [(".old", "reset", "10"), ("", "reset", "reset")] {
        let log = Log::new();
        let args = ["--log-events", "5"];
        let ids = log.publish(10, &args);
        assert_eq!((lines(&log.beside(".old")), lines(Path::new(&log.path))), (5, 5));
        fs::write(log.beside(suffix), "hello\n").unwrap();
        for _ in 0..2 {
            let server = log.start(&args);
            assert_eq!(server.resume(&ids[3]).next().name, first);
            let event = server.resume(&ids[8]).next();
            assert!(event.name == last || event.data == last, "{event:?}");
        }
    }
}

#[test]
fn what_has_no_line_end_is_dropped_whatever_it_is() {
    for rest in [&b"{\"id\":\"half"[..], &[0; 4096], b"\xff", "€".as_bytes().split_at(2).0, b"{}\r"] {
        let log = Log::new();
        let ids = log.publish(2, &[]);
        log.edit(|text| [&text[..], rest].concat());
        let server = log.start(&[]);
        server.publish("3");
        assert_eq!(server.resume(&ids[0]).take(2), ["2", "3"], "{rest:?}");
        drop(server);
        let server = log.start(&[]);
        assert_eq!(server.resume(&ids[0]).take(2), ["2", "3"], "{rest:?}");
    }
}

/// The first event with the key had expired when the second came. Read with wider bounds, the file has both.
#[test]
fn a_key_may_stand_twice_in_the_file() {
    let log = Log::new();
    let server = log.start(&["--log-events", "2"]);
    let publish = |key: &str, data: &str| {
        let request = server.post("/publish").header("idempotency-key", key).json(&serde_json::json!({ "data": data }));
        let answer: serde_json::Value = request.send().unwrap().error_for_status().unwrap().json().unwrap();
        answer["id"].as_str().unwrap().to_owned()
    };
    let ids = [publish("k", "1"), publish("l", "2"), publish("m", "3"), publish("k", "4")];
    drop(server);
    let server = log.start(&["--log-events", "10"]);
    assert_eq!(server.resume(&ids[0]).take(3), ["2", "3", "4"]);
}

/// The clock was ahead when the events came, and is right again.
#[test]
fn events_of_the_future_grow_old() {
    let log = Log::new();
    let ids = log.publish(2, &[]);
    log.edit(|text| {
        let text = String::from_utf8(text).unwrap();
        let time = text.find("\"time\":").unwrap() + 7;
        let now = &text[time..time + 13];
        text.replace(now, "99999999999999").replace(&now[..9], "999999999").into_bytes()
    });
    let server = log.start(&["--log-age", "1"]);
    assert_eq!(server.resume(&ids[0]).next().data, "2");
    server.wait_for("an empty log", |stats| stats["log"]["events"] == 0);
}

#[test]
fn a_place_where_no_file_can_be_is_refused_by_name() {
    for (path, reason) in [("/nowhere/log", "No such file"), ("/proc/log", "/proc/log")] {
        assert_refuses(&["--addr", "127.0.0.1:0", "--log-file", path], &[path, reason]);
        assert_eq!(output(&["--addr", "127.0.0.1:0", "--log-file", path]).status.code(), Some(1));
    }
}
