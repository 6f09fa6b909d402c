//! Decoding, in bytes per second, beside the speed of only finding the line ends. `README.md` says how to read it.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a benchmark that is wrong has to panic")]

mod corpora;
mod loops;

use core::hint::black_box;
use core::time::Duration;

use corpora::{CHUNKS, Corpus, FLUSHED};
use criterion::{Criterion, SamplingMode, Throughput};
use loops::{next_event, next_frame, next_token};
use memchr::memchr2;
use sse_wire::Decoder;

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(150)
        .nresamples(2000)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    for corpus in &corpora::all() {
        bench(&mut criterion, corpus);
    }
    criterion.final_summary();
}

fn bench(criterion: &mut Criterion, corpus: &Corpus) {
    let events = (corpus.events, corpus.data_len);
    let lines = corpus.wire.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
    let chunks = || black_box(corpus).chunks(16 * 1024);

    let mut group = criterion.benchmark_group(corpus.name);
    group.sampling_mode(SamplingMode::Flat).throughput(Throughput::Bytes(corpus.wire.len() as u64));
    let mut row = |name: &str, run: &dyn Fn()| {
        group.bench_function(name, |bencher| bencher.iter(run));
    };
    row("limit-memchr2/16KiB", &|| assert_eq!(find_line_ends(chunks()), lines));
    row("limit-memchr2-utf8/16KiB", &|| assert_eq!(find_lines_of_text(chunks()), lines));
    for (name, len) in CHUNKS {
        row(&format!("next_event/{name}"), &|| assert_eq!(next_event(Decoder::new(), corpus.chunks(len)), events));
    }
    if FLUSHED.contains(&corpus.name) {
        row("next_event/event", &|| assert_eq!(next_event(Decoder::new(), corpus.event_chunks()), events));
    }
    if corpus.name == "huge-line" {
        let decoder = || Decoder::new().with_max_retained(usize::MAX);
        row("next_event-retaining/16KiB", &|| assert_eq!(next_event(decoder(), chunks()), events));
    }
    row("next_frame/16KiB", &|| {
        assert_eq!(next_frame(chunks()), (corpus.events, corpus.data_len, corpus.comments, corpus.retries));
    });
    row("next_token/16KiB", &|| {
        let (blanks, data_len) = next_token(chunks());
        assert_eq!((blanks - corpus.comments, data_len), events);
    });
    group.finish();
}

/// The limit: only finds the line ends.
fn find_line_ends<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> usize {
    let mut count = 0;
    for mut rest in chunks {
        while let Some(index) = memchr2(b'\n', b'\r', rest) {
            count += 1;
            rest = &rest[index + 1..];
        }
    }
    count
}

/// The limit for validating line by line: as [`find_line_ends`], and `from_utf8` for each line. Lines split across
/// chunks count as text.
fn find_lines_of_text<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> usize {
    let mut count = 0;
    for mut rest in chunks {
        while let Some(index) = memchr2(b'\n', b'\r', rest) {
            let _ = black_box(str::from_utf8(&rest[..index]));
            count += 1;
            rest = &rest[index + 1..];
        }
        let _ = black_box(str::from_utf8(rest));
    }
    count
}
