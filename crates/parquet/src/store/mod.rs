//! Where files are: in the file system, or in an object store that a URL names.
//!
//! ```text
//!  path or URL ─▶ Location ─┬─ Local: the standard library
//!                           └─ Remote ─▶ Store ─▶ object_store, on two threads of a runtime of this module's own
//! ```
//!
//! The rest of the crate is synchronous: whoever asks a [`Store`] waits for the answer. Requests for several ranges of
//! a file are put together where the ranges lie close, and what was read ahead of them is kept for the next request.

mod connect;
mod location;
mod options;
mod profile;
mod remote;
mod runtime;
mod upload;

pub(crate) use location::Location;
pub use options::{Credentials, StoreOptions};
pub(crate) use remote::{RemoteFile, Store};
pub(crate) use upload::Upload;
