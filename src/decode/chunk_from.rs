//! Conversions into `ChunkBuf`, from everything that becomes `Bytes` without a copy.

use alloc::string::String;
use alloc::vec::Vec;

use bytes::{Bytes, BytesMut};

use crate::decode::chunk::ChunkBuf;

macro_rules! from {
    ($($type:ty)*) => {$(
        /// Takes over the bytes, without a copy.
        impl From<$type> for ChunkBuf {
            fn from(bytes: $type) -> Self {
                Self::from(Bytes::from(bytes))
            }
        }
    )*};
}

from! { Vec<u8> String BytesMut &'static [u8] &'static str }

/// Takes over the bytes, without a copy.
impl<const N: usize> From<&'static [u8; N]> for ChunkBuf {
    fn from(bytes: &'static [u8; N]) -> Self {
        Self::from(Bytes::from_static(bytes))
    }
}

/// Moves the bytes to the heap, with one allocation.
impl<const N: usize> From<[u8; N]> for ChunkBuf {
    fn from(bytes: [u8; N]) -> Self {
        Self::from(Vec::from(bytes))
    }
}
