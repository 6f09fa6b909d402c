//! Memory that grows on demand.

use alloc::string::String;
use alloc::vec::Vec;

use crate::decode::last_event_id::LastEventId;
use crate::decode::memory::{Buffer, Memory, Source};
use crate::utf8::{replace_into, utf8};
use crate::work;

/// A `Vec` for each buffer, reused by later events.
#[derive(Clone, Debug, Default)]
pub(crate) struct Growable {
    event_type: Bytes,
    data: Bytes,
    id: Bytes,
    next_id: Bytes,
    text: Bytes,
    pub(crate) last_event_id: LastEventId,
    /// The length of the last large data, halved with each smaller one of an event that is not plain: reserved at once
    /// when data becomes large again.
    large: usize,
}

/// The bytes of one buffer.
#[derive(Clone, Debug, Default)]
struct Bytes {
    gathered: Vec<u8>,
    /// The text that was lent if the bytes are ill-formed.
    replaced: String,
}

/// From this length of data on, growing by doubling costs more than reserving what the last large data needed.
const LARGE: usize = 64 * 1024;

/// How much spare memory of the last event ID is not worth releasing.
const SPARE_ID: usize = 256;

impl Growable {
    pub(crate) const fn new() -> Self {
        const EMPTY: Bytes = Bytes { gathered: Vec::new(), replaced: String::new() };
        Self {
            event_type: EMPTY,
            data: EMPTY,
            id: EMPTY,
            next_id: EMPTY,
            text: EMPTY,
            last_event_id: LastEventId::new(),
            large: 0,
        }
    }

    /// Makes room for more data.
    #[inline(always)]
    fn make_room(&mut self, more: usize) {
        if self.data.gathered.capacity() - self.data.gathered.len() < more {
            self.grow(more);
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, more: usize) {
        let (large, data) = (self.large, &mut self.data.gathered);
        work::copied(data.len());
        if data.len() + more > LARGE && large > data.len() + more {
            data.reserve_exact(large - data.len());
        } else {
            data.reserve(more);
        }
    }

    /// Takes the data out of its buffer, if that buffer is larger than `max_retained`.
    #[cfg(feature = "bytes")]
    #[inline]
    pub(crate) fn take_data(&mut self, max_retained: usize) -> Option<Vec<u8>> {
        if self.data.gathered.capacity() <= max_retained {
            return None;
        }
        self.note_large();
        Some(core::mem::take(&mut self.data.gathered))
    }

    /// Puts the data back.
    #[cfg(feature = "bytes")]
    pub(crate) fn put_data_back(&mut self, data: Vec<u8>) {
        self.data.gathered = data;
    }

    fn note_large(&mut self) {
        let len = self.data.gathered.len();
        self.large = if len > LARGE { len.max(self.large / 2) } else { self.large / 2 };
    }

    #[inline(always)]
    fn bytes(&mut self, buffer: Buffer) -> &mut Bytes {
        match buffer {
            Buffer::EventType => &mut self.event_type,
            Buffer::Data => &mut self.data,
            Buffer::Id => &mut self.id,
            Buffer::NextId => &mut self.next_id,
            Buffer::Text => &mut self.text,
        }
    }
}

/// Appends to a buffer that is usually short: compiled once.
#[inline(never)]
fn append_short(gathered: &mut Vec<u8>, bytes: &[u8]) {
    work::copied(if gathered.capacity() - gathered.len() < bytes.len() { gathered.len() } else { 0 });
    gathered.extend_from_slice(bytes);
}

impl Memory for Growable {
    const COUNTS_IDS: bool = true;
    const MAX_ID_LEN: usize = usize::MAX;

    #[inline(always)]
    fn get(&self, buffer: Buffer) -> &[u8] {
        match buffer {
            Buffer::EventType => &self.event_type.gathered,
            Buffer::Data => &self.data.gathered,
            Buffer::Id => &self.id.gathered,
            Buffer::NextId => &self.next_id.gathered,
            Buffer::Text => &self.text.gathered,
        }
    }

    #[inline(always)]
    fn append(&mut self, buffer: Buffer, bytes: &[u8]) {
        work::copied(bytes.len());
        if buffer == Buffer::Data {
            self.make_room(bytes.len());
            self.data.gathered.extend_from_slice(bytes);
        } else {
            append_short(&mut self.bytes(buffer).gathered, bytes);
        }
    }

    #[inline(always)]
    fn append_data_line(&mut self, line: &[u8]) {
        work::copied(line.len() + 1);
        self.make_room(line.len() + 1);
        self.data.gathered.push(b'\n');
        self.data.gathered.extend_from_slice(line);
    }

    #[inline(always)]
    fn clear(&mut self, buffer: Buffer) {
        if buffer == Buffer::Data && (self.large > 0 || self.data.gathered.len() > LARGE) {
            self.note_large();
        }
        self.bytes(buffer).gathered.clear();
    }

    #[inline(always)]
    fn end_event_type(&mut self) {}

    #[inline(always)]
    fn take_next_id(&mut self) {
        core::mem::swap(&mut self.id, &mut self.next_id);
    }

    fn max_text_len(&self, max_event_len: usize, _: usize) -> usize {
        max_event_len
    }

    #[inline(always)]
    fn exceeded_as_text(&self, _: &[u8], _: &[u8], _: &[u8], _: usize) -> Option<usize> {
        None
    }

    #[inline(always)]
    fn text_fits(&self, _: &[u8], _: usize) -> bool {
        true
    }

    #[inline]
    fn event_texts<'s>(&'s mut self, [event_type, data, id]: [Source<'s>; 3]) -> ([&'s str; 3], &'s str) {
        let texts = [self.event_type.text(event_type), self.data.text(data), self.id.text(id)];
        (texts, self.last_event_id.as_str())
    }

    fn text<'s>(&'s mut self, source: Source<'s>) -> &'s str {
        self.text.text(source)
    }

    #[inline(always)]
    fn last_event_id(&self) -> &str {
        self.last_event_id.as_str()
    }

    #[inline]
    fn commit_id(&mut self, in_chunk: Option<&[u8]>) -> bool {
        self.last_event_id.commit(in_chunk.unwrap_or(&self.id.gathered))
    }

    #[inline]
    fn commit_text(&mut self, id: &str) -> bool {
        self.last_event_id.commit_text(id)
    }

    #[inline]
    fn held(&self) -> usize {
        self.event_type.held()
            + self.data.held()
            + self.id.held()
            + self.next_id.held()
            + self.text.held()
            + Some(self.last_event_id.spare()).filter(|spare| *spare > SPARE_ID).unwrap_or(0)
    }

    #[inline(never)]
    fn release(&mut self, buffer: Buffer) {
        *self.bytes(buffer) = Bytes::default();
    }

    fn release_spare_id(&mut self) {
        self.last_event_id.shrink();
    }
}

impl Bytes {
    fn held(&self) -> usize {
        self.gathered.capacity() + self.replaced.capacity()
    }

    #[inline]
    fn text<'s>(&'s mut self, source: Source<'s>) -> &'s str {
        let bytes = match source {
            Source::Text(text) => return text,
            Source::IllFormed(bytes) => bytes,
            Source::Memory => match utf8(&self.gathered) {
                Some(text) => return text,
                None => &self.gathered,
            },
        };
        replace_into(bytes, &mut self.replaced);
        &self.replaced
    }
}
