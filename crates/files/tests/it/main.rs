//! Files, written and read.

mod csv_random;
mod csv_reading;
mod csv_writing;
mod ipc;
mod jsonl;
mod support;
