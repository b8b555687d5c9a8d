//! CSV as it is found.

use arrow_schema::DataType;
use kinetable_files::csv::{ReadOptions, read};

use crate::support::{Scratch, quiet, shown};

fn table(text: impl AsRef<[u8]>, options: &ReadOptions) -> String {
    shown(&read(Scratch::new(text).path(), options, &quiet()).unwrap())
}

fn plain(text: impl AsRef<[u8]>) -> String {
    table(text, &ReadOptions::default())
}

/// The error without the path.
fn error(text: impl AsRef<[u8]>, options: &ReadOptions) -> String {
    let error = read(Scratch::new(text).path(), options, &quiet()).unwrap_err().to_string();
    let error = error.split("\n  hint").next().unwrap_or_default();
    error.rsplit_once("\", line ").map_or(error.to_owned(), |(_, rest)| format!("line {rest}"))
}

#[test]
fn types_are_the_first_that_all_cells_fit() {
    let text = "b,n,l,d,t,c,s,day\n\
                true,1,3000000000,1.5,2024-03-01T00:00:00Z,a,ab,2024-03-01\n\
                FALSE,-2,4,2,2024-03-01 01:00:00+01:00,é,1,2024-03-02\n\
                ,,,,,,,\n";
    assert_eq!(
        plain(text),
        "b: Boolean = true|false|.\n\
         n: Int32 = 1|-2|.\n\
         l: Int64 = 3000000000|4|.\n\
         d: Float64 = 1.5|2.0|.\n\
         t: Timestamp(ns, \"UTC\") = 2024-03-01T00:00:00Z|2024-03-01T00:00:00Z|.\n\
         c: UInt16 = 97|233|.\n\
         s: Utf8View = ab|1|.\n\
         day: Utf8View = 2024-03-01|2024-03-02|."
    );
}

#[test]
fn mixed_cells_widen_as_little_as_they_must() {
    assert_eq!(
        plain("a,b,c,d\n1,1,1,true\nx,2.5,xy,1\n"),
        "a: UInt16 = 49|120\nb: Float64 = 1.0|2.5\nc: Utf8View = 1|xy\nd: Utf8View = true|1"
    );
    assert_eq!(plain("a,n\nNaN,\n-inf,\n"), "a: Float64 = NaN|-inf\nn: Utf8View = .|.");
}

#[test]
fn a_column_that_widens_late_is_read_again() {
    let mut text = "a,b,c\n".to_owned();
    for row in 0..300_000 {
        text += &format!("{:03},{},\n", row % 100, row % 10);
    }
    text += "x7,y,\"\"\n";
    let columns = read(Scratch::new(&text).path(), &ReadOptions::default(), &quiet()).unwrap();
    let last = crate::support::cells(&columns[0].1);
    assert_eq!(columns[0].1.data_type(), &DataType::Utf8View);
    assert_eq!((last[7].as_str(), last[300_000].as_str()), ("007", "x7"));
    assert_eq!(columns[1].1.data_type(), &DataType::UInt16);
    // An empty cell is null, one in quotes an empty text.
    assert_eq!((columns[2].1.null_count(), columns[2].1.len()), (300_000, 300_001));
}

#[test]
fn quotes_line_ends_and_blanks() {
    let text = "a,b\r\n\"x, \"\"y\"\"\nz\", 5 \r\n \"  q \" ,6\r\n5\" pipe,7";
    assert_eq!(plain(text), "a: Utf8View = x, \"y\"\nz|  q |5\" pipe\nb: Int32 = 5|6|7");
    let kept = ReadOptions { ignore_surrounding_spaces: false, ..ReadOptions::default() };
    assert_eq!(table("a\n x \n", &kept), "a: Utf8View =  x ");
    let trimmed = ReadOptions { trim: true, ..ReadOptions::default() };
    assert_eq!(table("a\n\" xy \"\n", &trimmed), "a: Utf8View = xy");
    assert_eq!(plain("\u{feff}a\r1\r2\r"), "a: Int32 = 1|2");
    let other = ReadOptions { delimiter: b';', quote: b'\'', ..ReadOptions::default() };
    assert_eq!(table("a;b\n'x;''y''';\"\n", &other), "a: Utf8View = x;'y'\nb: UInt16 = 34");
}

#[test]
fn headers() {
    let headless = ReadOptions { headless: true, ..ReadOptions::default() };
    assert_eq!(table("1,2\n", &headless), "Column1: Int32 = 1\nColumn2: Int32 = 2");
    let third = ReadOptions { header_row: 2, skip_rows: 1, num_rows: Some(2), ..ReadOptions::default() };
    assert_eq!(
        table("x\ny,\n\"a\nb\",c\n0,0\n1,2\n3,4\nnot looked at", &third),
        "a_b: Int32 = 1|3\nc: Int32 = 2|4"
    );
    let header = vec![("A".to_owned(), DataType::Int8), ("B".to_owned(), DataType::Utf8View)];
    let given = ReadOptions { header: Some(header), ..ReadOptions::default() };
    assert_eq!(table("x,y\n1,2\n", &given), "A: Int8 = 1\nB: Utf8View = 2");
    assert_eq!(error("x,y,z\n", &given), "line 1: the line has 3 cells, but header names 2 columns");
    assert_eq!(
        error("x,y\n\n1,2\n300,4\n", &ReadOptions { ignore_empty_lines: true, ..given.clone() }),
        "line 4, column \"A\": \"300\" is no byte"
    );
    assert_eq!(table("", &ReadOptions { headless: true, ..given }), "A: Int8 = \nB: Utf8View = ");
}

#[test]
fn types_that_are_asked_for() {
    let wanted = [
        ("f", DataType::Float32),
        ("d", DataType::Date32),
        ("t", DataType::Time64(arrow_schema::TimeUnit::Nanosecond)),
        ("n", DataType::Decimal128(38, 2)),
        ("b", DataType::Boolean),
    ];
    let header = wanted.map(|(name, data_type)| (name.to_owned(), data_type)).to_vec();
    let options = ReadOptions { header: Some(header), headless: true, ..ReadOptions::default() };
    assert_eq!(
        table("0.1,2024-02-29,12:30:00,1.25,True\n,,,,\n", &options),
        "f: Float32 = 0.1|.\nd: Date32 = 2024-02-29|.\nt: Time64(ns) = 12:30:00|.\nn: Decimal128(38, 2) = 1.25|.\nb: Boolean = true|."
    );
    assert_eq!(
        error("1,2024-02-29,12:30:00,1,true\n1,29.2.24,12:30:00,1,true\n", &options),
        "line 2, column \"d\": \"29.2.24\" is no LocalDate (e.g. 2024-03-01)"
    );
}

#[test]
fn ragged_lines() {
    let text = "a,b\n1\n\n2,3,4\n";
    assert_eq!(
        error(text, &ReadOptions::default()),
        "line 2: the line has 1 cell, but there are 2 columns: \"1\""
    );
    let lenient =
        ReadOptions { allow_missing_columns: true, ignore_excess_columns: true, ..ReadOptions::default() };
    assert_eq!(table(text, &lenient), "a: Int32 = 1|.|2\nb: Int32 = .|.|3");
    let no_empty = ReadOptions { ignore_empty_lines: true, ..lenient };
    assert_eq!(table(text, &no_empty), "a: Int32 = 1|2\nb: Int32 = .|3");
    assert_eq!(table("a\n1\n\n2\n", &no_empty), "a: Int32 = 1|2");
    assert_eq!(plain("a\n1\n\n2\n"), "a: Int32 = 1|.|2");
}

#[test]
fn faults_say_where() {
    let options = ReadOptions::default();
    assert_eq!(
        error("a,b\n1,\"x\"y\n", &options),
        "line 2, column 2: \"y\" follows the quote that closes the cell".replace("column 2", "column \"b\"")
    );
    assert_eq!(
        error("a,b\n1,2\n3,\"x\n4,5\n", &options),
        "line 3, column \"b\": the quote before \"x\\n4,5\\n\" is never closed"
    );
    assert_eq!(error(b"a\nx\nt\xe4st\n", &options), "line 3: the byte 0xe4 is no text in UTF-8");
    assert!(error("", &options).contains("has no line 1"));
    assert!(
        read("/nowhere/at/all.csv", &options, &quiet())
            .unwrap_err()
            .to_string()
            .contains("/nowhere/at/all.csv")
    );
    let late = format!("a,b\n{}1\n", "1,\"2\n\"\n".repeat(300_000));
    assert_eq!(error(late, &options), "line 600002: the line has 1 cell, but there are 2 columns: \"1\"");
}

#[test]
fn packed_files_are_unpacked() {
    let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut zipped, b"a\n1\n").unwrap();
    assert_eq!(plain(zipped.finish().unwrap()), "a: Int32 = 1");
    assert_eq!(plain(zstd::encode_all(&b"a\n2\n"[..], 1).unwrap()), "a: Int32 = 2");
    assert!(error(b"\x1f\x8bgarbage", &ReadOptions::default()).contains("cannot read"));
}
