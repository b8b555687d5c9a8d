//! JSON values of a declared shape → cells: what `kinetable.json` builds and its Jackson provider hands over.
//!
//! ```text
//!  shape (objects, arrays, tuples, entries, scalars, with rules) ─▶ plan: each scalar a column ─▶ one pass over the text
//! ```
//!
//! Unlike a JSON spec, which takes what it can, a shape says what may come: a record that breaks its rules is refused with
//! the place and the reason. Within arrays each scalar becomes a list, within arrays of arrays a list of lists.
//!
//! **Limits** on a record: 128 levels of nesting (serde_json's); lists may not make more cells than [`read::cells_max`].

mod declared;
mod names;
mod plan;
mod read;
mod scalar;

pub use declared::JsonShape;

pub(crate) use plan::ShapePlan;

#[cfg(test)]
mod tests;
