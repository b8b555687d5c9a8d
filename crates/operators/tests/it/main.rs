//! Tests of the operators.

mod functions;
mod naive;
mod nested;

mod aggregate;
mod aggregate_golden;
mod aggregate_naive;
mod filter;
mod groups;
mod hierarchy;
mod inputs;
mod join;
mod join_asof;
mod join_pairs;
mod join_range;
mod partition;
mod rolling;
mod rolling_golden;
mod rolling_naive;
mod select;
mod shape;
mod snapshot_when;
mod sort;
