//! sse-wire reads each stream as the standard says. Where a peer does not, the smallest stream of each kind is kept in
//! `finds/`, which `differ --inputs` reads.
//!
//! An input is a byte that says where the stream is cut in two, then the stream.
#![no_main]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, panic, process};

use libfuzzer_sys::fuzz_target;
use sse_wire_peers::decoders::Decoder;
use sse_wire_peers::differ::{self, Find, Finds, inputs};

struct State {
    field: Vec<Decoder>,
    finds: Finds,
    /// What stands in `finds/`.
    written: BTreeMap<String, Vec<u8>>,
}

thread_local! { static STATE: RefCell<State> = RefCell::new(State::new()); }

fuzz_target!(
    init: {
        // Instead of libFuzzer's hook, which would end the process: peers panic, and are caught.
        panic::set_hook(Box::new(|_| {}));
    },
    |input: &[u8]| {
        STATE.with_borrow_mut(|state| state.judge(input));
    }
);

impl State {
    /// With npm's parser, unless the variable `NO_NPM` is set.
    fn new() -> Self {
        let field = differ::field(std::env::var_os("NO_NPM").is_none());
        let field = field.unwrap_or_else(|error| fail(&format!("{error:#} (NO_NPM=1 leaves npm's parser out)")));
        let mut state = Self { field, finds: Finds::default(), written: BTreeMap::new() };
        let before = inputs::load(&folder()).unwrap_or_else(|error| fail(&format!("finds: {error}")));
        for input in before {
            state.judge(&input);
        }
        state
    }

    fn judge(&mut self, input: &[u8]) {
        let (wire, at) = inputs::read(input);
        if let Err((name, Find { wire, cut })) = self.finds.stream(&self.field, wire, at) {
            fail(&format!("{name} is wrong on \"{}\", cut: {cut:?}", wire.escape_ascii()));
        }
        let finds = self.finds.inputs(&self.field);
        for (name, input) in finds {
            if self.written.get(&name) != Some(&input) {
                let path = folder().join(&name);
                let written = fs::create_dir_all(folder()).and_then(|()| fs::write(&path, &input));
                written.unwrap_or_else(|error| fail(&format!("{}: {error}", path.display())));
                self.written.insert(name, input);
            }
        }
    }
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("finds")
}

/// Ends the process as libFuzzer expects it, which then keeps the input.
fn fail(message: &str) -> ! {
    eprintln!("{message}");
    process::abort()
}
