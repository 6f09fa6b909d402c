//! `examples/cat.rs` as its users run it: a process with pipes.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use std::{env, fs, thread};

use serde_json::{Value, json};

/// How long a line that should come at once may take: far longer than it ever does.
const AT_ONCE: Duration = Duration::from_secs(30);

fn cat(args: &[&str]) -> Command {
    let test = env::current_exe().unwrap();
    let cat = test.ancestors().nth(2).unwrap().join("examples").join(format!("cat{}", env::consts::EXE_SUFFIX));
    assert!(is_fresh(&cat), "`cargo test --test cat` does not build the example: `cargo build --example cat` first");
    let mut cat = Command::new(cat);
    cat.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    cat
}

/// Whether no source has changed since the program was built from those that Cargo lists beside it.
fn is_fresh(program: &Path) -> bool {
    let modified = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified());
    let Ok(built) = modified(program) else { return false };
    let sources = fs::read_to_string(program.with_extension("d")).unwrap_or_default();
    !sources.split_whitespace().any(|source| modified(Path::new(source)).is_ok_and(|changed| changed > built))
}

/// The result of a run.
#[derive(Debug, PartialEq)]
struct Done {
    status: i32,
    out: String,
    complaint: String,
}

fn run(args: &[&str], input: impl AsRef<[u8]> + Send) -> Done {
    let mut child = cat(args).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = thread::scope(|scope| {
        scope.spawn(move || {
            // A program that stops at an error does not read the rest.
            let _ = stdin.write_all(input.as_ref());
        });
        child.wait_with_output().unwrap()
    });
    Done {
        status: output.status.code().expect("an exit status, no signal"),
        out: String::from_utf8(output.stdout).unwrap(),
        complaint: String::from_utf8(output.stderr).unwrap(),
    }
}

fn done(status: i32, out: &str, complaint: &str) -> Done {
    Done { status, out: out.to_owned(), complaint: complaint.to_owned() }
}

/// A run whose pipes are open.
struct Live {
    child: Child,
    stdin: ChildStdin,
    lines: mpsc::Receiver<String>,
}

impl Live {
    fn start(args: &[&str]) -> Self {
        let mut child = cat(args).spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || BufReader::new(stdout).lines().try_for_each(|line| sender.send(line.unwrap())));
        Self { child, stdin, lines }
    }

    fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.stdin.write_all(bytes.as_ref()).unwrap();
        self.stdin.flush().unwrap();
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(AT_ONCE).expect("a line at once")
    }

    /// The data that is printed.
    fn data(&self) -> String {
        let event: Value = serde_json::from_str(&self.line()).unwrap();
        event["data"].as_str().unwrap().to_owned()
    }

    /// Closes the input. Returns the lines that the test has not taken.
    fn end(mut self) -> Done {
        drop(self.stdin);
        let out = self.lines.iter().map(|line| line + "\n").collect();
        let mut complaint = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
        Done { status: self.child.wait().unwrap().code().expect("an exit status"), out, complaint }
    }
}

fn data_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data")
}

fn data_files() -> Vec<PathBuf> {
    let files = fs::read_dir(data_dir()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|extension| extension == "sse")).collect();
    files.sort();
    assert!(files.len() > 1, "{files:?}");
    files
}

#[test]
fn prints_one_object_an_event() {
    let wire = ":hi\nretry:1500\ndata:a\n\nid: 7\nevent: add\ndata: b \"c\"\ndata\n\ndata:é\r\nid\r\n\r\n";
    let message = r#"{"type":"message","data":"a","id":null,"last_event_id":""}"#;
    let add = r#"{"type":"add","data":"b \"c\"\n","id":"7","last_event_id":"7"}"#;
    let reset = r#"{"type":"message","data":"é","id":"","last_event_id":""}"#;
    assert_eq!(run(&[], wire), done(0, &format!("{message}\n{add}\n{reset}\n"), ""));
    assert_eq!(run(&["-"], wire), run(&[], wire));

    let (comment, retry) = (r#"{"comment":"hi"}"#, r#"{"retry":1500}"#);
    assert_eq!(run(&["--comments"], wire).out, format!("{comment}\n{message}\n{add}\n{reset}\n"));
    assert_eq!(run(&["--retries"], wire).out, format!("{retry}\n{message}\n{add}\n{reset}\n"));
    assert_eq!(run(&["--comments", "--retries"], wire).out, format!("{comment}\n{retry}\n{message}\n{add}\n{reset}\n"));
    assert_eq!(run(&[], ""), done(0, "", ""));
}

/// What the tables of `tests/data/README.md` say of each file.
#[test]
fn prints_the_streams_of_real_servers() {
    let readme = fs::read_to_string(data_dir().join("README.md")).unwrap();
    for path in data_files() {
        let done = run(&["--comments", "--retries", path.to_str().unwrap()], "");
        assert_eq!(done.status, 0, "{path:?}: {}", done.complaint);
        let (mut events, mut comments, mut retries) = (0, 0, Vec::new());
        for line in done.out.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            events += usize::from(line["data"].is_string() && line["type"].is_string());
            comments += usize::from(line["comment"].is_string());
            retries.extend(line["retry"].as_u64().map(|retry| retry.to_string()));
        }
        assert_eq!(events + comments + retries.len(), done.out.lines().count(), "{path:?}");

        let first_cell = format!("| `{}` |", path.file_name().unwrap().to_str().unwrap());
        let row = readme.lines().find(|row| row.starts_with(&first_cell)).unwrap_or_else(|| panic!("no row: {path:?}"));
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let retries = if retries.is_empty() { "none".to_owned() } else { retries.join(", then ") };
        assert_eq!((events, comments), (cells[4].parse().unwrap(), cells[5].parse().unwrap()), "{path:?}");
        assert_eq!(retries, cells[7], "{path:?}");
    }
}

/// Neither C1 controls, nor DEL, nor marks of direction, nor tags; and it is the same JSON.
#[test]
fn what_could_deceive_a_terminal_is_escaped() {
    let evil = "a\u{7f}b\u{85}\u{9b}31m\u{9d}0;x\u{2028}\u{202e}\u{61c}\u{2066}\u{200b}\u{e0041}\u{e007f}é😀";
    let done = run(&["--comments"], format!("event:{evil}\nid:{evil}\n:{evil}\ndata:{evil}\n\n"));
    assert_eq!(done.status, 0, "{done:?}");
    let bare = |c: char| !" \n".contains(c) && !c.is_ascii_graphic() && !"é😀".contains(c);
    assert!(!done.out.contains(bare), "{:?}", done.out);
    assert!(done.out.contains("\\u2066\\u200b\\udb40\\udc41\\udb40\\udc7fé😀"), "{}", done.out);
    let lines: Vec<Value> = done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0], json!({ "comment": evil }));
    assert_eq!(lines[1], json!({ "type": evil, "data": evil, "id": evil, "last_event_id": evil }));
}

#[test]
fn encode_is_the_way_back() {
    const ALL: [&str; 3] = ["--comments", "--retries", "--unfinished"];
    let mut wires: Vec<_> = data_files().into_iter().map(|path| fs::read(path).unwrap()).collect();
    for wire in [
        "data:  two spaces\ndata: : \ndata\ndata\n\nevent:add\rdata:\r\revent: message\ndata: \\\"\0\u{2028}\u{FEFF}\n\n",
        "id:1\n\ndata: the id came without data\n\nid\n\ndata: so did its reset\n\nid: 2\ndata: own\n\nid:3\n\nid:2\n\ndata\n\n",
        ": one\n:two\nretry: 18446744073709551615\ndata: c\n:  three\n\n:\n\nretry: 0\n\n",
    ] {
        wires.push(wire.as_bytes().to_vec());
    }
    wires.push(["data: ", &"one long line ".repeat(100_000), "\n\n"].concat().into_bytes());
    for wire in wires {
        let lines = run(&ALL, &wire);
        assert_eq!((lines.status, lines.out.is_empty()), (0, false), "{lines:?}");
        let encoded = run(&["--encode"], &lines.out);
        assert_eq!((encoded.status, &*encoded.complaint), (0, ""));
        assert_eq!(run(&ALL, encoded.out).out, lines.out);
    }
}

#[test]
fn encode_writes_the_event_stream() {
    let events = [
        (json!({"data": "a\nb\r"}), "data: a\ndata: b\ndata: \n\n"),
        (json!({"type": "message", "data": "", "id": null, "last_event_id": ""}), "data: \n\n"),
        (json!({"type": "add", "data": "x", "id": "7"}), "event: add\nid: 7\ndata: x\n\n"),
        (json!({"type": "message", "data": "x", "id": null, "last_event_id": "7"}), "data: x\n\n"),
        // An event in between that had the id was left out: the receiver must still learn the id.
        (json!({"type": "message", "data": "y", "id": null, "last_event_id": "9"}), "id: 9\n\ndata: y\n\n"),
        (json!({"type": "message", "data": "z", "id": null, "last_event_id": "9"}), "data: z\n\n"),
        (json!({"comment": "still\nhere"}), ": still\n: here\n\n"),
        (json!({"retry": 1500}), "retry: 1500\n\n"),
        (json!({"retry": 1, "comment": "c", "data": "d"}), ": c\nretry: 1\ndata: d\n\n"),
    ];
    let (lines, wires): (Vec<_>, Vec<_>) = events.iter().map(|(line, wire)| (line.to_string(), *wire)).unzip();
    // Blank lines and CRLF are fine, and the last line needs no end.
    assert_eq!(run(&["--encode"], lines.join("\n\r\n")), done(0, &wires.concat(), ""));
}

/// The next event is not written before the last one is read.
#[test]
fn prints_an_event_the_moment_its_blank_line_arrives() {
    for end in ["\n\n", "\r\n\r\n", "\r\r", "\n\r"] {
        let mut live = Live::start(&[]);
        for round in 0..3 {
            live.write(format!("data: {round}"));
            live.write(end);
            assert_eq!(live.data(), round.to_string(), "{end:?}");
        }
        // Byte by byte, too.
        for byte in "event: a\ndata: bytes".bytes().chain(end.bytes()) {
            live.write([byte]);
        }
        assert_eq!(live.data(), "bytes", "{end:?}");
        assert_eq!(live.end(), done(0, "", ""), "{end:?}");
    }
}

#[test]
fn prints_a_comment_and_a_time_the_moment_their_line_ends() {
    let mut live = Live::start(&["--comments", "--retries"]);
    live.write("data: first\n: hello\r");
    assert_eq!(live.line(), r#"{"comment":"hello"}"#);
    live.write("\nretry: 9\n");
    assert_eq!(live.line(), r#"{"retry":9}"#);
    live.write("\n");
    assert_eq!(live.data(), "first");
    assert_eq!(live.end(), done(0, "", ""));
}

#[test]
fn encodes_a_line_the_moment_it_arrives() {
    let mut live = Live::start(&["--encode"]);
    for round in 0..3 {
        live.write(json!({ "data": round.to_string() }).to_string() + "\n");
        assert_eq!((live.line(), live.line()), (format!("data: {round}"), String::new()));
    }
    assert_eq!(live.end(), done(0, "", ""));
}

#[test]
fn an_unfinished_event_is_noted_or_printed() {
    let first = r#"{"type":"message","data":"a","id":"1","last_event_id":"1"}"#.to_owned() + "\n";
    let note = "cat: the stream ends inside an event, which the standard discards; --unfinished prints it\n";
    for wire in ["id:1\ndata:a\n\nid:2\ndata:b\n", "id:1\ndata:a\n\nid:2\ndata:b"] {
        assert_eq!(run(&[], wire), done(0, &first, note));
        let second = r#"{"type":"message","data":"b","id":"2","last_event_id":"2"}"#.to_owned() + "\n";
        assert_eq!(run(&["--unfinished"], wire), done(0, &(first.clone() + &second), ""));
    }
    // Without data there is no event to lose.
    assert_eq!(run(&[], "id:1\ndata:a\n\nid:2\n: c"), done(0, &first, ""));
}

#[test]
fn ill_formed_utf8_is_printed_as_replaced_and_reported() {
    let cases: [(&[u8], usize, &str); 6] = [
        (b"data:a\xFFb\xFE\n\n", 6, "a\u{FFFD}b\u{FFFD}"),
        (b"data:\xC3\xA9\xC3\n\n", 7, "é\u{FFFD}"),
        (b"data:\xED\xA0\x80\n\n", 5, "\u{FFFD}\u{FFFD}\u{FFFD}"),
        (b":\x80\n\xEF\xBB\xBFdata\n\ndata:ok\n\n", 1, "ok"),
        (b"\xEF\xBB\xBFdata:\xF0\x9F\x98\n\n", 8, "\u{FFFD}"),
        (b"data:ok\n\n:\xF0\x9F\x98", 10, "ok"),
    ];
    for (wire, offset, data) in cases {
        let event = json!(data).to_string();
        let out = format!("{{\"type\":\"message\",\"data\":{event},\"id\":null,\"last_event_id\":\"\"}}\n");
        let complaint = format!("cat: ill-formed UTF-8 at byte offset {offset}, printed as U+FFFD\n");
        assert_eq!(run(&[], wire), done(1, &out, &complaint));
    }
}

/// The first event is read before the rest is written, so that the character is cut between two reads.
#[test]
fn a_character_cut_between_two_reads_is_well_formed() {
    for (rest, data, status, complaint) in [
        (&b"\x9F\x98\x80\n\n"[..], "😀", 0, ""),
        (b"\x9F!\n\n", "\u{FFFD}!", 1, "cat: ill-formed UTF-8 at byte offset 14, printed as U+FFFD\n"),
    ] {
        let mut live = Live::start(&[]);
        live.write(b"data: 1\n\ndata:\xF0");
        assert_eq!(live.data(), "1");
        live.write(rest);
        assert_eq!(live.data(), data);
        assert_eq!(live.end(), done(status, "", complaint));
    }
}

#[test]
fn an_event_over_the_limit_is_reported_and_skipped() {
    let wire = "data:1\n\ndata:12345\n\n:comment\ndata:2\n\n";
    let printed = run(&["--max-event-len", "5"], wire);
    assert_eq!((printed.status, printed.out.lines().count()), (0, 3));

    let skipped = run(&["--max-event-len", "4"], wire);
    assert_eq!((skipped.status, skipped.out.lines().count()), (1, 2));
    assert_eq!(skipped.complaint, "cat: event exceeds the limit of 4 bytes at offset 8\n");
    assert!(skipped.out.ends_with("{\"type\":\"message\",\"data\":\"2\",\"id\":null,\"last_event_id\":\"\"}\n"));

    let with_comments = run(&["--max-event-len", "4", "--comments"], wire);
    assert_eq!((with_comments.status, &with_comments.out), (1, &skipped.out));
    assert!(with_comments.complaint.ends_with("\ncat: comment exceeds the limit of 4 bytes at offset 20\n"));
}

#[test]
fn a_line_that_is_not_an_event_stops_the_encoder() {
    let object = r#"expected a JSON object, such as {"data":"hello"}"#;
    let nothing = "expected `data`, `comment` or `retry`, without which there is nothing to receive";
    let keys = "expected one of `type`, `data`, `id`, `last_event_id`, `comment`, `retry`";
    let cases: [(&[u8], &str); 15] = [
        (b"hello", object),
        (b"[\"message\",\"x\",null,\"\"]", object),
        (b"null", object),
        (b"{}", nothing),
        (b"{\"type\":\"add\",\"id\":\"7\"}", nothing),
        (b"{\"data\":null}", nothing),
        (b"{\"data\":\"x\"", "EOF while parsing an object at column 11"),
        (b"{\"data\":\"x\"} {}", "trailing characters at column 14"),
        (b"{\"data\":5}", "invalid type: integer `5`, expected a string at column 9"),
        (b"{\"retry\":1.5}", "invalid type: floating point `1.5`, expected u64 at column 12"),
        (b"{\"data\":\"x\",\"date\":1}", &format!("unknown field `date`, {keys} at column 18")),
        (br#"{"data":"x","id":"7\n"}"#, "event id must not contain CR, LF or NUL (found LF at index 1)"),
        (br#"{"data":"x","last_event_id":"\u0000"}"#, "event id must not contain CR, LF or NUL (found NUL at index 0)"),
        (br#"{"data":"x","type":"\radd"}"#, "event type must not contain CR or LF (found CR at index 0)"),
        (b"{\"data\":\"\xFF\"}", "stream did not contain valid UTF-8"),
    ];
    for (line, complaint) in cases {
        let lines = [b"{\"data\":\"ok\"}", line, b"{\"data\":\"not reached\"}"].join(&b'\n');
        assert_eq!(run(&["--encode"], lines), done(1, "data: ok\n\n", &format!("cat: line 2: {complaint}\n")));
    }
}

#[test]
fn output_that_nobody_reads_is_reported() {
    for (args, input) in [(&[][..], "data:1\n\n"), (&["--encode"], "{\"data\":\"1\"}\n")] {
        for stderr_is_read in [true, false] {
            let mut child = cat(args).spawn().unwrap();
            drop(child.stdout.take());
            let stderr = child.stderr.take().filter(|_| stderr_is_read);
            // More than once, because a process that another test is just starting may hold the closed end for a moment.
            let mut stdin = child.stdin.take().unwrap();
            let _ = (0..100_000).try_for_each(|_| stdin.write_all(input.as_bytes()));
            drop(stdin);
            // A panic would be 101.
            assert_eq!(child.wait().unwrap().code(), Some(1), "{args:?}");
            if let Some(mut stderr) = stderr {
                let mut complaint = String::new();
                stderr.read_to_string(&mut complaint).unwrap();
                assert!(complaint.starts_with("cat: standard output: "), "{complaint}");
                assert_eq!(complaint.lines().count(), 1, "{complaint}");
            }
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    for encode in [&[][..], &["--encode"]] {
        let missing = run(&[encode, &["tests/data/missing.sse"]].concat(), "");
        assert_eq!((missing.status, &*missing.out), (1, ""));
        assert!(missing.complaint.starts_with("cat: tests/data/missing.sse: "), "{missing:?}");
        assert_eq!(missing.complaint.lines().count(), 1, "{missing:?}");

        let directory = run(&[encode, &[env!("CARGO_MANIFEST_DIR")]].concat(), "");
        assert_eq!(
            (directory.status, &*directory.out, directory.complaint.lines().count()),
            (1, "", 1),
            "{directory:?}"
        );
    }
}

#[test]
fn wrong_arguments_have_a_status_of_their_own() {
    for args in [&["--max-event-len", "many"][..], &["--encode", "--comments"], &["--no-such-flag"], &["a", "b"]] {
        let done = run(args, "");
        assert_eq!((done.status, &*done.out, done.complaint.contains("try '--help'")), (2, "", true), "{done:?}");
    }
    let help = run(&["--help"], "");
    assert_eq!(help.status, 0);
    assert!(help.out.contains("Exit status:\n  0 "), "{}", help.out);
}
