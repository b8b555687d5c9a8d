//! Laws and models of row sets and shifts, each test named after its law. Seeds are fixed and printed on failure.

mod laws;
mod positions;
mod random;
mod shifts;
