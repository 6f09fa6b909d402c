//! A writer that behaves like a socket.

use std::io;

/// Takes a few bytes at a time, is interrupted now and then, and may block in between.
pub struct Trickle {
    pub out: Vec<u8>,
    takes: usize,
    blocks: bool,
    calls: usize,
}

impl Trickle {
    pub fn new(takes: usize) -> Self {
        Self { out: Vec::new(), takes, blocks: false, calls: 0 }
    }

    pub fn blocking(takes: usize) -> Self {
        Self { blocks: true, ..Self::new(takes) }
    }
}

impl io::Write for Trickle {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.calls += 1;
        match self.calls % 3 {
            0 => return Err(io::ErrorKind::Interrupted.into()),
            1 if self.blocks => return Err(io::ErrorKind::WouldBlock.into()),
            _ => {}
        }
        let len = bytes.len().min(self.takes);
        self.out.extend_from_slice(&bytes[..len]);
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
