//! The Server-Sent Events (SSE) wire format, `text/event-stream`: a zero-copy incremental parser, a decoder, an encoder, and
//! a client that reconnects.
//!
//! This crate implements [section 9.2] of the HTML standard at the byte level: it turns chunks into events and events into
//! bytes. It opens no socket and has no timer. Bring your own HTTP client or server and your own runtime; thin adapters fit
//! most of them.
//!
//! ```text
//! bytes ──► Parser ──► tokens                           no allocator
//! bytes ──► FixedDecoder ──► Event, Frame               no allocator, memory of a fixed size
//! bytes ──► Decoder ──► Event, Frame                    buffers only events that are split or have several lines
//! bytes ──► EventSource ──► Event, Frame                and what to send, what to check, how long to wait
//!
//! EventBuilder ──► bytes, in any sink                   no allocator │ Vec, Bytes, io::Write, Display
//! Event, Frame ──► EventBuilder                         a relay
//! ```
//!
//! # Decode
//!
//! ```
//! use sse_wire::{Chunk, Decoder};
//!
//! let mut decoder = Decoder::new();
//! let mut seen = Vec::new();
//! // Chunks as the network split them:
//! for bytes in [&b"event: price\ndata: 1"[..], b"13\n\ndata: hello\n\n"] {
//!     let mut chunk = Chunk::new(bytes);
//!     while let Some(event) = decoder.next_event(&mut chunk)? {
//!         seen.push(format!("{}: {}", event.event_type(), event.data()));
//!     }
//! }
//! assert_eq!(seen, ["price: 113", "message: hello"]);
//! # Ok::<(), sse_wire::DecodeError>(())
//! ```
//!
//! # Encode
//!
//! ```
//! use sse_wire::{EventBuilder, EventId, EventType};
//!
//! const PRICE: EventType<'_> = EventType::from_static("price"); // checked at compile time
//!
//! let id = EventId::new("7")?; // untrusted text: rejected if it cannot be represented
//! let wire = EventBuilder::new().event_type(PRICE).id(id).data("113\n114").encode();
//! assert_eq!(wire, b"event: price\nid: 7\ndata: 113\ndata: 114\n\n");
//! # Ok::<(), sse_wire::InvalidField>(())
//! ```
//!
//! # Which API?
//!
//! | You have | Use | Allocates? |
//! | --- | --- | --- |
//! | chunks of bytes | [`Decoder::next_event`] | for events that are split across chunks or have several data lines, until its buffers have grown |
//! | the same, but you also want comments, `retry` and ids without events | [`Decoder::next_frame`] | as above |
//! | no allocator | [`FixedDecoder`] | never |
//! | no allocator, and values too large to keep | [`Parser`] | never |
//! | a `std::io::Read` | [`EventReader`] | as `Decoder`, and its buffer of 16 KiB |
//! | `Bytes`, and events that outlive them | [`Decoder::next_event_buf`] | for events that are split across chunks or have several data lines, and for text that is not ASCII |
//! | a `Stream` of bytes, or an `http_body::Body` | [`EventStream`] | as above |
//! | a tokio `AsyncRead` or `AsyncWrite` | [`EventCodec`] | as above, and the buffer of `FramedRead` |
//! | an HTTP client that should reconnect | [`EventSource::into_stream`] | as `EventStream`, and for each attempt and each wait |
//! | the same, in your own loop | [`EventSource`] | as `Decoder` |
//! | an event for a fixed buffer | [`EventBuilder::encode_to_slice`] | never |
//! | an event for a `Vec<u8>` | [`EventBuilder::encode_into`] | when the `Vec` has to grow |
//! | an event for many clients | [`EventBuilder::to_bytes`] | once, exactly |
//! | a server on the `http` crate: axum, hyper | [`EventBody`] | nothing per event |
//! | a `std::io::Write` | [`EventWriter`] | its buffer, as large as the largest event |
//! | data that you produce in pieces, such as JSON | [`EventWriter::data_writer`] | its buffer, about 8 KiB |
//! | an event or frame that was received, to send on | `EventBuilder::from` | never |
//! | JSON in the data, or an enum of event types | feature `json` | for errors; what you deserialize may borrow |
//!
//! # Conformance
//!
//! The decoder does what the standard says, byte for byte, in every chunking. It is tested against a line-by-line
//! transcription of the standard's algorithm, with a table of cases, with generated streams and under a fuzzer. The choices
//! that the standard leaves open are [numbered, each with its reason and its tests][decisions]. Common surprises:
//!
//! * A CR ends its line at once. An LF that follows, even in a later chunk, is part of the same line end.
//! * One byte order mark at the very start is skipped; any other is content.
//! * Ill-formed UTF-8 is replaced by U+FFFD, one for each maximal subpart. Content is never an error.
//! * An `id` takes effect at the blank line, even in an event without data. One that contains a NUL is ignored.
//! * `retry` is ASCII digits up to [`u64::MAX`] and takes effect at the end of its line.
//! * `data` alone dispatches an event with empty data; an event without `data` is not dispatched.
//! * At the end of the stream, an unfinished event is discarded, unless you ask for it: [`Decoder::end_of_stream`].
//!
//! How other crates treat the same streams: [comparison]. How to switch from one of them: [migration]. Why things are as they
//! are: [design].
//!
//! # Untrusted input
//!
//! No input makes this crate panic, and it contains no unsafe code. Work is linear in the bytes received, however they are
//! split. An event has a limit, [16 MiB by default][`Decoder::with_max_event_len`]; a longer event is reported as an error
//! and skipped, and decoding continues. Ignored bytes are free and take no memory. After a large event the decoder keeps at
//! most [64 KiB][`Decoder::with_max_retained`] of buffers.
//!
//! Output is injection-proof: types and ids with a line end [cannot be built](EventType::new), and data and comments are
//! split into lines, in every sink.
//!
//! What comes out of a decoder is the peer's text. It may contain control characters, and an id may be as long as the limit.
//! [Untrusted input][untrusted_input] goes through the attacks one by one.
//!
//! # Features
//!
//! | Feature | Default | What it adds |
//! | --- | --- | --- |
//! | `std` | yes | [`EventReader`], [`EventWriter`], [`EventBuilder::write_to`]; memchr and simdutf8 select their code at run time |
//! | `alloc` | through `std` | [`Decoder`], [`EventSource`], `encode`, `encode_into` |
//! | `bytes` | yes | [`EventBuf`], [`EventBuilder::to_bytes`], [`EventBuilder::encode_to`] |
//! | `simdutf8` | yes | faster validation of text that is not ASCII |
//! | `stream` | no | [`EventStream`], `FrameStream`, [`EventSource::into_stream`]; over futures-core |
//! | `tokio-codec` | no | [`EventCodec`]; over tokio-util |
//! | `json` | no | `json` and `tagged` on events, `encode_json` and `encode_tagged` on [`EventBuilder`], `write_json` and `write_tagged` on [`EventWriter`], `Serialize` for what was received; over `serde_json` |
//! | `http-body` | no | [`EventBody`] for servers, `EventStream::from_body` and `Accepted` from an `http::Response` for clients, and `std` and `stream`; over http and http-body |
//!
//! Features add API or speed, and never change a result. Without any, the crate is `no_std`, needs no allocator, and has
//! [`FixedDecoder`], [`Parser`], [`EventBuilder`] and only [`memchr`](https://docs.rs/memchr) as a dependency.
//!
//! The minimum supported Rust version is 1.88. Raising it takes a minor release, never a patch.
//!
//! [section 9.2]: https://html.spec.whatwg.org/multipage/server-sent-events.html
//! [comparison]: _documentation::comparison
//! [decisions]: _documentation::decisions
//! [design]: _documentation::design
//! [migration]: _documentation::migration
//! [untrusted_input]: _documentation::untrusted_input
// With all features, every link leads into this documentation. With fewer, it leads to docs.rs, which has all of them.
#![cfg_attr(
    all(feature = "http-body", feature = "json", feature = "tokio-codec"),
    doc = "
[`EventBody`]: http_body::EventBody
[`EventCodec`]: tokio_codec::EventCodec
[`EventReader`]: io::EventReader
[`EventStream`]: stream::EventStream
[`EventWriter`]: io::EventWriter
[`EventWriter::data_writer`]: io::EventWriter::data_writer
"
)]
#![cfg_attr(
    not(all(feature = "http-body", feature = "json", feature = "tokio-codec")),
    doc = include_str!("docs/links.md")
)]
#![no_std]
#![forbid(unsafe_code)]
// With these the page above may say: never panics.
#![warn(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![warn(clippy::std_instead_of_core, clippy::std_instead_of_alloc, clippy::alloc_instead_of_core)]
// Keeping a plain event in registers is half of the speed; each place was measured.
#![allow(clippy::inline_always)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod decode;
mod encode;
mod error;
mod escaped;
mod event;
#[cfg(feature = "bytes")]
mod event_buf;
#[cfg(feature = "alloc")]
mod event_source;
mod line_end;
#[cfg(test)]
#[cfg(all(feature = "bytes", feature = "std"))]
mod linear;
mod names;
#[cfg(feature = "bytes")]
mod text;
mod utf8;
mod work;

#[cfg(any(doc, doctest))]
pub mod _documentation;
#[cfg(feature = "http-body")]
pub mod http_body;
#[cfg(feature = "std")]
pub mod io;
#[cfg(feature = "json")]
pub mod json;
#[cfg(feature = "alloc")]
pub mod owned;
#[cfg(feature = "stream")]
pub mod stream;
#[cfg(feature = "tokio-codec")]
pub mod tokio_codec;

#[cfg(feature = "bytes")]
pub use decode::ChunkBuf;
#[cfg(feature = "alloc")]
pub use decode::Decoder;
pub use decode::{Chunk, Field, FixedDecoder, Parser, Token};
pub use encode::{EventBuilder, EventId, EventType};
pub use error::DecodeError;
#[cfg(feature = "alloc")]
pub use error::Error;
pub use error::{BufferTooSmall, InvalidField};
pub use event::{Event, Frame};
#[cfg(feature = "bytes")]
pub use event_buf::{EventBuf, FrameBuf};
#[cfg(feature = "alloc")]
pub use event_source::{ConnectionFailed, EventSource, ReadyState, retry_after};
pub use names::{DEFAULT_EVENT_TYPE, KEEP_ALIVE, LAST_EVENT_ID, MIME_TYPE, RESPONSE_HEADERS};
