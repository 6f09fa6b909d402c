//! Section 9.2.6: the standard's buffers, and which bytes in them count against the limit.

#[cfg(feature = "bytes")]
use alloc::vec::Vec;

#[cfg(feature = "bytes")]
use crate::decode::growable::Growable;
use crate::decode::line::Part;
use crate::decode::memory::{Buffer, Memory, Source};
use crate::decode::place::Place;
use crate::line_end;

/// The buffers of the event that is being assembled, and one for a line that is not part of it.
///
/// While a value is one stretch of one chunk, only its place is kept; otherwise each of its bytes is copied once, to
/// the memory.
#[derive(Clone, Debug)]
pub(crate) struct Buffers<M> {
    event_type: Value,
    data: Value,
    id: Value,
    /// The value of the `id` line that is arriving. A NUL makes it void; the previous id then remains.
    next_id: Value,
    /// A comment, or a line that the standard ignores.
    text: Value,
    id_is_void: bool,
    /// The bytes that count against the limit.
    len: usize,
    pub(crate) memory: M,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Value {
    #[default]
    Absent,
    Chunk(Place),
    Memory,
}

impl<M: Memory> Buffers<M> {
    pub(crate) const fn new(memory: M) -> Self {
        Self {
            event_type: Value::Absent,
            data: Value::Absent,
            id: Value::Absent,
            next_id: Value::Absent,
            text: Value::Absent,
            id_is_void: false,
            len: 0,
            memory,
        }
    }

    #[inline(always)]
    pub(crate) fn has_data(&self) -> bool {
        self.data != Value::Absent
    }

    #[inline(always)]
    pub(crate) fn has_id(&self) -> bool {
        self.id != Value::Absent
    }

    /// Whether no part of an event was received.
    #[inline(always)]
    pub(crate) fn event_is_empty(&self) -> bool {
        !self.has_data() && !self.has_id() && self.event_type == Value::Absent
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
            core::mem::swap(&mut self.id, &mut self.next_id);
            self.memory.take_next_id();
        }
        if M::COUNTS_IDS {
            self.len -= self.value_len(Buffer::NextId);
        }
        self.clear(Buffer::NextId);
        stands
    }

    pub(crate) fn id_is_void(&self) -> bool {
        self.id_is_void
    }

    /// Appends a part to the comment or ignored line. Returns whether it fits; nothing is kept if not.
    pub(crate) fn add_text(&mut self, part: Part, bytes: &[u8], max_event_len: usize) -> bool {
        let max = self.memory.max_text_len(max_event_len, self.len);
        if self.value_len(Buffer::Text) + part.len() > max {
            self.clear_text();
            return false;
        }
        match part {
            Part::InChunk(place) => self.append(Buffer::Text, bytes, place),
            Part::Static(beginning) => {
                self.memory.append(Buffer::Text, beginning);
                self.text = Value::Memory;
            }
        }
        true
    }

    /// Takes the values of an event's first lines, which lie in the chunk and are within the limit.
    #[inline]
    pub(crate) fn set_event(&mut self, event_type: Option<Place>, id: Option<Place>, data: Option<Place>) {
        let value = |place: Option<Place>| place.map_or(Value::Absent, Value::Chunk);
        let len = |place: Option<Place>| place.map_or(0, Place::len);
        (self.event_type, self.id, self.data) = (value(event_type), value(id), value(data));
        self.len = len(event_type) + len(data) + if M::COUNTS_IDS { len(id) } else { 0 };
    }

    /// Copies a value out of the chunk, because the chunk ends or the value continues elsewhere.
    #[inline]
    fn gather(&mut self, buffer: Buffer, bytes: &[u8]) {
        if let Value::Chunk(place) = *self.value(buffer) {
            self.gather_place(buffer, place, bytes);
        }
    }

    #[inline(never)]
    fn gather_place(&mut self, buffer: Buffer, place: Place, bytes: &[u8]) {
        self.memory.append(buffer, place.of(bytes));
        *self.value(buffer) = Value::Memory;
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

    /// Like [`data`](Self::data), for a piece that is not the first, and copied out of the chunk.
    #[inline(always)]
    pub(crate) fn gather_more_data(&mut self, bytes: &[u8], place: Place, max_event_len: usize) -> bool {
        let fits = self.count(place.len(), max_event_len);
        if fits {
            self.gather(Buffer::Data, bytes);
            self.memory.append(Buffer::Data, place.of(bytes));
            self.data = Value::Memory;
        }
        fits
    }

    /// Takes a comment that lies in the chunk.
    #[cold]
    pub(crate) fn set_text(&mut self, place: Place) {
        self.text = Value::Chunk(place);
    }

    /// Copies the comment or ignored line out of the chunk.
    #[inline]
    pub(crate) fn gather_text(&mut self, bytes: &[u8]) {
        self.gather(Buffer::Text, bytes);
    }

    /// Clears the event, and keeps the memory.
    #[inline]
    pub(crate) fn clear_event(&mut self) {
        self.len = 0;
        for buffer in [Buffer::EventType, Buffer::Data, Buffer::Id, Buffer::NextId] {
            self.clear(buffer);
        }
    }

    /// Clears the comment or ignored line.
    #[inline]
    pub(crate) fn clear_text(&mut self) {
        self.clear(Buffer::Text);
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
            if *self.value(buffer) == Value::Absent {
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
        let id = match self.id {
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
        let mut source = |value| Self::source(value, bytes, &mut text);
        let sources =
            [source(self.event_type), source(self.data), if with_id { source(self.id) } else { Source::Text("") }];
        self.memory.event_texts(sources)
    }

    /// The comment or ignored line.
    pub(crate) fn text_of<'s>(
        &'s mut self,
        bytes: &'s [u8],
        mut text: impl FnMut(Place) -> Option<&'s str>,
    ) -> &'s str {
        let source = Self::source(self.text, bytes, &mut text);
        self.memory.text(source)
    }

    #[inline(always)]
    fn source<'s>(value: Value, bytes: &'s [u8], text: &mut impl FnMut(Place) -> Option<&'s str>) -> Source<'s> {
        match value {
            Value::Absent => Source::Text(""),
            Value::Memory => Source::Memory,
            Value::Chunk(place) => match text(place) {
                Some(text) => Source::Text(text),
                None => Source::IllFormed(place.of(bytes)),
            },
        }
    }

    /// Where type, data and id lie, if all of them lie in the chunk. The type is empty if there is none.
    #[cfg(feature = "bytes")]
    #[inline]
    pub(crate) fn places_in_chunk(&self) -> Option<(Place, Place, Option<Place>)> {
        let place = |value| match value {
            Value::Absent => Some(None),
            Value::Chunk(place) => Some(Some(place)),
            Value::Memory => None,
        };
        Some((place(self.event_type)?.unwrap_or_default(), place(self.data)??, place(self.id)?))
    }

    /// The type as received, and the event's own id.
    #[cfg(feature = "bytes")]
    pub(crate) fn event_type_and_id<'a>(&'a self, bytes: &'a [u8]) -> (&'a [u8], Option<&'a [u8]>) {
        (self.bytes(Buffer::EventType, bytes), self.has_id().then(|| self.bytes(Buffer::Id, bytes)))
    }

    #[inline(always)]
    fn append(&mut self, buffer: Buffer, bytes: &[u8], place: Place) {
        if *self.value(buffer) == Value::Absent {
            *self.value(buffer) = Value::Chunk(place);
        } else {
            self.gather(buffer, bytes);
            self.memory.append(buffer, place.of(bytes));
        }
    }

    #[inline(always)]
    fn clear(&mut self, buffer: Buffer) {
        *self.value(buffer) = Value::Absent;
        self.memory.clear(buffer);
    }

    #[inline(always)]
    fn value_len(&self, buffer: Buffer) -> usize {
        match self.value_of(buffer) {
            Value::Absent => 0,
            Value::Chunk(place) => place.len(),
            Value::Memory => self.memory.get(buffer).len(),
        }
    }

    #[inline(always)]
    fn bytes<'a>(&'a self, buffer: Buffer, bytes: &'a [u8]) -> &'a [u8] {
        match self.value_of(buffer) {
            Value::Absent => &[],
            Value::Chunk(place) => place.of(bytes),
            Value::Memory => self.memory.get(buffer),
        }
    }

    #[inline(always)]
    fn value_of(&self, buffer: Buffer) -> Value {
        match buffer {
            Buffer::EventType => self.event_type,
            Buffer::Data => self.data,
            Buffer::Id => self.id,
            Buffer::NextId => self.next_id,
            Buffer::Text => self.text,
        }
    }

    #[inline(always)]
    fn value(&mut self, buffer: Buffer) -> &mut Value {
        match buffer {
            Buffer::EventType => &mut self.event_type,
            Buffer::Data => &mut self.data,
            Buffer::Id => &mut self.id,
            Buffer::NextId => &mut self.next_id,
            Buffer::Text => &mut self.text,
        }
    }
}

#[cfg(feature = "bytes")]
impl Buffers<Growable> {
    /// Takes the data out of its buffer, if that buffer is larger than `max_retained`.
    pub(crate) fn take_data(&mut self, max_retained: usize) -> Option<Vec<u8>> {
        (self.data == Value::Memory).then(|| self.memory.take_data(max_retained))?
    }

    /// Puts the data back.
    pub(crate) fn put_data_back(&mut self, data: Vec<u8>) {
        self.memory.put_data_back(data);
    }
}
