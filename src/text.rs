//! Shared text.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::Bytes;
use bytestring::ByteString;

use crate::decode::place::Place;
use crate::utf8::{is_ascii, utf8};
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

    /// What lies at `place` as text, if it is well-formed. With simdutf8, only ASCII is shared, by `share`, which must
    /// return the same bytes; anything else is copied, because validating it and copying it costs less than std's
    /// validation, which a `ByteString` requires. Nothing is shared before it is known to be well-formed.
    #[inline]
    pub(crate) fn of<B: AsRef<[u8]>>(owner: B, place: Place, share: impl FnOnce(B) -> Bytes) -> Option<Self> {
        let bytes = place.of(owner.as_ref());
        work::looked(bytes.len());
        if cfg!(feature = "simdutf8") && !is_ascii(bytes) {
            let text = utf8(bytes)?;
            work::copied(text.len());
            return Some(Self::Copy(text.into()));
        }
        if cfg!(not(feature = "simdutf8")) && utf8(bytes).is_none() {
            return None;
        }
        work::validated(bytes.len());
        ByteString::try_from(share(owner)).ok().map(Self::Slice)
    }

    /// Whether a whole buffer is better shared than copied, which its first KiB decides: see [`of`](Self::of).
    pub(crate) fn shares_buffer(bytes: &[u8]) -> bool {
        const BEGINNING: usize = 1024;
        let beginning = bytes.get(..BEGINNING).unwrap_or(bytes);
        work::looked(beginning.len());
        cfg!(not(feature = "simdutf8")) || is_ascii(beginning)
    }

    /// Turns a whole buffer into text without a copy. Gives the buffer back if it is ill-formed.
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
