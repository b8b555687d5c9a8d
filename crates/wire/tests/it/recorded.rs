//! Messages as they were recorded from a server of version 42.7 and its clients.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampNanosecondType};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use kinetable_rowset::{RowSet, Shifts};
use kinetable_wire::barrage::{
    ExchangeOptions, Layout, Request, RequestKind, UpdateMetadata, decode_batch, encode_batch, read_request,
};

use crate::hex;

const FULL: &str = "10000000 00000a00 10000c00 0b000400 0a000000 0c000000 00000005 6470686e 40000000
    10000000 0c000e00 08000000 00000400 0c000000 14000000 1c000000 0000
    0a00 0c00 0000 0b00 0400 0a00 0000 64000000 00000001
    05000000 65 02000000 000000";
const VIEWPORT: &str = "1000000000000a0010000c000b0004000a0000000c000000000000056470686e5c000000100000000c00160010000c00080004000c0000001c000000240000002c0000003000000000000a000c0000000b0004000a0000006400000000000001050000000c000cff200000000100000005000000050000006503000000000000";
const SNAPSHOT: &str = "1000000000000a0010000c000b0004000a0000000c000000000000076470686e54000000100000000c00140010000c00080004000c000000180000001c000000240000002800000008000800000007000800000000000001050000000c010cff200000000100000002000000050000006504000000000000";

fn columns(columns: &[u64]) -> RowSet {
    RowSet::from_sorted(columns.iter().copied())
}

fn request(kind: RequestKind, export: u8, options: ExchangeOptions) -> Request {
    let ticket = Some(vec![b'e', export, 0, 0, 0]);
    Request { kind, ticket, columns: None, viewport: None, reverse_viewport: false, options }
}

fn requests() -> [(&'static str, Request); 3] {
    let options = ExchangeOptions { use_deephaven_nulls: true, ..ExchangeOptions::default() };
    let often = ExchangeOptions { min_update_interval_ms: 100, ..options.clone() };
    [
        (FULL, request(RequestKind::Subscription, 2, often.clone())),
        (
            VIEWPORT,
            Request {
                columns: Some(columns(&[0, 2])),
                viewport: Some(RowSet::from_range(0..2)),
                ..request(RequestKind::Subscription, 3, often)
            },
        ),
        (
            SNAPSHOT,
            Request {
                columns: Some(columns(&[1])),
                viewport: Some(RowSet::from_range(1..3)),
                ..request(RequestKind::Snapshot, 4, options)
            },
        ),
    ]
}

#[test]
fn requests_of_clients_are_read() {
    for (bytes, request) in requests() {
        assert_eq!(read_request(&hex(bytes)), Ok(Some(request)));
    }
}

#[test]
fn requests_come_back_as_they_were() {
    for (_, mut request) in requests() {
        assert_eq!(read_request(&request.to_bytes()), Ok(Some(request.clone())));
        request.options.preview_list_length_limit = -7;
        request.options.max_message_size = 1 << 20;
        request.options.columns_as_list = request.kind == RequestKind::Subscription;
        request.reverse_viewport = true;
        assert_eq!(read_request(&request.to_bytes()), Ok(Some(request)));
    }
}

#[test]
fn the_metadata_of_a_viewport_snapshot_and_the_update_after_it() {
    let snapshot = UpdateMetadata::read(&hex(
        "1000000000000a0010000c000b0004000a0000000c000000000000066470686eb000000024000000000000001c0038002c0024003700200000001c001800140000000000100004001c0000000100000000000000000000002800000054000000580000005c000000600000002f030000000000002f0300000000000000000001020000001c00000004000000f2ffffff04000000010000002000060008000400060000000400000001000000200000000100000020000000030000000c0020000100000003000000050000001c0200ce20000000",
    ));
    let expected = UpdateMetadata {
        first_seq: 815,
        last_seq: 815,
        is_snapshot: true,
        effective_viewport: Some(RowSet::from_range(0..51)),
        effective_column_set: Some(columns(&[0, 1])),
        added_rows: Some(RowSet::single(0)),
        removed_rows: Some(RowSet::empty()),
        mod_column_nodes: Some(vec![RowSet::empty(), RowSet::empty()]),
        table_size: 1,
        ..UpdateMetadata::default()
    };
    assert_eq!(snapshot, Ok(expected.clone()));
    assert_eq!(UpdateMetadata::read(&expected.to_bytes()), Ok(expected));

    let update = UpdateMetadata::read(&hex(
        "1000000000000a0010000c000b0004000a0000000c000000000000066470686e9800000024000000000000001c00300024001c0000000000000000001800140000000000100004001c000000040000000000000000000000200000004c000000500000003003000000000000300300000000000000000000020000001c00000004000000f2ffffff04000000010000002000060008000400060000000400000001000000200000000100000020000000050000001c0201fe20000000",
    ));
    let expected = UpdateMetadata {
        first_seq: 816,
        last_seq: 816,
        added_rows: Some(RowSet::from_range(1..4)),
        removed_rows: Some(RowSet::empty()),
        mod_column_nodes: Some(vec![RowSet::empty(), RowSet::empty()]),
        table_size: 4,
        ..UpdateMetadata::default()
    };
    assert_eq!(update, Ok(expected.clone()));
    assert_eq!(UpdateMetadata::read(&expected.to_bytes()), Ok(expected));
}

#[test]
fn the_metadata_of_a_full_snapshot_and_the_update_after_it() {
    let snapshot = UpdateMetadata::read(&hex(
        "1000000000000a0010000c000b0004000a0000000c000000000000066470686ec000000024000000000000001c003c002c0024003b000000000020001c001800140010000c0004001c0000000700000000000000300000005c00000064000000680000006c00000074000000310300000000000031030000000000000000000000000001020000001c00000004000000f2ffffff0400000001000000200006000800040006000000040000000100000020000000050000001c0200fa2000000003000000202020000100000020000000050000001c0200fa200000000100000003000000",
    ));
    let expected = UpdateMetadata {
        first_seq: 817,
        last_seq: 817,
        is_snapshot: true,
        effective_column_set: Some(columns(&[0, 1])),
        added_rows: Some(RowSet::from_range(0..7)),
        removed_rows: Some(RowSet::empty()),
        shift_data: Some(Shifts::empty()),
        added_rows_included: Some(RowSet::from_range(0..7)),
        mod_column_nodes: Some(vec![RowSet::empty(), RowSet::empty()]),
        table_size: 7,
        ..UpdateMetadata::default()
    };
    assert_eq!(snapshot, Ok(expected.clone()));
    assert_eq!(UpdateMetadata::read(&expected.to_bytes()), Ok(expected));

    let update = UpdateMetadata::read(&hex("1000000000000a0010000c000b0004000a0000000c000000000000066470686ea000000024000000000000001c00300024001c00000000000000000018001400100000000c0004001c0000000e00000000000000240000005000000054000000580000003303000000000000330300000000000000000000020000001c00000004000000f2ffffff040000000100000020000600080004000600000004000000010000002000000003000000202020000100000020000000050000001c020bfe20000000")).expect("an update");
    assert_eq!(update.added_rows, Some(RowSet::from_range(11..14)));
    assert_eq!(update.removed_rows, Some(RowSet::empty()));
    assert_eq!(update.shift_data, Some(Shifts::empty()));
    assert_eq!((update.added_rows_included, update.table_size), (None, 14));
}

#[test]
fn a_recorded_batch_is_read_and_written_with_the_same_body() {
    let schema = Schema::new(vec![
        Field::new("Timestamp", DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())), true),
        Field::new("X", DataType::Int64, true),
    ]);
    let header = hex(
        "14000000000000000c0016000e001500100004000c0000001000000000000000000004001000000000030a0018000400140010000a000000010000000000000000000000080000004c000000040000000000000000000000000000000000000000000000000000000800000000000000080000000000000000000000000000000800000000000000080000000000000000000000020000000100000000000000000000000000000001000000000000000000000000000000",
    );
    let body = hex("0055bf478a25ea18 0000000000000000");
    let batch = decode_batch(&header, &body, &schema, false).expect("a batch");
    assert_eq!(batch.columns[0].as_primitive::<TimestampNanosecondType>().value(0), 0x18ea_258a_47bf_5500);
    assert_eq!(batch.columns[1].as_primitive::<Int64Type>().value(0), 0);
    let encoded = encode_batch(&batch.columns, Layout { sentinels: true, columns_as_list: false });
    let encoded = encoded.expect("a message");
    assert_eq!(encoded.body, body);
    let again = decode_batch(&encoded.header, &encoded.body, &schema, false).expect("a batch");
    assert_eq!(again.columns, batch.columns);
}

#[test]
fn a_recorded_row_that_changed_has_this_body() {
    let columns: Vec<arrow_array::ArrayRef> = vec![
        Arc::new(arrow_array::Int64Array::from(vec![2])),
        Arc::new(arrow_array::StringArray::from(vec!["zz"])),
        Arc::new(arrow_array::Int32Array::from(vec![20])),
    ];
    let encoded =
        encode_batch(&columns, Layout { sentinels: true, columns_as_list: false }).expect("a message");
    assert_eq!(encoded.body, hex("0200000000000000 0000000002000000 7a7a000000000000 1400000000000000"));
}
