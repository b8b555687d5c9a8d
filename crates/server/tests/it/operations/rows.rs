//! Rows: ordered, cut, taken apart, put together, copied.

use kinetable_wire::grpc::operation::Op;
use kinetable_wire::grpc::time_table_request::{Period, StartTime};
use kinetable_wire::grpc::{
    EmptyTableRequest, FetchTableRequest, FlattenRequest, HeadOrTailByRequest, HeadOrTailRequest,
    MergeTablesRequest, SliceRequest, SnapshotTableRequest, SnapshotWhenTableRequest, SortDescriptor,
    SortDirection, SortTableRequest, TimeTableRequest, UngroupRequest,
};
use tonic::Code;

use super::support::{check, made, refused, some, table, text, texts};

fn sort(sorts: &[(&str, bool, SortDirection)]) -> Op {
    let descriptor = |(name, is_absolute, direction): &(&str, bool, SortDirection)| SortDescriptor {
        column_name: (*name).to_owned(),
        is_absolute: *is_absolute,
        direction: *direction as i32,
    };
    Op::Sort(SortTableRequest {
        source_id: some(),
        sorts: sorts.iter().map(descriptor).collect(),
        ..Default::default()
    })
}

#[test]
fn sorts_by_columns_magnitudes_and_reversals() {
    use SortDirection::{Ascending, Descending, Reverse};
    let numbers = table("X:i32 Y:str\n -3 b\n 1 a\n 2 b\n . c");
    check(&made(sort(&[("X", false, Ascending)]), &[&numbers]), "X:i32 Y:str\n . c\n -3 b\n 1 a\n 2 b");
    check(&made(sort(&[("X", true, Descending)]), &[&numbers]), "X:i32 Y:str\n -3 b\n 2 b\n 1 a\n . c");
    check(
        &made(sort(&[("Y", false, Descending), ("X", true, Ascending)]), &[&numbers]),
        "X:i32 Y:str\n . c\n 2 b\n -3 b\n 1 a",
    );
    check(&made(sort(&[("", false, Reverse)]), &[&numbers]), "X:i32 Y:str\n . c\n 2 b\n 1 a\n -3 b");
    check(
        &made(sort(&[("nothing", false, Reverse), ("Y", false, Ascending)]), &[&numbers]),
        "X:i32 Y:str\n 1 a\n 2 b\n -3 b\n . c",
    );
    check(&made(sort(&[]), &[&numbers]), "X:i32 Y:str\n -3 b\n 1 a\n 2 b\n . c");
    assert_eq!(refused(sort(&[("X", false, SortDirection::Unknown)]), &[&numbers]).0, Code::InvalidArgument);
    assert!(refused(sort(&[("Y", true, Ascending)]), &[&numbers]).1.contains("no absolute value"));
    assert!(refused(sort(&[("Z", false, Ascending)]), &[&numbers]).1.contains("no column \"Z\""));
}

#[test]
fn ends_and_slices() {
    let numbers = table("X:i32\n 0\n 1\n 2\n 3\n 4");
    let head = |num_rows| Op::Head(HeadOrTailRequest { source_id: some(), num_rows, ..Default::default() });
    let tail = |num_rows| Op::Tail(HeadOrTailRequest { source_id: some(), num_rows, ..Default::default() });
    check(&made(head(2), &[&numbers]), "X:i32\n 0\n 1");
    check(&made(tail(2), &[&numbers]), "X:i32\n 3\n 4");
    check(&made(head(i64::MAX), &[&numbers]), "X:i32\n 0\n 1\n 2\n 3\n 4");
    assert_eq!(refused(head(-1), &[&numbers]).0, Code::InvalidArgument);
    let slice = |first_position_inclusive, last_position_exclusive| {
        Op::Slice(SliceRequest {
            source_id: some(),
            first_position_inclusive,
            last_position_exclusive,
            result_id: None,
        })
    };
    for (first, last, expected) in
        [(0, 2, "0 1"), (-2, 0, "3 4"), (1, -1, "1 2 3"), (-1, 1, ""), (-3, -1, "2 3")]
    {
        let rows = expected.split_whitespace().map(|row| format!(" {row}\n")).collect::<String>();
        check(&made(slice(first, last), &[&numbers]), &format!("X:i32\n{rows}"));
    }
    assert_eq!(refused(slice(3, 1), &[&numbers]).0, Code::InvalidArgument);
}

#[test]
fn ends_of_groups() {
    let rows = table("K:str X:i32\n a 1\n b 2\n a 3\n a 4");
    let request = HeadOrTailByRequest {
        source_id: some(),
        num_rows: 2,
        group_by_column_specs: texts(["K"]),
        result_id: None,
    };
    check(&made(Op::HeadBy(request.clone()), &[&rows]), "K:str X:i32\n a 1\n a 3\n b 2");
    check(&made(Op::TailBy(request.clone()), &[&rows]), "K:str X:i32\n a 3\n a 4\n b 2");
    let negative = HeadOrTailByRequest { num_rows: -1, ..request };
    assert_eq!(refused(Op::TailBy(negative), &[&rows]).0, Code::InvalidArgument);
}

#[test]
fn arrays_are_ungrouped_and_filled_up() {
    let lists = table("K:str\n a\n b\n c")
        .update(
            &texts(["X = new int[]{1, 2, 3}", "Y = K == `b` ? new int[]{7} : new int[]{8, 9, 10}"]),
            &kinetable::NoNames,
        )
        .expect("formulas");
    let ungroup = |null_fill, columns: &[&str]| {
        let columns_to_ungroup = columns.iter().map(|name| (*name).to_owned()).collect();
        Op::Ungroup(UngroupRequest { source_id: some(), null_fill, columns_to_ungroup, result_id: None })
    };
    check(
        &made(ungroup(true, &[]), &[&lists]),
        "K:str X:i32 Y:i32\n a 1 8\n a 2 9\n a 3 10\n b 1 7\n b 2 .\n b 3 .\n c 1 8\n c 2 9\n c 3 10",
    );
    let x_alone = made(ungroup(false, &["X"]), &[&lists.drop_columns(&texts(["Y"])).expect("a column")]);
    assert_eq!(x_alone.size().expect("made"), 9);
    assert!(refused(ungroup(false, &[]), &[&lists]).1.contains("differ in length"));
    assert_eq!(refused(ungroup(true, &["K"]), &[&lists]).0, Code::InvalidArgument);
}

#[test]
fn tables_begin_and_are_merged() {
    let empty = |size| Op::EmptyTable(EmptyTableRequest { result_id: None, size });
    assert_eq!(made(empty(7), &[]).size().expect("made"), 7);
    assert_eq!(refused(empty(-7), &[]).0, Code::InvalidArgument);
    let (one, two) = (table("X:i32\n 3\n 1"), table("X:i32\n 2"));
    let merge = |sources, key: &str| {
        Op::Merge(MergeTablesRequest {
            source_ids: vec![some().expect("some"); sources],
            key_column: key.to_owned(),
            result_id: None,
        })
    };
    check(&made(merge(2, ""), &[&one, &two]), "X:i32\n 3\n 1\n 2");
    check(&made(merge(2, "X"), &[&one, &two]), "X:i32\n 1\n 2\n 3");
    assert_eq!(refused(merge(0, ""), &[]).0, Code::InvalidArgument);
    let fetch = Op::FetchTable(FetchTableRequest { source_id: some(), result_id: None });
    assert_eq!(text(&made(fetch, &[&one])), text(&one));
    let flatten = Op::Flatten(FlattenRequest { source_id: some(), result_id: None });
    assert_eq!(text(&made(flatten, &[&one])), text(&one));
}

#[test]
fn time_tables_take_numbers_and_texts() {
    let start = |start| TimeTableRequest { start_time: start, ..Default::default() };
    let nanos = TimeTableRequest { period: Some(Period::PeriodNanos(1_000_000_000)), ..start(None) };
    let live = made(Op::TimeTable(nanos.clone()), &[]);
    assert!(live.is_live() && !live.definition().properties.blink);
    let period = |text: &str| Some(Period::PeriodString(text.to_owned()));
    for (start_text, period_text) in [
        ("2023-01-01T11:00 ET", "PT10S"),
        ("2023-01-01T11:00:00Z", "PT00:05:00.000"),
        ("2023-01-01T11:00:00.5 UTC", "PT1h"),
    ] {
        let start_time = Some(StartTime::StartTimeString(start_text.to_owned()));
        made(Op::TimeTable(TimeTableRequest { period: period(period_text), ..start(start_time) }), &[]);
    }
    let blink = made(Op::TimeTable(TimeTableRequest { blink_table: true, ..nanos }), &[]);
    assert!(blink.definition().properties.blink);
    let wrong = [None, Some(Period::PeriodNanos(0)), Some(Period::PeriodNanos(-1))];
    for period in wrong {
        let op = Op::TimeTable(TimeTableRequest { period, ..start(None) });
        assert_eq!(refused(op, &[]).0, Code::FailedPrecondition);
    }
    let op = Op::TimeTable(TimeTableRequest { period: period("soon"), ..start(None) });
    assert_eq!(refused(op, &[]).0, Code::InvalidArgument);
}

#[test]
fn snapshots_are_static_and_taken_when_told() {
    let rows = table("X:i32\n 1\n 2");
    let snapshot = Op::Snapshot(SnapshotTableRequest { source_id: some(), result_id: None });
    assert!(!made(snapshot, &[&rows]).is_live());
    let trigger = table("Tick:i32\n 5");
    let when = |initial, incremental, history, stamps: &[&str]| {
        Op::SnapshotWhen(SnapshotWhenTableRequest {
            result_id: None,
            base_id: some(),
            trigger_id: some(),
            initial,
            incremental,
            history,
            stamp_columns: stamps.iter().map(|name| (*name).to_owned()).collect(),
        })
    };
    check(&made(when(true, false, false, &[]), &[&rows, &trigger]), "X:i32 Tick:i32\n 1 5\n 2 5");
    check(&made(when(true, true, false, &["At = Tick"]), &[&rows, &trigger]), "X:i32 At:i32\n 1 5\n 2 5");
    for (initial, incremental) in [(true, false), (false, true), (true, true)] {
        assert_eq!(refused(when(initial, incremental, true, &[]), &[&rows, &trigger]).0, Code::Unimplemented);
    }
}

#[test]
fn an_operation_without_its_tables_is_refused() {
    let rows = table("X:i32\n 1");
    let op = |source_id| Op::Flatten(FlattenRequest { source_id, result_id: None });
    assert_eq!(refused(op(None), &[&rows]).0, Code::FailedPrecondition);
    assert_eq!(refused(op(some()), &[]).0, Code::FailedPrecondition);
}
