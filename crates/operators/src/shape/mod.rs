//! Which rows, in what order, under which keys, kept how long: operators that look at no cell.

mod create;
mod flatten;
mod keep;
mod keyed;
mod merge;
mod properties;
mod release;
mod replay;
mod snapshot_when;
mod spliced;
mod time;
mod time_window;
mod together;
mod ungroup;
mod window;

pub use create::{empty_table, new_table};
pub(crate) use flatten::by_position;
pub use flatten::flatten;
pub use keep::{RingStart, blink_to_append_only, ring_table};
pub use keyed::keyed_input;
pub use merge::merge;
pub use properties::{add_only_to_blink, remove_blink, snapshot, stored};
pub use release::release;
pub use replay::{ReplayClock, replayed};
pub use snapshot_when::{SnapshotMode, snapshot_when};
pub use time::time_table;
pub use time_window::time_window;
pub use together::{Together, together};
pub use ungroup::{ungroup, ungroup_filled};
pub use window::{head, head_pct, slice, slice_pct, tail, tail_pct};
