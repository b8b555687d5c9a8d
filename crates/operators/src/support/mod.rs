//! What several families of operators share.

pub(crate) mod alarm;
pub(crate) mod blink;
pub(crate) mod chunks;
pub(crate) mod differing;
pub(crate) mod neighbours;
pub(crate) mod safety;
pub(crate) mod shifts;
