//! How a table is archived.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::WriteOptions;

/// When the rows that have come are written: as soon as one of these is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roll {
    /// Rows.
    pub rows: u64,
    /// Bytes in memory.
    pub bytes: usize,
    /// Time since the first of them came.
    pub age: Duration,
}

impl Default for Roll {
    /// A million rows, 128 MiB or a minute.
    fn default() -> Roll {
        Roll { rows: 1 << 20, bytes: 128 << 20, age: Duration::from_secs(60) }
    }
}

/// The columns that tell where a row came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffsetColumns {
    /// The partition, of any integer type.
    pub partition: String,
    /// The offset in it, of any integer type.
    pub offset: String,
}

impl Default for OffsetColumns {
    /// As a consumer names them.
    fn default() -> OffsetColumns {
        OffsetColumns { partition: "KafkaPartition".into(), offset: "KafkaOffset".into() }
    }
}

/// How a table is archived.
#[derive(Debug, Clone, Default)]
pub struct ArchiveOptions {
    /// Columns by whose values rows are put in directories, outermost first.
    pub partition_by: Vec<String>,
    /// When rows are written.
    pub roll: Roll,
    /// Columns of partition and offset. `None`: those that the archive was begun with; a consumer's, if the table has them, when it is
    /// begun.
    pub offsets: Option<OffsetColumns>,
    /// How files are written.
    pub write: WriteOptions,
}
