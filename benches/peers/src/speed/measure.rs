//! The shortest times of many short rounds. Each round runs every contender once, in a different order: on a shared
//! machine, interleaved runs are disturbed alike, and the shortest time is that of an undisturbed run.

use core::time::Duration;
use std::time::Instant;

use super::cell::{Cell, Contender};
use super::results::{Measured, Row};

/// The longest allowed pass; a contender that would take longer is not run on the whole stream.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many rounds those take part in of whom a pass takes a good part of the time that there is.
const FEW: usize = 3;

/// Measures a cell for about `time`, or every contender once.
pub fn measure(mut cell: Cell<'_>, time: Option<Duration>) -> Measured {
    let started = Instant::now();
    let mut taken: Vec<Taken> = cell.contenders.iter().map(|each| Taken::new(each, cell.bytes)).collect();
    let mut order: Vec<usize> = (0..cell.contenders.len()).collect();
    let mut random = fastrand::Rng::with_seed(0);
    for round in 0.. {
        random.shuffle(&mut order);
        for &index in &order {
            let (contender, taken) = (&mut cell.contenders[index], &mut taken[index]);
            let slow = time.is_some_and(|time| taken.least.is_some_and(|least| least > time / 100));
            if taken.stopped_at.is_none() && !(slow && round >= FEW) {
                taken.pass(contender);
            }
        }
        if time.is_none_or(|time| round + 1 >= FEW && started.elapsed() >= time) {
            break;
        }
    }
    let rows = cell.contenders.iter().zip(taken).map(|(contender, taken)| taken.row(contender, &cell)).collect();
    Measured {
        corpus: cell.corpus.to_owned(),
        chunk: cell.chunk.to_owned(),
        bytes: cell.bytes,
        events: cell.events,
        rows,
    }
}

/// What a contender has taken so far.
#[derive(Default)]
struct Taken {
    least: Option<Duration>,
    passes: usize,
    disagreement: Option<String>,
    /// The bytes after which it was too slow, and how long those took.
    stopped_at: Option<(usize, Duration)>,
}

impl Taken {
    fn new(contender: &Contender<'_>, bytes: usize) -> Self {
        Self { stopped_at: is_too_slow(contender, bytes), ..Self::default() }
    }

    fn pass(&mut self, contender: &mut Contender<'_>) {
        let mut time = Duration::ZERO;
        let disagreement = (contender.pass)(&mut clock(&mut time));
        self.least = Some(self.least.map_or(time, |least| least.min(time)));
        self.passes += 1;
        self.disagreement = self.disagreement.take().or(disagreement);
    }

    fn row(self, contender: &Contender<'_>, cell: &Cell<'_>) -> Row {
        let (bytes, time) = match (self.stopped_at, self.least) {
            (Some((bytes, time)), _) => (bytes, time),
            (None, least) => (cell.bytes, least.unwrap_or_default()),
        };
        #[allow(clippy::cast_precision_loss, reason = "no more digits are shown")]
        let (bytes, events, seconds) = (bytes as f64, cell.events as f64, time.as_secs_f64());
        let nanoseconds = (seconds * 1e11 / events).round() / 100.0;
        Row {
            name: contender.name.to_owned(),
            role: contender.role,
            bytes_per_second: (bytes / seconds).round(),
            nanoseconds_per_event: self.stopped_at.is_none().then_some(nanoseconds),
            passes: self.passes,
            too_slow_after: self.stopped_at.map(|(bytes, _)| bytes),
            disagreement: self.disagreement,
            allocations_per_event: None,
            allocated_bytes_per_event: None,
        }
    }
}

/// Tries longer and longer prefixes before running a contender whose time may be quadratic on the whole stream. Returns
/// the number of bytes after which it would be too slow, and how long those took.
pub fn is_too_slow(contender: &Contender<'_>, bytes: usize) -> Option<(usize, Duration)> {
    let probe = contender.probe.as_ref()?;
    let lens = core::iter::successors(Some(4 * 1024), |len| Some(len * 4)).take_while(|len| *len < bytes);
    lens.map(|len| {
        let mut time = Duration::ZERO;
        probe(len, &mut clock(&mut time));
        (len, time)
    })
    .find(|(_, time)| *time * 16 > PATIENCE)
}

fn clock(time: &mut Duration) -> impl FnMut(&mut dyn FnMut()) {
    |run| {
        let start = Instant::now();
        run();
        *time += start.elapsed();
    }
}
