//! `Blocks` against a map from key to value, under random writes, removals and shifts.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, ListArray, StringViewArray, UInt64Array};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field};
use kinetable_engine::column::Blocks;
use kinetable_engine::{RowSet, ShiftsBuilder};
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::support::longs;

type Model = BTreeMap<u64, i64>;

fn text(values: impl IntoIterator<Item = i64>) -> ArrayRef {
    Arc::new(
        values.into_iter().map(|value| Some(format!("value number {value}"))).collect::<StringViewArray>(),
    )
}

fn check(blocks: &Blocks, model: &Model) {
    let rows = RowSet::from_sorted(model.keys().copied());
    let expected: Vec<i64> = model.values().copied().collect();
    let read = blocks.column(0).read(&rows).expect("rows are there");
    assert_eq!(read.as_primitive::<Int64Type>().values(), &expected[..]);
    assert_eq!(&blocks.column(1).read(&rows).expect("rows are there"), &text(expected));
    let keys: Vec<Option<u64>> = model.keys().rev().step_by(3).map(|key| Some(*key)).chain([None]).collect();
    let gathered = blocks.column(0).gather(&UInt64Array::from(keys.clone())).expect("rows are there");
    let wanted: Vec<Option<i64>> = keys.iter().map(|key| key.map(|key| model[&key])).collect();
    assert_eq!(gathered.as_primitive::<Int64Type>().iter().collect::<Vec<_>>(), wanted);
}

fn random_keys(random: &mut StdRng) -> RowSet {
    let start = random.random_range(0..5_000u64);
    let sparse: RowSet =
        (0..random.random_range(0..50)).map(|_| random.random_range(0..400_000u64)).collect();
    sparse.union(&RowSet::from_range(start..start + random.random_range(0..1_500)))
}

fn shift_tail(random: &mut StdRng, blocks: &Blocks, model: &mut Model) -> Blocks {
    let from = random.random_range(0..5_000u64);
    let mut shifts = ShiftsBuilder::new();
    shifts.push(from..500_000, random.random_range(1..2_000));
    let shifts = shifts.finish();
    let present = RowSet::from_sorted(model.keys().copied());
    let moved = blocks.shift(&shifts, &present).expect("shifted");
    *model = model.iter().map(|(key, value)| (shifts.shift_key(*key), *value)).collect();
    moved
}

#[test]
fn blocks_are_a_map_and_old_versions_stay() {
    for seed in 0..20 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut model = Model::new();
        let mut blocks = Blocks::new(vec![DataType::Int64, DataType::Utf8View]);
        for step in 0..40i64 {
            let (old_blocks, old_model) = (blocks.clone(), model.clone());
            let keys = random_keys(&mut random);
            if random.random_bool(0.3) {
                blocks = blocks.remove(&keys).expect("removed");
                model.retain(|key, _| !keys.contains(*key));
            } else {
                let new: Vec<i64> = (0..keys.len() as i64).map(|i| step * 1_000 + i).collect();
                blocks =
                    blocks.write_all(&keys, vec![longs(new.clone()), text(new.clone())]).expect("written");
                model.extend(keys.iter().zip(new));
            }
            if random.random_bool(0.2) && model.keys().next_back().is_none_or(|last| *last < 500_000) {
                blocks = shift_tail(&mut random, &blocks, &mut model);
            }
            check(&blocks, &model);
            check(&old_blocks, &old_model);
        }
    }
}

#[test]
fn writing_one_column_keeps_the_other() {
    let rows = RowSet::flat(2_000);
    let blocks = Blocks::new(vec![DataType::Int64, DataType::Utf8View]);
    let blocks = blocks.write_all(&rows, vec![longs(0..2_000), text(0..2_000)]).expect("written");
    let some = RowSet::from_range(500..520);
    let blocks = blocks.write(&some, &[Some(longs(0..20)), None]).expect("written");
    let mut model: Model = (0..2_000).map(|key| (key, key as i64)).collect();
    let texts = blocks.column(1).read(&rows).expect("rows are there");
    assert_eq!(&texts, &text(model.values().copied()));
    model.extend((500..520).zip(0..20));
    let longs = blocks.column(0).read(&rows).expect("rows are there");
    assert_eq!(
        longs.as_primitive::<Int64Type>().values().to_vec(),
        model.values().copied().collect::<Vec<_>>()
    );
}

#[test]
fn lists_of_text_hold_on_to_what_they_use() {
    let field = Arc::new(Field::new_list_field(DataType::Utf8View, true));
    let lists = |round: i64| -> ArrayRef {
        let items = text((0..6).map(|item| 10 * round + item));
        Arc::new(ListArray::new(field.clone(), OffsetBuffer::from_lengths([1, 2, 3]), items, None))
    };
    let mut blocks = Blocks::new([DataType::List(field.clone())]);
    blocks = blocks.write_all(&RowSet::from_range(0..3), vec![lists(0)]).expect("a write");
    for round in 1..100 {
        let rows = RowSet::from_sorted([0, 3 + round as u64, 600]);
        blocks = blocks.write_all(&rows, vec![lists(round)]).expect("a write");
    }
    let read = blocks.column(0).read(&RowSet::from_range(0..3)).expect("rows are there");
    let lists = read.as_list::<i32>();
    assert_eq!(&lists.value(1), &text([1, 2]));
    let buffers = lists.values().as_string_view().data_buffers().len();
    assert!(buffers < 4, "{buffers} buffers of three lists");
}
