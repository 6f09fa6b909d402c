//! Section 9.2.6: chunks of bytes in, events out.

mod block;
pub(crate) mod buffers;
pub(crate) mod chunk;
#[cfg(feature = "bytes")]
mod chunk_from;
#[cfg(feature = "alloc")]
pub(crate) mod decoder;
pub(crate) mod field;
pub(crate) mod find;
pub(crate) mod fixed;
pub(crate) mod fixed_decoder;
mod found;
#[cfg(feature = "alloc")]
pub(crate) mod growable;
pub(crate) mod interpreter;
#[cfg(feature = "alloc")]
pub(crate) mod last_event_id;
pub(crate) mod lend;
mod line;
pub(crate) mod memory;
pub(crate) mod parser;
pub(crate) mod place;
mod progress;
pub(crate) mod retry;
mod settings;
pub(crate) mod shortcut;
#[cfg(feature = "bytes")]
pub(crate) mod slice;
mod text_line;
mod token;
mod value;
pub(crate) mod window;

pub use chunk::Chunk;
#[cfg(feature = "bytes")]
pub use chunk::ChunkBuf;
#[cfg(feature = "alloc")]
pub use decoder::Decoder;
pub use field::Field;
pub use fixed_decoder::FixedDecoder;
pub use parser::Parser;
pub use token::Token;
