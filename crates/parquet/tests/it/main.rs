//! Parquet tables against the plain reading of the same files.

mod support;

mod broken;
mod layouts;
mod listing;
mod pruning;
mod reading;
mod statistics;
mod types;
mod writing;
