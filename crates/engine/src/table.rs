//! A table: a definition, a current version, and, if it is live, its place in the update graph.
//!
//! Children hold their parents; parents hold their children weakly. A live table that nobody holds is pruned.
//!
//! **Invariants**: 1. a failed table keeps its last version and never changes again; 2. the version that readers see
//! changes only while the graph publishes a whole step, and nobody reads meanwhile: tables read one after the other never go
//! back to an earlier step.

use std::sync::{Arc, Weak};

use arrow_schema::SchemaRef;
use kinetable_rowset::RowSet;
use parking_lot::RwLock;

use crate::graph::{Catchup, Child, Inside, May, Node, Wards};
use crate::listener::{Listener, ListenerHandle};
use crate::{Column, Definition, Error, Graph, Initial, Result, StepCtx, Version};

/// A table, static or live. Cheap to clone; clones are the same table.
#[derive(Clone)]
pub struct Table(pub(crate) Arc<TableInner>);

/// A handle of a table that does not keep it alive. Cheap to clone.
#[derive(Clone)]
pub struct WeakTable(Weak<TableInner>);

impl WeakTable {
    /// The table, if somebody still holds it.
    pub fn upgrade(&self) -> Option<Table> {
        self.0.upgrade().map(Table)
    }

    /// Whether somebody still holds the table.
    pub fn is_held(&self) -> bool {
        self.0.strong_count() > 0
    }
}

pub(crate) struct TableInner {
    pub(crate) definition: Definition,
    pub(crate) state: RwLock<State>,
    pub(crate) node: Option<Node>,
}

pub(crate) struct State {
    pub(crate) version: Version,
    pub(crate) failure: Option<Error>,
}

impl Table {
    /// A static table.
    pub fn fixed(definition: Definition, rows: RowSet, columns: Vec<Column>) -> Table {
        Table::build(definition, Version::new(0, rows, columns), None)
    }

    /// A live table without inputs: its operator is asked in each cycle that its [`Graph::notify`] or its
    /// [`crate::Operator::due`] brings about.
    pub fn source(graph: &Graph, initial: Initial) -> Table {
        let table = graph.between_cycles(|step| {
            let version = Version::new(step, initial.rows, initial.columns);
            let node = Node::new(graph.clone(), Vec::new(), initial.operator);
            let table = Table::build(initial.definition, version, Some(node));
            graph.add_source(&table);
            table
        });
        // Whoever runs the cycles may be waiting without end, and has to learn when this source is due.
        graph.notify();
        table
    }

    /// A table made from tables. `init` computes the first version from one consistent set of input versions, while
    /// cycles go on; the steps it misses meanwhile are applied before the table is returned.
    ///
    /// # Errors
    /// What `init` or the operator returns, and the failure of an input that has failed.
    pub fn derive(inputs: &[Table], init: impl FnOnce(&[Version]) -> Result<Initial>) -> Result<Table> {
        Table::derived(inputs, None, init)
    }

    /// As [`Table::derive`], of an operator that wakes wards: they belong to the table that is returned.
    ///
    /// # Errors
    /// As there.
    pub fn derive_with_wards(
        inputs: &[Table],
        wards: Wards,
        init: impl FnOnce(&[Version]) -> Result<Initial>,
    ) -> Result<Table> {
        Table::derived(inputs, Some(wards), init)
    }

    fn derived(
        inputs: &[Table],
        wards: Option<Wards>,
        init: impl FnOnce(&[Version]) -> Result<Initial>,
    ) -> Result<Table> {
        for input in inputs {
            input.ensure_alive()?;
        }
        let Some(graph) = common_graph(inputs)? else {
            let initial = init(&versions(inputs))?;
            return Ok(Table::fixed(initial.definition, initial.rows, initial.columns));
        };
        match Inside::of(&graph) {
            Some((step, May::Make)) => return crate::graph::born(&graph, step, inputs, wards, init),
            _ => graph.ensure_between_cycles()?,
        }
        let (before, catchup) = graph.between_cycles(|_| {
            let catchup = Catchup::register(inputs);
            (versions(inputs), catchup)
        });
        let initial = init(&before)?;
        catchup.finish(&graph, before, initial, wards)
    }

    /// Tells the parents of a new table that they have it.
    pub(crate) fn join_parents(&self) {
        for node in self.parents().iter().filter_map(|parent| parent.0.node.as_ref()) {
            node.children.lock().push(Child::Table(self.downgrade()));
        }
    }

    pub(crate) fn build(definition: Definition, version: Version, node: Option<Node>) -> Table {
        debug_assert_eq!(
            definition.schema.fields().len(),
            version.columns().len(),
            "a column for every field"
        );
        let state = RwLock::new(State { version, failure: None });
        Table(Arc::new(TableInner { definition, state, node }))
    }

    /// What the table is.
    pub fn definition(&self) -> &Definition {
        &self.0.definition
    }

    /// Names and types of the columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.0.definition.schema
    }

    /// The current version.
    pub fn version(&self) -> Version {
        self.look(|state| state.version.clone())
    }

    /// The number of rows now.
    pub fn size(&self) -> u64 {
        self.look(|state| state.version.rows().len())
    }

    /// The graph that keeps the table up to date; `None` if it is static.
    pub fn graph(&self) -> Option<&Graph> {
        self.0.node.as_ref().map(|node| &node.graph)
    }

    /// Whether the table can change.
    pub fn is_live(&self) -> bool {
        self.0.node.is_some()
    }

    /// Why the table no longer changes, if it failed.
    pub fn failure(&self) -> Option<Error> {
        self.look(|state| state.failure.clone())
    }

    /// Reads what is published, between two steps: who has seen a step of one table sees it of all.
    fn look<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        let _whole_step = self.graph().map(Graph::hold_publication);
        read(&self.0.state.read())
    }

    /// The failure of a failed table, as an error.
    pub fn ensure_alive(&self) -> Result<()> {
        match self.failure() {
            Some(failure) => Err(failure.in_context("the table has failed")),
            None => Ok(()),
        }
    }

    /// The same rows under another definition with the same types: other names, properties or attributes.
    pub fn with_definition(&self, definition: Definition) -> Result<Table> {
        Table::derive(std::slice::from_ref(self), |inputs| {
            Ok(Initial {
                definition,
                rows: inputs[0].rows().clone(),
                columns: inputs[0].columns().to_vec(),
                operator: Box::new(crate::graph::PassOn),
            })
        })
    }

    /// Tells a listener of every update from now on, and gives the version it starts from. A static table never
    /// changes: its listener is never told. Drop the handle to stop.
    pub fn listen(&self, listener: Arc<dyn Listener>) -> (Version, ListenerHandle) {
        let handle = ListenerHandle::new(listener, self.clone());
        match &self.0.node {
            None => (self.version(), handle),
            Some(node) => node.graph.between_cycles(|_| {
                node.listeners.lock().push(handle.registration());
                (self.version(), handle)
            }),
        }
    }

    /// Bytes this table holds of its own: its columns and its operator's state, not what it shares with its inputs.
    pub fn bytes(&self) -> usize {
        let operator = self.0.node.as_ref().map_or(0, |node| node.operator.lock().bytes());
        self.column_bytes() + operator
    }

    /// Bytes of the columns that it does not share with its inputs.
    pub(crate) fn column_bytes(&self) -> usize {
        let shared: Vec<Version> = self.parents().iter().map(Table::version).collect();
        let inherited = |column: &Column| {
            shared.iter().flat_map(|version| version.columns().iter()).any(|other| Arc::ptr_eq(other, column))
        };
        self.version().columns().iter().filter(|column| !inherited(column)).map(|column| column.bytes()).sum()
    }

    /// The tables this one is made from.
    pub fn parents(&self) -> &[Table] {
        self.0.node.as_ref().map_or(&[], |node| &node.parents)
    }

    /// Fails a source table and what is made from it, at the next cycle.
    pub fn fail(&self, error: Error) {
        if let Some(node) = &self.0.node {
            *node.operator.lock() = Box::new(Failing(error));
            node.graph.notify();
        }
    }

    /// A handle that does not keep the table alive.
    pub fn weak(&self) -> WeakTable {
        WeakTable(self.downgrade())
    }

    pub(crate) fn downgrade(&self) -> Weak<TableInner> {
        Arc::downgrade(&self.0)
    }

    /// Whether two handles are of the same table.
    pub fn is_same(&self, other: &Table) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = if self.is_live() { "live" } else { "static" };
        write!(f, "{kind} table of {} rows {:?}", self.size(), self.schema())
    }
}

/// The operator of a table that was told to fail.
struct Failing(Error);

impl crate::Operator for Failing {
    fn apply(&mut self, _: &[crate::Input<'_>], _: &Version, _: &StepCtx) -> Result<Option<crate::Output>> {
        Err(self.0.clone())
    }
}

/// The current versions of tables, all of the same step.
pub fn versions(tables: &[Table]) -> Vec<Version> {
    let graph = tables.iter().find_map(Table::graph);
    let _whole_step = graph.map(Graph::hold_publication);
    // Not by `Table::version`: whoever holds the publication and asks for it again waits for a cycle that waits for him.
    tables.iter().map(|table| table.0.state.read().version.clone()).collect()
}

fn common_graph(inputs: &[Table]) -> Result<Option<Graph>> {
    let mut graphs = inputs.iter().filter_map(Table::graph);
    let Some(first) = graphs.next() else {
        return Ok(None);
    };
    if graphs.any(|other| !other.is_same(first)) {
        return Err(Error::invalid("the tables belong to different update graphs"));
    }
    Ok(Some(first.clone()))
}
