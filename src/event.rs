//! Section 9.2.6: the event that came in, and the values that may go out.

use core::fmt;
use core::time::Duration;

use crate::error::InvalidField;

/// An event that was received, as [section 9.2.6] dispatches it.
///
/// It borrows from the chunk that it came in, or from the decoder. `Copy`: four words and a flag.
///
/// [section 9.2.6]: https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage
///
/// # Examples
///
/// ```
/// use sse_wire::{Chunk, Decoder};
///
/// let mut decoder = Decoder::new();
/// let mut chunk = Chunk::new(b"event: add\nid: 7\ndata: 113\n\ndata: 114\n\n");
///
/// let event = decoder.next_event(&mut chunk)?.unwrap();
/// assert_eq!((event.event_type(), event.data()), ("add", "113"));
/// assert_eq!((event.id(), event.last_event_id()), (Some("7"), "7"));
///
/// let event = decoder.next_event(&mut chunk)?.unwrap();
/// assert_eq!((event.event_type(), event.data()), ("message", "114"));
/// assert_eq!((event.id(), event.last_event_id()), (None, "7"));
/// # Ok::<(), sse_wire::DecodeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::struct_field_names, reason = "the standard's names")]
pub struct Event<'a> {
    pub(crate) event_type: &'a str,
    pub(crate) data: &'a str,
    pub(crate) last_event_id: &'a str,
    pub(crate) has_id: HasId,
}

/// A `bool` of a word's size: with padding behind it, the compiler moves an event in pieces.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(usize)]
pub(crate) enum HasId {
    No,
    Yes,
}

impl From<bool> for HasId {
    #[inline]
    fn from(has_id: bool) -> Self {
        if has_id { Self::Yes } else { Self::No }
    }
}

impl<'a> Event<'a> {
    /// The event type: what the last `event` field said, `"message"` where there was none or an empty one.
    #[must_use]
    pub const fn event_type(&self) -> &'a str {
        self.event_type
    }

    /// The data: the `data` lines, with an LF between each two. May be empty.
    #[must_use]
    pub const fn data(&self) -> &'a str {
        self.data
    }

    /// The event's own id, where it had an `id` field. `Some("")` resets the last event ID; `None` leaves it.
    #[must_use]
    pub const fn id(&self) -> Option<&'a str> {
        if matches!(self.has_id, HasId::Yes) { Some(self.last_event_id) } else { None }
    }

    /// The last event ID as of this event: its own id, or that of the last event that had one, or `""`.
    #[must_use]
    pub const fn last_event_id(&self) -> &'a str {
        self.last_event_id
    }
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("event_type", &self.event_type)
            .field("data", &self.data)
            .field("id", &self.id())
            .field("last_event_id", &self.last_event_id)
            .finish()
    }
}

/// What [`Decoder::next_frame`](crate::Decoder::next_frame) hands out: an event, or what is not part of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Frame<'a> {
    /// An event, at its blank line.
    Event(Event<'a>),
    /// A comment, at its line's end, without the colon and without one space after it. Servers send them to keep the
    /// connection alive.
    Comment(&'a str),
    /// A new reconnection time, at its line's end.
    Retry(Duration),
}

/// The request header with which a client that reconnects says where it was.
///
/// Its value is UTF-8, which is not what HTTP libraries take a header for: a server reads it with
/// `HeaderValue::as_bytes`, not with `to_str`, which refuses what is not ASCII.
pub const LAST_EVENT_ID: &str = "last-event-id";

/// An event type that can be sent: text without CR and LF, so that it cannot add a line to the stream.
///
/// Implements the value of the `event` field of [section 9.2.5]. An empty one means `"message"` to a receiver.
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

/// An event id that can be sent: text without CR, LF and NUL, so that it cannot add a line to the stream and every
/// receiver takes it.
///
/// Implements the value of the `id` field of [section 9.2.5]. An empty one resets the receiver's last event ID.
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

macro_rules! field_value {
    ($type:ident, $forbidden:pat, $field:literal, $must:literal) => {
        impl<'a> $type<'a> {
            /// Checks `s`, borrowing it. Looks at each byte once, copies and allocates nothing.
            ///
            /// # Errors
            ///
            /// When `s` has a byte that the field cannot carry: the error says which, and where.
            pub const fn new(s: &'a str) -> Result<Self, InvalidField> {
                let mut rest = s.as_bytes();
                while let [byte, tail @ ..] = rest {
                    if matches!(*byte, $forbidden) {
                        let index = s.len() - rest.len();
                        return Err(InvalidField { field: $field, must: $must, byte: *byte, index });
                    }
                    rest = tail;
                }
                Ok(Self(s))
            }

            /// Checks a literal, at compile time where it stands in a `const`.
            ///
            /// # Panics
            ///
            /// When `s` has a byte that the field cannot carry; in a `const` that is an error at compile time.
            #[must_use]
            #[allow(clippy::panic, reason = "for literals; documented")]
            pub const fn from_static(s: &'static str) -> Self {
                match $type::new(s) {
                    Ok(value) => Self(value.0),
                    Err(_) => panic!(concat!($field, " ", $must)),
                }
            }

            /// The text.
            #[must_use]
            pub const fn as_str(&self) -> &'a str {
                self.0
            }
        }

        impl<'a> TryFrom<&'a str> for $type<'a> {
            type Error = InvalidField;

            fn try_from(s: &'a str) -> Result<Self, InvalidField> {
                Self::new(s)
            }
        }

        impl AsRef<str> for $type<'_> {
            fn as_ref(&self) -> &str {
                self.0
            }
        }

        impl fmt::Display for $type<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.0)
            }
        }
    };
}

field_value!(EventType, b'\r' | b'\n', "event type", "must have no CR and no LF");
field_value!(EventId, b'\r' | b'\n' | b'\0', "event id", "must have no CR, LF or NUL");
