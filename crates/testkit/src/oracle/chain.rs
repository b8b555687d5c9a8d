//! Chains of operators: tables made from tables made from scripted sources, every one of them checked after every cycle.
//!
//! ```text
//!  script ─▶ source ─▶ node ─▶ node ─▶ node
//!                        ╰──▶ node ──────╯       each: recomputed from copies of its own parents
//! ```
//!
//! A node is compared with its operation on static copies of its parents, so a failure names the one operation that broke,
//! and what an operator remembers (the order in which groups appeared) is not asked of those below it.

use super::checks::{Held, check_held, check_update};
use crate::clock::{Driver, Recorder, record};
use crate::compare::{bag_difference, batch, batch_difference};
use crate::script::Script;
use crate::scripted::ScriptedTable;
use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use kinetable_engine::column::Packed;
use kinetable_engine::{Graph, ListenerHandle, Properties, Result, RowSet, Table, Update};
use std::sync::Arc;

/// How a node is compared with its operation on copies of its parents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// Row by row.
    InOrder,
    /// As a bag of rows: the order comes from what happened, not from what is there.
    AsBag,
    /// As a bag of rows, on all rows that blink parents ever had.
    OverHistory,
    /// Only its updates are checked: what it keeps is another thing than its parents have now.
    ByUpdateOnly,
}

type Operation = Box<dyn Fn(&[Table]) -> Result<Table>>;

/// Tables in one graph, and what is checked of each.
#[derive(Default)]
pub struct Chain {
    driver: Driver,
    sources: Vec<(ScriptedTable, Script)>,
    nodes: Vec<Node>,
    cycle: usize,
}

struct Node {
    name: String,
    table: Table,
    parents: Vec<usize>,
    made: Option<(Operation, Compared)>,
    told: Arc<Recorder>,
    _listener: ListenerHandle,
    last: Held,
    /// All rows a blink table ever had.
    history: Vec<RecordBatch>,
}

impl Chain {
    /// The graph that the tables are in.
    pub fn graph(&self) -> &Graph {
        self.driver.graph()
    }

    /// Adds a source; gives its number.
    ///
    /// # Panics
    /// When a cell of the script does not fit its column.
    pub fn source(&mut self, name: &str, script: Script) -> usize {
        let source = ScriptedTable::of_script(self.graph(), &script);
        let table = source.table().clone();
        self.sources.push((source, script));
        self.push(Node::new(name.to_owned(), table, Vec::new(), None))
    }

    /// Adds a table made from others; gives its number.
    ///
    /// # Errors
    /// What the operation says, or how its first version differs from the operation on copies.
    pub fn derive(
        &mut self,
        name: String,
        parents: &[usize],
        compared: Compared,
        operation: impl Fn(&[Table]) -> Result<Table> + 'static,
    ) -> std::result::Result<usize, String> {
        let inputs: Vec<Table> = parents.iter().map(|parent| self.nodes[*parent].table.clone()).collect();
        let table = operation(&inputs).map_err(|error| format!("{name}: {error}"))?;
        let made = Some((Box::new(operation) as Operation, compared));
        let number = self.push(Node::new(name, table, parents.to_vec(), made));
        self.check_recomputed(number)?;
        Ok(number)
    }

    fn push(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// A table by number.
    pub fn table(&self, number: usize) -> &Table {
        &self.nodes[number].table
    }

    /// The operations that lead to a table.
    pub fn path(&self, number: usize) -> String {
        let node = &self.nodes[number];
        let parents: Vec<String> = node.parents.iter().map(|parent| self.path(*parent)).collect();
        match parents.as_slice() {
            [] => node.name.clone(),
            [one] => format!("{one}\n  → {}", node.name),
            many => format!("({})\n  → {}", many.join(" | "), node.name),
        }
    }

    /// Runs all steps of the scripts, and checks every table after each.
    ///
    /// # Errors
    /// The first table that is not what it should be, how, and the operations that lead to it.
    pub fn run(&mut self) -> std::result::Result<(), String> {
        let cycles = self.sources.iter().map(|(_, script)| script.steps.len()).max().unwrap_or(0);
        for index in 0..cycles {
            for (source, script) in &self.sources {
                if let Some(step) = script.steps.get(index) {
                    source.step(step.clone());
                }
            }
            self.cycle += 1;
            self.driver.cycle();
            for number in 0..self.nodes.len() {
                self.check(number)?;
            }
        }
        Ok(())
    }

    fn check(&mut self, number: usize) -> std::result::Result<(), String> {
        let error = |this: &Self, text: String| this.error(number, &text);
        if let Some(failure) = self.nodes[number].table.failure() {
            return Err(error(self, failure.to_string()));
        }
        let followed = self.nodes[number].follow();
        followed.map_err(|text| error(self, text))?;
        self.check_recomputed(number)
    }

    fn check_recomputed(&self, number: usize) -> std::result::Result<(), String> {
        let node = &self.nodes[number];
        let Some((operation, compared)) = &node.made else {
            return Ok(());
        };
        let over_history = *compared == Compared::OverHistory;
        let expected = || -> Result<RecordBatch> {
            let parents = node.parents.iter().map(|parent| self.nodes[*parent].copy(over_history));
            batch(&operation(&parents.collect::<Result<Vec<_>>>()?)?)
        };
        let compare = match compared {
            Compared::InOrder => batch_difference,
            Compared::AsBag | Compared::OverHistory => bag_difference,
            Compared::ByUpdateOnly => return Ok(()),
        };
        let expected = expected().map_err(|error| self.error(number, &error.to_string()))?;
        compare(&expected, &node.last.1)
            .map_or(Ok(()), |text| Err(self.error(number, &format!("recomputed it differs: {text}"))))
    }

    fn error(&self, number: usize, text: &str) -> String {
        format!("cycle {}, table\n  {}\n{text}", self.cycle, self.path(number))
    }
}

impl Node {
    fn new(name: String, table: Table, parents: Vec<usize>, made: Option<(Operation, Compared)>) -> Node {
        let (told, listener) = record(&table);
        let version = table.version();
        let first = version.batch(table.schema(), version.rows());
        let first = first.unwrap_or_else(|error| panic!("{name} cannot be read: {error}"));
        let history = vec![first.clone()];
        Node { name, table, parents, made, told, _listener: listener, last: (version, first), history }
    }

    /// Checks what listeners were told against the version before and the version now.
    fn follow(&mut self) -> std::result::Result<(), String> {
        let changes = self.told.take();
        if changes.len() > 1 {
            return Err(format!("listeners were told {} changes in one cycle", changes.len()));
        }
        let update = changes.first().map_or_else(Update::default, |change| change.update.clone());
        let version = self.table.version();
        let schema = self.table.schema();
        let now = version.batch(schema, version.rows()).map_err(|error| error.to_string())?;
        let now = (version, now);
        check_update(&update, &self.last, &now)?;
        if let Some(difference) = check_held(std::slice::from_ref(&self.last), schema) {
            return Err(difference);
        }
        if self.table.definition().properties.blink && !update.added.is_empty() {
            let added = now.0.batch(schema, &update.added).map_err(|error| error.to_string())?;
            self.history.push(added);
        }
        self.last = now;
        Ok(())
    }

    /// A static copy of what the table has, or, if it is a blink table, ever had.
    fn copy(&self, over_history: bool) -> Result<Table> {
        let mut definition = self.table.definition().clone();
        let (rows, values) = if over_history && definition.properties.blink {
            definition.properties = Properties::APPEND;
            let all = concat_batches(self.table.schema(), &self.history)?;
            (RowSet::flat(all.num_rows() as u64), all)
        } else {
            (self.last.0.rows().clone(), self.last.1.clone())
        };
        let columns = values.columns().iter().map(|values| Packed::column(rows.clone(), values.clone()));
        Ok(Table::fixed(definition, rows.clone(), columns.collect::<Result<Vec<_>>>()?))
    }
}
