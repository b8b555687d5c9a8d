//! Static chains, checked by hand.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array};
use kinetable::{NaturalJoinType, NoNames, Order};

use crate::support::{longs, session, texts};

#[test]
fn columns_are_chosen_computed_renamed_and_dropped() {
    let session = session();
    let table = session
        .empty_table(4)
        .update(&texts(["A = ii", "B = A * A", "C = A + B"]), &NoNames)
        .expect("formulas");
    let names = |table: &kinetable::Table| -> Vec<String> {
        table.schema().fields().iter().map(|field| field.name().clone()).collect()
    };
    assert_eq!(longs(&table, "C"), [Some(0), Some(2), Some(6), Some(12)]);
    assert_eq!(names(&table.view(&texts(["C", "D = B + 1"]), &NoNames).expect("formulas")), ["C", "D"]);
    assert_eq!(names(&table.drop_columns(&texts(["B"])).expect("there")), ["A", "C"]);
    assert_eq!(names(&table.rename_columns(&texts(["A = B", "B = A"])).expect("there")), ["B", "A", "C"]);
    assert_eq!(names(&table.move_columns_up(&texts(["C"])).expect("there")), ["C", "A", "B"]);
}

#[test]
fn a_column_can_be_redefined_from_itself() {
    let session = session();
    let table = session.empty_table(3).update(&texts(["A = ii"]), &NoNames).expect("a formula");
    let twice = table.update_view(&texts(["A = A + 10", "A = A * 2"]), &NoNames).expect("formulas");
    assert_eq!(longs(&twice, "A"), [Some(20), Some(22), Some(24)]);
}

#[test]
fn sorted_merged_cut_and_joined() {
    let session = session();
    let column = |values: Vec<i64>| -> ArrayRef { Arc::new(Int64Array::from(values)) };
    let left = session.new_table(vec![("K".into(), column(vec![3, 1, 2]))]).expect("a table");
    let right = session
        .new_table(vec![("K".into(), column(vec![1, 2])), ("V".into(), column(vec![10, 20]))])
        .expect("a table");
    let joined = left.natural_join(&right, &texts(["K"]), &[], NaturalJoinType::default()).expect("a join");
    assert_eq!(longs(&joined, "V"), [None, Some(10), Some(20)]);
    let sorted = joined.sort(&[("K".to_owned(), Order::Descending)]).expect("a sort");
    assert_eq!(longs(&sorted, "K"), [Some(3), Some(2), Some(1)]);
    let merged =
        session.merge(&[sorted.head(1).expect("rows"), sorted.tail(1).expect("rows")]).expect("alike");
    assert_eq!(longs(&merged, "K"), [Some(3), Some(1)]);
    assert_eq!(longs(&merged.reverse().expect("rows"), "K"), [Some(1), Some(3)]);
}

#[test]
fn a_colour_is_a_hidden_column() {
    let session = session();
    let table = session.empty_table(3).update(&texts(["A = ii"]), &NoNames).expect("a formula");
    let styled = table.format_column_where("A", "A > 1", "IVORY", &NoNames).expect("a colour");
    let colours = longs(&styled, "A__TABLE_STYLE_FORMAT");
    assert_eq!(colours[..2], [Some(0), Some(0)]);
    assert!(colours[2].is_some_and(|colour| colour != 0));
}
