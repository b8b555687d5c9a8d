//! What several families of operators share.

pub(crate) mod chunks;
pub(crate) mod safety;
pub(crate) mod shifts;
