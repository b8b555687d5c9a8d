//! Remote tables: live, and never wrong, whatever becomes of the connection.

mod support;

mod followed;
mod lost;
