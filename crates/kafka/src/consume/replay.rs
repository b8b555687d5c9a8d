//! Quarantined records, tried again after a fix.
//!
//! Each record of the `errors` table is decoded again from its bytes. Those that decode become rows and leave `errors`, in
//! one and the same cycle; those that still fail stay, with the new reason if it is another. **In an append table**
//! (and a ring, or one with limits) the rows come after all that is there: their offsets tell where they belong. **In a blink
//! table** they are rows of the next cycle, as records that had just come: aggregations take them in from there.
//! The specs of a replay are for that replay: records to come are read as before.
//!
//! **Cost**: the errors there are, a few thousand at a time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampNanosecondType};
use arrow_array::{Array, RecordBatch, UInt64Array};
use arrow_select::take::{take, take_record_batch};
use kinetable_engine::{Error, Graph, Result, RowSet, Table};
use parking_lot::Mutex;

use super::batch::Batch;
use super::open::SourceHandle;
use super::policy::OnError;
use super::raw::Record;
use super::tables::{BadRecord, error_rows};
use super::worker::{Decoded, Recipe, Worker};
use crate::clock::now;
use crate::decode::Side;
use crate::registry::Registry;
use crate::settings::{Settings, SideSettings};
use crate::spec::Spec;

/// Records decoded at once.
const CHUNK: u64 = 4096;

/// Other specs than those of the table, for a replay.
#[derive(Debug, Clone, Default)]
pub struct ReplaySpecs {
    /// How keys are read; `None`: as the table does.
    pub key: Option<Spec>,
    /// How values are read; `None`: as the table does.
    pub value: Option<Spec>,
}

/// What came of a replay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Records that are rows now.
    pub replayed: u64,
    /// Records that are still in `errors`.
    pub remaining: u64,
}

/// What a replay needs.
pub(super) struct Replay {
    graph: Graph,
    errors: Table,
    recipe: Arc<Recipe>,
    settings: Settings,
    registry: Option<Arc<Registry>>,
    /// The rows of the errors table that are on their way out: rows are taken out by the next cycle, and a record is to become
    /// a row once. One replay at a time holds them.
    turn: Mutex<RowSet>,
}

impl SourceHandle {
    /// Tries the records of the `errors` table again.
    ///
    /// # Errors
    /// If a spec is wrong or gives other columns than the table has, if the table has failed, or if bad records are rows of it
    /// already.
    pub fn replay_errors(&self, specs: &ReplaySpecs) -> Result<Replayed> {
        if self.replay.recipe.on_error == OnError::Null {
            return Err(Error::invalid(
                "with on_error=\"null\" the bad records are rows of the table already",
            )
            .with_hint("make the table anew to read them with another spec"));
        }
        let outlet = &self.outlet;
        if let Some(failure) = outlet.rows().failure() {
            return Err(failure.in_context("a failed table takes no rows"));
        }
        let recipe = Arc::new(self.replay.recipe(specs)?);
        let mut leaving = self.replay.turn.lock();
        if let Some(registry) = &self.replay.registry {
            registry.forget_missing();
        }
        let mut worker = Worker::new(recipe);
        let version = self.replay.errors.version();
        *leaving = leaving.intersect(version.rows());
        let was_first = leaving.is_empty();
        let staying = version.rows().difference(&leaving);
        let mut done = Replayed::default();
        for start in (0..staying.len()).step_by(CHUNK as usize) {
            let rows = staying.slice(start..(start + CHUNK).min(staying.len()));
            let batch = version.batch(self.replay.errors.schema(), &rows)?;
            let chunk = Chunk::new(batch, rows, |partition| outlet.rows().takes(partition));
            let tried = chunk.records.len() as u64;
            done.remaining += chunk.rows.len() - tried;
            let again = worker.decode(&chunk.records);
            let rows = chunk.with_headers(&again, self.replay.recipe.extra.headers.as_deref())?;
            let parts = chunk.parts(&again, rows, outlet.rows().is_split())?;
            let (gone, told) = chunk.outcome(again.refused.bad, &outlet.quarantine().topic)?;
            done.remaining += again.refused.count;
            done.replayed += tried - again.refused.count;
            let errors = &outlet.quarantine().errors;
            self.replay.graph.between_cycles(|_| {
                for (partition, rows) in parts {
                    outlet.rows().publish(partition, rows)?;
                }
                errors.retract(&gone)?;
                *leaving = leaving.union(&gone);
                errors.publish(told)
            })?;
        }
        self.counters.replayed.fetch_add(done.replayed, Ordering::Relaxed);
        self.counters.rows.fetch_add(done.replayed, Ordering::Relaxed);
        // Of what was on its way out before, this replay does not know whether it comes back.
        if done.remaining == 0 && was_first {
            outlet.quarantine().resume();
        }
        Ok(done)
    }
}

impl Replay {
    pub(super) fn new(
        graph: &Graph,
        errors: &Table,
        recipe: &Arc<Recipe>,
        settings: &Settings,
        registry: Option<&Arc<Registry>>,
    ) -> Replay {
        Replay {
            graph: graph.clone(),
            errors: errors.clone(),
            recipe: recipe.clone(),
            settings: settings.clone(),
            registry: registry.cloned(),
            turn: Mutex::default(),
        }
    }

    /// The table's recipe with other specs.
    fn recipe(&self, specs: &ReplaySpecs) -> Result<Recipe> {
        let old = &self.recipe;
        let key = self.side(specs.key.as_ref(), &old.key, self.settings.key()?)?;
        let value = self.side(specs.value.as_ref(), &old.value, self.settings.value()?)?;
        Ok(Recipe { key, value, on_error: OnError::DeadLetter, ..(**old).clone() })
    }

    fn side(&self, spec: Option<&Spec>, old: &Side, own: SideSettings) -> Result<Side> {
        let Some(spec) = spec else {
            return Ok(old.clone());
        };
        let name = own.name;
        let side = spec
            .resolve(&own, &self.settings, self.registry.as_ref())
            .map_err(|error| error.in_context(format!("{name} spec")))?;
        let columns = |side: &Side| -> Vec<_> {
            side.fields.iter().map(|field| (field.name().clone(), field.data_type().clone())).collect()
        };
        if columns(&side) != columns(old) {
            let message =
                format!("the {name} spec gives {}, but the table has {}", side.expected(), old.expected());
            return Err(Error::invalid(message)
                .with_hint("a replay makes rows of the same table: map to its columns"));
        }
        Ok(side)
    }
}

/// Rows of the errors table that are tried together.
struct Chunk {
    rows: RowSet,
    batch: RecordBatch,
    records: Batch,
    /// Of each record its place in the batch: those without bytes cannot be tried, those of which nobody holds the table
    /// are not.
    places: Vec<usize>,
}

impl Chunk {
    fn new(batch: RecordBatch, rows: RowSet, takes: impl Fn(i32) -> bool) -> Chunk {
        let mut records = Batch::default();
        records.received = now();
        let column = |name: &str| batch.column_by_name(name).expect("a column of the errors table").clone();
        let (partition, offset, time) = (column("Partition"), column("Offset"), column("Timestamp"));
        let (side, raw, other) = (column("Side"), column("Raw"), column("Other"));
        let partition = partition.as_primitive::<Int32Type>();
        let offset = offset.as_primitive::<Int64Type>();
        let time = time.as_primitive::<TimestampNanosecondType>();
        let (side, raw, other) = (side.as_string_view(), raw.as_binary_view(), other.as_binary_view());
        let mut places = Vec::new();
        let is_tried = |row: &usize| raw.is_valid(*row) && takes(partition.value(*row));
        for row in (0..batch.num_rows()).filter(is_tried) {
            let bytes =
                |array: &arrow_array::BinaryViewArray| array.is_valid(row).then(|| array.value(row).to_vec());
            let (raw, other) = (bytes(raw), bytes(other));
            let (key, value) = if side.value(row) == "key" { (&raw, &other) } else { (&other, &raw) };
            records.push(&Record {
                partition: partition.value(row),
                offset: offset.value(row),
                timestamp: time.is_valid(row).then(|| time.value(row).div_euclid(1_000_000)),
                key: key.as_deref(),
                value: value.as_deref(),
                headers: &[],
            });
            places.push(row);
        }
        Chunk { rows, batch, records, places }
    }

    /// The places in the errors table of the records that became rows.
    fn good(&self, again: &Decoded) -> Vec<u64> {
        let mut is_bad = vec![false; self.places.len()];
        again.refused.bad.iter().for_each(|bad| is_bad[bad.index] = true);
        let good = self.places.iter().zip(is_bad).filter(|(_, is_bad)| !is_bad);
        good.map(|(row, _)| *row as u64).collect()
    }

    /// The rows, apart by partition if each has a table of its own.
    fn parts(&self, again: &Decoded, rows: RecordBatch, is_split: bool) -> Result<Vec<(i32, RecordBatch)>> {
        if !is_split {
            return Ok(vec![(again.partition, rows)]);
        }
        let partitions = self.batch.column_by_name("Partition").expect("a column of the errors table");
        let partitions = partitions.as_primitive::<Int32Type>();
        let mut parts: BTreeMap<i32, Vec<u64>> = BTreeMap::new();
        for (place, row) in self.good(again).into_iter().enumerate() {
            parts.entry(partitions.value(row as usize)).or_default().push(place as u64);
        }
        let part = |(partition, places): (i32, Vec<u64>)| {
            Ok((partition, take_record_batch(&rows, &UInt64Array::from(places))?))
        };
        parts.into_iter().map(part).collect()
    }

    /// The rows with the headers that the errors table has as text already.
    fn with_headers(&self, again: &Decoded, column: Option<&str>) -> Result<RecordBatch> {
        let Some(column) = column else {
            return Ok(again.rows.clone());
        };
        let good = UInt64Array::from(self.good(again));
        let headers = self.batch.column_by_name("Headers").expect("a column of the errors table");
        let mut columns = again.rows.columns().to_vec();
        columns[again.rows.schema().index_of(column)?] = take(headers, &good, None)?;
        Ok(RecordBatch::try_new(again.rows.schema(), columns)?)
    }

    /// The rows that leave the errors table, and those that come to it for records with another reason.
    fn outcome(&self, bad: Vec<BadRecord>, topic: &str) -> Result<(RowSet, RecordBatch)> {
        let reasons = self.batch.column_by_name("Reason").expect("a column of the errors table");
        let sides = self.batch.column_by_name("Side").expect("a column of the errors table");
        let (reasons, sides) = (reasons.as_string_view(), sides.as_string_view());
        let (same, changed): (Vec<_>, Vec<_>) = bad.into_iter().partition(|bad| {
            let row = self.places[bad.index];
            reasons.value(row) == bad.reason && sides.value(row) == bad.side
        });
        let mut stays = vec![false; self.places.len()];
        same.iter().for_each(|bad| stays[bad.index] = true);
        let gone = self.places.iter().zip(stays).filter(|(_, stays)| !stays);
        let positions = RowSet::from_sorted(gone.map(|(row, _)| *row as u64));
        Ok((self.rows.keys_at(&positions), self.told(topic, &changed)?))
    }

    /// Rows for the errors table, with the headers that it has as text already.
    fn told(&self, topic: &str, bad: &[BadRecord]) -> Result<RecordBatch> {
        let told = error_rows(topic, now(), bad);
        let places = bad.iter().map(|bad| self.places[bad.index] as u64);
        let places = UInt64Array::from_iter_values(places);
        let mut columns = told.columns().to_vec();
        let headers = told.schema().index_of("Headers")?;
        columns[headers] = take(self.batch.column(headers), &places, None)?;
        Ok(RecordBatch::try_new(told.schema(), columns)?)
    }
}
