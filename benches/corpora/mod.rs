//! The named corpora that every benchmark reads: streams of one shape each, the same bytes in every run.
//!
//! Needs only the standard library, so that any package can include this file.

#![allow(dead_code, reason = "who includes it need not use all of it")]
#![allow(unreachable_pub, reason = "who includes it may hand it on")]
#![allow(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "a wrong corpus may panic")]

use core::fmt::Write as _;

/// One stream, and what must be found in it.
pub struct Corpus {
    pub name: &'static str,
    /// The stream. Ends with the blank line of the last event.
    pub wire: Vec<u8>,
    /// How many events it has, all of them with data.
    pub events: usize,
    /// The bytes of all events' data, with an LF between each two lines.
    pub data_len: usize,
    /// How many comments it has, each followed by a blank line of its own.
    pub comments: usize,
    /// How many `retry` fields it has.
    pub retries: usize,
    /// The events as they were before they were encoded.
    pub owned: Vec<OwnedEvent>,
    /// Where each event ends in `wire`, its blank line included.
    pub event_ends: Vec<usize>,
}

/// One event to encode, as a server has it.
pub struct OwnedEvent {
    pub event_type: Option<String>,
    pub id: Option<String>,
    /// In milliseconds.
    pub retry: Option<u64>,
    /// Its lines end with LF.
    pub data: String,
}

/// How a stream is cut, by name: the length of a chunk in bytes. 1460 is what a TCP segment usually carries.
pub const CHUNKS: [(&str, usize); 4] = [("whole", usize::MAX), ("16KiB", 16 * 1024), ("1460", 1460), ("64", 64)];

/// Those that are measured with [one event for each chunk](Corpus::event_chunks) too, as a flushed stream arrives.
pub const FLUSHED: [&str; 2] = ["llm-chat", "llm-named"];

/// The name of every corpus.
pub const NAMES: [&str; 9] =
    ["llm-chat", "llm-named", "ticks", "tiny", "multi-line", "huge-line", "crlf", "comments", "non-ascii"];

/// All corpora. They take some 20 MiB together.
pub fn all() -> Vec<Corpus> {
    NAMES.into_iter().map(named).collect()
}

/// One corpus.
///
/// # Panics
///
/// If `name` is not one of [`NAMES`].
pub fn named(name: &'static str) -> Corpus {
    const LEN: usize = 5 << 18;
    let corpus = |event| Corpus::new(name, LEN, "\n", &[], event);
    match name {
        "llm-chat" => corpus(llm_chat),
        "llm-named" => corpus(llm_named),
        "ticks" => corpus(tick),
        "tiny" => corpus(tiny),
        "multi-line" => corpus(multi_line),
        "huge-line" => Corpus::new(name, 8 << 20, "\n", &[], huge_line),
        "crlf" => Corpus::new(name, LEN, "\r\n", &[], llm_named),
        "comments" => Corpus::new(name, LEN, "\n", &KEEP_ALIVES, llm_named),
        "non-ascii" => corpus(non_ascii),
        _ => panic!("no corpus has the name {name:?}, but {NAMES:?}"),
    }
}

impl Corpus {
    /// Makes events until there are `len` bytes, each after `comments`.
    fn new(
        name: &'static str,
        len: usize,
        line_end: &str,
        comments: &[&str],
        event: fn(&mut Numbers, usize) -> OwnedEvent,
    ) -> Self {
        let mut numbers = Numbers(0);
        let (mut wire, mut owned, mut event_ends) = (String::new(), Vec::new(), Vec::new());
        while wire.len() < len {
            for comment in comments {
                wire.extend([*comment, line_end, line_end]);
            }
            let event = event(&mut numbers, owned.len());
            event.encode(line_end, &mut wire);
            owned.push(event);
            event_ends.push(wire.len());
        }
        Self {
            name,
            wire: wire.into_bytes(),
            events: owned.len(),
            data_len: owned.iter().map(|event| event.data.len()).sum(),
            comments: owned.len() * comments.len(),
            retries: owned.iter().filter(|event| event.retry.is_some()).count(),
            owned,
            event_ends,
        }
    }

    /// The stream in chunks of `len` bytes, see [`CHUNKS`].
    pub fn chunks(&self, len: usize) -> impl Iterator<Item = &[u8]> {
        self.wire.chunks(len)
    }

    /// The stream in chunks of one event, with the comments before it.
    pub fn event_chunks(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.event_ends.iter().map(move |&end| {
            let chunk = &self.wire[start..end];
            start = end;
            chunk
        })
    }
}

impl OwnedEvent {
    fn new(data: String) -> Self {
        Self { event_type: None, id: None, retry: None, data }
    }

    /// Slow and obvious, to compare encoders with.
    fn encode(&self, line_end: &str, out: &mut String) {
        let mut line = |name: &str, value: &str| out.extend([name, ": ", value, line_end]);
        if let Some(event_type) = &self.event_type {
            line("event", event_type);
        }
        if let Some(id) = &self.id {
            line("id", id);
        }
        if let Some(retry) = self.retry {
            line("retry", &retry.to_string());
        }
        for value in self.data.split('\n') {
            line("data", value);
        }
        out.push_str(line_end);
    }
}

/// What servers send to keep a connection alive: the shortest, the usual, and one with a time.
const KEEP_ALIVES: [&str; 3] = [":", ": keep-alive", ": ping - 2026-11-22 21:40:07.123456+00:00"];

/// Pieces of a JSON string, as long as a model's tokens are.
const TOKENS: [&str; 24] = [
    " the", " of", ",", ".", " and", " stream", r"\n\n", r#" \""#, " a", "s", " to", "ing", " client", " is", " in",
    "-", " event", " that", r#"\""#, " server", " for", "ed", " ends", " with",
];

/// Chinese, Japanese, Korean, emoji with and without modifiers, and a little of what has two bytes.
const NON_ASCII: [&str; 5] =
    ["服务器发送事件，浏览器接收。", "サーバーがイベントを送る。", "서버가 이벤트를 보냅니다.", "👩‍💻🎉👍🏽", "é"];

/// A completion's chunk: one data line, about 290 bytes an event.
fn llm_chat(numbers: &mut Numbers, count: usize) -> OwnedEvent {
    let (answer, created) = (count / 256, 1_763_847_607 + count / 64);
    OwnedEvent::new(format!(
        concat!(
            r#"{{"id":"chatcmpl-BxQ7Zk3mVt9LrW2pYc8sNfHd{:05}","object":"chat.completion.chunk","created":{},"#,
            r#""model":"large-2026-11-01","service_tier":"default","system_fingerprint":"fp_34a54ae93c","#,
            r#""choices":[{{"index":0,"delta":{{"content":"{}"}},"logprobs":null,"finish_reason":null}}]}}"#,
        ),
        answer,
        created,
        numbers.pick(&TOKENS),
    ))
}

/// A delta of an answer, with its type: about 140 bytes an event. Now and then another type.
fn llm_named(numbers: &mut Numbers, count: usize) -> OwnedEvent {
    if count % 64 == 63 {
        let data = r#"{"type": "ping"}"#.to_owned();
        return OwnedEvent { event_type: Some("ping".to_owned()), ..OwnedEvent::new(data) };
    }
    let mut data = r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":""#.to_owned();
    (0..3 + numbers.below(7)).for_each(|_| data.push_str(numbers.pick(&TOKENS)));
    data.push_str(r#""}}"#);
    OwnedEvent { event_type: Some("content_block_delta".to_owned()), ..OwnedEvent::new(data) }
}

/// A price with every field: about 120 bytes an event.
fn tick(numbers: &mut Numbers, count: usize) -> OwnedEvent {
    let symbol = numbers.pick(&["ACME", "INIT", "UMBR", "HOOL", "GLOB"]);
    let (price, size) = (numbers.below(1_000_000), numbers.below(90) + 10);
    let millis = 1_763_847_607_000 + count * 7;
    let data = format!(
        r#"{{"symbol":"{symbol}","price":"{}.{:02}","size":{size},"time":{millis}}}"#,
        price / 100,
        price % 100,
    );
    OwnedEvent {
        event_type: Some(numbers.pick(&["trade", "quote", "book"]).to_owned()),
        id: Some(format!("{millis}-{count}")),
        retry: Some(3000),
        data,
    }
}

fn tiny(_: &mut Numbers, _: usize) -> OwnedEvent {
    OwnedEvent::new("x".to_owned())
}

/// Ten data lines of 80 bytes.
fn multi_line(numbers: &mut Numbers, _: usize) -> OwnedEvent {
    const LINE: usize = 80;
    let mut data = String::new();
    for end in (1..=10).map(|count| count * (LINE + 1)) {
        while data.len() < end - 1 {
            data.push_str(numbers.pick(&TOKENS));
        }
        data.truncate(end - 1);
        data.push('\n');
    }
    data.pop();
    OwnedEvent::new(data)
}

/// One data line of 1 MiB.
fn huge_line(numbers: &mut Numbers, _: usize) -> OwnedEvent {
    const LINE: usize = 1 << 20;
    let mut data = String::with_capacity(LINE);
    while data.len() < LINE {
        let _ = write!(data, "{:016x}", numbers.next());
    }
    OwnedEvent::new(data)
}

/// One data line of about 290 bytes, of which next to none are ASCII.
fn non_ascii(numbers: &mut Numbers, _: usize) -> OwnedEvent {
    let mut data = r#"{"text":""#.to_owned();
    while data.len() < 260 {
        data.push_str(numbers.pick(&NON_ASCII));
    }
    data.push_str(r#""}"#);
    OwnedEvent::new(data)
}

/// The generator of pseudo-random numbers called splitmix64.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let number = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        number ^ (number >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len() as u64) as usize]
    }
}
