//! Owned event types and ids that can be sent.

use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use core::fmt;

use crate::encode::{EventId, EventType};
use crate::error::InvalidField;

/// An [`EventId`] that owns its text, for example to remember what was sent.
///
/// The text is shared: cloning does not copy it.
///
/// # Examples
///
/// ```
/// use sse_wire::{EventBuilder, EventId, owned::EventIdBuf};
///
/// let kept: EventIdBuf = EventId::from_header(b"a7")?.into();
/// assert_eq!(EventBuilder::new().id(kept.as_event_id()).to_string(), "id: a7\n\n");
/// # Ok::<(), sse_wire::InvalidField>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventIdBuf(Arc<str>);

/// An [`EventType`] that owns its text, for example one that is read from a configuration.
///
/// The text is shared: cloning does not copy it.
///
/// # Examples
///
/// ```
/// use sse_wire::{EventBuilder, owned::EventTypeBuf};
///
/// let kept = EventTypeBuf::try_from(String::from("add"))?;
/// assert_eq!(EventBuilder::new().event_type(kept.as_event_type()).data("1").to_string(), "event: add\ndata: 1\n\n");
/// # Ok::<(), sse_wire::InvalidField>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventTypeBuf(Arc<str>);

impl EventIdBuf {
    /// Borrows the id. Checks and copies nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{EventId, owned::EventIdBuf};
    ///
    /// assert_eq!(EventIdBuf::from(7).as_event_id(), EventId::from_static("7"));
    /// ```
    #[must_use]
    pub fn as_event_id(&self) -> EventId<'_> {
        EventId::trusted(&self.0)
    }
}

impl EventTypeBuf {
    /// Borrows the type. Checks and copies nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use sse_wire::{EventType, owned::EventTypeBuf};
    ///
    /// const ADD: EventType<'_> = EventType::from_static("add");
    /// assert_eq!(EventTypeBuf::from(ADD).as_event_type(), ADD);
    /// ```
    #[must_use]
    pub fn as_event_type(&self) -> EventType<'_> {
        EventType::trusted(&self.0)
    }
}

/// Copies the text, with one allocation.
impl From<EventId<'_>> for EventIdBuf {
    fn from(id: EventId<'_>) -> Self {
        Self(id.as_str().into())
    }
}

/// Copies the text, with one allocation.
impl From<EventType<'_>> for EventTypeBuf {
    fn from(event_type: EventType<'_>) -> Self {
        Self(event_type.as_str().into())
    }
}

/// Formats the number in decimal digits, as [`EventBuilder::numeric_id`](crate::EventBuilder::numeric_id) sends it.
impl From<u64> for EventIdBuf {
    fn from(id: u64) -> Self {
        Self(id.to_string().into())
    }
}

impl TryFrom<String> for EventIdBuf {
    type Error = InvalidField;

    fn try_from(text: String) -> Result<Self, InvalidField> {
        EventId::new(&text).map(Self::from)
    }
}

impl TryFrom<String> for EventTypeBuf {
    type Error = InvalidField;

    fn try_from(text: String) -> Result<Self, InvalidField> {
        EventType::new(&text).map(Self::from)
    }
}

impl AsRef<str> for EventIdBuf {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for EventTypeBuf {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventIdBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for EventTypeBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
