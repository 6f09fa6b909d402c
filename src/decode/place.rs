//! A stretch of a chunk.

/// A stretch of a chunk: from the index of its first byte to the index after its last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Where the values of an event lie, all of them in one chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EventPlaces {
    /// Empty if there is none, which means the same.
    pub(crate) event_type: Place,
    pub(crate) data: Place,
    /// The event's own id. It becomes the last event ID as the event is dispatched.
    pub(crate) id: Option<Place>,
}

#[cfg(feature = "bytes")]
impl EventPlaces {
    /// The shortest stretch that contains all values.
    #[inline(always)]
    pub(crate) fn all(&self) -> Place {
        let all = if self.event_type.is_empty() { self.data } else { self.data.with(self.event_type) };
        self.id.map_or(all, |id| all.with(id))
    }

    /// The length of all values.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.event_type.len() + self.data.len() + self.id.map_or(0, Place::len)
    }
}

impl Place {
    /// The length in bytes.
    #[inline(always)]
    pub(crate) const fn len(self) -> usize {
        self.end - self.start
    }

    #[inline(always)]
    pub(crate) const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The shortest stretch that contains both.
    #[cfg(feature = "bytes")]
    #[inline(always)]
    fn with(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The bytes themselves.
    #[inline(always)]
    pub(crate) fn of(self, chunk: &[u8]) -> &[u8] {
        debug_assert!(self.start <= self.end && self.end <= chunk.len(), "{self:?} of {} bytes", chunk.len());
        chunk.get(self.start..self.end).unwrap_or_default()
    }

    /// The same stretch, relative to `origin`. Wraps if it begins before that, so that it is out of range of any slice.
    #[inline(always)]
    pub(crate) const fn from(self, origin: usize) -> Self {
        Self { start: self.start.wrapping_sub(origin), end: self.end.wrapping_sub(origin) }
    }

    /// The text itself, if the stretch is within `text` and splits no character.
    #[inline(always)]
    pub(crate) fn of_text(self, text: &str) -> Option<&str> {
        text.get(self.start..self.end)
    }
}

/// Whether `used` bytes are a good part of `len` bytes, or the rest is little.
#[cfg(feature = "bytes")]
#[inline(always)]
pub(crate) const fn is_mostly_used(len: usize, used: usize) -> bool {
    len <= 2 * used + 256
}
