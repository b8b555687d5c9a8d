//! Messages that nobody would send: examples of every operation with bytes changed, taken out and put in. None panics, and each is
//! either done or refused with a reason. `KINETABLE_FUZZ=1000000` tries so many.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kinetable::Table;
use kinetable_server::operations::{batch, inputs, result_id, seek_row};
use kinetable_wire::grpc::agg_spec::Type as Spec;
use kinetable_wire::grpc::condition::Data;
use kinetable_wire::grpc::operation::Op;
use kinetable_wire::grpc::update_by_operation::Type as Rolling;
use kinetable_wire::grpc::update_by_spec::Type as Window;
use kinetable_wire::grpc::update_by_window_scale::Type as Scale;
use kinetable_wire::grpc::{
    AggSpecMedian, AggSpecUnique, AggType, Aggregate, AggregateAllRequest, AggregateRequest, Aggregation,
    AggregationColumns, AjRajTablesRequest, AndCondition, ApplyPreviewColumnsRequest, AsOfJoinTablesRequest,
    BatchTableRequest, ColumnStatisticsRequest, ComboAggregateRequest, CompareCondition, ContainsCondition,
    CreateInputTableRequest, CrossJoinTablesRequest, DropColumnsRequest, FilterTableRequest,
    HeadOrTailByRequest, HeadOrTailRequest, InCondition, InputTableKind, InvokeCondition, Literal,
    MatchesCondition, MergeTablesRequest, MetaTableRequest, MultiJoinInput, MultiJoinTablesRequest,
    NaturalJoinTablesRequest, NotCondition, Operation, RangeJoinTablesRequest, SearchCondition,
    SeekRowRequest, SelectDistinctRequest, SelectOrUpdateRequest, SliceRequest, SnapshotWhenTableRequest,
    SortDescriptor, SortTableRequest, UngroupRequest, UnstructuredFilterTableRequest, UpdateByColumn,
    UpdateByEma, UpdateByOperation, UpdateByRequest, UpdateByRollingSum, UpdateBySpec, UpdateByWindowScale,
    UpdateByWindowTicks, WhereInRequest, aggregation, create_input_table_request, input_table_kind, literal,
};
use prost::Message;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::support::{column, condition, double, long, reference, some, spec, string, table, texts, tried};

fn rows() -> Table {
    table(
        "K:str X:i32 Y:f64 T:instant\n a 1 1.5 2024-01-01T00:00:00Z\n b 2 NaN 2024-01-02T00:00:00Z\n a . . 2024-01-03T00:00:00Z",
    )
}

fn conditions() -> Vec<Data> {
    vec![
        Data::Compare(CompareCondition {
            operation: 4,
            case_sensitivity: 1,
            lhs: column("K"),
            rhs: string("A"),
        }),
        Data::In(InCondition {
            target: column("X"),
            candidates: [long(1), double(2.5), column("Y")].into_iter().flatten().collect(),
            match_type: 1,
            ..Default::default()
        }),
        Data::Invoke(InvokeCondition {
            method: "startsWith".to_owned(),
            target: column("K"),
            arguments: string("a").into_iter().collect(),
        }),
        Data::Matches(MatchesCondition {
            reference: reference("K"),
            regex: "(a|b)+".to_owned(),
            ..Default::default()
        }),
        Data::Contains(ContainsCondition {
            reference: reference("K"),
            search_string: "a`\\".to_owned(),
            ..Default::default()
        }),
        Data::Search(SearchCondition {
            search_string: "2024-01".to_owned(),
            optional_references: Vec::new(),
        }),
        Data::Not(Box::new(NotCondition {
            filter: Some(Box::new(condition(Data::And(AndCondition {
                filters: vec![condition(Data::IsNull(kinetable_wire::grpc::IsNullCondition {
                    reference: reference("Y"),
                }))],
            })))),
        })),
    ]
}

fn windows() -> Vec<UpdateByOperation> {
    let scale =
        |ticks| Some(UpdateByWindowScale { r#type: Some(Scale::Ticks(UpdateByWindowTicks { ticks })) });
    let of = |spec| UpdateByOperation {
        r#type: Some(Rolling::Column(UpdateByColumn {
            spec: Some(UpdateBySpec { r#type: Some(spec) }),
            match_pairs: texts(["Out = X"]),
        })),
    };
    vec![
        of(Window::RollingSum(UpdateByRollingSum {
            reverse_window_scale: scale(2.0),
            forward_window_scale: scale(1.0),
        })),
        of(Window::Ema(UpdateByEma { options: None, window_scale: scale(3.0) })),
    ]
}

fn aggregations() -> Vec<Aggregation> {
    let of = |kind, pair| Aggregation {
        r#type: Some(aggregation::Type::Columns(AggregationColumns {
            spec: spec(kind),
            match_pairs: texts([pair]),
        })),
    };
    let partition = kinetable_wire::grpc::AggregationPartition {
        column_name: "P".to_owned(),
        include_group_by_columns: true,
    };
    vec![
        of(Spec::Median(AggSpecMedian { average_evenly_divided: true }), "M = Y"),
        of(Spec::Unique(AggSpecUnique::default()), "U = X"),
        Aggregation { r#type: Some(aggregation::Type::Partition(partition)) },
    ]
}

fn examples() -> Vec<Op> {
    let selected = |formula: &str| SelectOrUpdateRequest {
        source_id: some(),
        column_specs: texts([formula]),
        result_id: None,
    };
    let head = HeadOrTailRequest { source_id: some(), num_rows: 2, result_id: None };
    let head_by = HeadOrTailByRequest {
        source_id: some(),
        num_rows: 1,
        group_by_column_specs: texts(["K"]),
        result_id: None,
    };
    let aj = AjRajTablesRequest {
        left_id: some(),
        right_id: some(),
        exact_match_columns: texts(["K"]),
        as_of_column: "T >= T".to_owned(),
        columns_to_add: texts(["Z = X"]),
        result_id: None,
    };
    let sort = SortDescriptor { column_name: "X".to_owned(), is_absolute: true, direction: -1 };
    let combo =
        Aggregate { r#type: AggType::Avg as i32, match_pairs: texts(["A = X"]), ..Default::default() };
    let multi = MultiJoinInput {
        source_id: some(),
        columns_to_match: texts(["X"]),
        columns_to_add: texts(["A = Y"]),
    };
    let two = || (some(), some());
    let mut ops = vec![
        Op::Update(selected("Z = X + Y")),
        Op::UpdateView(selected("Z = K + `!`")),
        Op::Select(selected("K")),
        Op::DropColumns(DropColumnsRequest {
            source_id: some(),
            column_names: texts(["X"]),
            result_id: None,
        }),
        Op::SelectDistinct(SelectDistinctRequest {
            source_id: some(),
            column_names: texts(["K"]),
            result_id: None,
        }),
        Op::UnstructuredFilter(UnstructuredFilterTableRequest {
            source_id: some(),
            filters: texts(["X > 1"]),
            result_id: None,
        }),
        Op::Sort(SortTableRequest { source_id: some(), sorts: vec![sort], result_id: None }),
        Op::Head(head.clone()),
        Op::Tail(head),
        Op::HeadBy(head_by.clone()),
        Op::TailBy(head_by),
        Op::Ungroup(UngroupRequest { source_id: some(), null_fill: true, ..Default::default() }),
        Op::Merge(MergeTablesRequest {
            source_ids: vec![some().expect("some"); 2],
            key_column: "X".to_owned(),
            result_id: None,
        }),
        Op::CrossJoin(CrossJoinTablesRequest {
            left_id: two().0,
            right_id: two().1,
            columns_to_match: texts(["K"]),
            columns_to_add: texts(["Z = X"]),
            ..Default::default()
        }),
        Op::NaturalJoin(NaturalJoinTablesRequest {
            left_id: some(),
            right_id: some(),
            columns_to_match: texts(["K"]),
            columns_to_add: texts(["Z = X"]),
            join_type: 2,
            result_id: None,
        }),
        Op::Aj(aj.clone()),
        Op::Raj(AjRajTablesRequest { as_of_column: "T".to_owned(), ..aj }),
        Op::AsOfJoin(AsOfJoinTablesRequest {
            left_id: some(),
            right_id: some(),
            columns_to_match: texts(["K", "T"]),
            columns_to_add: texts(["Z = X"]),
            as_of_match_rule: 1,
            result_id: None,
        }),
        Op::MultiJoin(MultiJoinTablesRequest { multi_join_inputs: vec![multi], result_id: None }),
        Op::RangeJoin(RangeJoinTablesRequest {
            left_id: some(),
            right_id: some(),
            range_match: "X <= X <= X".to_owned(),
            aggregations: aggregations(),
            ..Default::default()
        }),
        Op::WhereIn(WhereInRequest {
            left_id: some(),
            right_id: some(),
            inverted: true,
            columns_to_match: texts(["K"]),
            result_id: None,
        }),
        Op::ComboAggregate(ComboAggregateRequest {
            source_id: some(),
            aggregates: vec![combo],
            group_by_columns: texts(["K"]),
            ..Default::default()
        }),
        Op::AggregateAll(AggregateAllRequest {
            source_id: some(),
            spec: spec(Spec::Median(AggSpecMedian::default())),
            group_by_columns: texts(["K"]),
            result_id: None,
        }),
        Op::SnapshotWhen(SnapshotWhenTableRequest {
            base_id: some(),
            trigger_id: some(),
            initial: true,
            stamp_columns: texts(["Z = X"]),
            ..Default::default()
        }),
        Op::MetaTable(MetaTableRequest { source_id: some(), result_id: None }),
        Op::ColumnStatistics(ColumnStatisticsRequest {
            source_id: some(),
            column_name: "X".to_owned(),
            unique_value_limit: Some(3),
            result_id: None,
        }),
        Op::Slice(SliceRequest {
            source_id: some(),
            first_position_inclusive: -2,
            last_position_exclusive: 5,
            result_id: None,
        }),
        Op::ApplyPreviewColumns(ApplyPreviewColumnsRequest {
            source_id: some(),
            convert_arrays: true,
            unpreviewed_types: texts(["int"]),
            result_id: None,
        }),
    ];
    ops.extend(conditions().into_iter().map(|data| {
        Op::Filter(FilterTableRequest { source_id: some(), filters: vec![condition(data)], result_id: None })
    }));
    ops.extend(windows().into_iter().map(|operation| {
        Op::UpdateBy(UpdateByRequest {
            source_id: some(),
            operations: vec![operation],
            group_by_columns: texts(["K"]),
            ..Default::default()
        })
    }));
    ops.extend(aggregations().into_iter().map(|aggregation| {
        Op::Aggregate(AggregateRequest {
            source_id: some(),
            aggregations: vec![aggregation],
            group_by_columns: texts(["K"]),
            ..Default::default()
        })
    }));
    let schema =
        arrow_schema::Schema::new(vec![arrow_schema::Field::new("A", arrow_schema::DataType::Int32, true)]);
    ops.push(Op::CreateInputTable(CreateInputTableRequest {
        result_id: None,
        definition: Some(create_input_table_request::Definition::Schema(
            kinetable_wire::schema::encapsulated(&schema).to_vec(),
        )),
        kind: Some(InputTableKind {
            kind: Some(input_table_kind::Kind::Blink(kinetable_wire::grpc::Blink {})),
        }),
    }));
    ops
}

/// A message with a few bytes changed, taken out or put in.
fn mutated(bytes: &[u8], rng: &mut StdRng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..rng.random_range(1..4) {
        let place = rng.random_range(0..=bytes.len());
        match rng.random_range(0..4) {
            0 if place < bytes.len() => bytes[place] = rng.random(),
            1 if place < bytes.len() => bytes[place] ^= 1 << rng.random_range(0..8),
            2 if place < bytes.len() => {
                bytes.remove(place);
            }
            _ => bytes.insert(place, *[0, 1, b'`', b'(', b'=', 0x7f, 0x80, 0xff].choose(rng).expect("some")),
        }
    }
    bytes
}

fn tries() -> usize {
    std::env::var("KINETABLE_FUZZ").ok().and_then(|text| text.parse().ok()).unwrap_or(6_000)
}

#[test]
fn examples_are_done_before_they_are_spoilt() {
    let mut refused = Vec::new();
    for op in examples() {
        let sources = inputs(&op).len();
        if let Err(status) = tried(op.clone(), &vec![&rows(); sources]) {
            refused.push(format!("{op:?}: {status}"));
        }
    }
    // A range join of aggregations that are no groups, and a unique value without a sentinel.
    assert_eq!(refused.len(), 2, "{}", refused.join("\n"));
}

#[test]
fn no_message_panics() {
    let mut rng = StdRng::seed_from_u64(11);
    let examples: Vec<Vec<u8>> =
        examples().into_iter().map(|op| Operation { op: Some(op) }.encode_to_vec()).collect();
    let rows = rows();
    let (mut done, mut refused) = (0, 0);
    for round in 0..tries() {
        let bytes = mutated(examples.choose(&mut rng).expect("some"), &mut rng);
        let Ok(Operation { op: Some(op) }) = Operation::decode(bytes.as_slice()) else { continue };
        if matches!(op, Op::TimeTable(_) | Op::EmptyTable(_)) {
            // What they make is as large as they say.
            continue;
        }
        let _ = result_id(&op);
        let sources = inputs(&op).len().min(8);
        let result = catch_unwind(AssertUnwindSafe(|| tried(op.clone(), &vec![&rows; sources]).map(drop)));
        match result {
            Ok(Ok(())) => done += 1,
            Ok(Err(status)) => {
                assert_ne!(status.code(), tonic::Code::Internal, "round {round}: {status}\n{op:?}");
                assert!(!status.message().is_empty(), "round {round}: {op:?}");
                refused += 1;
            }
            Err(_) => panic!("round {round}: {op:?}"),
        }
    }
    assert!(done > 0 && refused > 0, "{done} done, {refused} refused");
}

#[test]
fn no_batch_panics() {
    let mut rng = StdRng::seed_from_u64(12);
    let ops: Vec<Operation> = examples().into_iter().map(|op| Operation { op: Some(op) }).collect();
    let whole = BatchTableRequest { ops: ops[..6].to_vec() }.encode_to_vec();
    for _ in 0..tries() {
        if let Ok(request) = BatchTableRequest::decode(mutated(&whole, &mut rng).as_slice()) {
            let _ = batch::plan(&request);
        }
    }
}

#[test]
fn no_search_for_a_row_panics() {
    let mut rng = StdRng::seed_from_u64(13);
    let seek = SeekRowRequest {
        source_id: None,
        starting_row: 1,
        column_name: "K".to_owned(),
        seek_value: Some(Literal { value: Some(literal::Value::StringValue("a".to_owned())) }),
        insensitive: true,
        contains: true,
        is_backward: true,
    };
    let (bytes, rows) = (seek.encode_to_vec(), rows());
    for _ in 0..tries() / 10 {
        if let Ok(request) = SeekRowRequest::decode(mutated(&bytes, &mut rng).as_slice()) {
            let _ = seek_row(&rows, &request);
        }
    }
}
