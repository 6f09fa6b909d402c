//! Shared text.

use alloc::string::String;
use alloc::sync::Arc;
use core::mem;

use bytes::Bytes;
use bytestring::ByteString;

use crate::utf8::utf8;
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

    /// `bytes` as text, if they are well-formed. They are shared if they are ASCII; otherwise validating with simdutf8
    /// and copying costs less than std's validation, which a `ByteString` requires.
    #[inline]
    pub(crate) fn of(bytes: &mut Bytes) -> Option<Self> {
        work::looked(bytes.len());
        if cfg!(feature = "simdutf8") && !bytes.is_ascii() {
            let text = utf8(bytes)?;
            work::copied(text.len());
            return Some(Self::Copy(text.into()));
        }
        if cfg!(not(feature = "simdutf8")) && utf8(bytes).is_none() {
            return None;
        }
        work::validated(bytes.len());
        ByteString::try_from(mem::take(bytes)).ok().map(Self::Slice)
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
