//! Tables that a program writes, and the table of errors.

use std::sync::Arc;

use arrow_array::Array;
use kinetable::{NoNames, Session, Table};

use crate::support::{column_of, longs, session, texts, trades, trades_schema, wait_until};

fn rows(session: &Session, rows: &[(&str, f64, i64)]) -> Table {
    let batch = trades(rows);
    let names = batch.schema().fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>();
    session.new_table(names.into_iter().zip(batch.columns().iter().cloned()).collect()).expect("columns")
}

#[test]
fn what_was_added_is_there_after_a_flush() {
    let session = session();
    let appended = session.input_table(trades_schema(), Vec::new()).expect("a table");
    let keyed = session.input_table(trades_schema(), texts(["Symbol"])).expect("a table");
    for size in 1..=20 {
        for input in [&appended, &keyed] {
            input.add(&rows(&session, &[("A", 1.0, size), ("B", 1.0, -size)])).expect("the same columns");
        }
        session.flush().expect("the session runs");
        assert_eq!(appended.table().size().expect("made"), 2 * size as u64);
        assert_eq!(longs(keyed.table(), "Size"), [Some(size), Some(-size)]);
    }
    keyed.delete(&rows(&session, &[("A", 0.0, 0)])).expect("the key column is there");
    session.flush().expect("the session runs");
    assert_eq!(longs(keyed.table(), "Size"), [Some(-20)]);
    assert!(appended.delete(&rows(&session, &[("A", 0.0, 0)])).is_err());
}

#[test]
fn rows_may_be_in_any_order_but_not_of_other_columns() {
    let session = session();
    let input = session.input_table(trades_schema(), Vec::new()).expect("a table");
    let table = rows(&session, &[("A", 1.0, 1)]);
    input
        .add(&table.view(&texts(["Size", "Symbol", "Price"]), &NoNames).expect("columns"))
        .expect("any order");
    session.flush().expect("the session runs");
    assert_eq!(longs(input.table(), "Size"), [Some(1)]);
    for wrong in ["Size = `x`", "More = 1"] {
        let wrong = table.update(&texts([wrong]), &NoNames).expect("a formula");
        assert!(input.add(&wrong).is_err());
    }
}

#[test]
fn a_flush_waits_for_others_but_never_for_itself() {
    let session = session();
    let graph = session.graph().clone();
    graph.lock().expect("nobody holds it");
    assert!(session.flush().is_err());
    let input = Arc::new(session.input_table(trades_schema(), Vec::new()).expect("a table"));
    let waiting = std::thread::spawn({
        let (session, input) = (session.clone(), input.clone());
        move || {
            input.add(&rows(&session, &[("A", 1.0, 1)])).expect("the same columns");
            session.flush().expect("the lock is let go of");
            input.table().size().expect("made")
        }
    });
    assert_eq!(input.table().size().expect("made"), 0);
    graph.unlock().expect("it is held");
    assert_eq!(waiting.join().expect("no panic"), 1);
}

#[test]
fn errors_of_cells_are_a_live_table() {
    let session = session();
    let input = session.input_table(trades_schema(), Vec::new()).expect("a table");
    let rest = input.table().update(&texts(["Rest = 100 % Size"]), &NoNames).expect("a formula");
    input.add(&rows(&session, &[("A", 1.0, 7), ("B", 1.0, 0)])).expect("the same columns");
    session.flush().expect("the session runs");
    let errors = rest.errors().expect("the session runs");
    assert_eq!((errors.size().expect("made"), longs(&errors, "Row")), (1, vec![Some(1)]));
    input.add(&rows(&session, &[("C", 1.0, 0)])).expect("the same columns");
    wait_until("the second error", || longs(&errors, "Row") == [Some(1), Some(2)]);
    assert_eq!(column_of(&errors, "Column").len(), 2);
}
