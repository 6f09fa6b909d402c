//! A timeout without a clock: a sleep that the caller provides, restarted after progress.

use alloc::boxed::Box;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;

/// A sleep is created only when polled, so progress without a wait in between costs nothing. Each sleep replaces the
/// previous one in place, so that only the first allocates.
pub(crate) struct Timeout<W> {
    time: Option<Duration>,
    sleep: Option<Pin<Box<W>>>,
    /// Whether the current sleep began after the last progress.
    is_armed: bool,
}

impl<W> Timeout<W> {
    pub(crate) const fn new(time: Duration) -> Self {
        Self { time: Some(time), sleep: None, is_armed: false }
    }

    pub(crate) const fn time(&self) -> Option<Duration> {
        self.time
    }

    /// Restarts at the next poll.
    pub(crate) const fn start(&mut self) {
        self.is_armed = false;
    }

    pub(crate) fn disarm(&mut self) {
        self.sleep = None;
        self.is_armed = false;
    }
}

impl<W: Future<Output = ()>> Timeout<W> {
    /// Ready once the time has passed.
    pub(crate) fn poll(&mut self, sleep: &mut impl FnMut(Duration) -> W, cx: &mut Context<'_>) -> Poll<Duration> {
        let Some(time) = self.time else { return Poll::Pending };
        let timer = match &mut self.sleep {
            Some(timer) => {
                if !self.is_armed {
                    timer.set(sleep(time));
                }
                timer
            }
            none => none.insert(Box::pin(sleep(time))),
        };
        self.is_armed = true;
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(time)
    }
}

impl<W> Default for Timeout<W> {
    fn default() -> Self {
        Self { time: None, sleep: None, is_armed: false }
    }
}
