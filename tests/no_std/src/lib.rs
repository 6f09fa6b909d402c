//! What a program without `std` has to bring along, for the binaries beside this file.
#![no_std]

use core::panic::PanicInfo;

// The C library, which the start-up code of the platform calls `main` from. It brings no allocator to Rust.
#[link(name = "c")]
unsafe extern "C" {
    fn abort() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // SAFETY: `abort` has no preconditions.
    unsafe { abort() }
}

/// `core` comes compiled for programs that unwind, and refers to this without ever calling it here.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
