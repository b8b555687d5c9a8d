//! What expressions are computed by: kernels over chunks, and the named functions of the library.
//!
//! | module | what |
//! |---|---|
//! | `kernel` | what computes a chunk |
//! | `operator` | comparison, arithmetic, `LIKE`, null tests |
//! | `cast` | one type as another |
//! | `halves`, `list` | what is made of sums and lists that are kept of groups |
//! | `number`, `text`, `parts`, `time`, `choose` | named functions |
//! | `registry` | names to functions |

mod arithmetic;
pub(crate) mod cast;
mod choose;
pub(crate) mod halves;
mod kernel;
mod list;
mod number;
pub(crate) mod operator;
mod parts;
mod registry;
mod text;
pub(crate) mod time;

pub(crate) use arithmetic::{arithmetic, negated};
pub(crate) use choose::coalesce;
pub(crate) use kernel::Function;
pub(crate) use list::joined;
pub(crate) use parts::left;
pub(crate) use registry::{find, names};
pub(crate) use text::{BYTES_AT_ONCE_MAX, concatenated};
