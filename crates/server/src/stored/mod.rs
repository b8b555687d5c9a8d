//! Files that those who may run code keep in one directory of the server: notebooks and layouts.
//!
//! ```text
//!  StorageService ─┐
//!                  ├─▶ Stored ─▶ one directory
//!  rt.v1 ──────────┘
//! ```
//!
//! Paths begin with `/` and are of the directory. No part of a path is `..` or a link: what lies outside is not reached.
//! A file is written beside its place and then put there, so nobody reads a half of it; the half that a crash leaves is taken away when its
//! directory is listed or deleted. **State** beside the files:
//! the tags of those that were listed, as long as they are as they were.

mod files;
mod parts;
mod tags;
#[cfg(test)]
mod tests;

pub use files::{FILE_BYTES_MAX, Item, Refusal, Replace, Stored};
