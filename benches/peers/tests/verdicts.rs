//! The judges, tried on codecs that are wrong on purpose: a fault has to be found, and called by its name.

use std::sync::Arc;

use sse_wire_peers::conformance::decoders::{Cut, verdict};
use sse_wire_peers::conformance::encoders::{self, Sending};
use sse_wire_peers::conformance::quietly;
use sse_wire_peers::conformance::verdict::Verdict;
use sse_wire_peers::decoders::{DECODERS, Decoder};
use sse_wire_peers::encoders::{Encoder, Meter, Out, Sent};
use sse_wire_peers::input::Input;
use sse_wire_peers::sink::{Record, Sink, Whose};

const STREAM: &[u8] = b"retry: 5\ndata: a\n\nevent: t\ndata: b\n\n";

/// A decoder that shows what `change` makes of what ours shows.
macro_rules! wrong {
    ($change:expr) => {
        Decoder {
            name: "wrong",
            whose: Whose::Peer,
            run: |input: &Input<'_>, sink: &mut Sink| {
                (DECODERS[0].run)(input, sink);
                let change: fn(&mut Record, &Input<'_>) = $change;
                change(sink.record_mut().unwrap(), input);
            },
        }
    };
}

#[test]
fn faults_have_their_names() {
    let cases = [
        (Verdict::Exact, wrong!(|_, _| ())),
        (Verdict::Panics, wrong!(|_, _| panic!("on purpose"))),
        (Verdict::Stalls, wrong!(|record, _| record.events.truncate(1))),
        (Verdict::Stalls, wrong!(|record, _| record.stalled = true)),
        (
            Verdict::Ends,
            wrong!(|record, _| {
                record.events.clear();
                record.errors = 1;
            }),
        ),
        (Verdict::Errs, wrong!(|record, _| record.errors = 1)),
        (
            Verdict::Loses,
            wrong!(|record, _| {
                record.events.remove(0);
            }),
        ),
        (Verdict::Invents, wrong!(|record, _| record.events.insert(0, record.events[0].clone()))),
        (Verdict::Alters, wrong!(|record, _| record.events[0].data.push('x'))),
        (Verdict::Alters, wrong!(|record, _| record.events[1].event_type.clear())),
        (Verdict::Alters, wrong!(|record, _| record.events[1].id.push('x'))),
        (Verdict::Forgets, wrong!(|record, _| record.retry = None)),
        (Verdict::Forgets, wrong!(|record, _| record.last_event_id = Some("x".to_owned()))),
        // Only what has something behind it.
        (
            Verdict::Late,
            wrong!(|record, input| {
                let len = input.len() - 1;
                *record = DECODERS[0].record(&input.prefix(len));
            }),
        ),
    ];
    for (index, (name, decoder)) in cases.iter().enumerate() {
        for cut in [Cut::Whole, Cut::Bytewise, Cut::At(3)] {
            assert_eq!(quietly(|| verdict(decoder, STREAM, cut)), *name, "case {index}, {cut:?}");
        }
    }
}

#[test]
fn chunking_is_looked_at() {
    let decoder = wrong!(|record, input| {
        if input.slices.iter().any(|chunk| chunk.is_empty()) {
            record.events.remove(0);
        }
    });
    assert_eq!(verdict(&decoder, STREAM, Cut::Whole), Verdict::Exact);
    assert_eq!(verdict(&decoder, STREAM, Cut::EmptyAt(3)), Verdict::Loses);
}

#[test]
fn text_that_becomes_a_field_is_found() {
    #[allow(clippy::unnecessary_wraps, reason = "as encoders are called")]
    /// Data with LF alone split, type and id as they are.
    fn encode(sent: &Arc<[Sent]>, _: &mut Meter<'_>, out: &mut Out<'_>) -> Result<(), String> {
        for sent in &**sent {
            let mut wire = String::new();
            if let Some(event_type) = &sent.event_type {
                wire.extend(["event: ", event_type, "\n"]);
            }
            for line in sent.data.iter().flat_map(|data| data.split('\n')) {
                wire.extend(["data: ", line, "\n"]);
            }
            out((wire + "\n").as_bytes());
        }
        Ok(())
    }
    let encoder = Encoder { name: "wrong", whose: Whose::Peer, encode };
    let judge = |name| {
        let rows = encoders::rows();
        let row = rows.iter().find(|row| row.name == name);
        encoders::judge(&encoder, row.unwrap())
    };
    assert_eq!(judge("data: LF"), Sending::Exact);
    assert_eq!(judge("data: LF and an event"), Sending::Exact);
    assert_eq!(judge("data: CR"), Sending::Alters);
    assert_eq!(judge("data: CR and an id"), Sending::Injects);
    assert_eq!(judge("data: CR and an event"), Sending::Injects);
    assert_eq!(judge("type: LF and a field"), Sending::Injects);
    assert_eq!(judge("id"), Sending::Alters);
}
