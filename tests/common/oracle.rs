//! The standard's own algorithm, step by step (WHATWG HTML, 9.2.5 and 9.2.6): slow, obvious, the judge of everything
//! else.
//!
//! Quotations are the standard's words. What it leaves open is decided in `src/docs/decisions.md`, whose numbers are
//! cited below.

/// An event as it is dispatched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub event_type: String,
    pub data: String,
    /// The last valid `id` field among the event's own lines.
    pub id: Option<String>,
    /// The last event ID string once the event is dispatched: the standard's `lastEventId`.
    pub last_event_id: String,
}

/// What a stream shows, at the end of the line that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    Event(Event),
    /// The text after the colon and after one space.
    Comment(String),
    /// Milliseconds.
    Retry(u64),
    /// The last event ID, at the blank line of a block that sets it and is not an event (decision 23).
    Id(String),
    /// The whole line (decision 23).
    Ignored(String),
}

/// A whole connection, read to its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    pub frames: Vec<Frame>,
    /// The same with the lines that the standard ignores.
    pub ignored_too: Vec<Frame>,
    pub last_event_id: String,
    pub reconnection_time: Option<u64>,
    /// What the standard discards at the end of the stream, if it has data; the unfinished last line counts as ended.
    pub unfinished: Option<Event>,
}

impl Outcome {
    pub fn events(&self) -> Vec<Event> {
        let event = |frame: &Frame| if let Frame::Event(event) = frame { Some(event.clone()) } else { None };
        self.frames.iter().filter_map(event).collect()
    }
}

/// Interprets the stream of a first connection.
pub fn interpret(stream: &[u8]) -> Outcome {
    interpret_from(&Outcome::default(), stream)
}

/// Interprets the stream of the connection that follows `before`: last event ID and reconnection time survive.
pub fn interpret_from(before: &Outcome, stream: &[u8]) -> Outcome {
    // "Streams must be decoded using the UTF-8 decode algorithm."
    let text = utf8_decode(stream);

    // "The stream must then be parsed by reading everything line by line."
    let (lines, rest) = split(&text, '\r', '\n');

    let mut source = Source::after(before);
    for line in lines {
        source.process_line(&line);
    }

    // "Once the end of the file is reached, any pending data must be discarded": it only goes into `unfinished`.
    let mut discarded = source.clone();
    if !rest.is_empty() {
        discarded.process_line(&rest);
    }
    Outcome {
        frames: source.frames.iter().filter(|frame| !matches!(frame, Frame::Ignored(_))).cloned().collect(),
        ignored_too: source.frames,
        last_event_id: source.last_event_id,
        reconnection_time: source.reconnection_time,
        unfinished: discarded.take_event(),
    }
}

/// Encoding Standard, "UTF-8 decode": drop one leading byte order mark, then replace every maximal subpart of an
/// ill-formed sequence by U+FFFD.
fn utf8_decode(stream: &[u8]) -> Vec<char> {
    String::from_utf8_lossy(without_bom(stream)).chars().collect()
}

/// The stream without its one leading byte order mark, if any.
pub fn without_bom(stream: &[u8]) -> &[u8] {
    stream.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(stream)
}

/// Cuts off every ended line; what is left is the unfinished last line, which may be empty.
///
/// "... with a U+000D CARRIAGE RETURN U+000A LINE FEED (CRLF) character pair, a single U+000A LINE FEED (LF) character
/// not preceded by a U+000D CARRIAGE RETURN (CR) character, and a single U+000D CARRIAGE RETURN (CR) character not
/// followed by a U+000A LINE FEED (LF) character being the ways in which a line can end."
fn split<T: Copy + PartialEq>(text: &[T], cr: T, lf: T) -> (Vec<Vec<T>>, Vec<T>) {
    let mut lines = Vec::new();
    let mut line = Vec::new();
    let mut characters = text.iter().copied().peekable();
    while let Some(c) = characters.next() {
        if c == cr {
            characters.next_if_eq(&lf);
            lines.push(core::mem::take(&mut line));
        } else if c == lf {
            lines.push(core::mem::take(&mut line));
        } else {
            line.push(c);
        }
    }
    (lines, line)
}

/// The event source with the buffers of its stream.
#[derive(Clone)]
struct Source {
    // "When a stream is parsed, a data buffer, an event type buffer, and a last event ID buffer must be associated with
    // it."
    data_buffer: String,
    event_type_buffer: String,
    last_event_id_buffer: String,

    // The event source's own.
    last_event_id: String,
    reconnection_time: Option<u64>,

    // Beyond the standard: the `id` field among the lines of this event, and what was shown so far.
    own_id: Option<String>,
    frames: Vec<Frame>,
}

impl Source {
    /// "They must be initialized to the empty string": except that the last event ID buffer starts from the last event
    /// ID string of the connection before (decision 10), so that an event without an id does not reset it.
    fn after(before: &Outcome) -> Self {
        Self {
            data_buffer: String::new(),
            event_type_buffer: String::new(),
            last_event_id_buffer: before.last_event_id.clone(),
            last_event_id: before.last_event_id.clone(),
            reconnection_time: before.reconnection_time,
            own_id: None,
            frames: Vec::new(),
        }
    }

    /// "Lines must be processed, in the order they are received, as follows:"
    fn process_line(&mut self, line: &[char]) {
        let line: String = line.iter().collect();

        if line.is_empty() {
            // "If the line is empty (a blank line): Dispatch the event, as defined below."
            self.dispatch();
        } else if let Some(comment) = line.strip_prefix(':') {
            // "If the line starts with a U+003A COLON character (:): Ignore the line." Shown anyway.
            self.frames.push(Frame::Comment(without_space(comment).to_owned()));
        } else if let Some((field, value)) = line.split_once(':') {
            // "If the line contains a U+003A COLON character (:): Collect the characters on the line before the first
            // [colon], and let field be that string. Collect the characters on the line after the first [colon], and let
            // value be that string. If value starts with a U+0020 SPACE character, remove it from value."
            self.process_field(field, without_space(value), &line);
        } else {
            // "Otherwise, the string is not empty but does not contain a U+003A COLON character (:): Process the field
            // using [...] the whole line as the field name, and the empty string as the field value."
            self.process_field(&line, "", &line);
        }
    }

    /// "Field names must be compared literally, with no case folding performed."
    ///
    /// Ignored lines are shown anyway, as a whole.
    fn process_field(&mut self, name: &str, value: &str, line: &str) {
        let known = self.known_field(name, value);
        if !known {
            self.frames.push(Frame::Ignored(line.to_owned()));
        }
    }

    /// Whether the field is not ignored.
    fn known_field(&mut self, name: &str, value: &str) -> bool {
        match name {
            // "Set the event type buffer to the field value."
            "event" => value.clone_into(&mut self.event_type_buffer),

            // "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character to the
            // data buffer."
            "data" => {
                self.data_buffer.push_str(value);
                self.data_buffer.push('\n');
            }

            // "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field value.
            // Otherwise, ignore the field."
            "id" if !value.contains('\0') => {
                value.clone_into(&mut self.last_event_id_buffer);
                self.own_id = Some(value.to_owned());
            }

            // "If the field value consists of only ASCII digits, then interpret the field value as an integer in base
            // ten, and set the event stream's reconnection time to that integer. Otherwise, ignore the field."
            "retry" if integer(value).is_some() => {
                self.reconnection_time = integer(value);
                self.frames.extend(integer(value).map(Frame::Retry));
            }

            // "Otherwise: The field is ignored."
            _ => return false,
        }
        true
    }

    /// "When the user agent is required to dispatch the event, the user agent must process the data buffer, the event
    /// type buffer, and the last event ID buffer using steps appropriate for the user agent."
    fn dispatch(&mut self) {
        let own_id = self.own_id.clone();
        if let Some(event) = self.take_event() {
            // "8. Queue a task which [...] dispatches the newly created event."
            self.frames.push(Frame::Event(event));
        } else if let Some(id) = own_id {
            self.frames.push(Frame::Id(id));
        }
    }

    fn take_event(&mut self) -> Option<Event> {
        let own_id = self.own_id.take();

        // "1. Set the last event ID string of the event source to the value of the last event ID buffer. The buffer
        // does not get reset."
        self.last_event_id.clone_from(&self.last_event_id_buffer);

        // "2. If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string
        // and return." "7. Set the data buffer and the event type buffer to the empty string."
        let mut data = core::mem::take(&mut self.data_buffer);
        let event_type = core::mem::take(&mut self.event_type_buffer);
        if data.is_empty() {
            return None;
        }

        // "3. If the data buffer's last character is a U+000A LINE FEED (LF) character, then remove the last character
        // from the data buffer."
        if data.ends_with('\n') {
            data.pop();
        }

        // "5. Initialize event's type attribute to "message", its data attribute to data, [...] and its lastEventId
        // attribute to the last event ID string of the event source." "6. If the event type buffer has a value other
        // than the empty string, change the type of the newly created event to equal the value of the event type
        // buffer."
        let event_type = if event_type.is_empty() { "message".to_owned() } else { event_type };
        Some(Event { event_type, data, id: own_id, last_event_id: self.last_event_id.clone() })
    }
}

/// "If value starts with a U+0020 SPACE character, remove it from value."
fn without_space(value: &str) -> &str {
    value.strip_prefix(' ').unwrap_or(value)
}

/// One or more ASCII digits, as an integer in base ten; what a `u64` cannot hold is ignored (decision 6).
pub fn integer(value: &str) -> Option<u64> {
    if value.is_empty() || !value.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    value.parse().ok()
}

/// A name that the standard knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldName {
    Event,
    Data,
    Id,
    Retry,
}

/// A line by its syntax alone, in raw bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    Field {
        name: FieldName,
        value: Vec<u8>,
    },
    /// The bytes after the colon and after one space.
    Comment(Vec<u8>),
    /// The whole line, its name being none of the four.
    Unknown(Vec<u8>),
    Blank,
}

/// The ended lines of a stream (one leading byte order mark removed), and the bytes of its unfinished last line.
pub fn lines(stream: &[u8]) -> (Vec<Line>, Vec<u8>) {
    let (ended, rest) = split(without_bom(stream), b'\r', b'\n');
    (ended.iter().map(|line| classify(line)).collect(), rest)
}

fn classify(line: &[u8]) -> Line {
    if line.is_empty() {
        Line::Blank
    } else if let Some(text) = comment(line) {
        Line::Comment(text.to_vec())
    } else if let Some((name, value)) = field(line) {
        Line::Field { name, value: value.to_vec() }
    } else {
        Line::Unknown(line.to_vec())
    }
}

/// The text of a comment line so far.
pub fn comment(line: &[u8]) -> Option<&[u8]> {
    let text = line.strip_prefix(b":")?;
    Some(text.strip_prefix(b" ").unwrap_or(text))
}

/// The field of a line so far, if its name is one of the four; without a colon its value is empty.
pub fn field(line: &[u8]) -> Option<(FieldName, &[u8])> {
    let mut halves = line.splitn(2, |&byte| byte == b':');
    let name = match halves.next()? {
        b"event" => FieldName::Event,
        b"data" => FieldName::Data,
        b"id" => FieldName::Id,
        b"retry" => FieldName::Retry,
        _ => return None,
    };
    let value = halves.next().unwrap_or_default();
    Some((name, value.strip_prefix(b" ").unwrap_or(value)))
}
