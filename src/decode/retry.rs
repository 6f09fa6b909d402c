//! Section 9.2.6, the field `retry`: the reconnection time, one or more ASCII digits.

use crate::work;

/// The value of the `retry` line that is arriving.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Digits {
    #[default]
    None,
    Number(u64),
    /// Something other than digits, or too many of them.
    Void,
}

impl Digits {
    /// The time in milliseconds that a whole value says, if it has too few digits to be too large. `None`: for
    /// [`add`](Self::add) to decide.
    #[inline]
    pub(crate) fn of_short(value: &[u8]) -> Option<u64> {
        if value.is_empty() || value.len() > 19 {
            return None;
        }
        work::looked(value.len());
        value.iter().try_fold(0, |number: u64, byte| {
            let digit = byte.wrapping_sub(b'0');
            (digit < 10).then(|| number * 10 + u64::from(digit))
        })
    }

    /// Adds a piece of the value.
    #[inline]
    pub(crate) fn add(&mut self, piece: &[u8]) {
        for byte in piece {
            let before = match *self {
                Self::None => 0,
                Self::Number(number) => number,
                Self::Void => break,
            };
            work::looked(1);
            let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'));
            let number = digit.and_then(|digit| before.checked_mul(10)?.checked_add(digit));
            *self = number.map_or(Self::Void, Self::Number);
        }
    }

    /// The time in milliseconds, once the line has ended. `None`: the field is ignored.
    #[inline]
    pub(crate) fn millis(self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(number),
            Self::None | Self::Void => None,
        }
    }
}
