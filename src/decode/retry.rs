//! Section 9.2.6, the field `retry`: the reconnection time, one or more ASCII digits.

use crate::work;

/// The value of the `retry` line that is coming in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Digits {
    #[default]
    None,
    Number(u64),
    /// Something else than digits, or too many.
    Void,
}

impl Digits {
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
