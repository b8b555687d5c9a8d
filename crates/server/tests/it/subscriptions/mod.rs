//! A subscriber's copy equals the server's table at the step that each message names.

pub mod support;

mod cases;
mod failing;
pub mod random;
mod slow;
