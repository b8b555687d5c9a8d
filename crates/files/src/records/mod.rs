//! Text files of records: in chunks, which are parsed on all cores.

mod bits;
mod chunks;
mod work;

pub use bits::each_hits;
pub use chunks::{Chunk, Chunks, Marks};
pub use work::{Numbered, run};
