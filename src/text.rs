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

    /// The whole of a buffer that is well-formed, without a copy.
    pub(crate) fn of_buffer(text: Vec<u8>) -> Option<Self> {
        work::validated(text.len());
        ByteString::try_from(Bytes::from(text)).ok().map(Self::Slice)
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
