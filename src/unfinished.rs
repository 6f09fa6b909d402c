//! Section 9.2.6: the buffers of the event that is being put together.

use alloc::vec::Vec;
use core::mem;

use crate::line_end::{self, LF};
use crate::value::Value;

/// The standard's buffers of the event that is being put together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unfinished {
    pub(crate) event_type: Value,
    pub(crate) data: Value,
    pub(crate) id: Value,
    /// The value of the `id` line that is coming in. A NUL makes it void, and then the id before it stands.
    next_id: Value,
    id_is_void: bool,
    /// The bytes that the limit is about: those of the four values.
    len: usize,
    pub(crate) retry: Digits,
}

/// The value of the `retry` line that is coming in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Digits {
    #[default]
    None,
    Number(u64),
    /// Something else than digits, or too many.
    Void,
}

impl Unfinished {
    /// The bytes that the limit is about.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Sets what stands before the data.
    pub(crate) fn set(&mut self, event_type: (usize, usize), id: Option<(usize, usize)>) {
        if event_type != (0, 0) {
            self.len += event_type.1 - event_type.0;
            self.event_type.set(event_type);
        }
        if let Some(id) = id {
            self.len += id.1 - id.0;
            self.id.set(id);
        }
    }

    /// Appends to the data.
    #[inline]
    pub(crate) fn append_data(&mut self, bytes: &[u8], start: usize, end: usize) {
        self.len += end - start;
        self.data.append(bytes, start, end);
    }

    /// Appends the LF between two lines of the data.
    #[inline]
    pub(crate) fn append_lf(&mut self, bytes: &[u8]) {
        self.len += 1;
        self.data.gathered(bytes).push(LF);
    }

    /// Has lines appended to the data.
    #[inline(always)]
    pub(crate) fn append_lines<T>(&mut self, bytes: &[u8], append: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        let lines = self.data.gathered(bytes);
        let before = lines.len();
        let result = append(lines);
        self.len += lines.len() - before;
        result
    }

    #[inline]
    pub(crate) fn take_type(&mut self, bytes: &[u8], start: usize, end: usize, first: bool) {
        if first {
            self.len -= self.event_type.len();
            self.event_type.clear();
        }
        self.len += end - start;
        self.event_type.append(bytes, start, end);
    }

    #[inline]
    pub(crate) fn take_id(&mut self, bytes: &[u8], start: usize, end: usize, first: bool) {
        self.id_is_void &= !first;
        if self.id_is_void {
            return;
        }
        let nul = line_end::nul(bytes.get(start..end).unwrap_or_default());
        let end = nul.map_or(end, |index| start + index);
        self.len += end - start;
        self.next_id.append(bytes, start, end);
        self.id_is_void = nul.is_some();
    }

    #[inline]
    pub(crate) fn end_id(&mut self) {
        if !self.id_is_void {
            mem::swap(&mut self.id, &mut self.next_id);
        }
        self.len -= self.next_id.len();
        self.next_id.clear();
    }

    #[inline]
    pub(crate) fn gather(&mut self, bytes: &[u8]) {
        self.values().into_iter().for_each(|value| value.gather(bytes));
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        self.len = 0;
        self.values().into_iter().for_each(Value::clear);
    }

    #[inline]
    pub(crate) fn held(&self) -> usize {
        self.event_type.held() + self.data.held() + self.id.held() + self.next_id.held()
    }

    #[cold]
    pub(crate) fn release(&mut self) {
        self.values().into_iter().for_each(Value::release);
    }

    fn values(&mut self) -> [&mut Value; 4] {
        [&mut self.event_type, &mut self.data, &mut self.id, &mut self.next_id]
    }
}

impl Digits {
    /// Takes a piece; at the line's end hands out the number, if it is one.
    pub(crate) fn take(&mut self, piece: &[u8], first: bool, complete: bool) -> Option<u64> {
        if first {
            *self = Self::None;
        }
        for byte in piece {
            let before = match *self {
                Self::None => 0,
                Self::Number(number) => number,
                Self::Void => break,
            };
            let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'));
            let number = digit.and_then(|digit| before.checked_mul(10)?.checked_add(digit));
            *self = number.map_or(Self::Void, Self::Number);
        }
        match *self {
            Self::Number(number) if complete => Some(number),
            _ => None,
        }
    }
}
