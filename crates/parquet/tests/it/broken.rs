//! Files that are broken, cut, changed or gone give errors that name them; none brings the process down.

use std::fs;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{Int64Array, ListArray, StringArray};
use kinetable_engine::{ErrorKind, Result, Table};
use kinetable_parquet::{Cache, ReadOptions, read};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::support::*;

fn everything(table: &Table) -> Result<()> {
    let version = table.version();
    let rows = version.rows();
    (0..table.schema().fields().len()).try_for_each(|column| version.read(column, rows).map(drop))
}

#[test]
fn a_broken_footer_is_named() {
    let scratch = Scratch::new();
    history(scratch.path(), 3, &["a"]);
    let path = scratch.join("Date=2026-01-02/part-0.parquet");
    let whole = fs::read(&path).unwrap();
    let contents: [&[u8]; 5] = [b"", b"PAR1", b"not Parquet at all", &whole[..whole.len() - 9], &whole[9..]];
    for content in contents {
        fs::write(&path, content).unwrap();
        let table = open(scratch.path());
        let error = table.coalesce().and_then(|table| everything(&table)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Source);
        assert!(error.message().contains("Date=2026-01-02"), "{error}");
        assert!(error.hint().is_some());
    }
    fs::write(&path, &whole).unwrap();
    everything(&open(scratch.path()).coalesce().unwrap()).unwrap();
}

#[test]
fn a_broken_first_file_is_named_at_once() {
    let scratch = Scratch::new();
    let path = scratch.join("a.parquet");
    fs::write(&path, "nothing").unwrap();
    let error = read(scratch.path(), &ReadOptions::default()).unwrap_err();
    assert!(error.message().contains("a.parquet"), "{error}");
}

#[test]
fn a_file_that_is_gone_or_changed_is_named() {
    let scratch = Scratch::new();
    history(scratch.path(), 2, &["a"]);
    let options = ReadOptions { cache: Some(Cache::new(0)), ..ReadOptions::default() };
    let table = read(scratch.path(), &options).unwrap().coalesce().unwrap();
    everything(&table).unwrap();
    let path = scratch.join("Date=2026-01-02/part-0.parquet");
    let other = batch(vec![("Value", Arc::new(Int64Array::from(vec![1, 2])))]);
    write_file(&path, &other, row_groups_of(10));
    let error = everything(&table).unwrap_err();
    assert!(
        error.message().contains("has changed") && error.message().contains("Date=2026-01-02"),
        "{error}"
    );
    fs::remove_file(&path).unwrap();
    let error = everything(&table).unwrap_err();
    assert!(error.message().contains("Date=2026-01-02"), "{error}");
    assert!(error.hint().is_some());
    assert_eq!(open(scratch.path()).files().len(), 1);
}

#[test]
fn any_byte_may_be_wrong() {
    let scratch = Scratch::new();
    let path = scratch.join("fuzzed.parquet");
    let mut rng = StdRng::seed_from_u64(21);
    let texts = StringArray::from_iter_values((0..3000).map(|row| format!("text {}", row % 70)));
    let lists = (0..3000).map(|row| Some((0..row % 3).map(Some).collect::<Vec<_>>()));
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>(lists);
    let longs = Int64Array::from_iter_values(0..3000);
    let file = batch(vec![("A", Arc::new(longs)), ("B", Arc::new(texts)), ("C", Arc::new(lists))]);
    write_file(&path, &file, row_groups_of(1000));
    let whole = fs::read(&path).unwrap();
    let footer =
        whole.len() - 8 - u32::from_le_bytes(whole[whole.len() - 8..][..4].try_into().unwrap()) as usize;
    let (mut sound, mut refused) = (0, 0);
    for round in 0..1500 {
        let mut bytes = whole.clone();
        let range = if round % 3 == 0 { 0..whole.len() } else { footer..whole.len() };
        for _ in 0..rng.random_range(1..4) {
            bytes[rng.random_range(range.clone())] = rng.random();
        }
        fs::write(&path, &bytes).unwrap();
        let table = read(scratch.path(), &ReadOptions::default()).and_then(|table| table.coalesce());
        match table.and_then(|table| everything(&table)) {
            Ok(()) => sound += 1,
            Err(error) => {
                refused += 1;
                let said = error.message();
                assert!(said.contains("fuzzed.parquet") || said.contains("rows"), "{error}");
            }
        }
    }
    assert!(sound > 0 && refused > 0, "{sound} sound, {refused} refused");
}
