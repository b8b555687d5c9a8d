//! Copies taken when another table ticks, against a copy kept by the test.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use arrow_array::{ArrayRef, UInt64Array};
use arrow_schema::{Field, Schema};
use arrow_select::concat::concat;
use expect_test::expect;
use kinetable_engine::column::Packed;
use kinetable_engine::{Definition, ListenerHandle, Properties, Result, RowSet, Table};
use kinetable_operators::shape::{SnapshotMode, snapshot_when};
use kinetable_testkit::{Driver, Profile, Recorder, ScriptedTable, change_text, oracle, record, table_text};

const STAMPS: &[(&str, &str)] = &[("At", "Time"), ("Seq", "Id")];

/// What the test keeps beside the operator: arrays, row by row.
#[derive(Default)]
struct Model {
    told: Option<(Arc<Recorder>, ListenerHandle)>,
    followed: Option<(Arc<Recorder>, ListenerHandle)>,
    /// The copy: the columns of the result.
    columns: Option<Vec<ArrayRef>>,
    /// Of an incremental copy: the stamps of each row of the source, by its key now; none where one is due.
    stamps: HashMap<u64, Vec<ArrayRef>>,
    asked: bool,
}

impl Model {
    fn begin(&mut self, inputs: &[Table]) {
        *self = Model::default();
        self.told = Some(record(&inputs[1]));
        self.followed = Some(record(&inputs[0]));
    }

    /// The stamps of a row of the trigger.
    fn stamp(trigger: &Table, row: Option<u64>) -> Result<Vec<ArrayRef>> {
        let version = trigger.version();
        let of = |(_, name): &(&str, &str)| {
            let column = version.column(trigger.definition().column_index(name)?);
            column.gather(&UInt64Array::from(vec![row]))
        };
        STAMPS.iter().map(of).collect()
    }

    fn values(source: &Table) -> Result<Vec<ArrayRef>> {
        let version = source.version();
        (0..version.columns().len()).map(|column| version.read(column, version.rows())).collect()
    }

    /// Follows the rows of the source under their keys; those that came or changed have no stamp.
    fn follow(&mut self, live: &[Arc<kinetable_engine::Change>]) {
        for change in live {
            let update = &change.update;
            update.removed.iter().for_each(|key| drop(self.stamps.remove(&key)));
            let moved: Vec<_> =
                self.stamps.drain().map(|(key, stamp)| (update.shifted.shift_key(key), stamp)).collect();
            self.stamps.extend(moved);
            let changed = update.added.union(&update.modified);
            changed.iter().for_each(|key| drop(self.stamps.remove(&key)));
        }
    }
}

/// The result by the model, asked when the table is made and after each cycle.
fn model(state: &RefCell<Model>, inputs: &[Table], mode: SnapshotMode) -> Result<Table> {
    let (source, trigger) = (&inputs[0], &inputs[1]);
    let mut model = state.borrow_mut();
    let changes = model.told.as_ref().map(|(told, _)| told.take()).unwrap_or_default();
    let ticked =
        changes.iter().any(|change| !(change.update.added.is_empty() && change.update.modified.is_empty()));
    let first = !std::mem::replace(&mut model.asked, true);
    let followed = model.followed.as_ref().map(|(told, _)| told.take()).unwrap_or_default();
    model.follow(&followed);
    let last = Model::stamp(trigger, trigger.version().rows().last())?;
    let values = Model::values(source)?;
    let rows = source.size() as usize;
    let many = |stamp: &[ArrayRef]| -> Result<Vec<ArrayRef>> {
        stamp
            .iter()
            .map(|one| Ok(arrow_select::take::take(one, &UInt64Array::from(vec![0; rows]), None)?))
            .collect()
    };
    match mode {
        SnapshotMode::Full { initial } if ticked || (first && initial) => {
            model.columns = Some([values, many(&last)?].concat());
        }
        SnapshotMode::Incremental { initial } if ticked || (first && initial) => {
            let mut stamps: Vec<Vec<ArrayRef>> = vec![Vec::new(); STAMPS.len()];
            for key in source.version().rows().iter() {
                // The copy of the source has the keys that the source has.
                let stamp = model.stamps.entry(key).or_insert_with(|| last.clone());
                stamps.iter_mut().zip(stamp.iter()).for_each(|(column, value)| column.push(value.clone()));
            }
            let join = |(column, empty): (&Vec<ArrayRef>, &ArrayRef)| -> Result<ArrayRef> {
                let parts: Vec<_> = column.iter().map(|array| array.as_ref()).collect();
                Ok(if parts.is_empty() { empty.slice(0, 0) } else { concat(&parts)? })
            };
            let stamps = stamps.iter().zip(&last).map(join).collect::<Result<Vec<_>>>()?;
            model.columns = Some([values, stamps].concat());
        }
        SnapshotMode::History => {
            let added: Vec<u64> = if first {
                trigger.version().rows().to_vec()
            } else {
                changes.iter().flat_map(|change| change.update.added.to_vec()).collect()
            };
            for key in added {
                let copy = [many(&Model::stamp(trigger, Some(key))?)?, values.clone()].concat();
                model.columns = Some(match model.columns.take() {
                    None => copy,
                    Some(before) => {
                        let pairs = before.iter().zip(&copy);
                        pairs.map(|(a, b)| Ok(concat(&[a, b])?)).collect::<Result<Vec<_>>>()?
                    }
                });
            }
        }
        _ => {}
    }
    built(source, trigger, model.columns.as_deref(), mode)
}

fn built(source: &Table, trigger: &Table, columns: Option<&[ArrayRef]>, mode: SnapshotMode) -> Result<Table> {
    let stamps = STAMPS.iter().map(|(name, column)| {
        let index = trigger.definition().column_index(column)?;
        Ok(Arc::new(trigger.schema().field(index).clone().with_name(*name)))
    });
    let stamps = stamps.collect::<Result<Vec<Arc<Field>>>>()?;
    let own = source.schema().fields().to_vec();
    let fields = if mode == SnapshotMode::History { [stamps, own].concat() } else { [own, stamps].concat() };
    let none: Vec<ArrayRef> =
        fields.iter().map(|field| arrow_array::new_empty_array(field.data_type())).collect();
    let columns = columns.unwrap_or(&none);
    let rows = RowSet::flat(columns[0].len() as u64);
    let columns = columns
        .iter()
        .map(|array| Packed::column(rows.clone(), array.clone()))
        .collect::<Result<Vec<_>>>()?;
    let definition = Definition::new(Arc::new(Schema::new(fields)), Properties::ANY);
    Ok(Table::fixed(definition, rows, columns))
}

fn check(mode: SnapshotMode) {
    let sources = [Profile::full(), Profile::append(), Profile::blink(), Profile::fixed()];
    let triggers = [Profile::full(), Profile::append(), Profile::blink()];
    for source in &sources {
        for trigger in &triggers {
            let state = Rc::new(RefCell::new(Model::default()));
            let kept = state.clone();
            oracle(&format!("snapshot_when {mode:?}"))
                .inputs([source.clone(), trigger.clone().initial(2).changes(2).idle(0.6)])
                .seeds(0..25)
                .against(move |inputs| model(&kept, inputs, mode))
                .check(|inputs| {
                    state.borrow_mut().begin(inputs);
                    snapshot_when(&inputs[0], &inputs[1], STAMPS, mode)
                });
        }
    }
}

#[test]
fn full_copies_are_those_of_the_model() {
    check(SnapshotMode::Full { initial: false });
    check(SnapshotMode::Full { initial: true });
}

#[test]
fn incremental_copies_are_those_of_the_model() {
    check(SnapshotMode::Incremental { initial: false });
    check(SnapshotMode::Incremental { initial: true });
}

#[test]
fn histories_are_those_of_the_model() {
    check(SnapshotMode::History);
}

#[test]
fn the_three_modes_beside_each_other() {
    let driver = Driver::new();
    let source = ScriptedTable::new(driver.graph(), Properties::ANY, "key V:i64\n0 10\n1 11\n");
    let trigger = ScriptedTable::new(driver.graph(), Properties::APPEND, "key Tick:i64\n");
    let take = |mode| snapshot_when(source.table(), trigger.table(), &[("Tick", "Tick")], mode).unwrap();
    let full = take(SnapshotMode::Full { initial: false });
    let incremental = take(SnapshotMode::Incremental { initial: true });
    let history = take(SnapshotMode::History);
    let (told, _handle) = record(&incremental);
    trigger.update("+ 0 1");
    driver.cycle();
    source.update("~ 0 20\n+ 5 12\n- 1");
    driver.cycle();
    assert_eq!(full.size(), 2);
    trigger.update("+ 1 2");
    driver.cycle();
    let told: Vec<String> =
        told.take().iter().map(|change| change_text(incremental.schema(), change)).collect();
    expect![[r#"
           key  V:i64  Tick:i64
        -  1    11     .
        +  5    12     2
        ~  0    20     2
    "#]]
    .assert_eq(&told.join("\n"));
    let tables = [full, incremental, history].map(|table| table_text(&table));
    expect![[r#"
        key  V:i64  Tick:i64
        0    20     2
        5    12     2

        key  V:i64  Tick:i64
        0    20     2
        5    12     2

        key  Tick:i64  V:i64
        0    1         10
        1    1         11
        2    2         20
        3    2         12
    "#]]
    .assert_eq(&tables.join("\n"));
}

#[test]
fn names_must_not_clash() {
    let driver = Driver::new();
    let table = ScriptedTable::new(driver.graph(), Properties::ANY, "key V:i64\n");
    let clash = snapshot_when(table.table(), table.table(), &[("V", "V")], SnapshotMode::History);
    assert_eq!(clash.unwrap_err().message(), "Column name conflicts: V");
}

#[test]
fn copies_read_what_is_stamped_not_the_source() {
    let large = || [Profile::full().initial(2_000), Profile::full().initial(20).idle(0.3)];
    let state = Rc::new(RefCell::new(Model::default()));
    for mode in [SnapshotMode::Full { initial: true }, SnapshotMode::Incremental { initial: true }] {
        let (kept, begun) = (state.clone(), state.clone());
        oracle(&format!("work of {mode:?}"))
            .inputs(large())
            .seeds(0..4)
            .work(|_| 1)
            .against(move |inputs| model(&kept, inputs, mode))
            .check(|inputs| {
                begun.borrow_mut().begin(inputs);
                snapshot_when(&inputs[0], &inputs[1], STAMPS, mode)
            });
    }
}
