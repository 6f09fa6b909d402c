//! Where the buffers are kept: memory that grows, or memory of a fixed size.

/// The name of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Buffer {
    EventType,
    Data,
    Id,
    NextId,
    Text,
}

impl Buffer {
    pub(crate) const ALL: [Self; 5] = [Self::EventType, Self::Data, Self::Id, Self::NextId, Self::Text];
}

/// Where a text comes from.
#[derive(Clone, Copy)]
pub(crate) enum Source<'s> {
    /// It is text already.
    Text(&'s str),
    /// In the chunk, and ill-formed.
    IllFormed(&'s [u8]),
    /// In the memory, well-formed or not.
    Memory,
}

/// Keeps the bytes of the buffers, and decides nothing: the rules are the interpreter's.
///
/// A cleared buffer is empty until something is appended. What is appended fits: [`Buffers`] has counted it.
///
/// [`Buffers`]: crate::decode::buffers::Buffers
pub(crate) trait Memory {
    /// Whether ids count against the limit of the event; otherwise they have a limit of their own.
    const COUNTS_IDS: bool;
    const MAX_ID_LEN: usize;

    fn get(&self, buffer: Buffer) -> &[u8];

    fn append(&mut self, buffer: Buffer, bytes: &[u8]);

    /// Appends an LF and another line to the data.
    fn append_data_line(&mut self, line: &[u8]);

    fn clear(&mut self, buffer: Buffer);

    /// The line of the event type has ended.
    fn end_event_type(&mut self);

    /// [`Buffer::NextId`] becomes [`Buffer::Id`], and is cleared next.
    fn take_next_id(&mut self);

    /// How long a comment may be next to an event of `event_len` bytes.
    fn max_text_len(&self, max_event_len: usize, event_len: usize) -> usize;

    /// The limit that the values exceed as text, with U+FFFD for ill-formed bytes.
    fn exceeded_as_text(&self, event_type: &[u8], data: &[u8], id: &[u8], max_event_len: usize) -> Option<usize>;

    /// Whether there is room for a comment or ignored line as text.
    fn text_fits(&self, text: &[u8], max_text_len: usize) -> bool;

    /// Type, data and id of an event as text, with U+FFFD for ill-formed bytes; and the last event ID.
    fn event_texts<'s>(&'s mut self, sources: [Source<'s>; 3]) -> ([&'s str; 3], &'s str);

    /// [`Buffer::Text`] as text.
    fn text<'s>(&'s mut self, source: Source<'s>) -> &'s str;

    fn last_event_id(&self) -> &str;

    /// Makes the id, which lies in the chunk or else in [`Buffer::Id`], the last event ID. Returns whether it differs
    /// from the previous one.
    fn commit_id(&mut self, in_chunk: Option<&[u8]>) -> bool;

    /// Like [`commit_id`](Self::commit_id), for an id that is text. Called only if ids count against the event's limit.
    fn commit_text(&mut self, id: &str) -> bool;

    /// The bytes of memory that can be released.
    fn held(&self) -> usize;

    /// Releases the memory of an empty buffer.
    fn release(&mut self, buffer: Buffer);

    /// Releases memory that the last event ID does not need.
    fn release_spare_id(&mut self);
}
