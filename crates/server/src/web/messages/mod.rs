//! The messages: what pages ask, and what they are told.

pub(in crate::web) mod ask;
pub(in crate::web) mod tell;
