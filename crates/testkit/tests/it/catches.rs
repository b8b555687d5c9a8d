//! The oracle passes an operator that is right, and catches for each check one that is wrong.

use kinetable_engine::column::{Blocks, Packed};
use kinetable_engine::{
    Column, ColumnSet, Definition, Error, Initial, Input, Operator, Output, Properties, Result, RowSet,
    Shifts, StepCtx, Table, Update, Version,
};
use kinetable_testkit::{Chain, Compared, Oracle, Profile, Script, oracle};
use std::panic::catch_unwind;
use std::sync::Arc;

/// How a copy of a table is wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    None,
    /// Forgets modified rows.
    StaleCells,
    /// Gives right rows, and says that only half of the modified rows changed.
    UnlistedCells,
    /// Tells shifts as removals and additions, but forgets the first row that moved.
    LostRow,
    /// Lists every row as modified.
    Overlists,
    /// Lets previous versions read the new values.
    Overwrites,
    /// Reads the whole table every cycle.
    Recomputes,
    /// Fails in the third cycle.
    Fails,
    /// Panics when it sees a shift.
    Panics,
}

/// Copies its input into blocks of its own.
struct Copy {
    fault: Fault,
    blocks: Blocks,
    shared: Arc<parking_lot::Mutex<Vec<Column>>>,
    cycles: u32,
}

fn copy(input: &Table, fault: Fault) -> Result<Table> {
    Table::derive(std::slice::from_ref(input), |versions| {
        let version = &versions[0];
        let types: Vec<_> = input.schema().fields().iter().map(|f| f.data_type().clone()).collect();
        let blocks = Blocks::new(types).write_all(version.rows(), read(version, version.rows())?)?;
        let shared = Arc::new(parking_lot::Mutex::new(blocks.columns()));
        let mut operator = Copy { fault, blocks, shared, cycles: 0 };
        Ok(Initial {
            definition: Definition::new(input.schema().clone(), Properties::ANY),
            rows: version.rows().clone(),
            columns: operator.columns(),
            operator: Box::new(operator),
        })
    })
}

fn read(version: &Version, rows: &RowSet) -> Result<Vec<arrow_array::ArrayRef>> {
    (0..version.columns().len()).map(|column| version.read(column, rows)).collect()
}

impl Copy {
    fn columns(&mut self) -> Vec<Column> {
        let columns = self.blocks.columns();
        if self.fault != Fault::Overwrites {
            return columns;
        }
        *self.shared.lock() = columns;
        let count = self.shared.lock().len();
        (0..count).map(|index| Arc::new(Current(self.shared.clone(), index)) as Column).collect()
    }
}

impl Operator for Copy {
    fn apply(&mut self, inputs: &[Input<'_>], previous: &Version, _: &StepCtx) -> Result<Option<Output>> {
        self.cycles += 1;
        if self.fault == Fault::Fails && self.cycles == 3 {
            return Err(Error::source("the third cycle"));
        }
        let input = inputs[0];
        let Some(update) = input.update else { return Ok(None) };
        assert!(self.fault != Fault::Panics || update.shifted.is_empty(), "a shift");
        if self.fault == Fault::Recomputes {
            read(input.now, input.now.rows())?;
        }
        let kept = previous.rows().difference(&update.removed);
        self.blocks = self.blocks.remove(&update.removed)?.shift(&update.shifted, &kept)?;
        let changed = match self.fault {
            Fault::StaleCells => update.added.clone(),
            _ => update.added.union(&update.modified),
        };
        self.blocks = self.blocks.write_all(&changed, read(input.now, &changed)?)?;
        let mut update = update.clone();
        match self.fault {
            Fault::UnlistedCells => {
                update.modified = update.modified.slice(0..update.modified.len() / 2);
                if update.modified.is_empty() {
                    update.modified_columns = ColumnSet::none();
                }
            }
            Fault::LostRow if !update.shifted.is_empty() => update = replaced(&update, previous, input.now),
            Fault::Overlists => {
                update.modified = update.shifted.apply(&kept);
                let count = if update.modified.is_empty() { 0 } else { input.now.columns().len() };
                update.modified_columns = ColumnSet::all(count);
            }
            _ => {}
        }
        Ok(Some(Output { rows: input.now.rows().clone(), columns: self.columns(), update }))
    }
}

/// The update told as removals and additions, but for the first row that moved.
fn replaced(update: &Update, previous: &Version, now: &Version) -> Update {
    let moved = update.shifted.moved_keys(previous.rows());
    let gone = moved.slice(1..u64::MAX).union(&update.removed);
    Update {
        removed: gone.clone(),
        added: now.rows().difference(&previous.rows().difference(&gone)),
        shifted: Shifts::empty(),
        ..Update::default()
    }
}

/// A column that reads what is current, whoever holds it.
#[derive(Debug)]
struct Current(Arc<parking_lot::Mutex<Vec<Column>>>, usize);

impl kinetable_engine::ColumnSource for Current {
    fn data_type(&self) -> &arrow_schema::DataType {
        &arrow_schema::DataType::Int64
    }

    fn read(&self, rows: &RowSet) -> Result<arrow_array::ArrayRef> {
        let column = self.0.lock()[self.1].clone();
        // Rows that are gone read as null.
        let there = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| column.read(rows)));
        there.unwrap_or_else(|_| Ok(arrow_array::new_null_array(self.data_type(), rows.len() as usize)))
    }

    fn bytes(&self) -> usize {
        0
    }
}

/// An oracle of few seeds; where sizes matter, of a table much larger than its changes.
fn small() -> Oracle {
    oracle("copy").input(Profile::full().columns("Id:i64 Qty:i64")).seeds(0..10)
}

fn failure(fault: Fault, oracle: Oracle) -> String {
    let oracle = std::panic::AssertUnwindSafe(oracle);
    let panic = catch_unwind(|| {
        let oracle = oracle;
        oracle.0.check(|inputs| copy(&inputs[0], fault))
    });
    match panic {
        Ok(report) => panic!("{fault:?} was not caught: {report:?}"),
        Err(panic) => panic.downcast_ref::<String>().expect("a message").clone(),
    }
}

#[test]
fn an_operator_that_is_right_passes_all_checks_on_all_inputs() {
    let profiles = [
        Profile::full().initial(500),
        Profile::full().distinct(1_000_000).nulls(0.5).specials(0.5),
        Profile::append(),
        Profile::add_only(),
        Profile::blink(),
        Profile::fixed(),
    ];
    for profile in profiles {
        let report = oracle("copy")
            .input(profile)
            .seeds(0..10)
            .honest()
            .work(|changed| 2 * changed)
            .check(|inputs| copy(&inputs[0], Fault::None));
        assert_eq!(report.overlisted, 0);
        assert_eq!(report.rows_changed, report.input_rows_changed);
    }
}

#[test]
fn values_that_are_stale_are_caught() {
    let text = failure(Fault::StaleCells, small());
    assert!(text.contains("check (a)"), "{text}");
    assert!(text.contains("first difference at position"), "{text}");
}

#[test]
fn cells_that_change_unlisted_are_caught() {
    let text = failure(Fault::UnlistedCells, small());
    assert!(text.contains("check (b)"), "{text}");
    assert!(text.contains("and is not listed"), "{text}");
}

#[test]
fn rows_that_change_unlisted_are_caught() {
    let text = failure(Fault::LostRow, small());
    assert!(text.contains("check (b)"), "{text}");
}

#[test]
fn rows_listed_for_nothing_are_caught_when_that_is_asked() {
    let text = failure(Fault::Overlists, small().honest());
    assert!(text.contains("check (c)"), "{text}");
    let text = failure(Fault::Overlists, small().overlisted_max(0.5));
    assert!(text.contains("check (c)"), "{text}");
    let report = small().check(|inputs| copy(&inputs[0], Fault::Overlists));
    assert!(report.overlisted_share() > 0.5, "{report:?}");
}

#[test]
fn versions_that_do_not_keep_their_values_are_caught() {
    let text = failure(Fault::Overwrites, small());
    assert!(text.contains("check (d)"), "{text}");
}

#[test]
fn work_above_the_cost_is_caught() {
    let large = oracle("copy").input(Profile::full().initial(300).columns("Id:i64")).seeds(0..2);
    let text = failure(Fault::Recomputes, large.work(|changed| 2 * changed + 10));
    assert!(text.contains("check (e)"), "{text}");
}

#[test]
fn failures_and_panics_are_caught() {
    let text = failure(Fault::Fails, small());
    assert!(text.contains("the operator failed"), "{text}");
    assert!(text.contains("the third cycle"), "{text}");
    let text = failure(Fault::Panics, small());
    assert!(text.contains("an operator panicked: a shift"), "{text}");
}

#[test]
fn a_failure_is_made_small_and_can_be_replayed() {
    let text = failure(Fault::StaleCells, oracle("copy").input(Profile::full()).cycles(30));
    let script = text.split_once("):\n").expect("a script").1;
    let script = Script::parse(Properties::ANY, script).expect("a script");
    assert_eq!(script.schema.fields().len(), 1, "{text}");
    let changes: usize = script.steps.iter().map(|step| step.len()).sum();
    assert!(changes + script.start.len() <= 2, "{text}");
    let replay = |fault| {
        let script = script.clone();
        catch_unwind(move || oracle("copy").replay(&[script], |inputs| copy(&inputs[0], fault)))
    };
    assert!(replay(Fault::StaleCells).is_err());
    assert!(replay(Fault::None).is_ok());
}

/// Counts the rows that a blink table ever had, and forgets none.
struct CountEver(u64);

fn count_ever(input: &Table) -> Result<Table> {
    Table::derive(std::slice::from_ref(input), |versions| {
        let count = versions[0].rows().len();
        let schema = kinetable_testkit::text::parse_schema("Count:i64")?;
        Ok(Initial {
            definition: Definition::new(schema, Properties::ANY),
            rows: RowSet::flat(1),
            columns: vec![one(count)?],
            operator: Box::new(CountEver(count)),
        })
    })
}

fn one(count: u64) -> Result<Column> {
    let values = arrow_array::Int64Array::from(vec![count as i64]);
    Packed::column(RowSet::flat(1), Arc::new(values))
}

impl Operator for CountEver {
    fn apply(&mut self, inputs: &[Input<'_>], _: &Version, _: &StepCtx) -> Result<Option<Output>> {
        let more = inputs[0].update.map_or(0, |update| update.added.len());
        if more == 0 {
            return Ok(None);
        }
        self.0 += more;
        let update =
            Update { modified: RowSet::flat(1), modified_columns: ColumnSet::all(1), ..Update::default() };
        Ok(Some(Output { rows: RowSet::flat(1), columns: vec![one(self.0)?], update }))
    }
}

#[test]
fn blink_inputs_can_be_recomputed_over_their_history() {
    let blink = || oracle("count").input(Profile::blink().columns("A:i32")).seeds(0..5);
    let report = blink().over_history().honest().check(|inputs| count_ever(&inputs[0]));
    assert!(report.rows_changed > 0);
    let current_only = std::panic::AssertUnwindSafe(blink());
    let caught = catch_unwind(|| {
        let current_only = current_only;
        current_only.0.check(|inputs| count_ever(&inputs[0]))
    });
    assert!(caught.is_err());
}

/// The rows of a static table, last first.
fn reversed(inputs: &[Table]) -> Result<Table> {
    let version = inputs[0].version();
    let rows = version.rows();
    let back: arrow_array::UInt64Array = (0..rows.len()).rev().collect();
    let turned = read(&version, rows)?
        .into_iter()
        .map(|values| Packed::column(rows.clone(), arrow_select::take::take(&values, &back, None)?));
    let columns = turned.collect::<Result<Vec<_>>>()?;
    Ok(Table::fixed(inputs[0].definition().clone(), rows.clone(), columns))
}

#[test]
fn order_matters_unless_it_is_said_that_it_does_not() {
    let few = || oracle("copy").input(Profile::full().columns("A:str B:f64")).seeds(0..4);
    few().unordered().against(reversed).check(|inputs| copy(&inputs[0], Fault::None));
    let text = failure(Fault::None, few().against(reversed));
    assert!(text.contains("check (a)"), "{text}");
    let text = failure(Fault::StaleCells, few().unordered());
    assert!(text.contains("rows found too often"), "{text}");
}

/// A chain of a right copy and a copy with a fault; what the chain says of it over some seeds.
fn chained(fault: Fault) -> Option<String> {
    (0..20).find_map(|seed| {
        let mut chain = Chain::default();
        let source = chain.source("changing", Profile::full().script(seed, 20));
        let right = |inputs: &[Table]| copy(&inputs[0], Fault::None);
        let first = chain.derive("copy".into(), &[source], Compared::InOrder, right).expect("a right copy");
        let wrong = move |inputs: &[Table]| copy(&inputs[0], fault);
        chain.derive("wrong".into(), &[first], Compared::InOrder, wrong).expect("the first version is right");
        chain.run().err()
    })
}

#[test]
fn a_chain_names_the_table_that_is_wrong() {
    assert_eq!(chained(Fault::None), None);
    for fault in [Fault::StaleCells, Fault::UnlistedCells, Fault::LostRow, Fault::Overwrites, Fault::Fails] {
        let said = chained(fault).unwrap_or_else(|| panic!("{fault:?} went unseen"));
        assert!(said.contains("→ wrong"), "{fault:?}: {said}");
    }
}
