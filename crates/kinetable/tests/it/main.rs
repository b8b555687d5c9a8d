//! The façade as its user meets it: formulas as text on live, static and listed tables.

mod chains;
mod figures;
mod inputs;
mod listed;
mod live;
mod random_chains;
mod support;
