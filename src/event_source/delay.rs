//! Section 9.2.3: how long a client waits before the next request.

use core::time::Duration;

/// The shortest time that a back-off doubles, if the reconnection time is zero or shorter than this.
const LEAST_STEP: Duration = Duration::from_millis(100);

/// The settings that determine every wait.
#[derive(Clone, Debug)]
pub(crate) struct Delays {
    /// The reconnection time that applies until the server sends another.
    pub(crate) time: Duration,
    /// The bounds of the reconnection time, the server's or the user's.
    pub(crate) least: Duration,
    pub(crate) most: Duration,
    /// The maximum wait of a back-off, or of the server's `Retry-After`.
    pub(crate) max: Duration,
    /// The maximum percentage by which a wait is lengthened.
    pub(crate) jitter: u8,
}

impl Delays {
    pub(crate) const DEFAULT: Self = Self {
        time: Duration::from_secs(3),
        least: Duration::from_millis(100),
        most: Duration::from_secs(5 * 60),
        max: Duration::from_secs(60),
        jitter: 12,
    };

    /// The reconnection time that applies if the server has sent `sent`.
    pub(crate) fn reconnection_time(&self, sent: Option<Duration>) -> Duration {
        sent.unwrap_or(self.time).min(self.most).max(self.least)
    }

    /// The wait after this many failures in a row: doubled with each but the first, and at least what the server asks
    /// for.
    pub(crate) fn wait(&self, time: Duration, failures: u32, retry_after: Option<Duration>, random: u32) -> Duration {
        let backed_off = match failures {
            0 | 1 => time,
            _ => time.max(LEAST_STEP).saturating_mul(2_u32.saturating_pow(failures - 1)).min(self.max).max(time),
        };
        let wait = backed_off.max(retry_after.unwrap_or_default().min(self.max));
        wait.saturating_add(share(wait, self.jitter, random))
    }
}

/// `random / u32::MAX` of this percentage of `time`. In integers, because floating point would be out of range near the
/// longest times; the products below stay within 128 bits.
fn share(time: Duration, percent: u8, random: u32) -> Duration {
    const NANOS: u128 = 1_000_000_000;
    let most = time.as_nanos() * u128::from(percent) / 100;
    let nanos = most * u128::from(random) / u128::from(u32::MAX);
    match (u64::try_from(nanos / NANOS), u32::try_from(nanos % NANOS)) {
        (Ok(secs), Ok(nanos)) => Duration::new(secs, nanos),
        _ => Duration::MAX,
    }
}
