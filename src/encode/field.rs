//! Section 9.2.5: the values of fields that may go out, because they cannot add a line to the stream.

use core::fmt;

use crate::error::InvalidField;

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
