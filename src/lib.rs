//! The Server-Sent Events wire format, `text/event-stream`: a zero-copy incremental parser, a decoder and an encoder.
//!
//! In scope is [section 9.2] of the HTML standard as far as bytes go: chunks of a stream in, events out, and events in,
//! bytes out. Out of scope are sockets, HTTP, timers and runtimes; HTTP clients and servers depend on this crate for the
//! format alone.
//!
//! ```text
//! bytes ──► Parser ──► tokens ──► Decoder ──► Event        no allocator │ buffers for what a chunk's end cuts
//!
//! EventBuilder ──► bytes, in any sink                      no allocator │ Vec, Bytes, io::Write, Display
//! ```
//!
//! # Decode
//!
//! ```
//! use sse_wire::{Chunk, Decoder};
//!
//! # fn handle(_: &str, _: &str) {}
//! let mut decoder = Decoder::new();
//! // However the network cut the stream:
//! for bytes in [&b"event: price\ndata: 1"[..], b"13\n\ndata: hello\n\n"] {
//!     let mut chunk = Chunk::new(bytes);
//!     while let Some(event) = decoder.next_event(&mut chunk)? {
//!         handle(event.event_type(), event.data());
//!     }
//! }
//! # Ok::<(), sse_wire::DecodeError>(())
//! ```
//!
//! # Encode
//!
//! ```
//! use sse_wire::{EventBuilder, EventId, EventType};
//!
//! const PRICE: EventType<'_> = EventType::from_static("price");
//!
//! let id = EventId::new("7")?; // text of others: an error if the format cannot carry it
//! let wire = EventBuilder::new().event_type(PRICE).id(id).data("113\n114").encode();
//! assert_eq!(wire, b"event: price\nid: 7\ndata: 113\ndata: 114\n\n");
//! # Ok::<(), sse_wire::InvalidField>(())
//! ```
//!
//! # Which API?
//!
//! | You have | Use | Allocates? |
//! | --- | --- | --- |
//! | no allocator, or values too large to be kept | [`Parser`] | never |
//! | chunks of bytes, however they come in | [`Decoder::next_event`] | for events that a chunk's end cuts or that have several lines, until the buffers have grown |
//! | the same, and you want comments and `retry` too | [`Decoder::next_frame`] | as above |
//! | a [`std::io::Read`] | [`EventReader`](io::EventReader) | its buffer, 16 KiB, and as above |
//! | `Bytes`, and events that outlive them | [`Decoder::next_event_buf`] | for events that a chunk's end cuts or that have several lines, and for text that is not ASCII |
//! | a `Stream` of bytes | `EventStream`, feature `stream` | as above |
//! | an `AsyncRead` of tokio's | `EventCodec`, feature `tokio-codec` | as above, and the buffer of `FramedRead` |
//! | an HTTP client that should reconnect | [`EventSource`], and its `into_stream`, feature `stream` | as `Decoder`; the stream for each attempt and each wait too |
//! | an event for a fixed buffer | [`EventBuilder::encode_to_slice`] | never |
//! | an event for a `Vec<u8>` | [`EventBuilder::encode_into`] | when the `Vec` has to grow |
//! | an event that was received | `EventBuilder::from`, of an event or a frame | never |
//! | an event for many clients | [`EventBuilder::to_bytes`] | once, exactly |
//! | a [`std::io::Write`] | [`EventWriter`](io::EventWriter) | its buffer, as large as the largest event |
//! | data that is being produced, JSON for example | [`EventWriter::data_writer`](io::EventWriter::data_writer) | its buffer, some 8 KiB |
//!
//! # Conformance
//!
//! The decoder does what the standard says, byte for byte, and its result never depends on how the stream was cut. It is
//! held against a slow transcription of the standard's steps, in tables, in generated streams and under a fuzzer. Where
//! the standard leaves something open, or users trip:
//!
//! * A CR ends its line at once, also at a chunk's end; an LF after it, whenever it comes, belongs to it.
//! * One byte order mark at the very start is skipped, any other is content.
//! * Ill-formed UTF-8 is replaced by U+FFFD, one for each maximal subpart; content is never an error.
//! * An `id` counts at the blank line, also of an event without data; one with a NUL is ignored.
//! * `retry` is ASCII digits up to [`u64::MAX`] and acts at its line's end.
//! * `data` alone dispatches an event with empty data; an event without `data` is not dispatched.
//! * At the stream's end the unfinished event is discarded, unless you ask for it: [`Decoder::end_of_stream`].
//!
//! # Untrusted input
//!
//! No input makes this crate panic, and it has no unsafe code. Work is linear in the bytes that come in, however they
//! are cut. An event has a [limit](Decoder::with_max_event_len), 16 MiB by default; one above it is reported and skipped,
//! and decoding goes on. Ignored bytes are free and take no memory. After a large event the decoder keeps at most
//! [64 KiB](Decoder::with_max_retained) of buffers.
//!
//! What is sent cannot be injected into: types and ids with a line end [cannot be built](EventType::new), data and
//! comments are split into lines, in every sink.
//!
//! What comes out of a decoder is the peer's text: it may have control characters, and an id may be as long as the limit.
//!
//! # Features
//!
//! | Feature | Default | What it adds |
//! | --- | --- | --- |
//! | `std` | yes | [`EventReader`](io::EventReader), [`EventWriter`](io::EventWriter), [`EventBuilder::write_to`]; memchr and simdutf8 choose their code at run time |
//! | `alloc` | by `std` | [`Decoder`], [`EventSource`], `encode`, `encode_into` |
//! | `bytes` | yes | [`EventBuf`], [`EventBuilder::to_bytes`], [`EventBuilder::encode_to`] |
//! | `simdutf8` | yes | faster validation of text that is not ASCII |
//! | `stream` | no | `EventStream`, `FrameStream`, `EventSource::into_stream`, over futures-core |
//! | `tokio-codec` | no | `EventCodec`, over tokio-util |
//! | `json` | no | `json` and `tagged` on events, `encode_json` and `encode_tagged` on [`EventBuilder`], `write_json` and `write_tagged` on [`EventWriter`](io::EventWriter), `Serialize` for what was received; over `serde_json` |
//! | `http-body` | no | `EventBody` for servers, `EventStream::from_body` and `Accepted` out of an `http::Response` for clients, and `std` and `stream`; over http and http-body |
//!
//! Features add API or speed, and never change a result. Without any, the crate is `no_std`, needs no allocator, and has
//! [`Parser`], [`EventBuilder`] and [`memchr`](https://docs.rs/memchr) as its one dependency.
//!
//! The minimum supported Rust version is 1.88.
//!
//! [section 9.2]: https://html.spec.whatwg.org/multipage/server-sent-events.html
#![no_std]
#![forbid(unsafe_code)]
// With these the page above may say: never panics.
#![warn(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![warn(clippy::std_instead_of_core, clippy::std_instead_of_alloc, clippy::alloc_instead_of_core)]
// Whether a plain event stays in registers decides half of the speed; each place was measured.
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
#[cfg(all(test, feature = "bytes", feature = "std"))]
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
