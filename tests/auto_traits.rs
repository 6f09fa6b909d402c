//! The auto traits of every public type: all of them, if its type parameters have them.

use std::convert::Infallible;
use std::fs;
use std::path::Path;

use sse_wire::http_body::{BodyStream, EventBody};
use sse_wire::io::{DataWriter, EventReader, EventWriter, Events};
use sse_wire::json::JsonError;
use sse_wire::owned::{EventIdBuf, EventTypeBuf};
use sse_wire::stream::{
    Accepted, Attempt, EventStream, FrameStream, ReconnectingFrameStream, ReconnectingStream, SourceError,
};
use sse_wire::tokio_codec::EventCodec;
use sse_wire::{
    BufferTooSmall, Chunk, ChunkBuf, ConnectionFailed, DecodeError, Decoder, Error, Event, EventBuf, EventBuilder,
    EventId, EventSource, EventType, Field, FixedDecoder, Frame, FrameBuf, InvalidField, Parser, ReadyState, Token,
};

/// Checks each type, and lists their names.
macro_rules! send_sync_unpin {
    ($($type:ty,)*) => {{
        fn check<T: Send + Sync + Unpin>() {}
        $(check::<$type>();)*
        [$(stringify!($type)),*]
    }};
}

#[test]
fn every_public_type_is_send_sync_and_unpin() {
    let checked = send_sync_unpin![
        Accepted<()>,
        Attempt<'_>,
        BodyStream<()>,
        BufferTooSmall,
        Chunk<'_>,
        ChunkBuf,
        ConnectionFailed,
        DataWriter<'_, ()>,
        DecodeError,
        Decoder,
        Error<Infallible>,
        Event<'_>,
        EventBody<()>,
        EventBuf,
        EventBuilder<'_>,
        EventCodec,
        EventId<'_>,
        EventIdBuf,
        EventReader<()>,
        EventSource,
        EventStream<()>,
        EventType<'_>,
        EventTypeBuf,
        EventWriter<()>,
        Events<()>,
        Field,
        FixedDecoder<1, 1>,
        Frame<'_>,
        FrameBuf,
        FrameStream<()>,
        InvalidField,
        JsonError,
        Parser,
        ReadyState,
        ReconnectingFrameStream<(), (), (), (), ()>,
        ReconnectingStream<(), (), (), (), ()>,
        SourceError<(), ()>,
        Token<'_>,
    ];

    let mut public = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut public);
    public.sort();
    let mut checked = checked.map(|name| name.split('<').next().unwrap_or_default().trim().to_owned());
    checked.sort();
    assert_eq!(public, checked, "left are the public types of src/, right is the list above");
}

/// The names of all types that are declared `pub` below `dir`.
fn collect(dir: &Path, names: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, names);
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        let types = text.lines().filter_map(|line| {
            let name = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "))?;
            name.split(|c: char| !c.is_alphanumeric()).next()
        });
        names.extend(types.map(str::to_owned));
    }
}
