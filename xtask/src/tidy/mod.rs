//! `cargo xtask tidy`: what style.md asks for and a program can check.
//!
//! Layers from the manifests, features that make builds double, sizes of files and functions with a ratchet, forbidden words, licences of all
//! dependencies.

mod features;
mod layers;
mod licences;
mod sizes;
mod sources;
mod words;

pub use check::tidy;

mod check;
