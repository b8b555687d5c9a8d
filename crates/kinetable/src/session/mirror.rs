//! A live table that follows one elsewhere: what happens there, by row key, comes in from any thread.
//!
//! **State**: the rows, in copy-on-write blocks, and the changes not yet taken; who tells can wait until they are few. **Update rule**: the changes that a cycle finds
//! are one update. A new start is compared with what is there: rows that are the same are not listed. **Cost**: the rows that
//! changed; of a new start all rows.
//!
//! **Invariant**: whatever comes in, the table's updates are honest: a change that does not fit the rows before it is refused
//! when it comes, and changes nothing.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use kinetable_engine::column::Blocks;
use kinetable_engine::{
    ColumnSet, Definition, Error, Initial, Input, Operator, Output, Result, RowSet, Shifts, StepCtx, Update,
    Version, WeakTable,
};
use parking_lot::{Condvar, Mutex};

use super::Session;
use crate::Table;
use crate::changes::then;

/// What happened to the table that is followed: first rows go, then they are shifted, then others come.
#[derive(Debug, Clone, Default)]
pub struct MirrorUpdate {
    /// Rows that went, by their keys before.
    pub removed: RowSet,
    /// Rows that stayed and moved.
    pub shifted: Shifts,
    /// Rows that came, by their keys after.
    pub added: RowSet,
    /// By column, their cells.
    pub values: Vec<ArrayRef>,
    /// By column, rows that stayed and have another cell, and those cells; empty if none does in any column.
    pub modified: Vec<(RowSet, ArrayRef)>,
}

/// The way to tell a table what happened to the one it follows. Cheap to clone.
#[derive(Clone)]
pub struct Mirror {
    /// The rows after all that came. Held by who tells, while a change is compared with them; never by a cycle.
    rows: Arc<Mutex<RowSet>>,
    shared: Arc<Shared>,
    types: Arc<[DataType]>,
    session: Session,
    table: WeakTable,
}

/// What a cycle takes.
#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    taken: Condvar,
}

#[derive(Default)]
struct Waiting {
    queue: Vec<Message>,
    /// Bytes of what is queued.
    bytes: usize,
    failure: Option<Error>,
}

enum Message {
    Update(MirrorUpdate),
    Anew(RowSet, Vec<ArrayRef>),
}

impl Session {
    /// A live table that follows one elsewhere, with its rows as they are first, and the way to tell it what happens there.
    ///
    /// # Errors
    /// If cells are of other types than their columns, or are not as many as the rows.
    pub fn mirror(
        &self,
        definition: Definition,
        rows: RowSet,
        values: Vec<ArrayRef>,
    ) -> Result<(Table, Mirror)> {
        let types = definition.schema.fields().iter().map(|field| field.data_type().clone());
        let types: Arc<[DataType]> = types.collect();
        ensure_cells(&types, rows.len(), &values)?;
        let shared = Arc::<Shared>::default();
        let known = Arc::new(Mutex::new(rows.clone()));
        let store = Blocks::new(types.clone()).write_all(&rows, values)?;
        let columns = store.columns();
        let operator = Box::new(Follower { shared: shared.clone(), store, fails: false });
        let initial = Initial { definition, rows, columns, operator };
        let table = kinetable_engine::Table::source(self.graph(), initial);
        let mirror = Mirror { rows: known, shared, types, session: self.clone(), table: table.weak() };
        Ok((Table::of(self, table), mirror))
    }
}

impl Mirror {
    /// Queues what happened for the next cycle.
    ///
    /// # Errors
    /// If it does not fit the rows before it, or cells are of other types than their columns.
    pub fn update(&self, update: MirrorUpdate) -> Result<()> {
        self.ensure_types(&update)?;
        let mut rows = self.rows.lock();
        *rows = rows_after(&rows, &update)?;
        let mut waiting = self.shared.waiting.lock();
        waiting.bytes += update.bytes();
        waiting.queue.push(Message::Update(update));
        drop((waiting, rows));
        self.session.graph().notify();
        Ok(())
    }

    /// Queues a new start: these rows and no others.
    ///
    /// # Errors
    /// If cells are of other types than their columns, or are not as many as the rows.
    pub fn replace(&self, rows: RowSet, values: Vec<ArrayRef>) -> Result<()> {
        ensure_cells(&self.types, rows.len(), &values)?;
        let mut known = self.rows.lock();
        known.clone_from(&rows);
        let mut waiting = self.shared.waiting.lock();
        waiting.bytes = bytes(&values);
        waiting.queue = vec![Message::Anew(rows, values)];
        drop((waiting, known));
        self.session.graph().notify();
        Ok(())
    }

    /// Fails the table, with what is made from it. What was queued before is in it first.
    pub fn fail(&self, error: Error) {
        self.shared.waiting.lock().failure.get_or_insert(error);
        self.session.graph().notify();
    }

    /// Waits until fewer bytes than `limit` are queued for the next cycle; false if that did not happen in time.
    pub fn wait_below(&self, limit: usize, timeout: Duration) -> bool {
        let mut waiting = self.shared.waiting.lock();
        let busy = |waiting: &mut Waiting| waiting.bytes >= limit;
        !self.shared.taken.wait_while_for(&mut waiting, busy, timeout).timed_out()
    }

    /// Whether somebody still holds the table or one made from it.
    pub fn is_open(&self) -> bool {
        self.table.upgrade().is_some()
    }

    fn ensure_types(&self, update: &MirrorUpdate) -> Result<()> {
        ensure_cells(&self.types, update.added.len(), &update.values)?;
        if !update.modified.is_empty() && update.modified.len() != self.types.len() {
            return Err(Error::invalid("a change tells of another number of columns than the table has"));
        }
        for ((rows, cells), data_type) in update.modified.iter().zip(self.types.iter()) {
            if cells.len() as u64 != rows.len() || cells.data_type() != data_type {
                let (found, count) = (cells.data_type(), cells.len());
                let message = format!("{count} cells of {found} for {} rows of {data_type}", rows.len());
                return Err(Error::invalid(message));
            }
        }
        Ok(())
    }
}

impl MirrorUpdate {
    /// Bytes of its cells.
    fn bytes(&self) -> usize {
        bytes(&self.values)
            + self.modified.iter().map(|(_, cells)| cells.get_array_memory_size()).sum::<usize>()
    }
}

fn bytes(cells: &[ArrayRef]) -> usize {
    cells.iter().map(|cells| cells.get_array_memory_size()).sum()
}

fn ensure_cells(types: &[DataType], rows: u64, values: &[ArrayRef]) -> Result<()> {
    let fits = |(cells, data_type): (&ArrayRef, &DataType)| {
        cells.len() as u64 == rows && cells.data_type() == data_type
    };
    if values.len() != types.len() || !values.iter().zip(types).all(fits) {
        return Err(Error::invalid(format!("the cells of {rows} rows are not those of the table's columns")));
    }
    Ok(())
}

/// The rows after a change that fits those before.
fn rows_after(rows: &RowSet, update: &MirrorUpdate) -> Result<RowSet> {
    let wrong = |what: &str| Err(Error::source(format!("the change does not fit the table: {what}")));
    if !update.removed.is_subset(rows) {
        return wrong("rows that are not there go");
    }
    let stay = rows.difference(&update.removed);
    if !update.shifted.fits(&stay) {
        return wrong("rows that move meet others");
    }
    let stay = update.shifted.apply(&stay);
    if !stay.is_disjoint(&update.added) {
        return wrong("rows that are there come");
    }
    if !update.modified.iter().all(|(rows, _)| rows.is_subset(&stay)) {
        return wrong("rows that are not there change");
    }
    Ok(stay.union(&update.added))
}

struct Follower {
    shared: Arc<Shared>,
    store: Blocks,
    /// Whether the next cycle fails the table.
    fails: bool,
}

impl Operator for Follower {
    fn kind(&self) -> &'static str {
        "remote table"
    }

    fn apply(&mut self, _: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let (queue, failure) = {
            let mut waiting = self.shared.waiting.lock();
            waiting.bytes = 0;
            (std::mem::take(&mut waiting.queue), waiting.failure.clone())
        };
        self.shared.taken.notify_all();
        match failure {
            Some(failure) if queue.is_empty() => return Err(failure),
            failure => self.fails = failure.is_some(),
        }
        let mut rows = previous.rows().clone();
        let mut all: Option<Update> = None;
        for message in queue {
            let next = match message {
                Message::Update(update) => self.follow(update, &rows)?,
                Message::Anew(new, values) => self.start_anew(&rows, new, values)?,
            };
            rows = next.apply_to(&rows);
            all = Some(match all {
                None => next,
                Some(before) => then(&before, &next, previous.rows()),
            });
        }
        let update = all.filter(|update| !update.is_empty());
        Ok(update.map(|update| Output { rows, columns: self.store.columns(), update }))
    }

    fn due(&self) -> Option<i64> {
        // At once: every time of a cycle is after the epoch.
        self.fails.then_some(0)
    }
}

impl Follower {
    fn follow(&mut self, update: MirrorUpdate, rows: &RowSet) -> Result<Update> {
        let stay = rows.difference(&update.removed);
        let store = self.store.remove(&update.removed)?.shift(&update.shifted, &stay)?;
        self.store = store.write_all(&update.added, update.values)?;
        let width = self.store.columns().len();
        let (mut modified, mut modified_columns) = (RowSet::empty(), ColumnSet::none());
        for (column, (rows, cells)) in update.modified.into_iter().enumerate() {
            if rows.is_empty() {
                continue;
            }
            let mut values = vec![None; width];
            values[column] = Some(cells);
            self.store = self.store.write(&rows, &values)?;
            modified = modified.union(&rows);
            modified_columns.insert(column);
        }
        let (removed, added, shifted) = (update.removed, update.added, update.shifted);
        Ok(Update { added, removed, modified, modified_columns, shifted })
    }

    fn start_anew(&mut self, rows: &RowSet, new: RowSet, values: Vec<ArrayRef>) -> Result<Update> {
        let common = rows.intersect(&new);
        let (removed, added) = (rows.difference(&new), new.difference(&common));
        let (mut modified, mut modified_columns) = (RowSet::empty(), ColumnSet::none());
        let places = new.positions_of(&common);
        for (column, cells) in values.iter().enumerate() {
            let old = self.store.column(column).read(&common)?;
            let kept = at_places(cells, &places)?;
            let mut differing = Vec::new();
            bisect(&old, &kept, 0, &mut differing);
            if !differing.is_empty() {
                modified = modified.union(&common.keys_at(&RowSet::from_sorted(differing)));
                modified_columns.insert(column);
            }
        }
        self.store = self.store.remove(&removed)?.write_all(&new, values)?;
        Ok(Update { added, removed, modified, modified_columns, shifted: Shifts::empty() })
    }
}

/// The cells at some places.
fn at_places(cells: &ArrayRef, places: &RowSet) -> Result<ArrayRef> {
    if places.len() == cells.len() as u64 {
        return Ok(cells.clone());
    }
    let places = arrow_array::UInt64Array::from(places.to_vec());
    Ok(arrow_select::take::take(cells, &places, None)?)
}

/// The places at which two arrays differ, found by halves: most of a table is what it was.
fn bisect(old: &ArrayRef, new: &ArrayRef, from: u64, differing: &mut Vec<u64>) {
    if old == new {
        return;
    }
    match old.len() {
        1 => differing.push(from),
        length => {
            let half = length / 2;
            bisect(&old.slice(0, half), &new.slice(0, half), from, differing);
            let (old, new) = (old.slice(half, length - half), new.slice(half, length - half));
            bisect(&old, &new, from + half as u64, differing);
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::Int64Array;
    use arrow_schema::{Field, Schema};
    use kinetable_engine::Properties;

    use super::*;
    use crate::SessionConfig;

    #[test]
    fn who_tells_can_wait_until_a_cycle_has_taken_what_is_queued() {
        let session = Session::start(SessionConfig { threads: 1, ..SessionConfig::default() });
        let session = session.expect("a session");
        let schema = Arc::new(Schema::new(vec![Field::new("X", DataType::Int64, true)]));
        let cells = |count: i64| Arc::new((0..count).collect::<Int64Array>()) as ArrayRef;
        let definition = Definition::new(schema, Properties::ANY);
        let (table, mirror) = session.mirror(definition, RowSet::empty(), vec![cells(0)]).expect("a table");
        let add = |from: u64| {
            let added = RowSet::from_range(from..from + 1_000);
            let (removed, shifted) = (RowSet::empty(), Shifts::empty());
            let update =
                MirrorUpdate { removed, shifted, added, values: vec![cells(1_000)], modified: vec![] };
            mirror.update(update).expect("rows");
        };
        add(0);
        session.flush().expect("a cycle");
        // No cycle takes anything while the lock is held.
        session.graph().lock().expect("nobody holds it");
        add(1_000);
        add(2_000);
        assert!(!mirror.wait_below(16_000, Duration::ZERO));
        assert!(mirror.wait_below(64_000, Duration::ZERO));
        let waiter = mirror.clone();
        let waiting = std::thread::spawn(move || waiter.wait_below(1, Duration::from_secs(120)));
        session.graph().unlock().expect("it is held");
        session.flush().expect("a cycle");
        assert!(waiting.join().expect("no panic"));
        assert_eq!(table.size().expect("rows"), 3_000);
    }
}
