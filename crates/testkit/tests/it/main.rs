//! Tests of the tools of tests: table text, scripted tables, the clock, and the oracle against operators that are wrong.

mod catches;
mod scripted;
mod text;
