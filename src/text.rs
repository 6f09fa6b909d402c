//! Shared text.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem;

use bytes::Bytes;
use bytestring::ByteString;

use crate::decode::place::Place;
use crate::utf8::{is_ascii, seems_ascii, utf8};
use crate::work;

/// Shared text: a slice of a network buffer, or a copy of a part of it.
#[derive(Clone)]
pub(crate) enum Text {
    Slice(ByteString),
    Copy(Arc<str>),
}

impl Text {
    #[inline]
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Slice(text) => text,
            Self::Copy(text) => text,
        }
    }

    /// A copy, with one allocation unless it is empty.
    #[inline]
    pub(crate) fn copy(text: &str) -> Self {
        work::copied(text.len());
        if text.is_empty() { Self::default() } else { Self::Copy(text.into()) }
    }

    /// The bytes at `place` as text, if they are well-formed. With simdutf8, only what seems to be ASCII is shared;
    /// anything else is copied, because validating it and copying it costs less than std's validation, which a
    /// `ByteString` requires.
    #[inline]
    pub(crate) fn of(bytes: &Bytes, place: Place) -> Option<Self> {
        let part = place.of(bytes);
        if cfg!(feature = "simdutf8") && !seems_ascii(part) {
            return utf8(part).map(Self::copy);
        }
        work::validated(part.len());
        ByteString::try_from(bytes.slice(place.start..place.end)).ok().map(Self::Slice)
    }

    /// Moves `bytes` into the text, instead of counting references, if they are ASCII. Otherwise they may be ill-formed,
    /// and the caller still needs them.
    #[inline]
    pub(crate) fn take(bytes: &mut Bytes) -> Option<Self> {
        if !is_ascii(bytes) {
            return None;
        }
        work::validated(bytes.len());
        let text = ByteString::try_from(mem::take(bytes));
        debug_assert!(text.is_ok(), "ASCII is text");
        Some(Self::Slice(text.unwrap_or_default()))
    }

    /// Whether a whole buffer is better shared than copied, which its first KiB decides: see [`of`](Self::of).
    pub(crate) fn shares_buffer(bytes: &[u8]) -> bool {
        const BEGINNING: usize = 1024;
        let beginning = bytes.get(..BEGINNING).unwrap_or(bytes);
        cfg!(not(feature = "simdutf8")) || is_ascii(beginning)
    }

    /// Turns a whole buffer into text without a copy. Returns the buffer if it is ill-formed.
    pub(crate) fn of_buffer(bytes: Vec<u8>) -> Result<Self, Vec<u8>> {
        work::validated(bytes.len());
        let bytes = Bytes::from(bytes);
        ByteString::try_from(bytes.clone()).map(Self::Slice).map_err(|_| bytes.into())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::Slice(text.into())
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::Slice(ByteString::new())
    }
}
