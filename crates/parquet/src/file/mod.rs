//! One file: its bytes, its footer, and the decoding of blocks of one of its columns.

mod bytes;
mod decode;
mod footer;
mod pages;
mod place;
mod thrift;

pub(crate) use bytes::{FileBytes, Look, Stamp, local_look, look};
pub(crate) use decode::{BLOCK, Decoding, Wanted, blocks_of, compact, decode};
pub(crate) use footer::{Footer, sound};
pub(crate) use place::Place;
pub(crate) use thrift::ANY;
