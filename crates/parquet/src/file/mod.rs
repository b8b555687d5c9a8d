//! One file: its bytes, its footer, and the decoding of blocks of one of its columns.

mod bytes;
mod decode;
mod footer;

pub(crate) use decode::{BLOCK, blocks_of, compact, decode};
pub(crate) use footer::Footer;
