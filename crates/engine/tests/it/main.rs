//! The engine's own laws: column stores against models, cycles, catching up, the two doors.

mod blocks;
mod columns;
mod figures;
mod graph;
mod support;
mod waiting;
