//! Tests of the operators.

mod functions;

mod aggregate;
mod aggregate_golden;
mod filter;
mod groups;
mod join;
mod naive;
mod join_asof;
mod join_pairs;
mod join_range;
mod nested;
mod select;
mod shape;
mod sort;
