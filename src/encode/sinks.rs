//! Section 9.2.5: encodes an event into each kind of sink, in one pass over the same pieces.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
#[cfg(feature = "alloc")]
use core::convert::Infallible;
use core::{fmt, mem};

#[cfg(feature = "alloc")]
use crate::encode::layout::FirstEnds;
use crate::encode::layout::Layout;
#[cfg(feature = "alloc")]
use crate::encode::lines;
#[cfg(feature = "std")]
use crate::encode::lines::DataLines;
use crate::error::BufferTooSmall;
use crate::work;

pub(super) fn to_slice(event: &Layout<'_>, out: &mut [u8]) -> Result<usize, BufferTooSmall> {
    let (ends, available) = (event.first_ends(), out.len());
    event.check_room(ends, available)?;
    let too_small = BufferTooSmall { needed: available, available };
    let mut rest = out;
    event.pieces(ends, |piece: &[u8]| {
        work::copied(piece.len());
        let (room, after) = mem::take(&mut rest).split_at_mut_checked(piece.len()).ok_or(too_small)?;
        room.copy_from_slice(piece);
        rest = after;
        Ok(())
    })?;
    Ok(available - rest.len())
}

#[cfg(feature = "alloc")]
pub(super) fn to_vec(event: &Layout<'_>) -> Vec<u8> {
    let ends = event.first_ends();
    let mut out = Vec::with_capacity(event.len(ends));
    append_pieces(event, ends, &mut out);
    out
}

#[cfg(feature = "alloc")]
pub(super) fn append_to_vec(event: &Layout<'_>, out: &mut Vec<u8>) {
    out.reserve(event.len_of_single_lines());
    append_pieces(event, event.first_ends(), out);
}

#[cfg(feature = "alloc")]
#[inline(always)]
fn append_pieces(event: &Layout<'_>, ends: FirstEnds, out: &mut Vec<u8>) {
    let Ok(()) = event.pieces(ends, |piece: &[u8]| {
        lines::append(out, piece);
        Ok::<_, Infallible>(())
    });
}

/// Appends everything before the data, and the data that was set. The result knows how the data continues.
#[cfg(feature = "std")]
pub(super) fn begin_data(event: &Layout<'_>, out: &mut Vec<u8>) -> DataLines {
    let Ok(()) = event.pieces_before_data(|piece: &[u8]| {
        lines::append(out, piece);
        Ok::<_, Infallible>(())
    });
    let mut data = DataLines::default();
    data.append(event.data.unwrap_or_default().as_bytes(), out);
    data
}

#[cfg(feature = "bytes")]
pub(super) fn append_to_buf_mut(event: &Layout<'_>, out: &mut impl bytes::BufMut) -> Result<(), BufferTooSmall> {
    let ends = event.first_ends();
    event.check_room(ends, out.remaining_mut())?;
    event.pieces(ends, |piece: &[u8]| {
        work::copied(piece.len());
        out.put_slice(piece);
        Ok(())
    })
}

#[cfg(feature = "std")]
pub(super) fn write_to(event: &Layout<'_>, out: &mut impl std::io::Write) -> std::io::Result<()> {
    const GATHERED: usize = 1024;
    let mut buffer = [0; GATHERED];
    let mut len = 0;
    event.pieces(event.first_ends(), |piece: &[u8]| {
        work::copied(piece.len());
        if let Some(room) = buffer.get_mut(len..len + piece.len()) {
            room.copy_from_slice(piece);
            len += piece.len();
            return Ok(());
        }
        out.write_all(buffer.get(..len).unwrap_or_default())?;
        len = 0;
        if let Some(room) = buffer.get_mut(..piece.len()) {
            room.copy_from_slice(piece);
            len = piece.len();
            return Ok(());
        }
        out.write_all(piece)
    })?;
    out.write_all(buffer.get(..len).unwrap_or_default())
}

pub(super) fn format(event: &Layout<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    event.pieces(event.first_ends(), |piece: &str| {
        work::copied(piece.len());
        f.write_str(piece)
    })
}
