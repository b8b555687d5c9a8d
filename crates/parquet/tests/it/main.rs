//! Parquet tables against the plain reading of the same files.

mod support;

mod archived;
mod broken;
mod hostile;
mod layouts;
mod listing;
mod pages;
mod pruning;
mod reading;
mod statistics;
mod types;
mod watched;
mod web;
mod writing;
