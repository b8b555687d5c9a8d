//! CSV as it is written.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BinaryViewArray, BooleanArray, Date32Array, Decimal128Array, DurationNanosecondArray,
    Float32Array, Float64Array, Int64Array, ListArray, StringViewArray, Time64NanosecondArray,
    TimestampNanosecondArray, UInt16Array,
};
use kinetable_files::csv::{ReadOptions, WriteOptions, read, write};

use crate::support::{Scratch, quiet, shown, version};

fn written(columns: &[(&str, ArrayRef)]) -> Scratch {
    let (version, schema) = version(columns);
    let file = Scratch::new("old");
    write(&version, &schema, file.path(), &WriteOptions::default(), &quiet()).unwrap();
    file
}

#[test]
fn every_type_has_its_text() {
    let columns: [(&str, ArrayRef); 12] = [
        ("b", Arc::new(BooleanArray::from(vec![Some(true), None]))),
        ("l", Arc::new(Int64Array::from(vec![Some(i64::MIN), None]))),
        ("f", Arc::new(Float32Array::from(vec![Some(0.1), None]))),
        ("d", Arc::new(Float64Array::from(vec![Some(1e300), Some(f64::NEG_INFINITY)]))),
        ("c", Arc::new(UInt16Array::from(vec![Some(u16::from(b'"')), None]))),
        ("t", Arc::new(TimestampNanosecondArray::from(vec![Some(1_500_000_000), None]).with_timezone("UTC"))),
        ("day", Arc::new(Date32Array::from(vec![Some(-1), None]))),
        ("time", Arc::new(Time64NanosecondArray::from(vec![Some(3_661_000_000_001), None]))),
        ("took", Arc::new(DurationNanosecondArray::from(vec![Some(-1_500_000_000), None]))),
        (
            "n",
            Arc::new(Decimal128Array::from(vec![Some(-125), None]).with_precision_and_scale(10, 2).unwrap()),
        ),
        (
            "list",
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), None]), None])),
        ),
        ("bytes", Arc::new(BinaryViewArray::from(vec![Some(&b"\x00\xff"[..]), None]))),
    ];
    let file = written(&columns);
    assert_eq!(
        file.text(),
        "b,l,f,d,c,t,day,time,took,n,list,bytes\n\
         true,-9223372036854775808,0.1,1e+300,\"\"\"\",1970-01-01T00:00:01.500Z,1969-12-31,01:01:01.000000001,PT-1.5S,-1.25,\"[1,null]\",AP8=\n\
         ,,,-Infinity,,,,,,,,\n"
    );
}

#[test]
fn lists_and_bytes_come_back() {
    let lists =
        ListArray::from_iter_primitive::<Int32Type, _, _>([None, Some(vec![Some(1), None]), Some(vec![])]);
    let columns: [(&str, ArrayRef); 2] = [
        ("list", Arc::new(lists)),
        ("bytes", Arc::new(BinaryViewArray::from(vec![None, Some(&b""[..]), Some(&b"\x00\xff"[..])]))),
    ];
    let types =
        columns.iter().map(|(name, values)| ((*name).to_owned(), values.data_type().clone())).collect();
    let options = ReadOptions { header: Some(types), ..ReadOptions::default() };
    let back = read(written(&columns).path(), &options, &quiet()).unwrap();
    assert_eq!(shown(&back), "list: List(Int32) = .|[1, ]|[]\nbytes: BinaryView = .||00ff");
    for (bad, said) in
        [("5,", "column \"list\": \"5\" is no"), ("\"[\"\"x\"\"]\",", "line 3"), (",?", "\"?\" is no")]
    {
        let text = format!("list,bytes\n[1],AA==\n{bad}\n");
        let error = read(Scratch::new(text).path(), &options, &quiet()).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn texts_come_back() {
    let texts = StringViewArray::from(vec![
        Some("a,b"),
        Some("\"q\""),
        Some(" x "),
        Some(""),
        None,
        Some("ü\r\n"),
        Some("plain"),
    ]);
    let file =
        written(&[("odd, name", Arc::new(texts)), ("n", Arc::new(Int64Array::from_iter_values(0..7)))]);
    assert_eq!(
        shown(&read(file.path(), &ReadOptions::default(), &quiet()).unwrap()),
        "odd_name: Utf8View = a,b|\"q\"| x ||.|ü\r\n|plain\nn: Int32 = 0|1|2|3|4|5|6"
    );
}

#[test]
fn a_file_that_fails_leaves_the_old_one() {
    let objects = arrow_array::StructArray::from(vec![(
        Arc::new(arrow_schema::Field::new("x", arrow_schema::DataType::Int64, true)),
        Arc::new(Int64Array::from(vec![1])) as ArrayRef,
    )]);
    let (version, schema) = version(&[("o", Arc::new(objects))]);
    let file = Scratch::new("old");
    let error =
        write(&version, &schema, file.path(), &WriteOptions::default(), &quiet()).unwrap_err().to_string();
    assert!(error.starts_with("column \"o\": "), "{error}");
    assert_eq!(file.text(), "old");
}
