//! Arrow IPC, written and read, and what is no such file.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{
    ArrayRef, FixedSizeBinaryArray, Int64Array, NullArray, RecordBatch, RunArray, StringArray,
    StringViewArray, UInt64Array,
};
use arrow_buffer::Buffer;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::DataType;
use kinetable_engine::{RowSet, Table};
use kinetable_files::ipc::{Access, Compression, Format, WriteOptions, read, write};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::support::{Scratch, cells, quiet, version};

fn column(table: &Table, place: usize) -> ArrayRef {
    let version = table.version();
    version.read(place, version.rows()).unwrap()
}

fn numbers(rows: i64) -> [(&'static str, ArrayRef); 2] {
    let texts = (0..rows).map(|row| (row % 5 > 0).then(|| format!("the text of number {}", row % 1_000)));
    let texts: StringViewArray = texts.collect();
    [("n", Arc::new(Int64Array::from_iter_values(0..rows))), ("s", Arc::new(texts))]
}

#[test]
fn every_way_of_writing_comes_back_by_every_way_of_reading() {
    for rows in [0, 10, 300_000] {
        let columns = numbers(rows);
        let (version, schema) = version(&columns);
        for format in [Format::File, Format::Stream] {
            for compression in [None, Some(Compression::Lz4), Some(Compression::Zstd)] {
                for dictionaries in [vec![], vec!["s".to_owned()]] {
                    let file = Scratch::new("");
                    let options = WriteOptions { format, compression, dictionaries };
                    write(&version, &schema, file.path(), &options, &quiet()).unwrap();
                    for access in [Access::Read, Access::Mapped] {
                        let table = read(file.path(), access).unwrap();
                        assert_eq!(table.size(), rows as u64, "{options:?}");
                        assert_eq!(&column(&table, 0), &columns[0].1, "{options:?}");
                        assert_eq!(cells(&column(&table, 1)), cells(&columns[1].1), "{options:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn mapped_values_are_read_by_slices_of_the_file() {
    let (version, schema) = version(&numbers(300_000));
    let file = Scratch::new("");
    write(&version, &schema, file.path(), &WriteOptions::default(), &quiet()).unwrap();
    let table = read(file.path(), Access::Mapped).unwrap();
    let state = table.version();
    // Two reads of overlapping rows share their memory, so nothing was copied.
    let one = state.read(0, &RowSet::flat(1_000)).unwrap();
    let other = state.read(0, &RowSet::flat(2_000)).unwrap();
    let address = |values: &ArrayRef| values.as_primitive::<Int64Type>().values().as_ptr();
    assert_eq!(address(&one), address(&other));
    let across = state.read(0, &RowSet::flat(131_100).restrict(131_000..131_100)).unwrap();
    assert_eq!(across.as_primitive::<Int64Type>().value(99), 131_099);
}

#[test]
fn types_of_others_become_ours() {
    let values: ArrayRef = Arc::new(UInt64Array::from(vec![Some(u64::MAX), None]));
    let batch = RecordBatch::try_from_iter([("u", values)]).unwrap();
    let file = Scratch::new("");
    let mut writer =
        FileWriter::try_new(std::fs::File::create(file.path()).unwrap(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    let table = read(file.path(), Access::Read).unwrap();
    assert_eq!(table.schema().field(0).data_type(), &DataType::Decimal256(76, 0));
    assert_eq!(cells(&column(&table, 0)), ["18446744073709551615", "."]);
}

#[test]
fn rows_that_no_bytes_stand_for_have_a_limit() {
    let with_nulls = |rows: i64| -> [(&str, ArrayRef); 3] {
        let runs: ArrayRef = Arc::new(
            RunArray::<Int64Type>::try_new(
                &Int64Array::from(vec![rows]),
                &StringArray::from(vec!["the same text in every row"]),
            )
            .unwrap(),
        );
        let empty = FixedSizeBinaryArray::try_new_with_len(0, Buffer::default(), None, rows as usize);
        [
            ("nulls", Arc::new(NullArray::new(rows as usize))),
            ("empty", Arc::new(empty.unwrap())),
            ("runs", runs),
        ]
    };
    let written = |named: (&str, ArrayRef), compression: Option<CompressionType>, is_file: bool| {
        let batch = RecordBatch::try_from_iter([named]).unwrap();
        let options = IpcWriteOptions::default().try_with_compression(compression).unwrap();
        let schema = batch.schema();
        if is_file {
            let mut writer = FileWriter::try_new_with_options(Vec::new(), &schema, options).unwrap();
            writer.write(&batch).unwrap();
            writer.into_inner().unwrap()
        } else {
            let mut writer = StreamWriter::try_new_with_options(Vec::new(), &schema, options).unwrap();
            writer.write(&batch).unwrap();
            writer.into_inner().unwrap()
        }
    };
    for compression in [None, Some(CompressionType::LZ4_FRAME)] {
        for is_file in [true, false] {
            for named in with_nulls(1_000) {
                let file = Scratch::new(written(named, compression, is_file));
                assert_eq!(read(file.path(), Access::Read).unwrap().size(), 1_000);
            }
            for named in with_nulls(1 << 40) {
                let file = Scratch::new(written(named, compression, is_file));
                let error = read(file.path(), Access::Read).unwrap_err().to_string();
                assert!(error.contains("more rows than can be"), "{error}");
            }
        }
    }
}

#[test]
fn what_is_no_file_of_arrow() {
    for (content, word) in [
        (&b""[..], "schema"),
        (b"FEA1 old", "version 1"),
        (b"ARROW1\0\0", "too short"),
        (b"a,b\n1,2\n", "Arrow"),
    ] {
        let error = read(Scratch::new(content).path(), Access::Read).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn broken_files_are_errors_or_tables_and_never_a_panic() {
    let (version, schema) = version(&numbers(100));
    let mut random = StdRng::seed_from_u64(3);
    for format in [Format::File, Format::Stream] {
        for compression in [None, Some(Compression::Lz4)] {
            let file = Scratch::new("");
            let options = WriteOptions { format, compression, dictionaries: vec!["s".to_owned()] };
            write(&version, &schema, file.path(), &options, &quiet()).unwrap();
            let sound = std::fs::read(file.path()).unwrap();
            for _ in 0..300 {
                let mut broken = sound.clone();
                for _ in 0..random.random_range(1..4) {
                    let place = random.random_range(0..broken.len());
                    broken[place] = random.random();
                }
                if random.random_bool(0.2) {
                    broken.truncate(random.random_range(0..sound.len()));
                }
                drop(read(Scratch::new(&broken).path(), Access::Read));
            }
        }
    }
}
