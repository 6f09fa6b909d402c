//! Section 9.2.5: field values that can be sent, because they cannot add a line to the stream.

use core::{fmt, str};

use crate::error::InvalidField;

/// An event type that can be sent: text without CR or LF, so that it cannot add a line to the stream.
///
/// Implements the value of the `event` field of [section 9.2.5]. A receiver treats an empty one as `"message"`.
///
/// [section 9.2.5]: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
///
/// # Examples
///
/// ```
/// use sse_wire::EventType;
///
/// const ADD: EventType<'_> = EventType::from_static("add");
/// assert_eq!(ADD.as_str(), "add");
/// assert!(EventType::new("add\ndata: forged").is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventType<'a>(&'a str);

/// An event id that can be sent: text without CR, LF or NUL, so that it cannot add a line to the stream and every
/// receiver accepts it.
///
/// Implements the value of the `id` field of [section 9.2.5]. An empty one resets the receiver's last event ID. For
/// a number, use [`EventBuilder::numeric_id`](crate::EventBuilder::numeric_id).
///
/// [section 9.2.5]: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
///
/// # Examples
///
/// ```
/// use sse_wire::EventId;
///
/// let id = EventId::new("2026-11-22/7")?;
/// assert_eq!(id.as_str(), "2026-11-22/7");
/// assert!(EventId::new("7\0").is_err());
/// # Ok::<(), sse_wire::InvalidField>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId<'a>(&'a str);

const TYPE_RULE: &str = "event type must not contain CR or LF";
const ID_RULE: &str = "event id must not contain CR, LF or NUL";
const ID_ENCODING: &str = "event id must be UTF-8";

/// Searches for the first CR or LF, and with `NUL` also NUL. None of these bytes can be part of another character.
const fn check<const NUL: bool>(bytes: &[u8], rule: &'static str) -> Result<(), InvalidField> {
    let mut rest = bytes;
    while let [byte, after @ ..] = rest {
        if matches!(*byte, b'\r' | b'\n') || NUL && *byte == 0 {
            return Err(InvalidField { rule, byte: *byte, index: bytes.len() - rest.len() });
        }
        rest = after;
    }
    Ok(())
}

impl<'a> EventType<'a> {
    /// Checks and borrows `s`. Examines each byte once, copies and allocates nothing.
    ///
    /// # Errors
    ///
    /// When `s` contains a CR or LF: the error says which, and where.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventType;
    ///
    /// assert_eq!(EventType::new("add").map(|event_type| event_type.as_str()), Ok("add"));
    ///
    /// let error = EventType::new("add\r").unwrap_err();
    /// assert_eq!(error.to_string(), "event type must not contain CR or LF (found CR at index 3)");
    /// ```
    pub const fn new(s: &'a str) -> Result<Self, InvalidField> {
        match check::<false>(s.as_bytes(), TYPE_RULE) {
            Ok(()) => Ok(Self(s)),
            Err(error) => Err(error),
        }
    }

    /// Checks a literal; in a `const`, at compile time.
    ///
    /// # Panics
    ///
    /// When `s` contains a CR or LF; in a `const` that is an error at compile time.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventType;
    ///
    /// const ADD: EventType<'_> = EventType::from_static("add");
    /// assert_eq!(ADD, EventType::new("add")?);
    /// # Ok::<(), sse_wire::InvalidField>(())
    /// ```
    ///
    /// ```compile_fail
    /// use sse_wire::EventType;
    ///
    /// const FORGED: EventType<'_> = EventType::from_static("add\ndata: forged");
    /// ```
    #[must_use]
    #[track_caller]
    #[allow(clippy::panic, reason = "for literals; documented")]
    pub const fn from_static(s: &'static str) -> Self {
        match EventType::new(s) {
            Ok(event_type) => event_type,
            Err(_) => panic!("{}", TYPE_RULE),
        }
    }

    /// Wraps text that is known to have no line end, because it is part of a line.
    pub(crate) fn trusted(s: &'a str) -> Self {
        debug_assert!(Self::new(s).is_ok(), "an event type without a line end");
        Self(s)
    }

    /// Returns the text.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(sse_wire::EventType::from_static("add").as_str(), "add");
    /// ```
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.0
    }
}

impl<'a> EventId<'a> {
    /// Checks and borrows `s`. Examines each byte once, copies and allocates nothing.
    ///
    /// # Errors
    ///
    /// When `s` contains a CR, LF or NUL: the error says which, and where.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventId;
    ///
    /// assert_eq!(EventId::new("7").map(|id| id.as_str()), Ok("7"));
    ///
    /// let error = EventId::new("7\n").unwrap_err();
    /// assert_eq!(error.to_string(), "event id must not contain CR, LF or NUL (found LF at index 1)");
    /// ```
    pub const fn new(s: &'a str) -> Result<Self, InvalidField> {
        match check::<true>(s.as_bytes(), ID_RULE) {
            Ok(()) => Ok(Self(s)),
            Err(error) => Err(error),
        }
    }

    /// Checks a literal; in a `const`, at compile time.
    ///
    /// # Panics
    ///
    /// When `s` contains a CR, LF or NUL; in a `const` that is an error at compile time.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventId;
    ///
    /// const START: EventId<'_> = EventId::from_static("start");
    /// assert_eq!(START, EventId::new("start")?);
    /// # Ok::<(), sse_wire::InvalidField>(())
    /// ```
    #[must_use]
    #[track_caller]
    #[allow(clippy::panic, reason = "for literals; documented")]
    pub const fn from_static(s: &'static str) -> Self {
        match EventId::new(s) {
            Ok(id) => id,
            Err(_) => panic!("{}", ID_RULE),
        }
    }

    /// Checks and borrows the value of a [`last-event-id`](crate::LAST_EVENT_ID) request header: the raw bytes, which
    /// should be UTF-8. Copies and allocates nothing.
    ///
    /// # Errors
    ///
    /// When `value` is not UTF-8, or contains a CR, LF or NUL: the error says which, and where. No client that conforms
    /// to the standard sends such a header.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::EventId;
    ///
    /// assert_eq!(EventId::from_header("日/7".as_bytes())?.as_str(), "日/7");
    ///
    /// let error = EventId::from_header(b"caf\xE9").unwrap_err();
    /// assert_eq!(error.to_string(), "event id must be UTF-8 (found ill-formed byte 0xE9 at index 3)");
    /// # Ok::<(), sse_wire::InvalidField>(())
    /// ```
    #[doc(alias = "last-event-id")]
    pub fn from_header(value: &'a [u8]) -> Result<Self, InvalidField> {
        check::<true>(value, ID_RULE)?;
        str::from_utf8(value).map(Self).map_err(|error| {
            let index = error.valid_up_to();
            InvalidField { rule: ID_ENCODING, byte: value.get(index).copied().unwrap_or_default(), index }
        })
    }

    /// Wraps text that is known to have no line end and no NUL: digits, or the id of an event that was received.
    pub(crate) fn trusted(s: &'a str) -> Self {
        debug_assert!(Self::new(s).is_ok(), "an id without a line end and without NUL");
        Self(s)
    }

    /// Returns the text.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(sse_wire::EventId::from_static("7").as_str(), "7");
    /// ```
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.0
    }
}

impl<'a> TryFrom<&'a str> for EventType<'a> {
    type Error = InvalidField;

    fn try_from(s: &'a str) -> Result<Self, InvalidField> {
        Self::new(s)
    }
}

impl<'a> TryFrom<&'a str> for EventId<'a> {
    type Error = InvalidField;

    fn try_from(s: &'a str) -> Result<Self, InvalidField> {
        Self::new(s)
    }
}

impl AsRef<str> for EventType<'_> {
    fn as_ref(&self) -> &str {
        self.0
    }
}

impl AsRef<str> for EventId<'_> {
    fn as_ref(&self) -> &str {
        self.0
    }
}

impl fmt::Display for EventType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl fmt::Display for EventId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}
