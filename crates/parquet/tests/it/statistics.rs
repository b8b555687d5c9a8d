//! Row groups left out by their statistics hold no row that a filter over all rows would find.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float64Type, Int32Type, TimestampNanosecondType};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Decimal128Array, Float64Array, Int32Array, RecordBatch, StringArray,
    StringViewArray, TimestampMillisecondArray, TimestampNanosecondArray,
};
use arrow_select::concat::concat;
use arrow_select::take::take;
use kinetable_engine::RowSet;
use kinetable_parquet::{Comparison, Prune};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::support::*;

const COMPARISONS: [Comparison; 6] = [
    Comparison::Equal,
    Comparison::NotEqual,
    Comparison::Less,
    Comparison::LessOrEqual,
    Comparison::Greater,
    Comparison::GreaterOrEqual,
];

/// The rules of formulas, spelled out once more: null least and equal to itself; NaN in no order.
fn in_order(left: &ArrayRef, right: &ArrayRef) -> Option<Ordering> {
    match (left.is_null(0), right.is_null(0)) {
        (true, true) => return Some(Ordering::Equal),
        (true, false) if is_nan(right) => return None,
        (false, true) if is_nan(left) => return None,
        (true, false) => return Some(Ordering::Less),
        (false, true) => return Some(Ordering::Greater),
        (false, false) => {}
    }
    macro_rules! primitive {
        ($kind:ty) => {{
            let value = |array: &ArrayRef| array.as_primitive::<$kind>().value(0);
            value(left).partial_cmp(&value(right))
        }};
    }
    match left.data_type() {
        arrow_schema::DataType::Int32 => primitive!(Int32Type),
        arrow_schema::DataType::Float64 => primitive!(Float64Type),
        arrow_schema::DataType::Decimal128(_, _) => primitive!(Decimal128Type),
        arrow_schema::DataType::Timestamp(_, _) => primitive!(TimestampNanosecondType),
        arrow_schema::DataType::Boolean => {
            left.as_boolean().value(0).partial_cmp(&right.as_boolean().value(0))
        }
        _ => left.as_string_view().value(0).partial_cmp(right.as_string_view().value(0)),
    }
}

fn is_nan(value: &ArrayRef) -> bool {
    let double = value.as_primitive_opt::<Float64Type>();
    double.is_some_and(|double| double.is_valid(0) && double.value(0).is_nan())
}

fn holds(condition: &Prune, value: &ArrayRef) -> bool {
    match condition {
        Prune::IsNull { negated, .. } => value.is_null(0) != *negated,
        Prune::In { values, .. } => (0..values.len()).any(|place| {
            let other = values.slice(place, 1);
            (is_nan(value) && is_nan(&other)) || in_order(value, &other) == Some(Ordering::Equal)
        }),
        Prune::Compare { comparison, value: other, .. } => {
            let order = in_order(value, other);
            match comparison {
                Comparison::NotEqual => order != Some(Ordering::Equal),
                Comparison::Equal => order == Some(Ordering::Equal),
                Comparison::Less => order == Some(Ordering::Less),
                Comparison::LessOrEqual => order.is_some_and(Ordering::is_le),
                Comparison::Greater => order == Some(Ordering::Greater),
                Comparison::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
            }
        }
    }
}

const NAMES: [&str; 7] = ["Int", "Double", "Text", "Flag", "Time", "Decimal", "Level"];

/// Values around `near`, so that row groups differ in range; now and then null or odd.
fn file(rng: &mut StdRng, rows: usize) -> RecordBatch {
    let nulls = [0.0, 0.1, 1.0][rng.random_range(0..3)];
    let constant = rng.random_bool(0.2);
    let nears: Vec<i32> = {
        let one = rng.random_range(-20..20);
        (0..rows).map(|row| one + if constant { 0 } else { row as i32 / 8 }).collect()
    };
    let mut some = |near: &i32| {
        let jitter = if constant { 0 } else { rng.random_range(0..3) };
        (!rng.random_bool(nulls)).then_some(near + jitter)
    };
    let ints: Vec<Option<i32>> = nears.iter().map(&mut some).collect();
    let odd = [f64::NAN, -0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY];
    let doubles: Vec<Option<f64>> = ints
        .iter()
        .map(|int| {
            int.map(
                |int| if rng.random_bool(0.05) { odd[rng.random_range(0..5)] } else { f64::from(int) / 2.0 },
            )
        })
        .collect();
    let long = "a text that is longer than what statistics keep, so that they are cut: ".repeat(2);
    let texts = ints
        .iter()
        .map(|int| int.map(|int| format!("{}{:03}", if int % 7 == 0 { &long } else { "" }, int + 100)));
    let flags = ints.iter().map(|int| int.map(|int| int % 2 == 0 && int > 0));
    let times = ints.iter().map(|int| int.map(|int| 1_767_225_600_000 + i64::from(int)));
    let decimals: Decimal128Array = ints.iter().map(|int| int.map(i128::from)).collect();
    batch(vec![
        ("Int", Arc::new(Int32Array::from(ints.clone()))),
        ("Double", Arc::new(Float64Array::from(doubles))),
        ("Text", Arc::new(texts.collect::<StringArray>())),
        ("Flag", Arc::new(flags.collect::<BooleanArray>())),
        ("Time", Arc::new(times.collect::<TimestampMillisecondArray>().with_timezone("UTC"))),
        ("Decimal", Arc::new(decimals.with_precision_and_scale(12, 3).unwrap())),
    ])
}

fn constant(rng: &mut StdRng, name: &str) -> ArrayRef {
    let number = (!rng.random_bool(0.1)).then(|| rng.random_range(-25..35));
    match name {
        "Int" | "Level" => Arc::new(Int32Array::from(vec![number])),
        "Double" => {
            let odd = [f64::NAN, -0.0, f64::INFINITY];
            let odd = rng.random_bool(0.2).then(|| odd[rng.random_range(0..3)]);
            Arc::new(Float64Array::from(vec![odd.or(number.map(|number| f64::from(number) / 2.0))]))
        }
        "Text" => Arc::new(StringViewArray::from_iter([number.map(|number| format!("{:03}", number + 100))])),
        "Flag" => Arc::new(BooleanArray::from(vec![number.map(|number| number > 5)])),
        "Time" => {
            let nanos = number.map(|number| (1_767_225_600_000 + i64::from(number)) * 1_000_000);
            Arc::new(TimestampNanosecondArray::from(vec![nanos]).with_timezone("UTC"))
        }
        _ => {
            let value = Decimal128Array::from(vec![number.map(i128::from)]);
            Arc::new(value.with_precision_and_scale(20, 3).unwrap())
        }
    }
}

fn condition(rng: &mut StdRng) -> Prune {
    let name = NAMES[rng.random_range(0..NAMES.len())];
    let column = name.to_owned();
    match rng.random_range(0..8) {
        0 => Prune::IsNull { column, negated: rng.random() },
        1 | 2 => {
            let values: Vec<ArrayRef> = (0..3).map(|_| constant(rng, name)).collect();
            let values: Vec<&dyn Array> = values.iter().map(|value| value.as_ref()).collect();
            let values = concat(&values).unwrap();
            Prune::In { column, values }
        }
        _ => compare(name, COMPARISONS[rng.random_range(0..6)], constant(rng, name)),
    }
}

fn properties(rng: &mut StdRng) -> WriterProperties {
    let statistics = match rng.random_range(0..5) {
        0 => EnabledStatistics::None,
        1 => EnabledStatistics::Page,
        _ => EnabledStatistics::Chunk,
    };
    WriterProperties::builder()
        .set_max_row_group_row_count(Some(rng.random_range(4..40)))
        .set_statistics_enabled(statistics)
        .set_statistics_truncate_length(rng.random_bool(0.7).then_some(16))
        .build()
}

/// Rows that meet all conditions, one at a time.
fn matching(table: &kinetable_engine::Table, conditions: &[Prune]) -> RowSet {
    let rows = table.version().rows().clone();
    let mut found: Vec<u64> = rows.to_vec();
    for condition in conditions {
        let name = condition.column();
        let values = read_all(table, name);
        found.retain(|key| {
            let place = rows.rank(*key) as usize;
            holds(condition, &values.slice(place, 1))
        });
    }
    RowSet::from_sorted(found)
}

#[test]
fn no_row_that_matches_is_left_out() {
    let mut rng = StdRng::seed_from_u64(11);
    let (mut all, mut kept, mut matched) = (0, 0, 0);
    for _ in 0..25 {
        let scratch = Scratch::new();
        for number in 0..rng.random_range(1..5) {
            let level = rng.random_bool(0.9).then(|| rng.random_range(-25..35i32));
            let level = level.map_or("__HIVE_DEFAULT_PARTITION__".into(), |level| level.to_string());
            let path = scratch.join(&format!("Level={level}/{number}.parquet"));
            let rows = rng.random_range(1..150);
            write_file(&path, &file(&mut rng, rows), properties(&mut rng));
        }
        let parquet = open(scratch.path());
        let whole = parquet.coalesce().unwrap();
        if whole.schema().field(0).data_type() != &arrow_schema::DataType::Int32 {
            continue;
        }
        for _ in 0..120 {
            let conditions: Vec<Prune> = (0..rng.random_range(1..4)).map(|_| condition(&mut rng)).collect();
            let (pruned, decided) = parquet.prune(&conditions).unwrap();
            let part = pruned.coalesce().unwrap();
            let wanted = matching(&whole, &conditions);
            let rows = part.version().rows().clone();
            assert!(wanted.is_subset(&rows), "{conditions:?} lost {:?}", wanted.difference(&rows));
            for (condition, decided) in conditions.iter().zip(decided) {
                assert_eq!(decided, condition.column() == "Level", "{condition:?}");
                if decided {
                    let left = matching(&part, std::slice::from_ref(condition));
                    assert_eq!(left, rows, "{condition:?} is decided");
                }
            }
            all += whole.size();
            kept += rows.len();
            matched += wanted.len();
        }
    }
    assert!(kept * 10 < all * 6 && matched > 0, "{matched} of {kept} kept of {all}: pruning does its work");
}

fn sorted_file(scratch: &Scratch) -> std::path::PathBuf {
    let path = scratch.join("sorted.parquet");
    let values = Int32Array::from_iter_values(0..1000);
    let texts = StringArray::from_iter_values((0..1000).map(|row| format!("{row:04}{}", "x".repeat(200))));
    let file = batch(vec![("V", Arc::new(values)), ("T", Arc::new(texts))]);
    write_file(&path, &file, row_groups_of(100));
    path
}

fn kept(table: &kinetable_parquet::ParquetTable, conditions: &[Prune]) -> (RowSet, Vec<bool>) {
    let (pruned, decided) = table.prune(conditions).unwrap();
    (pruned.coalesce().unwrap().version().rows().clone(), decided)
}

#[test]
fn row_groups_that_cannot_match_are_left_out() {
    let scratch = Scratch::new();
    let table = open(&sorted_file(&scratch));
    let int = |value: i32| -> ArrayRef { Arc::new(Int32Array::from(vec![value])) };
    let rows = |comparison, value: ArrayRef| kept(&table, &[compare("V", comparison, value)]).0;
    assert_eq!(rows(Comparison::Greater, int(749)), RowSet::from_range(700..1000));
    assert_eq!(rows(Comparison::Greater, int(799)), RowSet::from_range(800..1000));
    assert_eq!(rows(Comparison::GreaterOrEqual, int(799)), RowSet::from_range(700..1000));
    assert_eq!(rows(Comparison::Less, int(100)), RowSet::from_range(0..100));
    assert_eq!(rows(Comparison::Equal, int(5000)), RowSet::empty());
    assert_eq!(rows(Comparison::Equal, long(250)), RowSet::from_range(200..300));
    let double: ArrayRef = Arc::new(Float64Array::from(vec![250.5]));
    assert_eq!(rows(Comparison::Equal, double), RowSet::from_range(200..300));
    let nan: ArrayRef = Arc::new(Float64Array::from(vec![f64::NAN]));
    assert_eq!(rows(Comparison::Equal, nan), RowSet::empty());

    let text = text(&[&format!("0250{}", "x".repeat(200))]);
    let (found, decided) = kept(&table, &[compare("T", Comparison::Equal, text)]);
    assert_eq!(found, RowSet::from_range(200..300));
    assert_eq!(decided, [false]);
    assert_eq!(table.counts().row_groups_read, 0, "statistics are in the footer");

    let some = Prune::In {
        column: "V".into(),
        values: take(&Int32Array::from(vec![7, 950]), &arrow_array::UInt32Array::from(vec![0, 1]), None)
            .unwrap(),
    };
    assert_eq!(kept(&table, &[some]).0, RowSet::from_ranges([0..100, 900..1000]));
}

#[test]
fn what_cannot_be_compared_is_left_to_the_filter() {
    let scratch = Scratch::new();
    let table = open(&sorted_file(&scratch));
    let whole = RowSet::flat(1000);
    let conditions = [
        compare("V", Comparison::Equal, text(&["a"])),
        compare("T", Comparison::Equal, long(1)),
        compare("V", Comparison::Equal, arrow_array::new_empty_array(&arrow_schema::DataType::Int32)),
    ];
    for condition in conditions {
        let (rows, decided) = kept(&table, std::slice::from_ref(&condition));
        assert_eq!((rows, decided), (whole.clone(), vec![false]), "{condition:?}");
    }
    let unknown = table.prune(&[compare("W", Comparison::Equal, long(1))]).unwrap_err();
    assert!(unknown.message().contains("\"W\""), "{unknown}");
}
