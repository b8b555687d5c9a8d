//! The messages: what pages ask, and what they are told.

pub(in crate::web) mod ask;
mod op;
pub(in crate::web) mod tell;
