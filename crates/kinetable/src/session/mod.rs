//! A session: an update graph, the thread that runs its cycles, and the tables made in it.

mod driver;
mod handle;
mod input;
mod make;
mod mirror;

pub use driver::wall_clock;
pub use handle::{Session, SessionConfig};
pub use input::InputTable;
pub(crate) use input::Writer;
pub use mirror::{Mirror, MirrorUpdate};
