//! Encoding, in bytes per second, beside the speed of copying the same bytes. `README.md` says how to read it.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a benchmark that is wrong has to panic")]

mod corpora;
mod loops;

use core::fmt::Write as _;
use core::hint::black_box;
use core::time::Duration;
use std::io::{self, Write};

use corpora::{Corpus, OwnedEvent};
use criterion::{Criterion, SamplingMode, Throughput};
use loops::{build, build_head};
use sse_wire::{EventBuilder, io::EventWriter};

/// How many events of each corpus: few enough to stay in the nearest caches, like those that a server has just made.
const EVENTS: usize = 128;

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(400)
        .nresamples(2000)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    // The other two have the same events as `llm-named`.
    for corpus in corpora::all().iter().filter(|corpus| !["crlf", "comments"].contains(&corpus.name)) {
        bench(&mut criterion, corpus);
    }
    criterion.final_summary();
}

fn bench(criterion: &mut Criterion, corpus: &Corpus) {
    let owned = &corpus.owned[..corpus.events.min(EVENTS)];
    let wires: Vec<&[u8]> = corpus.event_chunks().take(EVENTS).collect();
    let lines: Vec<Lines<'_>> = owned.iter().map(Lines::new).collect();
    let events: Vec<EventBuilder<'_>> = owned.iter().map(build).collect();
    let heads: Vec<EventBuilder<'_>> = owned.iter().map(build_head).collect();
    let len: usize = wires.iter().map(|wire| wire.len()).sum();
    let longest = wires.iter().map(|wire| wire.len()).max().unwrap();
    for ((event, lines), wire) in events.iter().zip(&lines).zip(&wires) {
        assert_eq!(event.encode(), *wire);
        let mut out = Vec::new();
        lines.copy_to(&mut out);
        assert_eq!(out, *wire);
    }

    let mut group = criterion.benchmark_group(format!("encode/{}", corpus.name));
    group.sampling_mode(SamplingMode::Flat).throughput(Throughput::Bytes(len as u64));
    let mut row = |name: &str, run: &mut dyn FnMut() -> usize| {
        group.bench_function(name, |bencher| bencher.iter(|| assert_eq!(run(), len)));
    };
    let mut out = Vec::with_capacity(longest);
    row("limit-copy", &mut || {
        sum(&wires, |wire| {
            out.clear();
            out.extend_from_slice(wire);
            black_box(&out).len()
        })
    });
    row("limit-extend_from_slice", &mut || {
        sum(&lines, |lines| {
            out.clear();
            lines.copy_to(&mut out);
            black_box(&out).len()
        })
    });
    row("encode_into", &mut || {
        sum(&events, |event| {
            out.clear();
            event.encode_into(&mut out);
            black_box(&out).len()
        })
    });
    row("build+encode_into", &mut || {
        sum(owned, |owned| {
            out.clear();
            build(owned).encode_into(&mut out);
            black_box(&out).len()
        })
    });
    let mut slice = vec![0; longest];
    row("encode_to_slice", &mut || {
        sum(&events, |event| {
            let len = event.encode_to_slice(&mut slice).unwrap();
            black_box(&slice[..len]).len()
        })
    });
    row("encode", &mut || sum(&events, |event| black_box(event.encode()).len()));
    row("to_bytes", &mut || sum(&events, |event| black_box(event.to_bytes()).len()));
    row("encoded_len", &mut || sum(&events, EventBuilder::encoded_len));
    let mut text = String::with_capacity(longest);
    row("display", &mut || {
        sum(&events, |event| {
            text.clear();
            write!(text, "{event}").unwrap();
            black_box(&text).len()
        })
    });
    row("write_to", &mut || {
        let mut sink = Sink(0);
        for event in &events {
            black_box(event).write_to(&mut sink).unwrap();
        }
        sink.0
    });
    let mut writer = EventWriter::new(Sink(0));
    row("write_event", &mut || {
        writer.get_mut().0 = 0;
        for event in &events {
            writer.write_event(black_box(event)).unwrap();
        }
        writer.get_ref().0
    });
    row("data_writer", &mut || {
        writer.get_mut().0 = 0;
        for (head, owned) in heads.iter().zip(owned) {
            let mut data = writer.data_writer(black_box(head)).unwrap();
            data.write_all(black_box(owned).data.as_bytes()).unwrap();
            data.finish().unwrap();
        }
        writer.get_ref().0
    });
    group.finish();
}

fn sum<T>(items: &[T], mut len: impl FnMut(&T) -> usize) -> usize {
    items.iter().map(|item| len(black_box(item))).sum()
}

/// An event for the unbeatable encoder: its data is already split, and its numbers are already digits.
struct Lines<'a> {
    event_type: Option<&'a str>,
    id: Option<&'a str>,
    retry: Option<String>,
    data: Vec<&'a str>,
}

impl<'a> Lines<'a> {
    fn new(owned: &'a OwnedEvent) -> Self {
        Self {
            event_type: owned.event_type.as_deref(),
            id: owned.id.as_deref(),
            retry: owned.retry.map(|retry| retry.to_string()),
            data: owned.data.split('\n').collect(),
        }
    }

    /// A hand-written encoder that checks nothing.
    fn copy_to(&self, out: &mut Vec<u8>) {
        if let Some(event_type) = self.event_type {
            out.extend_from_slice(b"event: ");
            out.extend_from_slice(event_type.as_bytes());
            out.push(b'\n');
        }
        if let Some(id) = self.id {
            out.extend_from_slice(b"id: ");
            out.extend_from_slice(id.as_bytes());
            out.push(b'\n');
        }
        if let Some(retry) = &self.retry {
            out.extend_from_slice(b"retry: ");
            out.extend_from_slice(retry.as_bytes());
            out.push(b'\n');
        }
        for line in &self.data {
            out.extend_from_slice(b"data: ");
            out.extend_from_slice(line.as_bytes());
            out.push(b'\n');
        }
        out.push(b'\n');
    }
}

/// Counts the bytes without reading them.
struct Sink(usize);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += black_box(bytes).len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
