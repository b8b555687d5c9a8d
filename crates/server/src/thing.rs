//! Things: values that are neither tables nor tables of tables, but refer to them. Figures, dashboards, data frames, and
//! whatever kinds plug-ins add.
//!
//! A thing is asked when somebody wants it, and not before: what it says may cost tables of its own. Two kinds of people ask:
//! clients of `ObjectService`, who get messages and may answer, and pages of the web app, who get a JSON text once.
//!
//! Methods may wait (an interpreter's lock, say), so they are called on threads for blocking work alone.

use std::any::Any;
use std::fmt;

use bytes::Bytes;
use kinetable::{Result, Table};

use crate::host::Object;
use crate::operations::hierarchy::Hierarchy;

/// Something of a kind that clients have to know.
pub trait Thing: fmt::Debug + Send + Sync {
    /// The name of the kind, `Figure` say.
    fn kind(&self) -> &str;

    /// Whether pages of the web app can show it.
    fn is_shown(&self) -> bool;

    /// What pages show; none: nothing.
    ///
    /// # Errors
    /// If it cannot be made.
    fn shown(&self) -> Result<Option<Shown>>;

    /// Whether it stands for the very object that another one does.
    fn is_same(&self, other: &dyn Thing) -> bool;

    /// The rollup or tree that it is.
    ///
    /// # Errors
    /// If it cannot be made.
    fn hierarchy(&self) -> Result<Option<Hierarchy>> {
        Ok(None)
    }

    /// Tells a client, by `say`, what he has to know first; gives who hears him from then on. None: that was all.
    ///
    /// # Errors
    /// If it cannot be told.
    fn connect(&self, say: Say) -> Result<Option<Box<dyn Talk>>>;

    /// Itself, for the host that made it.
    fn as_any(&self) -> &dyn Any;
}

/// What a page of the web app shows of a thing.
#[derive(Debug, Clone)]
pub struct Shown {
    /// A JSON text: the `value` of decision 0067.
    pub json: String,
    /// The tables that it means by their places: `NAME#0`, `NAME#1`, …
    pub tables: Vec<Table>,
}

/// What a thing and its client say to each other.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// What only the two understand.
    pub payload: Bytes,
    /// What the payload refers to.
    pub references: Vec<Object>,
}

/// How a thing speaks to one client, from any thread, without waiting; none: that was the last word. False: nobody listens any more.
pub type Say = Box<dyn Fn(Option<Message>) -> bool + Send + Sync>;

/// Who hears one client. Dropped after [`Talk::close`].
pub trait Talk: Send {
    /// Hears a message; they come one after the other.
    ///
    /// # Errors
    /// If the message is none, or what it led to failed. The talk is over then.
    fn hear(&mut self, message: Message) -> Result<()>;

    /// The client has gone.
    fn close(&mut self);
}
