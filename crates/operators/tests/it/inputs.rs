//! Tables that writes and deletes make, replays, and windows of time.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampNanosecondType;
use arrow_array::{Array, ArrayRef, BooleanArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema};
use expect_test::expect;
use kinetable_engine::column::Packed;
use kinetable_engine::{Definition, Properties, Result, RowSet, Table};
use kinetable_operators::shape::{ReplayClock, keyed_input, release, replayed, time_window, together};
use kinetable_testkit::text::value_text;
use kinetable_testkit::{Driver, Profile, ScriptedTable, change_text, fixed, oracle, record, table_text};

/// The rows that commands leave, by a list.
fn played(commands: &Table, keys: &[&str]) -> Result<Table> {
    let version = commands.version();
    let read = |name: &str| version.read(commands.definition().column_index(name)?, version.rows());
    let keys = keys.iter().map(|name| read(name)).collect::<Result<Vec<_>>>()?;
    let deletes = read("Flag")?;
    let deletes = deletes.as_boolean();
    let mut left: Vec<(String, u64)> = Vec::new();
    for row in 0..version.rows().len() as usize {
        let cell = |array: &ArrayRef| value_text(array, row).replace("-0.0", "0.0");
        let key = keys.iter().map(cell).collect::<Vec<_>>().join("\n");
        let found = left.iter().position(|(other, _)| *other == key);
        let place = version.rows().select(row as u64).expect("a row");
        match (deletes.is_valid(row) && deletes.value(row), found) {
            (true, Some(at)) => drop(left.remove(at)),
            (true, None) => {}
            (false, Some(at)) => left[at].1 = place,
            (false, None) => left.push((key, place)),
        }
    }
    let places: UInt64Array = left.iter().map(|(_, place)| Some(*place)).collect();
    let rows = RowSet::flat(places.len() as u64);
    let kept = commands.schema().fields().iter().zip(version.columns().iter());
    let kept: Vec<_> = kept.filter(|(field, _)| field.name() != "Flag").collect();
    let column = |(_, column): &(&Arc<Field>, &kinetable_engine::Column)| {
        Packed::column(rows.clone(), column.gather(&places)?)
    };
    let columns = kept.iter().map(column).collect::<Result<Vec<_>>>()?;
    let schema = Schema::new(kept.iter().map(|(field, _)| (*field).clone()).collect::<Vec<_>>());
    Ok(Table::fixed(Definition::new(Arc::new(schema), Properties::ANY), rows, columns))
}

#[test]
fn the_last_write_of_a_key_wins() {
    for keys in [&["Sym"][..], &["Id"], &["Price"], &["Sym", "Ratio", "Letter"]] {
        oracle(&format!("keyed_input by {keys:?}"))
            .input(Profile::blink().distinct(4))
            .work(|changed| 2 * changed)
            .over_history()
            .honest()
            .against(move |inputs| played(&inputs[0], keys))
            .check(|inputs| keyed_input(&inputs[0], keys, "Flag"));
    }
}

#[test]
fn writes_and_deletes_of_one_cycle_are_taken_in_order() {
    let driver = Driver::new();
    let text = "key K:str V:i64 Gone:bool\n";
    let commands = ScriptedTable::new(driver.graph(), Properties::BLINK, text);
    let table = keyed_input(commands.table(), &["K"], "Gone").unwrap();
    let (told, _handle) = record(&table);
    commands.update("+ 0 a 1 false\n+ 1 b 2 false\n+ 2 a 3 .\n+ 3 c 4 false\n+ 4 c . true");
    driver.cycle();
    commands.update("+ 5 b . true\n+ 6 b 5 false\n+ 7 a 3 false");
    driver.cycle();
    commands.update("+ 8 d . true\n+ 9 a 7 false");
    driver.cycle();
    let told: Vec<String> = told.take().iter().map(|change| change_text(table.schema(), change)).collect();
    expect![[r#"
           key  K:str  V:i64
        +  0    a      3
        +  1    b      2

           key  K:str  V:i64
        -  1    b      2
        +  3    b      5

           key  K:str  V:i64
        ~  0    =      7
    "#]]
    .assert_eq(&told.join("\n"));
    expect![[r#"
        key  K:str  V:i64
        0    a      7
        3    b      5
    "#]]
    .assert_eq(&table_text(&table));
    assert!(keyed_input(commands.table(), &[], "Gone").is_err());
    assert!(keyed_input(commands.table(), &["K"], "V").is_err());
}

/// 1 January 2026, at which the oracle's clock begins.
const START: i64 = 1_767_225_600_000_000_000;
const MILLISECOND: i64 = 1_000_000;

/// Which rows are not older than so many milliseconds, at a time.
fn tested(table: &Table, window: i64, now: i64) -> Result<Table> {
    let version = table.version();
    let index = table.definition().column_index("Time")?;
    let times = version.read(index, version.rows())?;
    let times = times.as_primitive::<TimestampNanosecondType>().iter();
    let flags: BooleanArray = times.map(|time| Some(now - time? <= window * MILLISECOND)).collect();
    let mut fields = table.schema().fields().to_vec();
    fields.push(Arc::new(Field::new("New", DataType::Boolean, true)));
    let mut columns = version.columns().to_vec();
    columns.push(Packed::column(version.rows().clone(), Arc::new(flags))?);
    let definition = Definition::new(Arc::new(Schema::new(fields)), Properties::ANY);
    Ok(Table::fixed(definition, version.rows().clone(), columns))
}

#[test]
fn rows_leave_a_window_as_time_passes() {
    for profile in [Profile::full(), Profile::append(), Profile::add_only()] {
        for window in [0, 55, 2_000] {
            // The reference is asked once when the table is made, then after each cycle.
            let asked = Rc::new(RefCell::new(0));
            let again = asked.clone();
            oracle(&format!("time_window of {window} ms"))
                .input(profile.clone().distinct(3))
                .against(move |inputs| {
                    let cycles = asked.replace_with(|asked| *asked + 1);
                    tested(&inputs[0], window, START + 10 * MILLISECOND * (cycles - 1).max(0))
                })
                .honest()
                .check(|inputs| {
                    *again.borrow_mut() = 0;
                    let graph = inputs[0].graph().expect("the input is live");
                    time_window(graph, &inputs[0], "Time", window * MILLISECOND, "New", START)
                });
        }
    }
}

#[test]
fn a_window_reads_the_rows_that_come_not_those_that_leave() {
    let asked = Rc::new(RefCell::new(0));
    let again = asked.clone();
    oracle("work of time_window")
        .input(Profile::append().distinct(2).initial(2_000))
        .seeds(0..6)
        .work(|changed| changed)
        .against(move |inputs| {
            let cycles = asked.replace_with(|asked| *asked + 1);
            tested(&inputs[0], 100, START + 10 * MILLISECOND * (cycles - 1).max(0))
        })
        .check(|inputs| {
            *again.borrow_mut() = 0;
            let graph = inputs[0].graph().expect("the input is live");
            time_window(graph, &inputs[0], "Time", 100 * MILLISECOND, "New", START)
        });
}

#[test]
fn a_window_wakes_the_graph_when_a_row_leaves() {
    let driver = Driver::new();
    let table = fixed("T:instant\n2026-01-01T00:00:00Z\n2026-01-01T00:00:01Z\n");
    let graph = driver.graph();
    let window = time_window(graph, &table, "T", 500 * MILLISECOND, "New", START).unwrap();
    assert_eq!(graph.next_due(), Some(START + 500 * MILLISECOND + 1));
    driver.run_until(START + 600 * MILLISECOND);
    expect![[r#"
        key  T:instant             New:bool
        0    2026-01-01T00:00:00Z  false
        1    2026-01-01T00:00:01Z  true
    "#]]
    .assert_eq(&table_text(&window));
    driver.run_until(START + 3_000 * MILLISECOND);
    assert_eq!(graph.next_due(), None);
    assert!(time_window(graph, &table, "T", -1, "New", START).is_err());
    assert!(time_window(graph, &table, "T", 1, "T", START).is_err());
}

#[test]
fn a_replay_lets_rows_out_by_their_times() {
    let driver = Driver::new();
    let text = "T:instant V:i64\n2020-01-01T00:00:00Z 1\n2020-01-01T00:00:02Z 2\n2020-01-01T00:00:02Z 3\n2020-01-01T00:00:09Z 4\n";
    let past = fixed(text);
    let start = 1_577_836_800_000_000_000;
    let clock = ReplayClock::new(start + 1, start + 8_000 * MILLISECOND).unwrap();
    let table = replayed(driver.graph(), &past, "T", &clock).unwrap();
    driver.cycle();
    assert_eq!(table.size(), 0);
    clock.start(driver.graph()).unwrap();
    driver.cycle();
    assert_eq!(table.size(), 1);
    driver.run_until(START + 1_900 * MILLISECOND);
    assert_eq!(table.size(), 1);
    driver.run_until(START + 2_100 * MILLISECOND);
    assert_eq!(table.size(), 3);
    driver.run_until(START + 20_000 * MILLISECOND);
    assert_eq!((table.size(), driver.graph().next_due()), (3, None));
    assert!(clock.start(driver.graph()).is_err());
    assert!(replayed(driver.graph(), &table, "T", &clock).is_err());
    assert!(replayed(driver.graph(), &past, "V", &clock).is_err());
    let unordered = fixed("T:instant\n2020-01-01T00:00:02Z\n2020-01-01T00:00:00Z\n");
    assert!(replayed(driver.graph(), &unordered, "T", &clock).is_err());
}

#[test]
fn the_changes_of_one_cycle_come_together() {
    let driver = Driver::new();
    let [a, b] = [0, 1].map(|_| ScriptedTable::new(driver.graph(), Properties::ANY, "key V:i64\n"));
    let both = together(&[a.table().clone(), b.table().clone()]).unwrap();
    a.update("+ 0 1");
    b.update("+ 0 2");
    driver.cycle();
    b.update("~ 0 3");
    driver.cycle();
    driver.cycle();
    let seen = both.take();
    let sizes: Vec<Vec<Option<u64>>> = seen
        .iter()
        .map(|cycle| cycle.iter().map(|change| change.as_ref().map(|change| change.update.size())).collect())
        .collect();
    assert_eq!(sizes, [vec![Some(1), Some(1)], vec![None, Some(1)]]);
    assert!(both.take().is_empty());
}

#[test]
fn rows_are_released_a_few_a_cycle() {
    for profile in [Profile::append(), Profile::add_only()] {
        // The reference keeps the keys that are out; it is asked once when the table is made, then after each cycle.
        let (asked, out) = (Rc::new(RefCell::new(0)), Rc::new(RefCell::new(RowSet::empty())));
        let (again, begun) = (asked.clone(), out.clone());
        oracle("release")
            .input(profile.idle(0.5))
            .against(move |inputs| {
                let version = inputs[0].version();
                let count = if asked.replace_with(|asked| *asked + 1) == 0 { 7 } else { 2 };
                let left = version.rows().difference(&out.borrow()).slice(0..count);
                let rows = out.borrow().union(&left);
                *out.borrow_mut() = rows.clone();
                Ok(Table::fixed(inputs[0].definition().clone(), rows, version.columns().to_vec()))
            })
            .check(|inputs| {
                (*again.borrow_mut(), *begun.borrow_mut()) = (0, RowSet::empty());
                release(inputs[0].graph().expect("the input is live"), &inputs[0], 7, 2)
            });
    }
}

#[test]
fn a_release_ends_when_all_rows_are_out() {
    let driver = Driver::new();
    let table = fixed("V:i64\n1\n2\n3\n4\n5\n");
    let released = release(driver.graph(), &table, 1, 2).unwrap();
    let sizes: Vec<u64> = (0..4)
        .map(|_| {
            let size = released.size();
            driver.cycle();
            size
        })
        .collect();
    assert_eq!((sizes, driver.graph().next_due()), (vec![1, 3, 5, 5], None));
    assert!(release(driver.graph(), &table, 1, 0).is_err());
    let any = ScriptedTable::new(driver.graph(), Properties::ANY, "key V:i64\n");
    assert!(release(driver.graph(), any.table(), 1, 1).is_err());
}
