//! Random files: what is written with quotes where chance puts them is read as it was, and no bytes make the reader panic.

use arrow_array::Array;
use kinetable_files::csv::{ReadOptions, read};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::support::{Scratch, cells, quiet};

const ALPHABET: [&str; 10] = ["a", "b", ",", "\"", "\n", "\r\n", " ", "ü", "7", "ab"];

#[test]
fn texts_come_back_across_chunks() {
    let mut random = StdRng::seed_from_u64(1);
    for rows in [1, 70, 60_000] {
        let mut expected = vec![Vec::new(); 3];
        let mut text = "a,b,c\n".to_owned();
        for _ in 0..rows {
            for (place, column) in expected.iter_mut().enumerate() {
                let cell: String =
                    (0..random.random_range(0..12)).map(|_| ALPHABET[random.random_range(0..10)]).collect();
                let cell = format!("x{cell}x");
                let is_plain = !cell.contains([',', '"', '\n', '\r']) && random.random_bool(0.7);
                let spelled =
                    if is_plain { cell.clone() } else { format!("\"{}\"", cell.replace('"', "\"\"")) };
                text += &spelled;
                text += if place < 2 { "," } else { "\n" };
                column.push(cell);
            }
        }
        let columns = read(Scratch::new(&text).path(), &ReadOptions::default(), &quiet()).unwrap();
        for ((_, found), expected) in columns.iter().zip(&expected) {
            assert_eq!(&cells(found), expected);
        }
    }
}

#[test]
fn any_bytes_are_a_table_or_an_error() {
    let mut random = StdRng::seed_from_u64(2);
    let bytes = b"a1,\"\n\r ;\xff.-:TZ";
    for _ in 0..3_000 {
        let text: Vec<u8> =
            (0..random.random_range(0..200)).map(|_| bytes[random.random_range(0..bytes.len())]).collect();
        let options = ReadOptions {
            headless: random.random(),
            ignore_empty_lines: random.random(),
            allow_missing_columns: random.random(),
            ignore_excess_columns: random.random(),
            ignore_surrounding_spaces: random.random(),
            num_rows: random.random_bool(0.3).then_some(2),
            ..ReadOptions::default()
        };
        if let Ok(columns) = read(Scratch::new(&text).path(), &options, &quiet()) {
            let rows = columns[0].1.len();
            assert!(columns.iter().all(|(_, values)| values.len() == rows));
        }
    }
}
