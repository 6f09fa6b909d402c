//! The shortcut before the tokens: a whole event without anything special, found in one go.

use crate::line_end::{self, CR, LF};
use crate::work;

/// Where the parts of a plain event lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain {
    /// The first byte of the event, behind what is of no effect.
    #[cfg_attr(not(feature = "bytes"), allow(dead_code, reason = "for events that are slices"))]
    pub(crate) start: usize,
    /// Empty where there is none, which is the same.
    pub(crate) event_type: (usize, usize),
    /// Whether there is an id, which is in the [`Head`].
    pub(crate) has_id: bool,
    pub(crate) retry: Option<u64>,
    pub(crate) data: (usize, usize),
    /// The byte after the blank line.
    pub(crate) end: usize,
}

/// Where the values before the data of a plain event lie.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Head {
    /// The first byte of the event, behind what is of no effect.
    start: usize,
    /// Empty where there is none, which is the same.
    pub(crate) event_type: (usize, usize),
    pub(crate) id: Option<(usize, usize)>,
    /// Acts when the line is taken, not when it is found: the tokens may report an event that is too long before that.
    pub(crate) retry: Option<u64>,
    /// The byte after the last of these lines.
    pub(crate) end: usize,
}

/// Finds the event that begins at `start`, if it is whole and plain: `event`, `id` and `retry`, the first two at most
/// once each, then one `data` line, then the blank line, every line with a colon and ended by LF or CRLF; before all that
/// whatever is of no effect. With `FRAMES`, comments and `retry` are of effect.
///
/// Refuses everything else, for the tokens to take; it decides nothing that they would not. Against the tokens alone it
/// saves 46 to 79 % of the instructions on plain streams, `next_event` counted with callgrind. A general one, for events of any shape, was tried elsewhere:
/// it added nothing and held most of the bugs.
#[inline(always)]
pub(crate) fn plain<const FRAMES: bool>(bytes: &[u8], start: usize, head: &mut Head) -> Option<Plain> {
    let (mut start, mut line, mut event_type, mut has_id, mut retry) = (start, start, (0, 0), false, None);
    let mut word = first_word(bytes, line)?;
    if EVENT.begins(word) {
        (event_type, line) = type_line(bytes, line, word)?;
        word = first_word(bytes, line)?;
    }
    if !DATA_SPACE.begins(word) {
        line = head.find::<FRAMES>(bytes, start, line, event_type)?;
        word = first_word(bytes, line)?;
        (start, event_type, has_id, retry) = (head.start, head.event_type, head.id.is_some(), head.retry);
    }
    // A branch, where the length of what was compared would make the search wait for the comparison.
    let value = line + if DATA_SPACE.begins(word) { DATA_SPACE.len } else { DATA.len };
    let end = value + line_end::short_line_end::<false, 16>(bytes.get(value..)?)?;
    let end_of_event = end + blank_line_len(bytes.get(end..)?)?;
    Some(Plain { start, event_type, has_id, retry, data: (value, end), end: end_of_event })
}

impl Head {
    /// Finds what the tokens need not look at again, once [`plain`] has refused the event at `start`.
    pub(crate) fn find_part<const FRAMES: bool>(&mut self, bytes: &[u8], start: usize) {
        let _ = self.find::<FRAMES>(bytes, start, start, (0, 0));
    }

    /// Finds the lines before the data, and says where its line begins. What it has found when it refuses stands.
    #[inline(never)]
    fn find<const FRAMES: bool>(
        &mut self,
        bytes: &[u8],
        start: usize,
        mut line: usize,
        event_type: (usize, usize),
    ) -> Option<usize> {
        *self = Self { start, event_type, ..Self::default() };
        loop {
            self.end = line;
            let word = first_word(bytes, line)?;
            if EVENT.begins(word) {
                let (event_type, next) = type_line(bytes, line, word)?;
                if self.event_type != (0, 0) {
                    return None;
                }
                (self.event_type, line) = (event_type, next);
            } else if DATA.begins(word) {
                return Some(line);
            } else if ID.begins(word) {
                let value = line + ID.prefix_len(word);
                // An id with a NUL is void, and not plain.
                let end = value + line_end::short_line_end::<true, 32>(bytes.get(value..)?)?;
                if self.id.is_some() {
                    return None;
                }
                line = after_line_end(bytes, end)?;
                self.id = Some((value, end));
            } else if !FRAMES && RETRY.begins(word) {
                let value = line + RETRY.prefix_len(word);
                let end = value + line_end::short_line_end::<false, 16>(bytes.get(value..)?)?;
                let millis = number(bytes.get(value..end)?)?;
                line = after_line_end(bytes, end)?;
                self.retry = Some(millis);
            } else if line == self.start {
                line = if FRAMES { after_blank_lines(bytes, line) } else { after_comments(bytes, line) };
                if line == self.start {
                    return None;
                }
                self.start = line;
            } else {
                return None;
            }
        }
    }

    /// The bytes that the limit is about.
    pub(crate) fn len(&self) -> usize {
        let len = |(start, end)| end - start;
        len(self.event_type) + self.id.map_or(0, len)
    }
}

/// The value of the `event` line at `line`, which begins with `word`, and the byte after it.
#[inline(always)]
fn type_line(bytes: &[u8], line: usize, word: u64) -> Option<((usize, usize), usize)> {
    let value = line + EVENT.prefix_len(word);
    let end = value + line_end::short_line_end::<false, 32>(bytes.get(value..)?)?;
    Some(((value, end), after_line_end(bytes, end)?))
}

/// Where the value of the data line at `line` begins, if it is one.
#[inline(always)]
pub(crate) fn data_value(bytes: &[u8], line: usize) -> Option<usize> {
    let word = first_word(bytes, line)?;
    DATA.begins(word).then(|| line + DATA.prefix_len(word))
}

/// Where the value at `value` ends, and the next line begins; the end of the chunk for both where it goes on there.
#[inline]
pub(crate) fn line_or_part(bytes: &[u8], value: usize) -> Option<(usize, usize)> {
    let rest = bytes.get(value..)?;
    match line_end::line_end(rest) {
        Some(len) => Some((value + len, after_line_end(bytes, value + len)?)),
        None => Some((bytes.len(), bytes.len())),
    }
}

/// The byte after the comments and blank lines at `line`.
#[inline(never)]
fn after_comments(bytes: &[u8], line: usize) -> usize {
    let mut next = after_blank_lines(bytes, line);
    while let Some((_, after)) = comment(bytes, next) {
        next = after_blank_lines(bytes, after);
    }
    next
}

/// The byte after the blank lines at `line`.
#[inline(always)]
pub(crate) fn after_blank_lines(bytes: &[u8], mut line: usize) -> usize {
    while let Some(next) = after_line_end(bytes, line) {
        work::looked(next - line);
        line = next;
    }
    line
}

/// The text of the comment at `line`, and the byte after it.
#[inline(always)]
pub(crate) fn comment(bytes: &[u8], line: usize) -> Option<((usize, usize), usize)> {
    let rest = bytes.get(line..)?.strip_prefix(b":")?;
    let start = line + 1 + usize::from(rest.first() == Some(&b' '));
    let end = start + line_end::short_line_end::<false, 16>(bytes.get(start..)?)?;
    Some(((start, end), after_line_end(bytes, end)?))
}

/// The byte after the LF or CRLF at `index`. A CR alone is for the tokens.
#[inline(always)]
pub(crate) fn after_line_end(bytes: &[u8], index: usize) -> Option<usize> {
    match *bytes.get(index)? {
        LF => Some(index + 1),
        CR if bytes.get(index + 1) == Some(&LF) => Some(index + 2),
        _ => None,
    }
}

/// How long the line end and the blank line at the front of `bytes` are, if those are both there.
#[inline(always)]
pub(crate) fn blank_line_len(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [LF, LF, ..] => Some(2),
        [CR, LF, CR, LF, ..] => Some(4),
        _ => None,
    }
}

/// The number, if it is one that cannot be too large.
#[inline]
fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 19 {
        return None;
    }
    digits.iter().try_fold(0, |number: u64, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| number * 10 + u64::from(digit))
    })
}

const DATA: Name = Name::new(b"data:");
const DATA_SPACE: Name = Name::new(b"data: ");
const EVENT: Name = Name::new(b"event:");
const ID: Name = Name::new(b"id:");
const RETRY: Name = Name::new(b"retry:");

/// What a line of a field begins with, as the low bytes of a word.
#[derive(Clone, Copy)]
struct Name {
    word: u64,
    len: usize,
}

impl Name {
    const fn new(name: &[u8]) -> Self {
        let (mut word, mut rest) = (0, name);
        while let [before @ .., last] = rest {
            word = word << 8 | *last as u64;
            rest = before;
        }
        Self { word, len: name.len() }
    }

    /// Whether a line that begins with `word` begins with the name.
    #[inline(always)]
    const fn begins(self, word: u64) -> bool {
        let others = 8 * (size_of::<u64>() - self.len);
        word << others == self.word << others
    }

    /// How long the name and the one space after it are.
    #[inline(always)]
    const fn prefix_len(self, word: u64) -> usize {
        const SPACE: u64 = b' ' as u64;
        self.len + (word >> (8 * self.len) & 0xFF == SPACE) as usize
    }
}

/// The first eight bytes of a line, which a plain one has with what follows it.
#[inline(always)]
fn first_word(bytes: &[u8], line: usize) -> Option<u64> {
    bytes.get(line..)?.first_chunk().map(|word| u64::from_le_bytes(*word))
}
