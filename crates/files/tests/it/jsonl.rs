//! JSON lines, read and written.

use arrow_array::Array;
use arrow_schema::DataType;
use kinetable_files::jsonl::{OnBadLines, ReadOptions, read, write};
use kinetable_files::list_of;

use crate::support::{Scratch, cells, quiet, shown, version};

fn plain(text: &str) -> String {
    shown(&read(Scratch::new(text).path(), &ReadOptions::default(), &quiet()).unwrap().0)
}

#[test]
fn types_come_from_all_records() {
    let text = r#"{"b": true, "l": 1, "d": 1, "s": "x", "t": "2024-03-01T00:00:00Z", "list": [1, 2.5]}

{"l": null, "d": 2.5, "s": "2024-03-01T00:00:00Z", "mixed": "a", "more": [[1]]}
{"mixed": 5, "list": [], "more": [{"a": 1}]}
"#;
    assert_eq!(
        plain(text),
        "b: Boolean = true|.|.\n\
         l: Int64 = 1|.|.\n\
         d: Float64 = 1.0|2.5|.\n\
         s: Utf8View = x|2024-03-01T00:00:00Z|.\n\
         t: Timestamp(ns, \"UTC\") = 2024-03-01T00:00:00Z|.|.\n\
         list: List(Float64) = [1.0, 2.5]|.|[]\n\
         mixed: Utf8View = .|a|5\n\
         more: Utf8View = .|[[1]]|[{\"a\":1}]"
    );
}

#[test]
fn objects_are_columns_of_their_fields() {
    let text = "{\"a\": {\"b\": 1, \"c\": {\"d\": \"x\"}}, \"e\": 1}\n{\"a\": null, \"e\": 2}\n{\"e\": 3, \"a\": {\"b\": 4}, \"e\": 5}\n";
    assert_eq!(plain(text), "a_b: Int64 = 1|.|4\na_c_d: Utf8View = x|.|.\ne: Int64 = 1|2|5");
}

#[test]
fn bad_lines_are_told_by_number() {
    let file = Scratch::new("{\"a\": 1}\n{\"a\": }\n[1]\n{\"a\": 2} x\n{\"a\": 3}\n");
    let error = read(file.path(), &ReadOptions::default(), &quiet()).unwrap_err().to_string();
    assert!(error.contains("line 2: expected value at character 7: \"{\\\"a\\\": }"), "{error}");
    let lenient = ReadOptions { on_bad_lines: OnBadLines::Skip, ..ReadOptions::default() };
    let (columns, bad) = read(file.path(), &lenient, &quiet()).unwrap();
    assert_eq!(shown(&columns), "a: Int64 = 1|3");
    let lines: Vec<u64> = bad.first.iter().map(|(line, _)| *line).collect();
    assert_eq!((bad.count, lines), (3, vec![2, 3, 4]));
}

#[test]
fn a_bad_line_leaves_nothing() {
    let lenient = ReadOptions { on_bad_lines: OnBadLines::Skip, ..ReadOptions::default() };
    let text = "{\"a\": 1, \"o\": null}\n\
        {\"fresh\": 1, \"o\": {\"x\": 1}, \"a\": {\"y\": 2}, \"deep\": {\"er\": {}}, \"a\": }\n\
        {\"a\": 2, \"b\": 3, \"fresh\": \"n\"}\n";
    let (columns, bad) = read(Scratch::new(text).path(), &lenient, &quiet()).unwrap();
    assert_eq!(shown(&columns), "a: Int64 = 1|2\no: Utf8View = .|.\nb: Int64 = .|3\nfresh: Utf8View = .|n");
    assert_eq!(bad.count, 1);
}

#[test]
fn many_bad_lines_are_counted_and_the_first_are_told() {
    // Several chunks, so that lines are counted across them.
    let text = "{\"a\": 1}\n\nx\n".repeat(300_000);
    let lenient = ReadOptions { on_bad_lines: OnBadLines::Skip, ..ReadOptions::default() };
    let (columns, bad) = read(Scratch::new(&text).path(), &lenient, &quiet()).unwrap();
    assert_eq!((columns[0].1.len(), bad.count, bad.first.len()), (300_000, 300_000, 20));
    assert_eq!((bad.first[0].0, bad.first[19].0), (3, 60));
    let late = format!("{}x\n{}x\n", "{\"a\": 1}\n".repeat(200_000), "{}\n".repeat(500_000));
    let (_, bad) = read(Scratch::new(&late).path(), &lenient, &quiet()).unwrap();
    assert_eq!(bad.first.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [200_001, 700_002]);
}

#[test]
fn too_many_fields_are_an_error() {
    let lenient = ReadOptions { on_bad_lines: OnBadLines::Skip, ..ReadOptions::default() };
    let lines = |count: usize, padding: &str| {
        let lines = (0..count).map(|number| format!("{{\"f{number}\": 1}}{padding}\n"));
        lines.collect::<String>()
    };
    let (columns, _) = read(Scratch::new(lines(4096, "")).path(), &lenient, &quiet()).unwrap();
    assert_eq!(columns.len(), 4096);
    // In one chunk, and in several.
    for text in [lines(4097, ""), lines(4097, &" ".repeat(500))] {
        let error = read(Scratch::new(text).path(), &lenient, &quiet()).unwrap_err().to_string();
        assert!(error.contains("more than 4096 different fields"), "{error}");
    }
}

#[test]
fn types_that_are_asked_for() {
    let file = Scratch::new("{\"a\": {\"b\": 1}, \"t\": \"2024-03-01\"}\n{\"a\": {\"b\": \"2\"}}\n");
    let header = vec![
        ("a_b".to_owned(), DataType::Int32),
        ("t".to_owned(), DataType::Date32),
        ("no".to_owned(), DataType::Float64),
    ];
    let options = ReadOptions { header: Some(header), ..ReadOptions::default() };
    let (columns, _) = read(file.path(), &options, &quiet()).unwrap();
    assert_eq!(shown(&columns), "a_b: Int32 = 1|2\nt: Date32 = 2024-03-01|.\nno: Float64 = .|.");
    let wrong =
        ReadOptions { header: Some(vec![("t".to_owned(), DataType::Int32)]), ..ReadOptions::default() };
    let error = read(file.path(), &wrong, &quiet()).unwrap_err().to_string();
    assert!(error.contains("column \"t\": \"2024-03-01\" is no int"), "{error}");
}

#[test]
fn what_is_written_comes_back() {
    let text = "{\"a\":1,\"d\":0.5,\"s\":\"\\\"x\\\\\\n\\u0001ü\",\"t\":\"2024-03-01T00:00:00Z\",\"list\":[\"p\",null]}\n{\"a\":null,\"d\":null,\"s\":null,\"t\":null,\"list\":null}\n";
    let (columns, _) = read(Scratch::new(text).path(), &ReadOptions::default(), &quiet()).unwrap();
    let named: Vec<_> = columns.iter().map(|(name, values)| (name.as_str(), values.clone())).collect();
    let (version, schema) = version(&named);
    let file = Scratch::new("");
    write(&version, &schema, file.path(), &quiet()).unwrap();
    assert_eq!(file.text(), text);
}

#[test]
fn lists_and_bytes_that_are_asked_for() {
    let text = |line: &str| Scratch::new(format!("{line}\n"));
    let types = vec![
        ("l".to_owned(), list_of(DataType::Int64)),
        ("n".to_owned(), list_of(list_of(DataType::Utf8View))),
        ("b".to_owned(), DataType::BinaryView),
        ("bs".to_owned(), list_of(DataType::BinaryView)),
    ];
    let options = ReadOptions { header: Some(types), ..ReadOptions::default() };
    let sound = "{\"l\":null,\"n\":null,\"b\":null,\"bs\":null}\n{\"l\":[1,null],\"n\":[[\"x\"],null,[]],\"b\":\"AP8=\",\"bs\":[\"AA==\",null,\"\"]}\n{\"l\":[],\"n\":[],\"b\":\"\",\"bs\":[]}\n";
    let (columns, _) = read(Scratch::new(sound).path(), &options, &quiet()).unwrap();
    assert_eq!(
        shown(&columns),
        "l: List(Int64) = .|[1, ]|[]\n\
         n: List(List(Utf8View)) = .|[[x], , []]|[]\n\
         b: BinaryView = .|00ff|\n\
         bs: List(BinaryView) = .|[00, , ]|[]"
    );
    let named: Vec<_> = columns.iter().map(|(name, values)| (name.as_str(), values.clone())).collect();
    let (version, schema) = version(&named);
    let file = Scratch::new("");
    write(&version, &schema, file.path(), &quiet()).unwrap();
    assert_eq!(file.text(), sound);
    // Where all are null, and where a column is not there at all.
    let (columns, _) = read(text("{\"l\": null}").path(), &options, &quiet()).unwrap();
    assert_eq!(cells(&columns[0].1), ["."]);
    assert_eq!(cells(&columns[3].1), ["."]);
    for (line, said) in [
        ("{\"l\": 1}", "column \"l\": \"1\" is no List(Int64)"),
        ("{\"l\": [\"x\"]}", "column \"l\": \"x\" is no"),
        ("{\"l\": {\"x\": 1}, \"b\": \"?\"}", "column \"b\": \"?\" is no"),
    ] {
        let error = read(text(line).path(), &options, &quiet()).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn hostile_depth_is_an_error() {
    let deep = format!("{{\"a\": {}1{}}}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read(Scratch::new(deep).path(), &ReadOptions::default(), &quiet()).is_err());
}
