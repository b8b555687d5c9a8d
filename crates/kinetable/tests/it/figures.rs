//! Tables of figures: what they tell, and that they cost nothing when nobody looks.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use kinetable::NoNames;
use kinetable::figures::Figure;
use kinetable::kafka::Retention;

use crate::support::{longs, session, texts, trades, trades_schema, wait_until};

/// The value of a column in the row of a node. Both columns are read at once: between two reads there may be a cycle.
fn of_node(table: &kinetable::Table, node: u64, column: &str) -> Option<i64> {
    let columns = ["Node".to_owned(), column.to_owned()];
    let rows = table.batch(0..u64::MAX, Some(&columns)).expect("readable columns");
    let longs = |at: usize| rows.column(at).as_primitive::<Int64Type>().iter().collect::<Vec<_>>();
    let at = longs(0).iter().position(|number| *number == Some(node as i64))?;
    longs(1)[at]
}

fn number(table: &kinetable::Table) -> u64 {
    table.engine().expect("made").number().expect("live")
}

#[test]
fn nodes_tell_what_tables_did_and_go_with_them() {
    let session = session();
    let (table, publisher) = session.stream(trades_schema(), Retention::Append);
    let large = table.where_(&texts(["Size > 10"]), &NoNames).expect("a filter");
    let nodes = session.figures(Figure::Nodes);
    publisher.publish(trades(&[("A", 1.5, 20), ("B", 2.0, 5), ("B", 4.0, 100)])).expect("same columns");
    let (above, below) = (number(&table), number(&large));
    wait_until("rows are counted", || of_node(&nodes, above, "RowsAdded") == Some(3));
    wait_until("two pass", || of_node(&nodes, below, "RowsAdded") == Some(2));
    assert_eq!((of_node(&nodes, below, "Rows"), of_node(&nodes, below, "Changes")), (Some(2), Some(1)));
    assert!(of_node(&nodes, above, "Bytes").is_some_and(|bytes| bytes > 0));
    drop(large);
    wait_until("it is gone", || of_node(&nodes, below, "Rows").is_none());
    assert!(of_node(&nodes, above, "Rows").is_some() && of_node(&nodes, number(&nodes), "Rows").is_none());
}

#[test]
fn an_idle_graph_stays_idle_while_its_figures_are_looked_at() {
    let session = session();
    let (table, publisher) = session.stream(trades_schema(), Retention::Append);
    publisher.publish(trades(&[("A", 1.5, 20)])).expect("same columns");
    let figures = [Figure::Cycles, Figure::Nodes, Figure::Sources, Figure::Ancestors, Figure::Updates];
    let held = figures.map(|figure| session.figures(figure));
    wait_until("the row is counted", || of_node(&held[1], number(&table), "RowsAdded") == Some(1));
    // Rates become 0, and then nothing changes any more: figures do not measure themselves, or every second would have its step.
    let mut step = session.graph().step();
    wait_until("two collections and more change nothing", || {
        std::thread::sleep(std::time::Duration::from_millis(2_500));
        let before = std::mem::replace(&mut step, session.graph().step());
        before == step
    });
    let counted = longs(&held[0], "RowsAdded").into_iter().flatten().sum::<i64>();
    assert_eq!(counted, 1, "cycles of figures are not in the log");
}

#[test]
fn the_same_table_is_handed_out_as_long_as_one_is_held_and_the_thread_ends_after() {
    let threads = || {
        let tasks = std::path::Path::new("/proc/self/task").read_dir().expect("Linux");
        let name = |task: std::io::Result<std::fs::DirEntry>| {
            std::fs::read_to_string(task.ok()?.path().join("comm")).ok()
        };
        tasks.filter_map(name).filter(|name| name.trim() == "kinetable-figur").count()
    };
    let session = session();
    let (first, second) = (session.figures(Figure::States), session.figures(Figure::States));
    assert!(first.engine().expect("made").is_same(&second.engine().expect("made")));
    wait_until("a second is told", || longs_of_ints(&first) > 0);
    assert!(threads() > 0);
    drop((first, second));
    // Tests beside this one have threads of their own for as long as they run.
    let until = std::time::Instant::now() + std::time::Duration::from_secs(300);
    while threads() > 0 {
        assert!(std::time::Instant::now() < until, "a thread goes on though nobody holds a table");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(session.figures(Figure::Metrics).size().expect("made"), 0);
}

fn longs_of_ints(table: &kinetable::Table) -> usize {
    crate::support::column_of(table, "Threads").len()
}
