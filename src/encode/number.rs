//! Section 9.2.5: numbers as ASCII digits.

use core::str;
use core::time::Duration;

/// A number in decimal digits, converted once however often it is sent.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Decimal {
    /// The digits are at the end; [`u64::MAX`] has 20.
    buffer: [u8; 20],
    /// The index of the first digit.
    start: u8,
}

impl Decimal {
    #[allow(clippy::cast_possible_truncation, reason = "an index below 20")]
    pub(crate) const fn new(mut number: u64) -> Self {
        let mut buffer = [b'0'; 20];
        let mut rest: &mut [u8] = &mut buffer;
        while let [before @ .., digit] = rest {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
            rest = before;
            if number == 0 {
                break;
            }
        }
        let start = rest.len() as u8;
        Self { buffer, start }
    }

    pub(crate) const fn number(&self) -> u64 {
        let (mut number, mut rest) = (0, self.as_bytes());
        while let [digit, after @ ..] = rest {
            number = number * 10 + (*digit - b'0') as u64;
            rest = after;
        }
        number
    }

    #[inline(always)]
    pub(crate) const fn as_bytes(&self) -> &[u8] {
        match self.buffer.split_at_checked(self.start as usize) {
            Some((_, digits)) => digits,
            None => &[],
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        let digits = str::from_utf8(self.as_bytes());
        debug_assert!(digits.is_ok(), "digits are ASCII");
        digits.unwrap_or_default()
    }
}

/// Milliseconds, rounded up, so that a receiver never reconnects too early.
pub(crate) const fn whole_millis(time: Duration) -> u64 {
    let millis = time.subsec_nanos().div_ceil(1_000_000) as u64;
    time.as_secs().saturating_mul(1000).saturating_add(millis)
}

#[cfg(feature = "alloc")]
#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::Decimal;

    #[test]
    fn numbers_are_decimal_digits() {
        let powers = (0..20).map(|exponent| 10_u64.pow(exponent));
        for number in powers.flat_map(|power| [power - 1, power, power + 1]).chain([0, u64::MAX]) {
            assert_eq!(Decimal::new(number).as_str(), number.to_string());
            assert_eq!(Decimal::new(number).number(), number);
        }
    }
}
