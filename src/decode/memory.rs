//! What the buffers are kept in: memory that grows, or memory of a fixed size.

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
    /// It lies in the chunk, and is ill-formed.
    IllFormed(&'s [u8]),
    /// It lies in the memory, well-formed or not.
    Memory,
}

/// Keeps the bytes of the buffers, and decides nothing: the rules are the interpreter's.
///
/// A buffer that nothing was appended to since it was cleared is empty. What is appended fits: [`Buffers`] has counted it.
///
/// [`Buffers`]: crate::decode::buffers::Buffers
pub(crate) trait Memory {
    /// Whether ids count against the limit of the event; otherwise they have one of their own.
    const COUNTS_IDS: bool;
    const MAX_ID_LEN: usize;

    fn get(&self, buffer: Buffer) -> &[u8];

    fn append(&mut self, buffer: Buffer, bytes: &[u8]);

    /// Appends an LF and another line to the data.
    fn append_data_line(&mut self, line: &[u8]);

    fn clear(&mut self, buffer: Buffer);

    /// The line of the event type has ended.
    fn end_event_type(&mut self);

    /// [`Buffer::Id`] and [`Buffer::NextId`] become each other.
    fn swap_ids(&mut self);

    /// How long a comment may be, beside an event of `event_len` bytes.
    fn max_text_len(&self, max_event_len: usize, event_len: usize) -> usize;

    /// Whether there is room for the values as text, with U+FFFD where they are ill-formed.
    fn fits_as_text(&self, event_type: &[u8], data: &[u8], id: &[u8], max_event_len: usize) -> bool;

    /// Whether there is room for a comment as text, or a line that the standard ignores.
    fn text_fits(&self, text: &[u8], max_text_len: usize) -> bool;

    /// The values of an event as text, type, data and id, with U+FFFD where they are ill-formed; and the last event ID.
    fn event_texts<'s>(&'s mut self, sources: [Source<'s>; 3]) -> ([&'s str; 3], &'s str);

    /// [`Buffer::Text`] as text.
    fn text<'s>(&'s mut self, source: Source<'s>) -> &'s str;

    fn last_event_id(&self) -> &str;

    /// The id, which lies in the chunk or else in [`Buffer::Id`], becomes the last event ID. Says whether it is another one.
    fn commit_id(&mut self, in_chunk: Option<&[u8]>) -> bool;

    /// As [`commit_id`](Self::commit_id), of an id that is text.
    fn commit_text(&mut self, id: &str) -> bool;

    /// The bytes of memory that may be given back.
    fn held(&self) -> usize;

    /// Gives the memory of an empty buffer back.
    fn release(&mut self, buffer: Buffer);

    /// Gives memory back that the last event ID does not need.
    fn release_spare_id(&mut self, max_retained: usize);
}
