//! What several families of operators share.

<<<<<<< HEAD
pub(crate) mod blink;
pub(crate) mod chunks;
pub(crate) mod differing;
=======
pub(crate) mod alarm;
pub(crate) mod chunks;
pub(crate) mod differ;
>>>>>>> a7265ef (Graph: a lock that keeps the world still; copies when another table ticks, keyed input, replays, windows of time, asserted order)
pub(crate) mod safety;
pub(crate) mod shifts;
