//! Opening is a listing and one footer; `where` on a partition column opens the partitions it names.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, Int64Array};
use kinetable_parquet::{Comparison, Counts, Prune};

use crate::support::*;

#[test]
fn six_months_open_with_one_footer() {
    let scratch = Scratch::new();
    history(scratch.path(), 181, &["a"]);
    let table = open(scratch.path());
    let counts = table.counts();
    assert_eq!((counts.files_opened, counts.footers_read), (1, 1));
    assert_eq!((counts.row_groups_read, counts.rows_decoded), (0, 0));
    assert!(counts.bytes_read < 16 << 10, "{} bytes for one footer", counts.bytes_read);
    assert!(table.bytes() < 128 << 10, "{} bytes held", table.bytes());
    assert_eq!(table.partition_columns(), ["Date"]);
    let names: Vec<&str> = table.schema().fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, ["Date", "Timestamp", "ServiceName", "Value"]);
    assert_eq!(table.files().len(), 181);
}

#[test]
fn where_on_the_partition_column_opens_only_those_partitions() {
    let scratch = Scratch::new();
    history(scratch.path(), 40, &["a", "b"]);
    let table = open(scratch.path());
    let after = compare("Date", Comparison::Greater, text(&["2026-02-01"]));
    let (recent, decided) = table.prune(&[after]).unwrap();
    assert_eq!(decided, [true]);
    assert_eq!(recent.files().len(), 8);
    assert_eq!(table.counts().files_opened, 1);

    let engine = recent.coalesce().unwrap();
    assert_eq!(engine.size(), 8 * 2 * ROWS_A_DAY as u64);
    let counts = recent.counts();
    assert_eq!((counts.files_opened, counts.footers_read), (9, 9));
    assert_eq!(counts.row_groups_read, 0);

    let values = read_all(&engine, "Value");
    assert_eq!(values.as_primitive::<Int64Type>().value(0), 320_000);
    let counts = recent.counts();
    assert_eq!((counts.files_opened, counts.footers_read, counts.row_groups_read), (9, 9, 8));
    assert_eq!(counts.rows_decoded, engine.size());

    let dates = read_all(&engine, "Date");
    let dates = dates.as_string_view();
    assert_eq!(dates.value(0), "2026-02-02");
    assert_eq!(dates.value(dates.len() - 1), "2026-02-09");
    assert_eq!(recent.counts(), counts, "partition values are not read from files");
}

#[test]
fn nothing_left_opens_nothing() {
    let scratch = Scratch::new();
    history(scratch.path(), 3, &["a"]);
    let table = open(scratch.path());
    let never = compare("Date", Comparison::Equal, text(&["2027-01-01"]));
    let (none, _) = table.prune(&[never]).unwrap();
    let engine = none.coalesce().unwrap();
    assert_eq!(engine.size(), 0);
    assert_eq!(read_all(&engine, "Value").len(), 0);
    assert_eq!(none.counts(), Counts { ..table.counts() });
    assert_eq!(none.counts().files_opened, 1);
}

#[test]
fn a_row_has_one_key_in_all_tables_of_a_listing() {
    let scratch = Scratch::new();
    history(scratch.path(), 5, &["a"]);
    let table = open(scratch.path());
    let whole = table.coalesce().unwrap();
    let dates = Prune::In { column: "Date".into(), values: text(&["2026-01-02", "2026-01-04"]) };
    let part = table.prune(&[dates]).unwrap().0.coalesce().unwrap();
    let rows = part.version().rows().clone();
    assert!(rows.is_subset(whole.version().rows()));
    assert_eq!(&read_all(&part, "Value"), &read_rows(&whole, "Value", &rows));
    let first = read_all(&part, "Value").as_primitive::<Int64Type>().value(0);
    assert_eq!(first, 10_000);
}

#[test]
fn the_table_is_made_once() {
    let scratch = Scratch::new();
    history(scratch.path(), 2, &["a"]);
    let table = open(scratch.path());
    let (one, other) = (table.coalesce().unwrap(), table.clone().coalesce().unwrap());
    assert!(one.is_same(&other));
    assert_eq!(table.counts().footers_read, 2);
}

#[test]
fn a_single_file_is_a_flat_table() {
    let scratch = Scratch::new();
    let path = scratch.join("one.parquet");
    let values = Int64Array::from_iter_values(0..100);
    write_file(&path, &batch(vec![("V", std::sync::Arc::new(values))]), row_groups_of(30));
    let engine = open(&path).coalesce().unwrap();
    assert!(engine.version().rows().is_flat());
    assert_eq!(engine.size(), 100);
    assert_eq!(&read_all(&engine, "V"), &plain(&path, "V"));
}
