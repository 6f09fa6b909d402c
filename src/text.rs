//! Text that is shared.

use alloc::string::String;
use alloc::sync::Arc;
use core::mem;

use bytes::Bytes;
use bytestring::ByteString;

use crate::utf8::utf8;
use crate::work;

/// Text that is shared: a slice of a network buffer, or a copy of some of it.
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

    /// `bytes` as text, if they are well-formed. Shared where they are ASCII; otherwise a copy of what simdutf8 has validated
    /// costs less than the validation by std that comes with a `ByteString`.
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
