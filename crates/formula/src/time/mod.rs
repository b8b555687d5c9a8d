//! Times as text, and time zones.

pub(crate) mod parse;
pub(crate) mod zone;
