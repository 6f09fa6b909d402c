//! Decodes with an allocator and without `std`: if anything used it, this would not link.
//!
//! The exit status is 0, or the number of the first check that does not hold.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::alloc::{GlobalAlloc, Layout};
use alloc::borrow::ToOwned;
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::ffi::c_int;
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering};

use no_std_proof as _;
use sse_wire::{Chunk, Decoder, EventBuilder, Frame};

/// Allocates from an array, front to back, and frees nothing.
struct Bump {
    memory: UnsafeCell<[u8; SIZE]>,
    used: AtomicUsize,
}

const SIZE: usize = 1024 * 1024;

// SAFETY: every byte is handed out once, and to one.
unsafe impl Sync for Bump {}

// SAFETY: what is handed out lies within `memory`, is aligned, and overlaps nothing.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let memory = self.memory.get().cast::<u8>();
        let mut start = 0;
        let place = |used: usize| {
            let padding = memory.wrapping_add(used).align_offset(layout.align());
            start = used.checked_add(padding)?;
            start.checked_add(layout.size()).filter(|end| *end <= SIZE)
        };
        match self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, place) {
            Ok(_) => memory.wrapping_add(start),
            Err(_) => ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static MEMORY: Bump = Bump { memory: UnsafeCell::new([0; SIZE]), used: AtomicUsize::new(0) };

const STREAM: &[u8] =
    b": hi\r\nretry: 1500\nevent: add\rid: 7\ndata: \xFF\ndata: \xE2\x82\xAC\n\ndata: 1234567890\n\ndata: x";

#[unsafe(no_mangle)]
extern "C" fn main() -> c_int {
    // In every chunking: as a whole, bytewise, in between.
    let checks = [decodes(STREAM.len()), decodes(1), decodes(7), encodes(), MEMORY.used.load(Ordering::Relaxed) > 0];
    checks.iter().zip(1..).find(|(holds, _)| !**holds).map_or(0, |(_, number)| number)
}

fn decodes(chunk_len: usize) -> bool {
    let mut decoder = Decoder::new().with_max_event_len(9);
    let (mut data, mut comments, mut times, mut errors) = (Vec::new(), 0, 0, 0);
    for bytes in STREAM.chunks(chunk_len) {
        let mut chunk = Chunk::new(bytes);
        loop {
            match decoder.next_frame(&mut chunk) {
                Ok(Some(Frame::Event(event))) => data.push(event.data().to_owned()),
                Ok(Some(Frame::Comment(_))) => comments += 1,
                Ok(Some(_)) => times += 1,
                Ok(None) => break,
                Err(_) => errors += 1,
            }
        }
    }
    let unfinished = decoder.end_of_stream().is_some_and(|event| event.data() == "x");
    data == ["\u{FFFD}\n€"] && (comments, times, errors, unfinished, decoder.last_event_id()) == (1, 1, 1, true, "7")
}

fn encodes() -> bool {
    let event = EventBuilder::new().data("1\n2");
    event.encode() == b"data: 1\ndata: 2\n\n" && event.to_bytes() == event.encode()
}
