//! Whatever the bytes: a value or an error, in time and memory proportional to their number.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, StringArray};
use arrow_schema::{DataType, Field, Schema};
use kinetable_rowset::RowSet;
use kinetable_wire::barrage::{
    Encoded, ExchangeOptions, Layout, Request, RequestKind, UpdateMetadata, decode_batch, encode_batch,
    read_request, read_rows, read_shifts,
};
use kinetable_wire::columns::engine_type;
use kinetable_wire::schema::{from_message, message};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

fn mutate(random: &mut StdRng, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..random.random_range(1..6) {
        let at = random.random_range(0..bytes.len());
        match random.random_range(0..4) {
            0 => bytes[at] = random.random(),
            1 => bytes[at] ^= 1 << random.random_range(0..8),
            2 => bytes[at..].fill(0xff),
            _ if at > 0 => bytes.truncate(at),
            _ => {}
        }
    }
    bytes
}

#[test]
fn changed_messages_are_refused_or_read() {
    let update = UpdateMetadata {
        effective_viewport: Some(RowSet::from_range(3..9)),
        added_rows: Some(RowSet::from_sorted([1, 5, 6, 70_000])),
        shift_data: Some(Default::default()),
        mod_column_nodes: Some(vec![RowSet::single(3), RowSet::empty()]),
        ..UpdateMetadata::default()
    };
    let request = Request {
        kind: RequestKind::Subscription,
        ticket: Some(vec![1, 2, 3]),
        columns: Some(RowSet::single(4)),
        viewport: Some(RowSet::from_range(3..900)),
        reverse_viewport: true,
        options: ExchangeOptions { batch_size: 4096, ..ExchangeOptions::default() },
    };
    let columns: Vec<ArrayRef> =
        vec![Arc::new(Int64Array::from(vec![Some(1), None])), Arc::new(StringArray::from(vec!["a", "bc"]))];
    let schema =
        Schema::new(vec![Field::new("a", DataType::Int64, true), Field::new("b", DataType::Utf8, true)]);
    let Encoded { header, body } = encode_batch(&columns, Layout::default()).expect("a message");
    let (update, request, start) = (update.to_bytes(), request.to_bytes(), message(&schema));
    let mut random = StdRng::seed_from_u64(11);
    let mut refused = 0;
    for _ in 0..20_000 {
        refused += usize::from(UpdateMetadata::read(&mutate(&mut random, &update)).is_err());
        refused += usize::from(read_request(&mutate(&mut random, &request)).is_err());
        refused += usize::from(from_message(&mutate(&mut random, &start)).is_err());
        let (header, body) = match random.random_bool(0.5) {
            true => (mutate(&mut random, &header), body.to_vec()),
            false => (header.to_vec(), mutate(&mut random, &body)),
        };
        refused += usize::from(decode_batch(&header, &body, &schema, random.random_bool(0.2)).is_err());
    }
    assert!(refused > 10_000, "{refused}");
}

#[test]
fn random_bytes_are_refused_or_read() {
    let mut random = StdRng::seed_from_u64(12);
    for _ in 0..100_000 {
        let bytes: Vec<u8> = (0..random.random_range(0..40)).map(|_| random.random()).collect();
        let _ = (read_rows(&bytes), read_shifts(&bytes), read_request(&bytes), UpdateMetadata::read(&bytes));
    }
}

#[test]
fn a_long_column_without_bytes_is_refused() {
    let mut builder = flatbuffers::FlatBufferBuilder::new();
    let nodes = builder.create_vector(&[arrow_ipc::FieldNode::new(1 << 60, 0)]);
    let buffers = builder.create_vector(&[arrow_ipc::Buffer::new(0, 0), arrow_ipc::Buffer::new(0, 0)]);
    let mut batch = arrow_ipc::RecordBatchBuilder::new(&mut builder);
    batch.add_length(1 << 60);
    batch.add_nodes(nodes);
    batch.add_buffers(buffers);
    let batch = batch.finish().as_union_value();
    let mut message = arrow_ipc::MessageBuilder::new(&mut builder);
    message.add_version(arrow_ipc::MetadataVersion::V5);
    message.add_header_type(arrow_ipc::MessageHeader::RecordBatch);
    message.add_header(batch);
    let message = message.finish();
    builder.finish(message, None);
    for data_type in [DataType::Int64, DataType::Boolean] {
        let schema = Schema::new(vec![Field::new("a", data_type, true)]);
        let error = decode_batch(builder.finished_data(), &[], &schema, false).expect_err("no bytes");
        assert_eq!(error.to_string(), "column \"a\": its buffers are shorter than its cells");
    }
}

#[test]
fn types_that_are_named_deep_within_one_another_are_passed_over() {
    let named = |text: &str| {
        let metadata = std::collections::HashMap::from([("kinetable:type".to_owned(), text.to_owned())]);
        let items = DataType::List(Arc::new(Field::new_list_field(DataType::Binary, true)));
        engine_type(&Field::new("a", items, true).with_metadata(metadata)).expect("a type")
    };
    let list =
        |item: &str| DataType::List(Arc::new(Field::new_list_field(item.parse().expect("a type"), true)));
    let (exact, not) = (list("Decimal128(9, 2)"), list("BinaryView"));
    assert_eq!(named(&exact.to_string()), exact);
    for start in ["List(", "Dictionary(Int8, ", "Struct(\"a\": ", "(", "FixedSizeList(2 x "] {
        assert_eq!(named(&start.repeat(100_000)), not, "{start}");
    }
    assert_eq!(named(&format!("{}{exact}{}", "List(".repeat(99), ")".repeat(99))), not);
    assert_eq!(named(&" ".repeat(1 << 20)), not);
}
