//! Columns of a Parquet table: values of files, read when asked for, and values of partitions, never stored.

mod file_column;
mod partition_column;
mod pieces;

pub(crate) use file_column::FileColumn;
pub(crate) use partition_column::PartitionValues;
