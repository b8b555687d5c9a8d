//! Live tables: they tick by themselves, and their errors stay where they are.

use kinetable::kafka::Retention;
use kinetable::{Aggregation, GroupOptions, NaturalJoinType, NoNames, Order};

use crate::support::{doubles, longs, session, texts, trades, trades_schema, wait_until};

#[test]
fn a_chain_of_operations_ticks() {
    let session = session();
    let (table, publisher) = session.stream(trades_schema(), Retention::Append);
    let large = table.where_(&texts(["Size > 10"]), &NoNames).expect("a filter");
    let valued = large.update_view(&texts(["Value = Price * Size"]), &NoNames).expect("a formula");
    let by_symbol = [Aggregation::sum(["Total = Value"]), Aggregation::count("Trades")];
    let totals =
        valued.agg_by(&by_symbol, &texts(["Symbol"]), &GroupOptions::default()).expect("aggregations");
    let sorted = totals.sort(&[("Total".to_owned(), Order::Descending)]).expect("a sort");
    publisher.publish(trades(&[("A", 1.5, 20), ("B", 2.0, 5), ("B", 4.0, 100)])).expect("same columns");
    wait_until("two groups", || sorted.size().expect("made") == 2);
    assert_eq!(doubles(&sorted, "Total"), [Some(400.0), Some(30.0)]);
    publisher.publish(trades(&[("A", 50.0, 1_000)])).expect("same columns");
    wait_until("the order changed", || doubles(&sorted, "Total") == [Some(50_030.0), Some(400.0)]);
    assert_eq!(longs(&sorted, "Trades"), [Some(2), Some(1)]);
}

#[test]
fn blink_aggregates_equal_append_aggregates() {
    let session = session();
    let (append, to_append) = session.stream(trades_schema(), Retention::Append);
    let (blink, to_blink) = session.stream(trades_schema(), Retention::BLINK);
    let totals = |table: &kinetable::Table| {
        let aggregations = [Aggregation::sum(["Total = Price"]), Aggregation::count("Trades")];
        table.agg_by(&aggregations, &texts(["Symbol"]), &GroupOptions::default()).expect("aggregations")
    };
    let (of_append, of_blink) = (totals(&append), totals(&blink));
    let both = of_append
        .natural_join(
            &of_blink,
            &texts(["Symbol"]),
            &texts(["BlinkTotal = Total"]),
            NaturalJoinType::default(),
        )
        .expect("a join")
        .update_view(&texts(["Difference = Total - BlinkTotal"]), &NoNames)
        .expect("a formula");
    let rows: Vec<(&str, f64, i64)> =
        (0..1_000).map(|i| (["A", "B", "C"][i % 3], 0.1 * i as f64, 1)).collect();
    for part in rows.chunks(7) {
        to_append.publish(trades(part)).expect("same columns");
    }
    for part in rows.chunks(113) {
        to_blink.publish(trades(part)).expect("same columns");
        std::thread::sleep(std::time::Duration::from_millis(11));
    }
    wait_until("all rows", || {
        let seen = |table: &kinetable::Table| longs(table, "Trades").into_iter().flatten().sum::<i64>();
        seen(&of_append) == 1_000 && seen(&of_blink) == 1_000
    });
    wait_until("equal to the bit", || doubles(&both, "Difference") == [Some(0.0); 3]);
}

#[test]
fn a_bad_row_of_a_live_table_is_null_and_recorded() {
    let session = session();
    let (table, publisher) = session.stream(trades_schema(), Retention::Append);
    let rest = table.update(&texts(["Rest = 100 % Size"]), &NoNames).expect("a formula");
    publisher.publish(trades(&[("A", 1.0, 7), ("B", 1.0, 0), ("C", 1.0, 9)])).expect("same columns");
    wait_until("three rows", || rest.size().expect("made") == 3);
    assert_eq!(longs(&rest, "Rest"), [Some(2), None, Some(1)]);
    assert_eq!(rest.cell_errors().count(), 1);
    assert!(rest.cell_errors().newest()[0].formula.contains("100 % Size"));
    assert!(rest.failure().is_none());
}

#[test]
fn a_formula_that_fails_on_a_group_is_null_there_and_recorded() {
    let session = session();
    let (table, publisher) = session.stream(trades_schema(), Retention::Append);
    let (by, text) = (texts(["Symbol"]), "Rest = 100 % sum(Size)");
    let formulas = table.group_formulas(&by, &NoNames);
    let formula = formulas.formula(text).expect("a formula");
    let rest = formulas.agg_by(&[formula], &GroupOptions::default()).expect("a table");
    publisher.publish(trades(&[("A", 1.0, 7), ("B", 1.0, 0), ("A", 1.0, 2)])).expect("same columns");
    wait_until("two groups", || rest.size().expect("made") == 2);
    assert_eq!(longs(&rest, "Rest"), [Some(1), None]);
    assert_eq!(rest.cell_errors().newest()[0].formula, text);
    publisher.publish(trades(&[("B", 1.0, 9)])).expect("same columns");
    wait_until("a group that is mended", || longs(&rest, "Rest") == [Some(1), Some(1)]);
    assert!(rest.failure().is_none());
}

#[test]
fn a_bad_row_raises_when_the_table_is_made() {
    let session = session();
    let table = session.empty_table(3).update(&texts(["X = ii"]), &NoNames).expect("a formula");
    let error = table.update(&texts(["Y = 7 % X"]), &NoNames).expect_err("7 % 0");
    assert!(error.to_string().contains("7 % X"), "{error}");
}

#[test]
fn a_wrong_formula_says_where_and_offers_the_nearest_name() {
    let session = session();
    let (table, _publisher) = session.stream(trades_schema(), Retention::Append);
    let error = table.where_(&texts(["Prise > 3"]), &NoNames).expect_err("no such name").to_string();
    assert!(error.contains("Prise") && error.contains('^') && error.contains("Price"), "{error}");
}

#[test]
fn a_time_table_ticks_in_a_session_that_slept() {
    let session = session();
    std::thread::sleep(std::time::Duration::from_millis(50));
    let table = session.time_table(20_000_000, None, Retention::Append).expect("a period");
    wait_until("five periods", || table.size().expect("made") >= 5);
}
