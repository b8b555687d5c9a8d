//! The library of named functions: a table a family, found by name, by class or by the receiver's type.

mod bind;
mod bins;
mod boolean;
mod cast;
pub(crate) mod colour;
mod colour_functions;
mod colour_names;
pub(crate) mod constants;
mod exact;
pub(crate) mod kernels;
pub(crate) mod list;
mod list_functions;
mod list_numbers;
mod member;
mod null;
mod number;
mod parse;
mod random;
mod registry;
mod text_format;
mod text_methods;
mod text_search;
mod text_static;
mod time_epoch;
mod time_field;
mod time_methods;
pub(crate) mod time_operator;
mod time_parse;
mod utf16;

pub(crate) use bind::{Call, Refusal};
pub(crate) use colour_names::all as colour_names;
pub(crate) use member::among;
pub(crate) use registry::{Function, find, find_method, find_static, is_class, method_names, static_names};
pub use registry::{FunctionInfo, functions};
pub(crate) use text_search::equal_ignoring_case;
