//! The programs: each reads a stream from its standard input, and writes the data of its events.

/// A program that does the same as the others.
#[derive(Debug)]
pub struct Program {
    /// Whose it is.
    pub name: &'static str,
    /// Its source, in `cost/`.
    pub source: &'static str,
    /// What stands under `[dependencies]`; `{}` is the version, or ours the path.
    pub dependencies: &'static [(&'static str, &'static str)],
}

macro_rules! program {
    ($name:literal, $file:literal, $dependencies:expr) => {
        Program { name: $name, source: include_str!(concat!("../../cost/", $file)), dependencies: &$dependencies }
    };
}

/// All of them. What a peer's program names besides the peer, the peer depends on already.
pub const PROGRAMS: [Program; 10] = [
    program!("nothing decoded", "baseline.rs", []),
    program!("sse-wire, core alone", "sse_wire_core.rs", [("sse-wire", "{ path = {}, default-features = false }")]),
    program!(
        "sse-wire, alloc",
        "sse_wire.rs",
        [("sse-wire", "{ path = {}, default-features = false, features = [\"alloc\"] }")]
    ),
    program!("sse-wire, default features", "sse_wire.rs", [("sse-wire", "{ path = {} }")]),
    program!("sse-core", "sse_core.rs", [("sse-core", "{}")]),
    program!("sse-stream", "sse_stream.rs", [("sse-stream", "{}"), ("bytes", "\"1\""), ("futures-core", "\"0.3\"")]),
    program!("sse-parse", "sse_parse.rs", [("sse-parse", "{}")]),
    program!(
        "sseer",
        "sseer.rs",
        [("sseer", "{ version = {}, features = [\"std\"] }"), ("bytes", "\"1\""), ("futures-core", "\"0.3\"")]
    ),
    program!(
        "eventsource-stream",
        "eventsource_stream.rs",
        [("eventsource-stream", "{}"), ("futures-core", "\"0.3\"")]
    ),
    program!("sse-codec", "sse_codec.rs", [("sse-codec", "{}"), ("futures_codec", "\"0.5\"")]),
];
