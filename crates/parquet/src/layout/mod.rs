//! From a path to the files below it and the values that directory names give them.

mod listing;
mod partition;

pub use listing::Layout;
pub(crate) use listing::{ListedFile, Listing, NULL_NAME, list};
pub(crate) use partition::{PartitionColumn, partition_columns};
