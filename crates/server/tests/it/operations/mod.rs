//! Operations as messages: each is applied to small tables, and its result compared with table text.

mod support;

mod about;
mod aggregations;
mod batches;
mod columns;
mod downsample;
mod filters;
mod hostile;
mod inputs;
mod joins;
mod partitions;
mod rows;
mod windows;
