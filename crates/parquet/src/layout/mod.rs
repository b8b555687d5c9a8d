//! From a path to the files below it and the values that directory names give them.

mod listing;
mod metadata;
mod partition;
mod remote;

pub use listing::Layout;
pub(crate) use listing::{ListedFile, Listing, NULL_NAME, decoded, list, no_file, seen};
pub(crate) use metadata::{COMMON_METADATA, METADATA, described, described_directory};
pub(crate) use partition::{PartitionColumn, partition_columns};
