//! The update graph: brings tables up to date, one cycle at a time.
//!
//! ```text
//!  sources ─▶ dirty nodes by depth ─▶ run each depth (in parallel) ─▶ publish the step ─▶ tell listeners
//! ```
//!
//! A cycle asks every source, then runs the nodes below those that changed, nearest first, so that a node runs at
//! most once and after all of its inputs. Readers see the step only when it is whole.
//!
//! **Cost** of a cycle: the nodes that change, not the nodes there are (sources apart).

mod turn;

mod handle;

mod cycle;

mod node;

mod catchup;

mod inside;

mod birth;

mod parts;

mod wards;

mod users;

mod meter;

mod figures;

pub(crate) use birth::born;
pub(crate) use catchup::Catchup;
pub use cycle::CycleReport;
pub use figures::NodeFigures;
pub use handle::{BeforeCycle, Graph, StepCtx, Waker};
pub(crate) use inside::{Inside, May};
pub(crate) use meter::Meter;
pub use meter::{CYCLES_KEPT, CycleWork, NodeWork};
pub(crate) use node::{Child, Node, PassOn};
pub use parts::{Followed, Parts};
pub use wards::Wards;
