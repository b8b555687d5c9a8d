//! Conditions on partition columns of each type are decided from names of directories.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, new_null_array};
use arrow_schema::DataType;
use kinetable_parquet::{Comparison, ParquetTable, Prune};
use parquet::file::properties::WriterProperties;

use crate::support::*;

/// A file for each value of the key `K`.
fn partitioned(scratch: &Scratch, values: &[&str]) -> ParquetTable {
    for value in values {
        let path = scratch.join(&format!("K={value}/part.parquet"));
        let one = Int64Array::from(vec![1]);
        write_file(&path, &batch(vec![("V", Arc::new(one))]), WriterProperties::default());
    }
    open(scratch.path())
}

fn left(table: &ParquetTable, condition: Prune) -> Vec<String> {
    let (pruned, decided) = table.prune(std::slice::from_ref(&condition)).unwrap();
    assert_eq!(decided, [true], "{condition:?}");
    assert_eq!(pruned.counts().files_opened, 1);
    let name = |path: String| {
        let name = path.rsplit('/').nth(1).unwrap();
        name.split_once('=').unwrap().1.to_owned()
    };
    pruned.files().into_iter().map(name).collect()
}

const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

#[test]
fn null_is_least() {
    let scratch = Scratch::new();
    let table = partitioned(&scratch, &["1", "2", NULL]);
    let at = |comparison, value| left(&table, compare("K", comparison, value));
    assert_eq!(at(Comparison::Less, long(2)), [NULL, "1"]);
    assert_eq!(at(Comparison::LessOrEqual, long(1)), [NULL, "1"]);
    assert_eq!(at(Comparison::Greater, long(1)), ["2"]);
    assert_eq!(at(Comparison::NotEqual, long(1)), [NULL, "2"]);
    let null = || new_null_array(&DataType::Int32, 1);
    assert_eq!(at(Comparison::Equal, null()), [NULL]);
    assert_eq!(at(Comparison::LessOrEqual, null()), [NULL]);
    assert_eq!(at(Comparison::Greater, null()), ["1", "2"]);
    assert_eq!(at(Comparison::GreaterOrEqual, null()), [NULL, "1", "2"]);
    assert!(at(Comparison::Less, null()).is_empty());
    let untyped = new_null_array(&DataType::Null, 1);
    assert_eq!(at(Comparison::NotEqual, untyped), ["1", "2"]);
    let is_null = |negated| Prune::IsNull { column: "K".into(), negated };
    assert_eq!(left(&table, is_null(false)), [NULL]);
    assert_eq!(left(&table, is_null(true)), ["1", "2"]);
}

#[test]
fn numbers_compare_by_value() {
    let scratch = Scratch::new();
    let table = partitioned(&scratch, &["1.5", "2", "NaN", "-0.0"]);
    let double = |value: f64| -> ArrayRef { Arc::new(Float64Array::from(vec![value])) };
    let at = |comparison, value| left(&table, compare("K", comparison, value));
    assert_eq!(at(Comparison::Equal, double(0.0)), ["-0.0"]);
    assert_eq!(at(Comparison::Equal, long(2)), ["2"]);
    assert_eq!(at(Comparison::Greater, long(1)), ["1.5", "2"]);
    assert!(at(Comparison::Equal, double(f64::NAN)).is_empty());
    assert_eq!(at(Comparison::NotEqual, double(2.0)), ["-0.0", "1.5", "NaN"]);
    let values: ArrayRef = Arc::new(Float64Array::from(vec![f64::NAN, 1.5]));
    let listed = Prune::In { column: "K".into(), values };
    assert_eq!(left(&table, listed), ["1.5", "NaN"]);
}

#[test]
fn flags_and_texts() {
    let scratch = Scratch::new();
    let table = partitioned(&scratch, &["true", "false"]);
    let yes: ArrayRef = Arc::new(BooleanArray::from(vec![true]));
    assert_eq!(left(&table, compare("K", Comparison::Less, yes)), ["false"]);

    let scratch = Scratch::new();
    let table = partitioned(&scratch, &["a", "b", "Ä"]);
    let at = |comparison, value: &str| left(&table, compare("K", comparison, text(&[value])));
    assert_eq!(at(Comparison::Greater, "a"), ["b", "Ä"]);
    assert_eq!(at(Comparison::LessOrEqual, "a"), ["a"]);
}

#[test]
fn conditions_add_up() {
    let scratch = Scratch::new();
    let table = partitioned(&scratch, &["1", "2", "3", "4"]);
    let (some, _) = table.prune(&[compare("K", Comparison::Greater, long(1))]).unwrap();
    let (some, _) = some.prune(&[compare("K", Comparison::Less, long(4))]).unwrap();
    assert_eq!(some.files().len(), 2);
    let value = compare("V", Comparison::Greater, long(1));
    let (none, decided) = some.prune(&[value]).unwrap();
    assert_eq!(decided, [false]);
    assert_eq!(none.files().len(), 2);
    assert_eq!(none.coalesce().unwrap().size(), 0);
    assert_eq!(table.counts().files_opened, 3);
    assert_eq!(some.coalesce().unwrap().size(), 2);
}
