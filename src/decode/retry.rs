//! Section 9.2.6, the field `retry`: the reconnection time, one or more ASCII digits.

use core::time::Duration;

use crate::work;

/// The reconnection time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    digits: Digits,
    /// The last one received, in milliseconds.
    millis: Option<u64>,
}

impl Retry {
    pub(crate) const fn new() -> Self {
        Self { digits: Digits::None, millis: None }
    }

    /// Adds a piece of a line's value.
    #[inline]
    pub(crate) fn add(&mut self, piece: &[u8], first: bool) {
        let before = if first { Digits::None } else { self.digits };
        self.digits = before.with(piece);
    }

    /// What the line says, in milliseconds, once it has ended. `None`: the field is ignored.
    #[inline]
    pub(crate) fn line_end(&self) -> Option<u64> {
        self.digits.millis()
    }

    /// A time in milliseconds takes effect.
    #[inline(always)]
    pub(crate) fn set(&mut self, millis: u64) {
        self.millis = Some(millis);
    }

    pub(crate) fn time(&self) -> Option<Duration> {
        self.millis.map(Duration::from_millis)
    }
}

/// The value of the `retry` line that is arriving.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Digits {
    None,
    Number(u64),
    /// Something other than digits, or a number above [`u64::MAX`].
    Void,
}

impl Digits {
    /// The value with another piece.
    #[inline]
    pub(crate) fn with(self, piece: &[u8]) -> Self {
        let mut number = match self {
            Self::None if piece.is_empty() => return Self::None,
            Self::None => 0,
            Self::Number(number) => number,
            Self::Void => return Self::Void,
        };
        for byte in piece {
            work::looked(1);
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 || number > u64::MAX / 10 {
                return Self::Void;
            }
            let Some(next) = (number * 10).checked_add(digit.into()) else { return Self::Void };
            number = next;
        }
        Self::Number(number)
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
