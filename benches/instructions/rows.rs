//! What is counted: each loop over the corpora that tell something about it.

use core::hint::black_box;
use std::io::{self, Write};

use bytes::Bytes;
use sse_wire::{Decoder, EventBuilder, io::EventWriter};

use crate::corpora::{self, Corpus, FLUSHED};
use crate::loops::{build, build_head, event_reader, next_event, next_event_buf, next_frame, next_token};

/// A loop over a corpus.
pub(crate) struct Row {
    /// `corpus/what`, and the length of a chunk where there are chunks: the names of `decode`.
    pub(crate) name: String,
    corpus: &'static str,
    run: Run,
}

/// Makes what the loop needs, and has the loop alone [`counted`]. It asserts what came out.
type Run = fn(&Corpus);

const KIB_16: usize = 16 * 1024;

const LOOPS: [(&str, Run, &[&str]); 14] = [
    ("next_event/16KiB", |corpus| events(corpus, KIB_16), &corpora::NAMES),
    ("next_event/1460", |corpus| events(corpus, 1460), &FLUSHED),
    ("next_event/64", |corpus| events(corpus, 64), &CUT),
    ("next_event/event", |corpus| decode(corpus, || next_event(Decoder::new(), corpus.event_chunks())), &FLUSHED),
    ("next_frame/16KiB", frames, &["comments", "ticks"]),
    (
        "next_event_buf/16KiB",
        |corpus| event_bufs(corpus, corpus.chunks(KIB_16)),
        &["llm-chat", "multi-line", "non-ascii", "ticks"],
    ),
    ("next_event_buf/1460", |corpus| event_bufs(corpus, corpus.chunks(1460)), &["llm-chat", "non-ascii"]),
    ("next_event_buf/event", |corpus| event_bufs(corpus, corpus.event_chunks()), &["llm-chat", "llm-named"]),
    ("next_token/16KiB", tokens, &["llm-chat", "ticks"]),
    ("event_reader", |corpus| decode(corpus, || event_reader(&corpus.wire)), &["llm-chat", "llm-named"]),
    ("encode_into", encode_into, &["llm-chat", "multi-line", "ticks"]),
    ("encode_to_slice", encode_to_slice, &["ticks"]),
    ("to_bytes", |corpus| encode(corpus, |event| black_box(event.to_bytes()).len()), &["llm-named", "ticks"]),
    ("data_writer", data_writer, &["llm-chat", "multi-line"]),
];

/// Those that are counted with chunks that cut every event.
const CUT: [&str; 4] = ["huge-line", "llm-chat", "llm-named", "multi-line"];

/// All rows, by name.
pub(crate) fn all() -> Vec<Row> {
    let mut rows = Vec::new();
    for (what, run, corpora) in LOOPS {
        rows.extend(corpora.iter().map(|corpus| Row { name: format!("{corpus}/{what}"), corpus, run }));
    }
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    rows
}

impl Row {
    pub(crate) fn run(&self) {
        (self.run)(&corpora::named(self.corpus));
    }

    pub(crate) fn events(&self) -> usize {
        corpora::named(self.corpus).events
    }
}

/// Callgrind counts what happens in here, and nothing else: it knows the function by its name.
#[inline(never)]
fn counted(run: &mut dyn FnMut()) {
    run();
    // Without this, `run` would be jumped to instead of called, and so be outside.
    black_box(());
}

fn decode(corpus: &Corpus, decode: impl Fn() -> (usize, usize)) {
    counted(&mut || assert_eq!(decode(), (corpus.events, corpus.data_len)));
}

fn events(corpus: &Corpus, chunk_len: usize) {
    decode(corpus, || next_event(Decoder::new(), corpus.chunks(chunk_len)));
}

fn frames(corpus: &Corpus) {
    let expected = (corpus.events, corpus.data_len, corpus.comments, corpus.retries);
    counted(&mut || assert_eq!(next_frame(corpus.chunks(KIB_16)), expected));
}

fn event_bufs<'a>(corpus: &Corpus, chunks: impl Iterator<Item = &'a [u8]>) {
    // Each chunk is a separate allocation, like a network library's.
    let chunks: Vec<Bytes> = chunks.map(Bytes::copy_from_slice).collect();
    decode(corpus, || next_event_buf(chunks.iter().cloned()));
}

fn tokens(corpus: &Corpus) {
    let expected = (corpus.events + corpus.comments, corpus.data_len);
    counted(&mut || assert_eq!(next_token(corpus.chunks(KIB_16)), expected));
}

/// Only for corpora whose stream is nothing but their events, with LF.
fn encode(corpus: &Corpus, mut encode: impl FnMut(&EventBuilder<'_>) -> usize) {
    let events: Vec<_> = corpus.owned.iter().map(build).collect();
    counted(&mut || {
        let len: usize = events.iter().map(|event| encode(black_box(event))).sum();
        assert_eq!(len, corpus.wire.len());
    });
}

fn encode_into(corpus: &Corpus) {
    let mut out = Vec::new();
    encode(corpus, |event| {
        out.clear();
        event.encode_into(&mut out);
        black_box(&out).len()
    });
}

fn encode_to_slice(corpus: &Corpus) {
    let mut out = vec![0; corpus.wire.len()];
    encode(corpus, |event| {
        let len = event.encode_to_slice(&mut out);
        black_box(&out);
        len.unwrap_or_default()
    });
}

fn data_writer(corpus: &Corpus) {
    let heads: Vec<_> = corpus.owned.iter().map(build_head).collect();
    let mut writer = EventWriter::new(Sink(0));
    counted(&mut || {
        for (head, owned) in heads.iter().zip(&corpus.owned) {
            let mut data = writer.data_writer(black_box(head)).expect("a sink takes everything");
            data.write_all(black_box(owned.data.as_bytes())).expect("a sink takes everything");
            data.finish().expect("a sink takes everything");
        }
        assert_eq!(writer.get_ref().0, corpus.wire.len());
    });
}

/// Counts the bytes, and looks at none.
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
