//! Formulas from the outside: every case is a text and what comes of it.

mod arrays;
mod colours;
mod errors;
mod filters;
mod functions;
mod fuzz;
mod inventory;
mod laws;
mod literals;
mod methods;
mod operators;
mod pairs;
mod property;
mod script;
mod support;
mod times;
