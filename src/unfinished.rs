//! Section 9.2.6: the buffers of the event that is being put together.

use core::mem;

use crate::plain::Plain;
use crate::scan;
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
        self.event_type.len() + self.data.len() + self.id.len() + self.next_id.len()
    }

    #[inline]
    pub(crate) fn take_id(&mut self, bytes: &[u8], start: usize, end: usize, first: bool) {
        self.id_is_void &= !first;
        if self.id_is_void {
            return;
        }
        let nul = scan::nul(bytes.get(start..end).unwrap_or_default());
        self.next_id.append(bytes, start, nul.map_or(end, |index| start + index));
        self.id_is_void = nul.is_some();
    }

    #[inline]
    pub(crate) fn end_id(&mut self) {
        if !self.id_is_void {
            mem::swap(&mut self.id, &mut self.next_id);
        }
        self.next_id.clear();
    }

    /// The places of a plain event.
    pub(crate) fn set(&mut self, plain: &Plain) {
        self.data.set(plain.data);
        for (value, place) in [(&mut self.event_type, plain.event_type), (&mut self.id, plain.id)] {
            if let Some(place) = place {
                value.set(place);
            }
        }
    }

    #[inline]
    pub(crate) fn gather(&mut self, bytes: &[u8]) {
        self.values().into_iter().for_each(|value| value.gather(bytes));
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
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
    /// A value that is here as a whole.
    #[inline]
    pub(crate) fn parse(value: &[u8]) -> Option<u64> {
        Self::default().take(value, true, true)
    }

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
