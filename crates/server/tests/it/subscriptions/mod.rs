//! A subscriber's copy equals the server's table at the step that each message names.

mod support;

mod cases;
mod random;
mod slow;
