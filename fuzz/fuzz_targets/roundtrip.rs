//! Events that are encoded one after the other come back as they were sent, apart from line ends, however the stream is
//! split.
#![no_main]

use fastrand::Rng;
use libfuzzer_sys::fuzz_target;
use sse_wire::Decoder;
use sse_wire_fuzz::limit::{Calls, Outcome};
use sse_wire_fuzz::read::{self, Way};
use sse_wire_fuzz::{Cut, Events, oracle};

fuzz_target!(|input: &[u8]| {
    let Events { seed, events } = Events::new(input);
    let mut wire = Vec::new();
    let mut expected = oracle::Outcome::default();
    for event in &events {
        event.builder().encode_into(&mut wire);
        expected.frames.extend(event.frames(&mut expected.last_event_id));
        expected.reconnection_time = event.millis().or(expected.reconnection_time);
    }
    expected.ignored_too = expected.frames.clone();
    assert_eq!(oracle::interpret(&wire), expected, "the judge, of {}", wire.escape_ascii());

    let mut rng = Rng::with_seed(seed);
    for cut in [Cut::Whole, Cut::Bytewise, Cut::Random(seed), Cut::Random(!seed)] {
        let (calls, way) = ([Calls::NextEvent, Calls::NextFrame][rng.usize(..2)], Way::any(&mut rng));
        let (_, outcome) = read::connection(Decoder::new(), &cut.pieces(&wire, &[]), calls, way);
        let expected = Outcome::unlimited(&expected, calls);
        assert_eq!(outcome, expected, "{calls:?}, {way:?}, {cut:?} of {}", wire.escape_ascii());
    }
});
