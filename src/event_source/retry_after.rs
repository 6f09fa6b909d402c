//! RFC 9110, section 10.2.3: when to ask an unavailable server again.

use core::time::Duration;

const SECS_PER_DAY: u64 = 24 * 60 * 60;

/// Parses a `Retry-After` header, and returns how long to wait from `now` on.
///
/// Accepts both forms of [RFC 9110, section 10.2.3], a number of seconds and a date in any of the three formats. For a
/// date in the past the wait is zero. `now` is the time since 1970, as `SystemTime::now().duration_since(UNIX_EPOCH)`
/// returns it; it is not used for a number of seconds. Returns `None` for anything else. The result is not capped:
/// [`EventSource::on_unavailable`](crate::EventSource::on_unavailable) does that.
///
/// # Examples
///
/// ```
/// use core::time::Duration;
/// use sse_wire::retry_after;
///
/// let now = Duration::from_secs(784_111_777); // Sun, 06 Nov 1994 08:49:37 GMT
/// assert_eq!(retry_after(b"120", now), Some(Duration::from_secs(120)));
/// assert_eq!(retry_after(b"Sun, 06 Nov 1994 08:50:00 GMT", now), Some(Duration::from_secs(23)));
/// assert_eq!(retry_after(b"soon", now), None);
/// ```
///
/// [RFC 9110, section 10.2.3]: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
#[doc(alias = "retry")]
#[must_use]
pub fn retry_after(value: &[u8], now: Duration) -> Option<Duration> {
    let value = value.trim_ascii();
    if value.iter().all(u8::is_ascii_digit) && !value.is_empty() {
        // A number of seconds that overflows saturates.
        return Some(Duration::from_secs(number(value).unwrap_or(u64::MAX)));
    }
    Some(Duration::from_secs(http_date(value, now)?).saturating_sub(now))
}

/// A number of ASCII digits only; `None` beyond `u64::MAX` too.
fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// The seconds since 1970 of an HTTP-date, or 0 if it is before that. The name of the day is redundant and not checked,
/// nor are the separators.
fn http_date(date: &[u8], now: Duration) -> Option<u64> {
    let mut parts = date.split(|byte| matches!(byte, b' ' | b',' | b'-')).filter(|part| !part.is_empty());
    let first: [&[u8]; 6] = core::array::from_fn(|_| parts.next().unwrap_or_default());
    // IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT"; RFC 850, "Sunday, 06-Nov-94 08:49:37 GMT"; asctime,
    // "Sun Nov  6 08:49:37 1994".
    let ([_, day, month, year, time, b"GMT"] | [_, month, day, time, year, b""]) = first else {
        return None;
    };
    let month = MONTHS.iter().position(|name| name.as_bytes() == month)?;
    let year = match year.len() {
        2 => of_century(number(year)?, now),
        4 => number(year)?,
        _ => return None,
    };
    let (day, seconds) = (number(day)?, seconds_of_day(time)?);
    if parts.next().is_some() || day == 0 || day > days_of_month(year, month) {
        return None;
    }
    if year < 1970 {
        return Some(0);
    }
    let years: u64 = (1970..year).map(days_of_year).sum();
    let months: u64 = (0..month).map(|month| days_of_month(year, month)).sum();
    Some((years + months + day - 1) * SECS_PER_DAY + seconds)
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The last year that ends in these two digits and is at most 50 years ahead, as the RFC requires.
fn of_century(digits: u64, now: Duration) -> u64 {
    let last = 1970 + now.as_secs() / (365 * SECS_PER_DAY + SECS_PER_DAY / 4) + 50;
    last - (last - digits) % 100
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
}

fn days_of_year(year: u64) -> u64 {
    365 + u64::from(is_leap(year))
}

/// Months count from 0.
fn days_of_month(year: u64, month: usize) -> u64 {
    match month {
        1 => 28 + u64::from(is_leap(year)),
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    }
}

/// `08:49:37`. A leap second counts as the first of the next minute.
fn seconds_of_day(time: &[u8]) -> Option<u64> {
    let mut parts = time.split(|&byte| byte == b':');
    let mut next = |most| parts.next().filter(|part| part.len() == 2).and_then(number).filter(|&n| n <= most);
    let (hours, minutes, seconds) = (next(23)?, next(59)?, next(60)?);
    parts.next().is_none().then_some((hours * 60 + minutes) * 60 + seconds)
}
