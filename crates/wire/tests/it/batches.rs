//! Record batches whose columns differ in length.

use std::sync::Arc;

use arrow_array::builder::{Int64Builder, ListBuilder};
use arrow_array::{Array, ArrayRef, BinaryArray, BooleanArray, Float64Array, Int64Array, StringArray};
use arrow_schema::{DataType, Field, Schema};
use kinetable_wire::barrage::{Encoded, Layout, decode_batch, encode_bare, encode_batch, flight_data};
use kinetable_wire::columns::without_sentinels;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

fn schema_of(columns: &[ArrayRef]) -> Schema {
    let field = |(number, column): (usize, &ArrayRef)| {
        Field::new(format!("c{number}"), column.data_type().clone(), true)
    };
    Schema::new(columns.iter().enumerate().map(field).collect::<Vec<_>>())
}

/// A column of each kind, some of whose cells are null, each of its own length, and cut out of a longer one.
fn random_columns(random: &mut StdRng, most: usize) -> Vec<ArrayRef> {
    let some = |random: &mut StdRng| -> Vec<Option<i64>> {
        let length = random.random_range(0..=most) + 3;
        (0..length).map(|_| random.random_bool(0.8).then(|| random.random_range(-9..999))).collect()
    };
    let text = |value: Option<i64>| value.map(|value| "x".repeat(value.unsigned_abs() as usize % 9));
    let mut lists = ListBuilder::new(Int64Builder::new()).with_field(Field::new("", DataType::Int64, true));
    for value in some(random) {
        match value {
            None => lists.append_null(),
            Some(value) => lists.append_value((0..value % 4).map(|item| (item != 1).then_some(item))),
        }
    }
    let texts: Vec<Option<String>> = some(random).into_iter().map(text).collect();
    let bytes: Vec<Option<Vec<u8>>> =
        some(random).into_iter().map(|value| text(value).map(String::into_bytes)).collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(some(random))),
        Arc::new(some(random).into_iter().map(|v| v.map(|v| v as f64)).collect::<Float64Array>()),
        Arc::new(some(random).into_iter().map(|v| v.map(|v| v % 2 == 0)).collect::<BooleanArray>()),
        Arc::new(texts.into_iter().collect::<StringArray>()),
        Arc::new(bytes.iter().map(Option::as_deref).collect::<BinaryArray>()),
        Arc::new(lists.finish()),
    ];
    columns.into_iter().map(|column| column.slice(2, column.len() - 3)).collect()
}

#[test]
fn columns_of_any_length_come_back_as_they_were() {
    let mut random = StdRng::seed_from_u64(7);
    for round in 0..400 {
        let columns = random_columns(&mut random, round % 30);
        let schema = schema_of(&columns);
        for sentinels in [false, true] {
            for columns_as_list in [false, true] {
                let Encoded { header, body } =
                    encode_batch(&columns, Layout { sentinels, columns_as_list }).expect("a message");
                assert_eq!(body.len() % 8, 0);
                let batch = decode_batch(&header, &body, &schema, columns_as_list).expect("a batch");
                for (found, column) in batch.columns.iter().zip(&columns) {
                    let found = if sentinels { without_sentinels(found) } else { found.clone() };
                    assert_eq!(&found, column);
                }
            }
        }
    }
}

#[test]
fn arrow_itself_reads_batches_of_whole_rows() {
    let mut random = StdRng::seed_from_u64(8);
    let columns = random_columns(&mut random, 40);
    let rows = columns.iter().map(|column| column.len()).min().expect("columns");
    let columns: Vec<ArrayRef> = columns.iter().map(|column| column.slice(0, rows)).collect();
    let Encoded { header, body } = encode_batch(&columns, Layout::default()).expect("a message");
    let message = arrow_ipc::root_as_message(&header).expect("a message");
    let read = arrow_ipc::reader::read_record_batch(
        &arrow_buffer::Buffer::from(body.as_ref()),
        message.header_as_record_batch().expect("a batch"),
        Arc::new(schema_of(&columns)),
        &Default::default(),
        None,
        &message.version(),
    );
    assert_eq!(read.expect("a batch").columns(), columns);
}

#[test]
fn a_batch_of_nothing_has_nodes_and_buffers_of_length_0() {
    let columns = random_columns(&mut StdRng::seed_from_u64(9), 4);
    let columns: Vec<ArrayRef> = columns.iter().map(|column| column.slice(0, 0)).collect();
    for columns_as_list in [false, true] {
        let layout = Layout { sentinels: true, columns_as_list };
        let Encoded { header, body } = encode_batch(&columns, layout).expect("a message");
        assert_eq!(body, [0; 8].as_slice());
        let message = arrow_ipc::root_as_message(&header).expect("a message");
        let batch = message.header_as_record_batch().expect("a batch");
        assert_eq!(batch.length(), 0);
        assert!(batch.nodes().expect("nodes").iter().all(|node| node.length() == 0));
        assert!(batch.buffers().expect("buffers").iter().all(|buffer| buffer.length() == 0));
    }
}

#[test]
fn a_message_without_cells_has_a_body_and_it_is_the_last_field() {
    let columns: Vec<ArrayRef> = vec![Arc::new(Int64Array::from(Vec::<i64>::new()))];
    let batch = encode_batch(&columns, Layout::default()).expect("a message");
    let bytes = prost::Message::encode_to_vec(&flight_data(batch, Some(vec![1, 2, 3])));
    assert!(bytes.ends_with(&[0x1a, 3, 1, 2, 3, 0xc2, 0x3e, 8, 0, 0, 0, 0, 0, 0, 0, 0]), "{bytes:?}");
}

#[test]
fn a_batch_without_cells_says_how_many_rows_it_has() {
    for columns in [vec![], vec![Arc::new(Int64Array::from(Vec::<i64>::new())) as ArrayRef]] {
        let Encoded { header, body } = encode_bare(&columns, 5_000, Layout::default()).expect("a message");
        let message = arrow_ipc::root_as_message(&header).expect("a message");
        assert_eq!(message.header_as_record_batch().expect("a batch").length(), 5_000);
        let batch = decode_batch(&header, &body, &schema_of(&columns), false).expect("a batch");
        assert_eq!(batch.columns, columns);
    }
}
