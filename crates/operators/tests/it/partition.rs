//! Tables of tables under the oracle: what their constituents hold, put together, against the table they are made of.

use std::sync::Arc;

use kinetable_engine::{Properties, Result, Table};
use kinetable_operators::aggregate::{self, Aggregation, GroupOptions, SplitOptions, split};
use kinetable_operators::join::where_in;
use kinetable_operators::partition::{self, find, merge};
use kinetable_operators::shape::flatten;
use kinetable_operators::sort::{Direction, sort};
use kinetable_testkit::{Driver, Oracle, Profile, ScriptedTable, fixed, oracle, table_text};

const PART: &str = "__CONSTITUENT__";

fn parts(table: &Table, by: &[&str]) -> Result<Table> {
    split(table, by, PART, SplitOptions::default())
}

fn merged(keys: &Table, of: &Table) -> Result<Table> {
    merge(of.graph(), keys, keys.definition().column_index(PART)?, of.schema())
}

fn transformed(
    keys: &Table,
    function: fn(&[Table]) -> Result<Table>,
) -> Result<(Table, Option<arrow_schema::SchemaRef>)> {
    let part = keys.definition().column_index(PART)?;
    partition::transform(keys, &[part], PART, Arc::new(function), &[])
}

fn profiles() -> [Profile; 4] {
    [Profile::full(), Profile::append(), Profile::add_only(), Profile::fixed()]
}

fn case(name: &str, profile: Profile) -> Oracle {
    oracle(name).input(profile)
}

#[test]
fn constituents_together_are_the_table() {
    for by in [&["Sym"] as &'static [&'static str], &["Id"], &["Price"], &["Sym", "Ratio", "Flag"]] {
        for profile in profiles() {
            case("split and merge", profile)
                .unordered()
                .against(|inputs| Ok(inputs[0].clone()))
                .check(move |inputs| merged(&parts(&inputs[0], by)?, &inputs[0]));
        }
    }
}

#[test]
fn a_constituent_is_the_rows_of_its_key() {
    let one = || fixed("Sym:str\nb\n");
    for profile in profiles() {
        case("one constituent", profile)
            .against(move |inputs| where_in(&inputs[0], &one(), &[("Sym", "Sym")]))
            .check(move |inputs| {
                let keys = where_in(&parts(&inputs[0], &["Sym"])?, &one(), &[("Sym", "Sym")])?;
                merged(&keys, &inputs[0])
            });
    }
}

#[test]
fn constituents_follow_the_order_of_their_keys() {
    for profile in profiles() {
        case("sorted constituents", profile)
            .against(|inputs| sort(&inputs[0], &[(0, Direction::Descending)]))
            .check(|inputs| {
                let keys = sort(&parts(&inputs[0], &["Sym"])?, &[(0, Direction::Descending)])?;
                merged(&flatten(&keys)?, &inputs[0])
            });
    }
}

#[test]
fn a_function_is_applied_to_constituents_that_come_later() {
    let sums = |table: &Table, by: &[&str]| {
        let aggregations =
            [Aggregation::count("N"), Aggregation::sum(["Qty", "Price"]), Aggregation::last(["Time"])];
        aggregate::agg_by(table, &aggregations, by, &GroupOptions::default())
    };
    for profile in [Profile::full(), Profile::append(), Profile::add_only()] {
        case("transform", profile).unordered().against(move |inputs| sums(&inputs[0], &["Sym"])).check(
            move |inputs| {
                let schema = sums(&inputs[0], &["Sym"])?.schema().clone();
                let keys = parts(&inputs[0], &["Sym"])?;
                let function = Arc::new(move |tables: &[Table]| {
                    // Two nodes deep, the first of which nobody else holds.
                    sums(&flatten(&tables[0])?, &["Sym"])
                });
                let (keys, _) = partition::transform(&keys, &[1], PART, function, &[])?;
                merge(inputs[0].graph(), &keys, 1, &schema)
            },
        );
    }
}

#[test]
fn merged_constituents_are_split_again() {
    let flat = |tables: &[Table]| flatten(&tables[0]);
    case("nested", Profile::full()).unordered().against(|inputs| Ok(inputs[0].clone())).check(
        move |inputs| {
            let (keys, _) = transformed(&parts(&inputs[0], &["Sym"])?, flat)?;
            let again = merged(&keys, &inputs[0])?;
            let (keys, _) = transformed(&parts(&again, &["Flag", "Tiny"])?, flat)?;
            merged(&keys, &inputs[0])
        },
    );
}

#[test]
fn constituents_that_are_held_live_through_the_absence_of_their_key() {
    let driver = Driver::new();
    let source =
        ScriptedTable::new(driver.graph(), Properties::ANY, "key Sym:str X:i64\n1 a 1\n2 b 2\n3 a 3\n");
    let keys = parts(source.table(), &["Sym"]).expect("a split");
    let held = find(&keys.version().read(1, keys.version().rows()).expect("handles")).expect("constituents");
    let b = held[1].clone().expect("the constituent of b");
    source.update("- 2\n");
    driver.cycle();
    assert_eq!((keys.size(), b.size()), (1, 0));
    source.update("+ 9 b 7\n");
    driver.cycle();
    assert_eq!((keys.size(), b.size()), (2, 1));
    let again = find(&keys.version().read(1, keys.version().rows()).expect("handles")).expect("constituents");
    assert!(again[1].as_ref().is_some_and(|other| other.is_same(&b)));
    assert!(table_text(&b).contains('7'), "{}", table_text(&b));
}

#[test]
fn blink_tables_are_not_split() {
    let driver = Driver::new();
    let source = ScriptedTable::new(driver.graph(), Properties::BLINK, "key Sym:str\n");
    let error = parts(source.table(), &["Sym"]).expect_err("rows of a blink table are not kept");
    assert!(error.to_string().contains("blink"), "{error}");
}

#[test]
fn cycles_run_the_constituents_that_change() {
    let driver = Driver::new();
    let rows: String = (0..2_000).map(|key| format!("{key} {key}\n")).collect();
    let source = ScriptedTable::new(driver.graph(), Properties::ANY, &format!("key Id:i64\n{rows}"));
    let keys = parts(source.table(), &["Id"]).expect("a split");
    let (keys, _) = transformed(&keys, |tables| flatten(&tables[0])).expect("a transformation");
    let merged = merged(&keys, source.table()).expect("a merge");
    source.update("- 5\n+ 5000 7\n");
    let report = driver.cycle();
    assert_eq!(merged.size(), 2_000);
    // The source, the split, the function's table, the merge, what changed twice over, and what is renewed.
    assert!(report.nodes_run < 50, "{report:?}");
}

#[test]
fn other_tables_of_a_function_are_named() {
    let driver = Driver::new();
    let source = ScriptedTable::new(driver.graph(), Properties::ANY, "key Sym:str X:i64\n");
    let other = ScriptedTable::new(driver.graph(), Properties::ANY, "key Sym:str X:i64\n1 a 1\n");
    // A merge stands deep in the graph, and runs after whatever is not known to depend on it.
    let totals = merged(&parts(other.table(), &["Sym"]).expect("a split"), other.table()).expect("a merge");
    let result = |dependencies: &[Table]| {
        let uses = totals.clone();
        let function = Arc::new(move |tables: &[Table]| where_in(&tables[0], &uses, &[("Sym", "Sym")]));
        let keys = parts(source.table(), &["Sym"]).expect("a split");
        let (keys, _) =
            partition::transform(&keys, &[1], PART, function, dependencies).expect("a transformation");
        merged(&keys, source.table()).expect("a merge")
    };
    let (unnamed, named) = (result(&[]), result(std::slice::from_ref(&totals)));
    source.update("+ 1 b 1\n+ 2 a 2\n");
    other.update("+ 2 b 9\n- 1\n");
    driver.cycle();
    assert!(unnamed.failure().is_some_and(|error| error.to_string().contains("dependencies")));
    assert_eq!((named.failure().is_none(), named.size()), (true, 1));
    assert!(table_text(&named).contains('b'), "{}", table_text(&named));
}

#[test]
fn parts_are_made_of_parts_within_a_cycle() {
    let driver = Driver::new();
    let source = ScriptedTable::new(driver.graph(), Properties::ANY, "key A:str B:str X:i64\n1 a u 1\n");
    let keys = parts(source.table(), &["A"]).expect("a split");
    let inner = |tables: &[Table]| {
        let keys = parts(&tables[0], &["B"])?;
        let (keys, _) = transformed(&keys, |tables| flatten(&tables[0]))?;
        merged(&keys, &tables[0])
    };
    let (keys, _) = transformed(&keys, inner).expect("a transformation");
    let whole = merged(&keys, source.table()).expect("a merge");
    source.update("+ 2 b u 2\n+ 3 b v 3\n+ 4 a v 4\n");
    driver.cycle();
    assert_eq!((whole.failure().is_none(), whole.size()), (true, 4));
    source.update("+ 5 b w 5\n- 1\n~ 3 b u 7\n");
    driver.cycle();
    assert_eq!((whole.failure().is_none(), whole.size()), (true, 4));
}

#[test]
fn tables_that_are_there_are_found_by_their_keys() {
    use kinetable_operators::select::{Selection, view};
    use kinetable_operators::shape::new_table;
    for profile in [Profile::append(), Profile::fixed()] {
        case("keyed", profile)
            .against(|inputs| {
                let column = inputs[0].definition().column_index("Qty")?;
                view(&inputs[0], &[Selection::column("Qty", column)])
            })
            .check(|inputs| {
                let column = inputs[0].definition().column_index("Qty")?;
                let schema = Arc::new(inputs[0].schema().project(&[column])?);
                let one = |values: &arrow_array::ArrayRef, at| {
                    new_table(vec![("Qty".to_owned(), values.slice(at, 1))])
                };
                let find = move |values: &arrow_array::ArrayRef| {
                    (0..values.len()).map(|at| one(values, at)).collect()
                };
                let keys = partition::keyed(&inputs[0], column, PART, Arc::new(find))?;
                merge(inputs[0].graph(), &keys, keys.definition().column_index(PART)?, &schema)
            });
    }
    let driver = Driver::new();
    let live = ScriptedTable::new(driver.graph(), Properties::ANY, "key Sym:str\n");
    let find = |_: &arrow_array::ArrayRef| Ok(Vec::new());
    let refused = partition::keyed(live.table(), 0, PART, Arc::new(find)).err().map(|e| e.to_string());
    assert!(refused.is_some_and(|text| text.contains("may only come")));
}
