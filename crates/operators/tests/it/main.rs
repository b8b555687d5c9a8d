//! Tests of the operators.

mod functions;
mod naive;
mod nested;

mod aggregate;
mod aggregate_golden;
mod aggregate_naive;
mod filter;
<<<<<<< HEAD
mod groups;
=======
mod inputs;
>>>>>>> a7265ef (Graph: a lock that keeps the world still; copies when another table ticks, keyed input, replays, windows of time, asserted order)
mod join;
mod join_asof;
mod join_pairs;
mod join_range;
mod select;
mod shape;
mod snapshot_when;
mod sort;
