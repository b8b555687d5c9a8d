//! Footers, indexes and filters that lie: errors or sound answers, no panic, and no memory beyond what the file can justify.

use std::fs;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, StringArray};
use kinetable_parquet::{Comparison, ReadOptions, WriteOptions, read};
use parquet::file::properties::WriterProperties;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::support::*;

/// Changes a few bytes of the last ones, or cuts and doubles some.
fn mutated(whole: &[u8], last: usize, rng: &mut StdRng) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    let start = bytes.len().saturating_sub(last);
    for _ in 0..rng.random_range(1..6) {
        let place = rng.random_range(start..bytes.len());
        match rng.random_range(0..8) {
            0 => drop(bytes.remove(place)),
            1 => bytes.insert(place, rng.random()),
            2 => bytes[place] = [0, 0x7f, 0x80, 0xff][rng.random_range(0..4)],
            3 => bytes[place] ^= 1 << rng.random_range(0..8),
            _ => bytes[place] = rng.random(),
        }
    }
    bytes
}

/// Lists, prunes and reads what it can; whether all went well.
fn everything(path: &std::path::Path) -> bool {
    let Ok(table) = read(path, &ReadOptions::default()) else {
        return false;
    };
    let prunes = [
        compare("V", Comparison::Equal, long(777)),
        compare("V", Comparison::Less, long(100)),
        compare("T", Comparison::Equal, text(&["text 7"])),
    ];
    let mut is_well = true;
    for prune in prunes.iter().map(std::slice::from_ref).chain([&[][..]]) {
        let pruned = table.prune(prune).and_then(|(table, _)| table.coalesce());
        let Ok(table) = pruned else {
            is_well = false;
            continue;
        };
        let version = table.version();
        // What a footer says of rows is not proof that there are as many.
        let rows = version.rows().slice(0..100_000);
        is_well &= (0..table.schema().fields().len()).all(|column| version.read(column, &rows).is_ok());
    }
    is_well
}

fn rows() -> arrow_array::RecordBatch {
    let longs = Int64Array::from_iter_values(0..3000);
    let texts = StringArray::from_iter_values((0..3000).map(|row| format!("text {}", row % 700)));
    batch(vec![("V", Arc::new(longs) as ArrayRef), ("T", Arc::new(texts))])
}

#[test]
fn footers_indexes_and_filters_may_lie() {
    let scratch = Scratch::new();
    let path = scratch.join("one.parquet");
    let properties = WriterProperties::builder()
        .set_data_page_row_count_limit(100)
        .set_write_batch_size(50)
        .set_max_row_group_row_count(Some(1000))
        .set_bloom_filter_enabled(true)
        .build();
    write_file(&path, &rows(), properties);
    let whole = fs::read(&path).unwrap();
    assert!(everything(&path));
    let mut rng = StdRng::seed_from_u64(71);
    let (mut well, mut ill) = (0, 0);
    for _ in 0..1500 {
        fs::write(&path, mutated(&whole, 12_000, &mut rng)).unwrap();
        if everything(&path) { well += 1 } else { ill += 1 }
    }
    assert!(well > 0 && ill > 0, "{well} well, {ill} ill");
}

#[test]
fn metadata_of_a_directory_may_lie() {
    let scratch = Scratch::new();
    let table = {
        let path = scratch.join("source.parquet");
        write_file(&path, &rows(), row_groups_of(1000));
        open(&path).coalesce().unwrap()
    };
    let directory = scratch.join("t");
    let options = WriteOptions { metadata_files: true, ..WriteOptions::default() };
    let version = table.version();
    kinetable_parquet::write(&version, table.schema(), directory.join("a.parquet"), &options).unwrap();
    let whole = fs::read(directory.join("_metadata")).unwrap();
    assert!(everything(&directory));
    let mut rng = StdRng::seed_from_u64(72);
    for _ in 0..1500 {
        fs::write(directory.join("_metadata"), mutated(&whole, whole.len(), &mut rng)).unwrap();
        everything(&directory);
    }
}

/// A field that no structure of the format has: a list of two billion booleans.
const ENDLESS: [u8; 7] = [0xf9, 0xf1, 0xff, 0xff, 0xff, 0xff, 0x07];

#[test]
fn lists_that_take_no_bytes_do_not_take_hours() {
    let scratch = Scratch::new();
    let path = scratch.join("one.parquet");
    write_file(&path, &rows(), row_groups_of(1000));
    let whole = fs::read(&path).unwrap();
    let began = std::time::Instant::now();

    let metadata = whole.len() - 8;
    let mut footer = whole[..metadata - 1].to_vec();
    (0..1000).for_each(|_| footer.extend(ENDLESS));
    footer.push(0);
    let length = u32::from_le_bytes(whole[metadata..metadata + 4].try_into().unwrap()) + 7000;
    footer.extend(length.to_le_bytes());
    footer.extend(b"PAR1");
    fs::write(&path, footer).unwrap();
    let error = read(&path, &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("2147483647 booleans"), "{error}");

    let mut header = whole.clone();
    header[4..4 + 7 * 100].copy_from_slice(&ENDLESS.repeat(100));
    fs::write(&path, header).unwrap();
    assert!(!everything(&path));
    assert!(began.elapsed().as_secs() < 300, "{:?}", began.elapsed());
}
