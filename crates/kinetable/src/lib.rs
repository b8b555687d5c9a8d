//! Kinetable for Rust users: a session with live tables, and the query API on them.
//!
//! ```
//! use kinetable::{NoNames, Session, SessionConfig};
//!
//! let session = Session::start(SessionConfig::default())?;
//! let table = session.empty_table(5).update(&["X = ii * 2".into()], &NoNames)?;
//! let even = table.where_(&["X % 4 == 0".into()], &NoNames)?;
//! assert_eq!(even.size()?, 3);
//! # Ok::<(), kinetable::Error>(())
//! ```
//!
//! | module | what |
//! |---|---|
//! | [`session`](Session) | the update graph, the thread that runs its cycles, making tables |
//! | [`table`](Table) | the operations, with formulas as text |
//! | [`partitioned`](PartitionedTable) | tables of tables |
//! | `formulas` | what binds formula text to the engine's functions over chunks |
//! | [`figures`] | the engine's own figures, as live tables |
//! | [`kafka`], [`parquet`], [`files`], [`history`] | where tables come from and go to |

mod cell_errors;
mod changes;
mod error;
mod names;
mod session;

mod formulas;
mod hierarchy;
mod partitioned;
mod table;

pub mod figures;
pub mod files;
pub mod history;
pub mod kafka;
pub mod parquet;

pub use cell_errors::{CellError, CellErrors};
pub use error::{Error, ErrorKind, Result};
pub use hierarchy::{Expansion, Levels, Mark};
pub use names::{Names, NoNames};
pub use partitioned::{CONSTITUENT, PartFunction, PartitionedTable, tables_of};
pub use session::{InputTable, Mirror, MirrorUpdate, Session, SessionConfig, wall_clock};
pub use table::{GroupFormulas, GroupResult, SortKey, Table, UpdateBy, together};

pub use kinetable_operators::aggregate::{Aggregation, GroupOptions, NewColumn, SplitOptions};
pub use kinetable_operators::join::NaturalJoinType;
pub use kinetable_operators::rolling::{
    BadData, Decay, DeltaControl, OperationControl, Scale, UpdateByOperation, Window,
};
pub use kinetable_operators::shape::{ReplayClock, RingStart, SnapshotMode, Together};
pub use kinetable_operators::sort::Direction as Order;

/// The engine's values that the façade hands out as they are.
pub mod engine {
    pub use crate::changes::{followed, then};
    pub use kinetable_engine::source::{Publisher, Retention};
    pub use kinetable_engine::{
        Change, Column, ColumnSet, Definition, Listener, ListenerHandle, Properties, RowSet, RowSetBuilder,
        Shifts, ShiftsBuilder, Update, Version,
    };
}

/// What a caller brings to formulas: variables and functions of the script around them.
pub mod formula {
    pub use kinetable_formula::{Error, ErrorKind, Object, OpaqueUse, UserFunction, Variable};
    pub use kinetable_formula::{
        add_calendar, calendar_name, calendar_names, calendar_zone, remove_calendar, set_calendar,
    };
    pub use kinetable_formula::{add_zone_alias, remove_zone_alias};
    pub use kinetable_formula::{is_column_name, parse_duration, parse_instant};
}
