//! Sorting under the oracle, against the plainest sort.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, UInt64Array};
use expect_test::expect;
use kinetable_engine::column::Packed;
use kinetable_engine::{Properties, Result, RowSet, Table};
use kinetable_operators::shape::new_table;
use kinetable_operators::sort::Direction::{Ascending, Descending};
use kinetable_operators::sort::{Direction, assert_sorted, reverse, sort};
use kinetable_testkit::{Driver, Profile, ScriptedTable, change_text, fixed, oracle, record, table_text};

const SYM: usize = 0;
const ID: usize = 1;
const PRICE: usize = 3;
const RATIO: usize = 4;

type Keys = &'static [(usize, Direction)];

/// Two values of a column: null first, NaN last.
fn compare(values: &ArrayRef, a: usize, b: usize) -> Ordering {
    let nulls = values.is_valid(a).cmp(&values.is_valid(b));
    if values.is_null(a) || values.is_null(b) {
        return nulls;
    }
    let floats = |x: f64, y: f64| match (x.is_nan(), y.is_nan()) {
        (false, false) => x.partial_cmp(&y).expect("two numbers"),
        (x, y) => x.cmp(&y),
    };
    if let Some(values) = values.as_primitive_opt::<Float64Type>() {
        return floats(values.value(a), values.value(b));
    }
    if let Some(values) = values.as_primitive_opt::<Float32Type>() {
        return floats(values.value(a).into(), values.value(b).into());
    }
    if let Some(values) = values.as_primitive_opt::<Int64Type>() {
        return values.value(a).cmp(&values.value(b));
    }
    let texts = values.as_string_view();
    texts.value(a).cmp(texts.value(b))
}

fn plain_sort(table: &Table, keys: Keys) -> Result<Table> {
    let version = table.version();
    let columns: Vec<ArrayRef> =
        keys.iter().map(|(c, _)| version.read(*c, version.rows())).collect::<Result<_>>()?;
    let mut places: Vec<usize> = (0..table.size() as usize).collect();
    places.sort_by(|a, b| {
        let each = columns.iter().zip(keys).map(|(values, (_, direction))| match direction {
            Ascending => compare(values, *a, *b),
            Descending => compare(values, *b, *a),
        });
        each.fold(Ordering::Equal, Ordering::then)
    });
    let rows = version.rows().to_vec();
    let keys = UInt64Array::from_iter_values(places.into_iter().map(|place| rows[place]));
    let rows = RowSet::flat(table.size());
    let columns = version.columns().iter();
    let columns = columns.map(|column| Packed::column(rows.clone(), column.gather(&keys)?));
    Ok(Table::fixed(table.definition().clone(), rows.clone(), columns.collect::<Result<_>>()?))
}

fn check(name: &str, profiles: impl IntoIterator<Item = Profile>, keys: Keys) {
    for profile in profiles {
        oracle(name)
            .input(profile)
            .against(move |inputs| plain_sort(&inputs[0], keys))
            .check(|inputs| sort(&inputs[0], keys));
    }
}

fn profiles() -> [Profile; 5] {
    [Profile::append(), Profile::add_only(), Profile::blink(), Profile::full(), Profile::fixed()]
}

#[test]
fn one_column_is_sorted() {
    check("sort by integer", profiles(), &[(ID, Ascending)]);
    check("sort by integer, descending", profiles(), &[(ID, Descending)]);
    check("sort by double", profiles(), &[(PRICE, Ascending)]);
    check("sort by double, descending", profiles(), &[(PRICE, Descending)]);
    check("sort by float", profiles(), &[(RATIO, Descending)]);
    check("sort by text", profiles(), &[(SYM, Ascending)]);
}

#[test]
fn several_columns_are_sorted() {
    check("sort by text, double", profiles(), &[(SYM, Descending), (PRICE, Ascending)]);
    check("sort by float, integer", profiles(), &[(RATIO, Ascending), (ID, Descending)]);
    let whole = profiles().map(|profile| profile.nulls(0.0));
    check("sort by float, integer, no nulls", whole, &[(RATIO, Descending), (ID, Ascending)]);
}

#[test]
fn room_is_made_again_and_again() {
    // Few keys at first, then hundreds of insertions: windows overflow at every size.
    oracle("sort, many insertions")
        .input(Profile::full().initial(40).changes(120))
        .cycles(30)
        .seeds(0..10)
        .against(|inputs| plain_sort(&inputs[0], &[(ID, Ascending)]))
        .check(|inputs| sort(&inputs[0], &[(ID, Ascending)]));
}

#[test]
fn the_work_is_that_of_changed_rows() {
    oracle("sort, its work")
        .input(Profile::full().initial(4000))
        .seeds(0..4)
        .work(|changed| 40 * changed + 100)
        .check(|inputs| sort(&inputs[0], &[(PRICE, Ascending), (ID, Ascending)]));
}

#[test]
fn sorts_follow_sorts() {
    oracle("sort of a sort, reversed").input(Profile::full()).check(|inputs| {
        let first = sort(&inputs[0], &[(PRICE, Descending)])?;
        reverse(&sort(&first, &[(SYM, Ascending)])?)
    });
}

#[test]
fn one_place_takes_any_number_of_rows() {
    let driver = Driver::new();
    let text = "key A:i64\n0 1\n1 1000000\n";
    let source = ScriptedTable::new(driver.graph(), Properties::APPEND, text);
    let sorted = sort(source.table(), &[(0, Ascending)]).unwrap();
    let falling = sort(source.table(), &[(0, Descending)]).unwrap();
    let mut key = 2;
    for round in 0..200i64 {
        let mut lines = String::new();
        for step in 0..7 {
            // Always just before the last, so that the same gap is filled again and again.
            lines += &format!("+ {key} {}\n", 10 + round * 10 + step);
            key += 1;
        }
        source.update(&lines);
        driver.cycle();
    }
    let values = |table: &Table| {
        let version = table.version();
        let values = version.read(0, version.rows()).unwrap();
        values.as_primitive::<Int64Type>().values().to_vec()
    };
    let up = values(&sorted);
    assert_eq!(up.len(), 1402);
    assert!(up.is_sorted());
    assert!(values(&falling).is_sorted_by(|a, b| a >= b));
    let rows = sorted.version().rows().clone();
    let span = rows.end() - rows.first().unwrap();
    assert!(span < 16 * rows.len(), "{} rows over {span} keys", rows.len());
}

#[test]
fn rows_move_when_their_key_changes_and_only_then() {
    let driver = Driver::new();
    let text = "key A:i64 B:i64\n1 10 0\n2 20 0\n3 30 0\n";
    let source = ScriptedTable::new(driver.graph(), Properties::ANY, text);
    let sorted = sort(source.table(), &[(0, Ascending)]).unwrap();
    let (told, _handle) = record(&sorted);
    source.update("~ 1 25 =\n~ 3 = 5\n> 2 -2");
    driver.cycle();
    let change = told.take().remove(0);
    let base = 1u64 << 62;
    let text = change_text(sorted.schema(), &change).replace(&base.to_string(), "base");
    let text = text.replace(&(base + 3).to_string(), "base + 3").replace(&(base + 4).to_string(), "base + 4");
    expect![[r#"
           key                  A:i64  B:i64
        -  base  10     0
        +  base + 3  25     0
        ~  base + 4  30     5
    "#]]
    .assert_eq(&text);
    assert!(change.update.shifted.is_empty(), "there is room between 20 and 30");
}

#[test]
fn equal_keys_stay_in_order() {
    let table = fixed("A:f64 B:i64\n0.0 1\nNaN 2\n. 3\n-0.0 4\nNaN 5\n. 6\n-1 7\n");
    expect![[r#"
        key  A:f64  B:i64
        0    .      3
        1    .      6
        2    -1.0   7
        3    0.0    1
        4    -0.0   4
        5    NaN    2
        6    NaN    5
    "#]]
    .assert_eq(&table_text(&sort(&table, &[(0, Ascending)]).unwrap()));
    expect![[r#"
        key  A:f64  B:i64
        0    NaN    2
        1    NaN    5
        2    0.0    1
        3    -0.0   4
        4    -1.0   7
        5    .      3
        6    .      6
    "#]]
    .assert_eq(&table_text(&sort(&table, &[(0, Descending)]).unwrap()));
}

#[test]
fn many_rows_are_sorted() {
    let count = 300_000i64;
    let doubles = Float64Array::from_iter((0..count).map(|row| {
        let value = (row * 7_919 % 100_003) as f64 - 50_000.0;
        (row % 1000 != 7).then_some(value)
    }));
    let table = new_table(vec![
        ("A".into(), Arc::new(doubles) as ArrayRef),
        ("B".into(), Arc::new(Int64Array::from_iter_values((0..count).map(|row| row % 17)))),
    ]);
    let table = table.unwrap();
    let keys: [Keys; 3] = [&[(0, Ascending)], &[(0, Descending)], &[(1, Descending), (0, Ascending)]];
    for keys in keys {
        let found = sort(&table, keys).unwrap();
        let expected = plain_sort(&table, keys).unwrap();
        assert_eq!(kinetable_testkit::table_difference(&expected, &found).unwrap(), None);
    }
}

#[test]
fn a_column_that_is_not_there_is_refused() {
    assert!(sort(&fixed("A:i64\n1\n"), &[(1, Ascending)]).is_err());
}

#[test]
fn sorted_tables_pass_the_test_of_their_order() {
    for profile in [Profile::full(), Profile::append(), Profile::blink(), Profile::fixed()] {
        for (column, direction) in [(SYM, Ascending), (PRICE, Descending), (RATIO, Ascending)] {
            oracle("assert_sorted of sorted")
                .input(profile.clone())
                .seeds(0..20)
                .against(move |inputs| sort(&inputs[0], &[(column, direction)]))
                .check(|inputs| {
                    let sorted = sort(&inputs[0], &[(column, direction)])?;
                    assert_sorted(&sorted, column, direction, "test")
                });
        }
    }
}

/// Whether a column is in order, by comparing all neighbours.
fn is_sorted(table: &Table, column: usize) -> bool {
    let version = table.version();
    let values = version.read(column, version.rows()).expect("a column");
    (1..values.len()).all(|at| compare(&values, at - 1, at).is_le())
}

#[test]
fn a_table_fails_in_the_cycle_in_which_it_loses_its_order() {
    for seed in 0..60 {
        let script =
            Profile::full().columns("V:f64").distinct(40).changes(1).initial(3).idle(0.0).script(seed, 30);
        let driver = Driver::new();
        let input = ScriptedTable::of_script(driver.graph(), &script);
        let Ok(tested) = assert_sorted(input.table(), 0, Ascending, "test") else {
            assert!(!is_sorted(input.table(), 0), "seed {seed}");
            continue;
        };
        for step in script.steps {
            input.step(step);
            driver.cycle();
            assert_eq!(tested.failure().is_none(), is_sorted(input.table(), 0), "seed {seed}");
            if let Some(error) = tested.failure() {
                assert!(
                    error.message().starts_with("test: column \"V\" is not sorted ascending: row "),
                    "{error}"
                );
                break;
            }
        }
    }
}

/// Joins leave any text in the place of a null: it must not be looked at.
#[test]
fn nulls_are_equal_whatever_lies_in_their_place() -> Result<()> {
    let texts = arrow_array::StringViewArray::from(vec!["c", "b", "a", "x"]);
    let nulls = arrow_buffer::NullBuffer::from(vec![false, false, false, true]);
    let texts =
        arrow_array::StringViewArray::new(texts.views().clone(), texts.data_buffers().to_vec(), Some(nulls));
    let places: ArrayRef = Arc::new(Int64Array::from(vec![0, 1, 2, 3]));
    let columns = vec![("T".into(), Arc::new(texts) as ArrayRef), ("P".into(), places.clone())];
    let table = new_table(columns)?;
    let sorted = sort(&table, &[(0, Ascending)])?;
    let version = sorted.version();
    assert_eq!(&version.read(1, version.rows())?, &places);
    Ok(())
}
