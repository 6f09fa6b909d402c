//! Memory of a fixed size.

use crate::decode::memory::{Buffer, Memory, Source};
use crate::utf8::{replace_within, replaced_len, utf8};
use crate::work;

/// `EVENT` bytes for the event, and `ID` bytes for each id.
///
/// The data grows from the front; the event type is moved to the back when its line ends. Between them, right after the
/// data, is the line that is arriving: the event type, or a line that is not part of the event. So each byte is moved
/// a constant number of times, and an event fits whenever its length does.
#[derive(Clone, Debug)]
pub(crate) struct Fixed<const EVENT: usize, const ID: usize> {
    event: [u8; EVENT],
    data_len: usize,
    line_len: usize,
    line_is_event_type: bool,
    event_type_len: usize,
    id: Id<ID>,
    next_id: Id<ID>,
    last_event_id: Id<ID>,
}

#[derive(Clone, Debug)]
struct Id<const LEN: usize> {
    bytes: [u8; LEN],
    len: usize,
}

impl<const EVENT: usize, const ID: usize> Fixed<EVENT, ID> {
    pub(crate) const fn new() -> Self {
        Self {
            event: [0; EVENT],
            data_len: 0,
            line_len: 0,
            line_is_event_type: false,
            event_type_len: 0,
            id: Id::new(),
            next_id: Id::new(),
            last_event_id: Id::new(),
        }
    }

    /// Replaces what is ill-formed in the buffer, after appending the bytes that still lie in the chunk.
    fn replace(&mut self, buffer: Buffer, in_chunk: Option<&[u8]>) {
        if let Some(bytes) = in_chunk {
            self.append(buffer, bytes);
            self.end_event_type();
        }
        if utf8(self.get(buffer)).is_some() {
            return;
        }
        let (len, text_len) = (self.get(buffer).len(), replaced_len(self.get(buffer)));
        let area = match buffer {
            Buffer::Data => {
                self.data_len = text_len;
                self.event.get_mut(..text_len)
            }
            Buffer::EventType => {
                self.event_type_len = text_len;
                self.event.get_mut(EVENT.saturating_sub(text_len)..)
            }
            Buffer::Text => {
                self.line_len = text_len;
                self.event.get_mut(self.data_len..self.data_len + text_len)
            }
            Buffer::Id | Buffer::NextId => return self.id.replace(),
        };
        debug_assert!(area.is_some(), "text of {text_len} bytes has no room: {buffer:?}");
        if let Some(area) = area {
            // The event type is already at the end of its area.
            if buffer != Buffer::EventType {
                work::copied(len);
                area.copy_within(..len, text_len - len);
            }
            replace_within(area, len);
        }
    }
}

impl<const LEN: usize> Id<LEN> {
    const fn new() -> Self {
        Self { bytes: [0; LEN], len: 0 }
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    fn set(&mut self, bytes: &[u8]) {
        self.len = 0;
        self.append(bytes);
    }

    fn append(&mut self, bytes: &[u8]) {
        copy_to(self.bytes.get_mut(self.len..), bytes);
        self.len += bytes.len();
    }

    fn replace(&mut self) {
        if utf8(self.as_bytes()).is_none() {
            let (len, text_len) = (self.len, replaced_len(self.as_bytes()));
            if let Some(area) = self.bytes.get_mut(..text_len) {
                work::copied(len);
                area.copy_within(..len, text_len - len);
                replace_within(area, len);
                self.len = text_len;
            }
        }
    }
}

/// Copies `bytes` to the front of `room`, if they fit.
fn copy_to(room: Option<&mut [u8]>, bytes: &[u8]) {
    work::copied(bytes.len());
    let room = room.and_then(|room| room.get_mut(..bytes.len()));
    debug_assert!(room.is_some(), "no room for {} bytes", bytes.len());
    if let Some(room) = room {
        room.copy_from_slice(bytes);
    }
}

/// The length of `bytes` as text.
fn text_len(bytes: &[u8]) -> usize {
    if utf8(bytes).is_some() { bytes.len() } else { replaced_len(bytes) }
}

impl<const EVENT: usize, const ID: usize> Memory for Fixed<EVENT, ID> {
    const COUNTS_IDS: bool = false;
    const MAX_ID_LEN: usize = ID;

    fn get(&self, buffer: Buffer) -> &[u8] {
        let place = match buffer {
            Buffer::Data => 0..self.data_len,
            Buffer::EventType if !self.line_is_event_type => EVENT.saturating_sub(self.event_type_len)..EVENT,
            Buffer::EventType | Buffer::Text => self.data_len..self.data_len + self.line_len,
            Buffer::Id => return self.id.as_bytes(),
            Buffer::NextId => return self.next_id.as_bytes(),
        };
        self.event.get(place).unwrap_or_default()
    }

    fn append(&mut self, buffer: Buffer, bytes: &[u8]) {
        match buffer {
            Buffer::Data => {
                debug_assert_eq!(self.line_len, 0, "a line is in the way of the data");
                copy_to(self.event.get_mut(self.data_len..), bytes);
                self.data_len += bytes.len();
            }
            Buffer::EventType | Buffer::Text => {
                self.line_is_event_type = buffer == Buffer::EventType;
                copy_to(self.event.get_mut(self.data_len + self.line_len..), bytes);
                self.line_len += bytes.len();
            }
            Buffer::Id => self.id.append(bytes),
            Buffer::NextId => self.next_id.append(bytes),
        }
    }

    fn append_data_line(&mut self, line: &[u8]) {
        self.append(Buffer::Data, b"\n");
        self.append(Buffer::Data, line);
    }

    fn clear(&mut self, buffer: Buffer) {
        match buffer {
            Buffer::Data => self.data_len = 0,
            Buffer::EventType => {
                self.event_type_len = 0;
                if core::mem::take(&mut self.line_is_event_type) {
                    self.line_len = 0;
                }
            }
            Buffer::Text => self.line_len = 0,
            Buffer::Id => self.id.len = 0,
            Buffer::NextId => self.next_id.len = 0,
        }
    }

    fn end_event_type(&mut self) {
        if core::mem::take(&mut self.line_is_event_type) {
            let line = self.data_len..self.data_len + self.line_len;
            self.event_type_len = core::mem::take(&mut self.line_len);
            work::copied(self.event_type_len);
            self.event.copy_within(line, EVENT - self.event_type_len);
        }
    }

    fn take_next_id(&mut self) {
        self.id.set(self.next_id.as_bytes());
    }

    fn max_text_len(&self, max_event_len: usize, event_len: usize) -> usize {
        max_event_len.saturating_sub(event_len)
    }

    fn exceeded_as_text(&self, event_type: &[u8], data: &[u8], id: &[u8], max_event_len: usize) -> Option<usize> {
        if text_len(event_type) + text_len(data) > max_event_len {
            return Some(max_event_len);
        }
        (text_len(id) > ID).then_some(ID)
    }

    fn text_fits(&self, text: &[u8], max_text_len: usize) -> bool {
        text_len(text) <= max_text_len
    }

    fn event_texts<'s>(&'s mut self, sources: [Source<'s>; 3]) -> ([&'s str; 3], &'s str) {
        let buffers = [Buffer::EventType, Buffer::Data, Buffer::Id];
        for (source, buffer) in sources.into_iter().zip(buffers) {
            match source {
                Source::Text(_) => {}
                Source::IllFormed(bytes) => self.replace(buffer, Some(bytes)),
                Source::Memory => self.replace(buffer, None),
            }
        }
        let text = |(source, buffer)| match source {
            Source::Text(text) => text,
            _ => utf8(self.get(buffer)).unwrap_or_default(),
        };
        let [event_type, data, id] = sources;
        let [of_event_type, of_data, of_id] = buffers;
        ([text((event_type, of_event_type)), text((data, of_data)), text((id, of_id))], self.last_event_id())
    }

    fn text<'s>(&'s mut self, source: Source<'s>) -> &'s str {
        match source {
            Source::Text(text) => return text,
            Source::IllFormed(bytes) => self.replace(Buffer::Text, Some(bytes)),
            Source::Memory => self.replace(Buffer::Text, None),
        }
        utf8(self.get(Buffer::Text)).unwrap_or_default()
    }

    fn last_event_id(&self) -> &str {
        utf8(self.last_event_id.as_bytes()).unwrap_or_default()
    }

    fn commit_id(&mut self, in_chunk: Option<&[u8]>) -> bool {
        let Self { id, last_event_id, .. } = self;
        let id = in_chunk.unwrap_or(id.as_bytes());
        work::looked(id.len());
        let is_another = id != last_event_id.as_bytes();
        if is_another {
            last_event_id.set(id);
            last_event_id.replace();
        }
        is_another
    }

    fn commit_text(&mut self, id: &str) -> bool {
        self.commit_id(Some(id.as_bytes()))
    }

    fn held(&self) -> usize {
        0
    }

    fn release(&mut self, _: Buffer) {}

    fn release_spare_id(&mut self) {}
}
