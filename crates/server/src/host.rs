//! What the process that a server runs in hands in: variables, the names that formulas see, and a console.
//!
//! Methods may wait (an interpreter's lock, say), so they are called on threads for blocking work alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use kinetable::{Error, Names, NoNames, PartitionedTable, Result, Session, Table};
use parking_lot::Mutex;

use crate::operations::hierarchy::{Hierarchy, View};
use crate::run::Run;
use crate::session::Reference;
use crate::thing::Thing;

/// A value that a ticket can name.
#[derive(Debug, Clone)]
pub enum Object {
    /// A table; some can be written too.
    Table(Table),
    /// A table of tables.
    Partitioned(PartitionedTable),
    /// Something that says itself what it is.
    Thing(Arc<dyn Thing>),
    /// Rows that lie below rows.
    Hierarchy(Arc<Hierarchy>),
    /// Such rows as far as they are expanded.
    View(Arc<View>),
    /// A console: what a client names when it runs code.
    Console,
}

impl Variable {
    /// What names it.
    pub fn reference(&self) -> Reference {
        match &self.application {
            None => Reference::Scope(self.name.clone()),
            Some(application) => {
                Reference::Field { application: application.id.clone(), field: self.name.clone() }
            }
        }
    }
}

/// What clients of the protocol call a rollup or a tree.
pub const HIERARCHY: &str = "HierarchicalTable";

/// What clients of the protocol call a kind that pages have another name for.
pub fn kind_for_clients(kind: &str) -> &str {
    match kind {
        "rollup" | "tree" => HIERARCHY,
        other => other,
    }
}

impl Object {
    /// The name of the kind.
    pub fn kind(&self) -> &str {
        match self {
            Object::Table(_) => "Table",
            Object::Partitioned(_) => "PartitionedTable",
            Object::Thing(thing) => thing.kind(),
            Object::Hierarchy(_) => HIERARCHY,
            Object::View(_) => "HierarchicalTableView",
            Object::Console => "Console",
        }
    }

    /// The table that this is.
    pub fn table(&self) -> Option<&Table> {
        match self {
            Object::Table(table) => Some(table),
            Object::View(view) => Some(&view.table),
            _ => None,
        }
    }
}

/// Scripts that run together, apart from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// What tickets call it.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// A variable that clients may fetch, or a field of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The application whose field it is; none: a variable.
    pub application: Option<Application>,
    /// The name.
    pub name: String,
    /// The name of its kind.
    pub kind: String,
    /// Another number whenever another value is assigned.
    pub identity: u64,
}

/// What running code came to.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// What went wrong; none: all went well.
    pub error: Option<Mistake>,
    /// The variables that it assigned, of those that clients may fetch, in order.
    pub names: Vec<String>,
}

impl Outcome {
    /// It failed.
    pub fn failed(mistake: Mistake) -> Outcome {
        Outcome { error: Some(mistake), names: Vec::new() }
    }
}

/// What went wrong in code that was run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mistake {
    /// All of it in one text, the line of the code first.
    pub text: String,
    /// The name of the exception's type.
    pub kind: String,
    /// What it says.
    pub message: String,
    /// The line of the code that was run, nearest to where it happened; counted from 1.
    pub line: Option<u32>,
    /// The text of that line.
    pub code: Option<String>,
    /// Where it came from, call by call.
    pub trace: String,
    /// Whether it ended because somebody asked for that.
    pub interrupted: bool,
}

impl Mistake {
    /// That has no place.
    pub fn new(kind: &str, message: impl Into<String>) -> Mistake {
        let message = message.into();
        Mistake { text: message.clone(), kind: kind.to_owned(), message, ..Mistake::default() }
    }
}

/// What may be typed at a place of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What is put in.
    pub text: String,
    /// Where what it replaces begins: characters from the start of the line.
    pub start: u32,
    /// What it is, in a few words.
    pub detail: String,
}

/// The process around a server.
pub trait Host: Send + Sync + 'static {
    /// The session in which tables are made.
    fn session(&self) -> Session;

    /// What formulas of clients may use beside columns. Clients without a console see no names.
    fn names(&self) -> Arc<dyn Names + Send + Sync>;

    /// The value of a variable, if it is one that clients may fetch.
    fn variable(&self, name: &str) -> Option<Object>;

    /// The value of an application's field.
    fn field(&self, application: &str, field: &str) -> Option<Object>;

    /// All variables that clients may fetch, and all fields of applications, by name.
    fn variables(&self) -> Vec<Variable>;

    /// Assigns to a variable.
    ///
    /// # Errors
    /// If this is no name for a variable.
    fn assign(&self, name: &str, object: &Object) -> Result<()>;

    /// The language of the console.
    fn language(&self) -> Option<&str>;

    /// Runs code; what it prints goes to [`Run::print`], and to the log.
    fn run(&self, code: &str, run: &Arc<Run>) -> Outcome;

    /// Asks the code to stop of the run with this number.
    fn interrupt(&self, run: u64);

    /// What may be typed at a line and a character of a text.
    fn complete(&self, text: &str, line: u32, character: u32) -> Vec<Completion>;
}

/// A process that has variables and no language: of a program in Rust.
pub struct Variables {
    session: Session,
    values: Mutex<BTreeMap<String, (u64, Object)>>,
}

impl Variables {
    /// No variables, of tables of this session.
    pub fn new(session: Session) -> Variables {
        Variables { session, values: Mutex::default() }
    }
}

impl Host for Variables {
    fn session(&self) -> Session {
        self.session.clone()
    }

    fn names(&self) -> Arc<dyn Names + Send + Sync> {
        Arc::new(NoNames)
    }

    fn variable(&self, name: &str) -> Option<Object> {
        self.values.lock().get(name).map(|(_, object)| object.clone())
    }

    fn field(&self, _: &str, _: &str) -> Option<Object> {
        None
    }

    fn variables(&self) -> Vec<Variable> {
        let values = self.values.lock();
        let listed = values.iter().map(|(name, (identity, object))| Variable {
            application: None,
            name: name.clone(),
            kind: object.kind().to_owned(),
            identity: *identity,
        });
        listed.collect()
    }

    fn assign(&self, name: &str, object: &Object) -> Result<()> {
        if !is_identifier(name) {
            let message = format!("\"{}\" is no name for a variable", name.escape_debug());
            return Err(Error::invalid(message).with_hint("a letter or _, then letters, digits and _"));
        }
        let before = {
            let mut values = self.values.lock();
            let identity = values.get(name).map_or(0, |(identity, _)| identity + 1);
            values.insert(name.to_owned(), (identity, object.clone()))
        };
        drop(before);
        Ok(())
    }

    fn language(&self) -> Option<&str> {
        None
    }

    fn run(&self, _: &str, _: &Arc<Run>) -> Outcome {
        Outcome::failed(Mistake::new("NoConsole", "this process has no console"))
    }

    fn interrupt(&self, _: u64) {}

    fn complete(&self, _: &str, _: u32, _: u32) -> Vec<Completion> {
        Vec::new()
    }
}

/// Whether a text can name a variable.
pub fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first == '_' || first.is_alphabetic())
        && characters.all(|character| character == '_' || character.is_alphanumeric())
}
