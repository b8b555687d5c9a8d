//! Tests of the operators.

mod functions;

mod aggregate;
mod aggregate_golden;
mod filter;
mod join;
mod select;
mod shape;
mod sort;
