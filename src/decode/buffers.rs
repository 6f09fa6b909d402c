//! Section 9.2.6: the standard's buffers, and which bytes in them count against the limit.

use crate::decode::line::Part;
use crate::decode::memory::{Buffer, Memory};
#[cfg(feature = "bytes")]
use crate::decode::place::EventPlaces;
use crate::decode::place::Place;
use crate::decode::value::{Value, Values};
use crate::line_end;

/// The buffers of the event that is being assembled, and one for a line that is not part of it.
///
/// While a value is one stretch of one chunk, only its place is kept; otherwise each of its bytes is copied once, to
/// the memory.
#[derive(Clone, Debug)]
pub(crate) struct Buffers<M> {
    values: Values,
    pub(crate) id_is_void: bool,
    /// The bytes that count against the limit.
    len: usize,
    pub(crate) memory: M,
}

impl<M: Memory> Buffers<M> {
    pub(crate) const fn new(memory: M) -> Self {
        Self { values: Values::new(), id_is_void: false, len: 0, memory }
    }

    #[inline(always)]
    pub(crate) fn has_data(&self) -> bool {
        self.values.data != Value::Absent
    }

    #[inline(always)]
    pub(crate) fn has_id(&self) -> bool {
        self.values.id != Value::Absent
    }

    /// Whether no part of an event was received.
    #[inline(always)]
    pub(crate) fn event_is_empty(&self) -> bool {
        !self.has_data() && !self.has_id() && self.values.event_type == Value::Absent
    }

    /// Counts `more` bytes, unless the event would exceed the limit with them.
    #[inline(always)]
    fn count(&mut self, more: usize, max_event_len: usize) -> bool {
        let fits = more <= max_event_len.saturating_sub(self.len);
        self.len += if fits { more } else { 0 };
        fits
    }

    /// The `event` field: the event type buffer becomes the value. Returns whether the event is within the limit.
    #[inline(never)]
    pub(crate) fn event_type(
        &mut self,
        bytes: &[u8],
        place: Place,
        first: bool,
        complete: bool,
        max_event_len: usize,
    ) -> bool {
        if first {
            self.len -= self.value_len(Buffer::EventType);
            self.clear(Buffer::EventType);
        }
        let fits = self.count(place.len(), max_event_len);
        if fits {
            self.append(Buffer::EventType, bytes, place);
            if complete {
                self.memory.end_event_type();
            }
        }
        fits
    }

    /// The `data` field: the value is appended to the data buffer, after an LF if there is a line already. Returns
    /// whether the event is within the limit.
    #[inline(never)]
    pub(crate) fn data(&mut self, bytes: &[u8], place: Place, first: bool, max_event_len: usize) -> bool {
        if first && self.has_data() {
            return self.another_data_line(bytes, place, max_event_len);
        }
        let fits = self.count(place.len(), max_event_len);
        if fits {
            self.append(Buffer::Data, bytes, place);
        }
        fits
    }

    /// Appends a data line that follows one.
    #[inline(always)]
    pub(crate) fn another_data_line(&mut self, bytes: &[u8], place: Place, max_event_len: usize) -> bool {
        let fits = self.count(place.len() + 1, max_event_len);
        if fits {
            self.gather(Buffer::Data, bytes);
            self.memory.append_data_line(place.of(bytes));
        }
        fits
    }

    /// The `id` field. Until the line ends, both ids are kept, because a NUL may still make the new one void. Returns
    /// whether the event is within the limit.
    #[inline(never)]
    pub(crate) fn id(&mut self, bytes: &[u8], place: Place, first: bool, max_event_len: usize) -> bool {
        self.id_is_void &= !first;
        if self.id_is_void {
            return true;
        }
        let nul = line_end::nul(place.of(bytes));
        self.id_is_void = nul.is_some();
        let place = Place { end: nul.map_or(place.end, |index| place.start + index), ..place };
        let fits = if M::COUNTS_IDS {
            self.count(place.len(), max_event_len)
        } else {
            place.len() <= M::MAX_ID_LEN.saturating_sub(self.value_len(Buffer::NextId))
        };
        if fits {
            self.append(Buffer::NextId, bytes, place);
        }
        fits
    }

    /// The `id` field of an event that is skipped: only notes whether it is void.
    #[cold]
    pub(crate) fn skip_id(&mut self, value: &[u8], first: bool) {
        self.id_is_void &= !first;
        self.id_is_void |= line_end::nul(value).is_some();
    }

    /// Ends the line of an `id` field. Returns whether it is valid.
    #[inline]
    pub(crate) fn end_id(&mut self) -> bool {
        let stands = !self.id_is_void;
        if stands {
            core::mem::swap(&mut self.values.id, &mut self.values.next_id);
            self.memory.take_next_id();
        }
        if M::COUNTS_IDS {
            self.len -= self.value_len(Buffer::NextId);
        }
        self.clear(Buffer::NextId);
        stands
    }

    /// Appends a part to the comment or ignored line. Returns whether it fits; nothing is kept if not.
    pub(crate) fn add_text(&mut self, part: Part, bytes: &[u8], max_event_len: usize) -> bool {
        let max = self.memory.max_text_len(max_event_len, self.len);
        if self.value_len(Buffer::Text) + part.len() > max {
            self.clear(Buffer::Text);
            return false;
        }
        match part {
            Part::InChunk(place) => self.append(Buffer::Text, bytes, place),
            Part::Static(beginning) => {
                self.memory.append(Buffer::Text, beginning);
                self.values.text = Value::Memory;
            }
        }
        true
    }

    /// Takes the values of an event's first lines, which lie in the chunk and are within the limit.
    #[inline]
    pub(crate) fn set_event(&mut self, event_type: Option<Place>, id: Option<Place>, data: Option<Place>) {
        let len = |place: Option<Place>| place.map_or(0, Place::len);
        self.values.event_type = Value::in_chunk(event_type);
        self.values.id = Value::in_chunk(id);
        self.values.data = Value::in_chunk(data);
        self.len = len(event_type) + len(data) + if M::COUNTS_IDS { len(id) } else { 0 };
    }

    /// Copies a value out of the chunk, because the chunk ends or the value continues elsewhere.
    #[inline]
    pub(crate) fn gather(&mut self, buffer: Buffer, bytes: &[u8]) {
        if let Value::Chunk(place) = self.values.get(buffer) {
            self.gather_place(buffer, place, bytes);
        }
    }

    #[inline(never)]
    fn gather_place(&mut self, buffer: Buffer, place: Place, bytes: &[u8]) {
        self.memory.append(buffer, place.of(bytes));
        self.values.set(buffer, Value::Memory);
    }

    /// Copies the event out of the chunk.
    #[inline(never)]
    pub(crate) fn gather_event(&mut self, bytes: &[u8], in_event_type: bool) {
        self.gather(Buffer::Data, bytes);
        self.gather(Buffer::EventType, bytes);
        if !in_event_type {
            self.memory.end_event_type();
        }
        self.gather(Buffer::Id, bytes);
        self.gather(Buffer::NextId, bytes);
    }

    /// Like [`data`](Self::data), for a piece of a line that an earlier chunk began, whose beginning is in the memory.
    #[inline(always)]
    pub(crate) fn more_data(&mut self, piece: &[u8], max_event_len: usize) -> bool {
        debug_assert_eq!(self.values.data, Value::Memory, "a chunk ended and the data was not copied");
        let fits = self.count(piece.len(), max_event_len);
        if fits {
            self.memory.append(Buffer::Data, piece);
        }
        fits
    }

    /// Takes a comment that is in the chunk.
    #[cold]
    pub(crate) fn set_text(&mut self, place: Place) {
        self.values.text = Value::Chunk(place);
    }

    /// Clears the event, and keeps the memory.
    #[inline]
    pub(crate) fn clear_event(&mut self) {
        self.len = 0;
        for buffer in [Buffer::EventType, Buffer::Data, Buffer::Id, Buffer::NextId] {
            self.clear(buffer);
        }
    }

    /// Releases the memory of empty buffers if more than `max_retained` is held.
    #[inline]
    pub(crate) fn trim(&mut self, max_retained: usize) {
        if self.memory.held() > max_retained {
            self.release();
        }
    }

    #[cold]
    fn release(&mut self) {
        for buffer in Buffer::ALL {
            if self.values.get(buffer) == Value::Absent {
                self.memory.release(buffer);
            }
        }
        self.memory.release_spare_id();
    }

    /// The limit that the whole event exceeds as text, with U+FFFD for ill-formed bytes.
    #[inline]
    pub(crate) fn exceeded_as_text(&self, bytes: &[u8], max_event_len: usize) -> Option<usize> {
        let raw = |buffer| self.bytes(buffer, bytes);
        self.memory.exceeded_as_text(raw(Buffer::EventType), raw(Buffer::Data), raw(Buffer::Id), max_event_len)
    }

    /// Whether the comment or ignored line fits as text.
    #[inline]
    pub(crate) fn text_fits(&self, bytes: &[u8], max_event_len: usize) -> bool {
        self.memory.text_fits(self.bytes(Buffer::Text, bytes), self.memory.max_text_len(max_event_len, self.len))
    }

    /// Makes the event's id the last event ID, at its blank line. Returns whether it differs from the one before.
    #[inline(never)]
    pub(crate) fn commit_id(&mut self, bytes: &[u8]) -> bool {
        let id = match self.values.id {
            Value::Absent => return false,
            Value::Chunk(place) => Some(place.of(bytes)),
            Value::Memory => None,
        };
        self.memory.commit_id(id)
    }

    /// The event type, the data, with `with_id` the event's id, and the last event ID. `text` finds well-formed text in
    /// the chunk.
    #[inline]
    pub(crate) fn event_texts<'s>(
        &'s mut self,
        bytes: &'s [u8],
        with_id: bool,
        mut text: impl FnMut(Place) -> Option<&'s str>,
    ) -> ([&'s str; 3], &'s str) {
        let mut source = |value: Value| value.source(bytes, &mut text);
        let Values { event_type, data, id, .. } = self.values;
        let sources = [source(event_type), source(data), source(if with_id { id } else { Value::Absent })];
        self.memory.event_texts(sources)
    }

    /// The comment or ignored line.
    pub(crate) fn text_of<'s>(
        &'s mut self,
        bytes: &'s [u8],
        mut text: impl FnMut(Place) -> Option<&'s str>,
    ) -> &'s str {
        let source = self.values.text.source(bytes, &mut text);
        self.memory.text(source)
    }

    /// Whether the data was copied out of a chunk.
    #[cfg(feature = "bytes")]
    pub(crate) fn data_is_gathered(&self) -> bool {
        self.values.data == Value::Memory
    }

    /// Where type, data and id lie, if all of them lie in the chunk.
    #[cfg(feature = "bytes")]
    #[inline]
    pub(crate) fn places_in_chunk(&self) -> Option<EventPlaces> {
        let place = |value| match value {
            Value::Absent => Some(None),
            Value::Chunk(place) => Some(Some(place)),
            Value::Memory => None,
        };
        let Values { event_type, data, id, .. } = self.values;
        let event_type = place(event_type)?.unwrap_or_default();
        Some(EventPlaces { event_type, data: place(data)??, id: place(id)? })
    }

    /// The type as received, and the event's own id.
    #[cfg(feature = "bytes")]
    pub(crate) fn event_type_and_id<'a>(&'a self, bytes: &'a [u8]) -> (&'a [u8], Option<&'a [u8]>) {
        (self.bytes(Buffer::EventType, bytes), self.has_id().then(|| self.bytes(Buffer::Id, bytes)))
    }

    #[inline(always)]
    fn append(&mut self, buffer: Buffer, bytes: &[u8], place: Place) {
        if self.values.get(buffer) == Value::Absent {
            self.values.set(buffer, Value::Chunk(place));
        } else {
            self.gather(buffer, bytes);
            self.memory.append(buffer, place.of(bytes));
        }
    }

    /// Clears the buffer but keeps its memory. The caller adjusts `len`, in which `Text` does not count.
    #[inline(always)]
    pub(crate) fn clear(&mut self, buffer: Buffer) {
        self.values.set(buffer, Value::Absent);
        self.memory.clear(buffer);
    }

    #[inline(always)]
    fn value_len(&self, buffer: Buffer) -> usize {
        match self.values.get(buffer) {
            Value::Absent => 0,
            Value::Chunk(place) => place.len(),
            Value::Memory => self.memory.get(buffer).len(),
        }
    }

    #[inline(always)]
    fn bytes<'a>(&'a self, buffer: Buffer, bytes: &'a [u8]) -> &'a [u8] {
        match self.values.get(buffer) {
            Value::Absent => &[],
            Value::Chunk(place) => place.of(bytes),
            Value::Memory => self.memory.get(buffer),
        }
    }
}
