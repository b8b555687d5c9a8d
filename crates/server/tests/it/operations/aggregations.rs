//! Aggregations: every kind, over columns, over all columns, and in the older form.

use kinetable::{NoNames, Table};
use kinetable_wire::grpc::agg_spec::Type as Spec;
use kinetable_wire::grpc::agg_spec_non_unique_sentinel::Type as Sentinel;
use kinetable_wire::grpc::aggregation::Type;
use kinetable_wire::grpc::operation::Op;
use kinetable_wire::grpc::selectable::Type as Text;
use kinetable_wire::grpc::{
    AggSpecAbsSum, AggSpecApproximatePercentile, AggSpecAvg, AggSpecCountDistinct, AggSpecDistinct,
    AggSpecFirst, AggSpecFormula, AggSpecFreeze, AggSpecGroup, AggSpecLast, AggSpecMax, AggSpecMedian,
    AggSpecMin, AggSpecNonUniqueSentinel, AggSpecPercentile, AggSpecSorted, AggSpecSortedColumn, AggSpecStd,
    AggSpecSum, AggSpecTDigest, AggSpecUnique, AggSpecVar, AggSpecWeighted, AggType, Aggregate,
    AggregateAllRequest, AggregateRequest, Aggregation, AggregationColumns, AggregationCount,
    AggregationCountWhere, AggregationFormula, AggregationPartition, AggregationRowKey,
    ComboAggregateRequest, Selectable,
};
use tonic::Code;

use super::support::{check, made, refused, some, spec, table, texts};

fn rows() -> Table {
    table("K:str X:i32 W:f64\n a 1 1\n b 5 1\n a -3 3\n a . 2")
}

fn aggregate(aggregations: Vec<Type>) -> AggregateRequest {
    let aggregations = aggregations.into_iter().map(|kind| Aggregation { r#type: Some(kind) }).collect();
    AggregateRequest { source_id: some(), aggregations, group_by_columns: texts(["K"]), ..Default::default() }
}

fn of(kind: Spec, pair: &str) -> Type {
    Type::Columns(AggregationColumns { spec: spec(kind), match_pairs: texts([pair]) })
}

fn sorted() -> AggSpecSorted {
    AggSpecSorted { columns: vec![AggSpecSortedColumn { column_name: "X".to_owned() }] }
}

fn unique(sentinel: Option<Sentinel>) -> Spec {
    let non_unique_sentinel = sentinel.map(|sentinel| AggSpecNonUniqueSentinel { r#type: Some(sentinel) });
    Spec::Unique(AggSpecUnique { include_nulls: false, non_unique_sentinel })
}

#[test]
fn every_kind_gives_what_it_says() {
    let weighted = || AggSpecWeighted { weight_column: "W".to_owned() };
    for (kind, expected) in [
        (Spec::AbsSum(AggSpecAbsSum {}), "i64 4 5"),
        (
            Spec::ApproximatePercentile(AggSpecApproximatePercentile { percentile: 1.0, compression: None }),
            "i32 1 5",
        ),
        (Spec::Avg(AggSpecAvg {}), "f64 -1 5"),
        (Spec::CountDistinct(AggSpecCountDistinct { count_nulls: false }), "i64 2 1"),
        (Spec::CountDistinct(AggSpecCountDistinct { count_nulls: true }), "i64 3 1"),
        (Spec::First(AggSpecFirst {}), "i32 1 5"),
        (Spec::Last(AggSpecLast {}), "i32 . 5"),
        (Spec::Max(AggSpecMax {}), "i32 1 5"),
        (Spec::Median(AggSpecMedian { average_evenly_divided: true }), "f64 -1 5"),
        (Spec::Min(AggSpecMin {}), "i32 -3 5"),
        (Spec::Percentile(AggSpecPercentile { percentile: 0.0, average_evenly_divided: false }), "i32 -3 5"),
        (Spec::SortedFirst(sorted()), "i32 . 5"),
        (Spec::SortedLast(sorted()), "i32 1 5"),
        (Spec::Sum(AggSpecSum {}), "i64 -2 5"),
        (Spec::Std(AggSpecStd {}), "f64 2.8284271247461903 NaN"),
        (Spec::Var(AggSpecVar {}), "f64 8 NaN"),
        (unique(Some(Sentinel::IntValue(-1))), "i32 -1 5"),
        (unique(Some(Sentinel::NullValue(0))), "i32 . 5"),
        (Spec::WeightedAvg(weighted()), "f64 -2 5"),
        (Spec::WeightedSum(weighted()), "f64 -8 5"),
        (
            Spec::Formula(AggSpecFormula { formula: "max(x) * 2".to_owned(), param_token: "x".to_owned() }),
            "i32 2 10",
        ),
    ] {
        let words: Vec<&str> = expected.split_whitespace().collect();
        let result = made(Op::Aggregate(aggregate(vec![of(kind, "Out = X")])), &[&rows()]);
        check(&result, &format!("K:str Out:{}\n a {}\n b {}", words[0], words[1], words[2]));
    }
}

#[test]
fn arrays_are_made() {
    for (kind, expected) in [
        (Spec::Group(AggSpecGroup {}), "1 -3 . 5"),
        (Spec::Distinct(AggSpecDistinct { include_nulls: false }), "1 -3 5"),
        (Spec::Distinct(AggSpecDistinct { include_nulls: true }), "1 -3 . 5"),
    ] {
        let result = made(Op::Aggregate(aggregate(vec![of(kind, "X")])), &[&rows()]);
        let flat = result.ungroup(&[]).and_then(|flat| flat.view(&texts(["X"]), &NoNames)).expect("arrays");
        let rows = expected.split_whitespace().map(|row| format!(" {row}\n")).collect::<String>();
        check(&flat, &format!("X:i32\n{rows}"));
    }
}

#[test]
fn counts_row_keys_and_formulas() {
    let text = |text: &str| Some(Selectable { r#type: Some(Text::Raw(text.to_owned())) });
    let key = |name: &str| AggregationRowKey { column_name: name.to_owned() };
    let kinds = vec![
        Type::Count(AggregationCount { column_name: "N".to_owned() }),
        Type::CountWhere(AggregationCountWhere {
            column_name: "Pos".to_owned(),
            filters: texts(["X > 0", "W < 2"]),
        }),
        Type::FirstRowKey(key("First")),
        Type::LastRowKey(key("Last")),
        Type::Formula(AggregationFormula { selectable: text("Top = max(X) + 1") }),
    ];
    let result = made(Op::Aggregate(aggregate(kinds)), &[&rows()]);
    check(&result, "K:str N:i64 Pos:i64 First:i64 Last:i64 Top:i32\n a 3 1 0 3 2\n b 1 1 1 1 6");
    let direct = rows().count_by("N", &texts(["K"])).expect("a key");
    let count = vec![Type::Count(AggregationCount { column_name: "N".to_owned() })];
    let counted = made(Op::Aggregate(aggregate(count)), &[&rows()]);
    assert_eq!(super::support::text(&counted), super::support::text(&direct));
}

#[test]
fn rows_of_groups_are_tables_in_their_place() {
    let partition = |include_group_by_columns| {
        Type::Partition(AggregationPartition { column_name: "Part".to_owned(), include_group_by_columns })
    };
    let sum = || of(Spec::Sum(AggSpecSum {}), "X");
    let count = Type::Count(AggregationCount { column_name: "N".to_owned() });
    let result = made(Op::Aggregate(aggregate(vec![sum(), partition(false), count])), &[&rows()]);
    let names: Vec<_> = result.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names, ["K", "X", "Part", "N"]);
    let batch = result.batch(0..9, Some(&texts(["Part"]))).expect("a column");
    let parts = kinetable::tables_of(&super::support::session(), batch.column(0)).expect("tables");
    let parts: Vec<Table> = parts.into_iter().flatten().collect();
    check(&parts[0], "X:i32 W:f64\n 1 1\n -3 3\n . 2");
    check(&parts[1], "X:i32 W:f64\n 5 1");
    let all = AggregateRequest { group_by_columns: Vec::new(), ..aggregate(vec![partition(true), sum()]) };
    let all = made(Op::Aggregate(all), &[&rows()]);
    let names: Vec<_> = all.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!((names, all.size().expect("made")), (texts(["Part", "X"]), 1));
}

#[test]
fn initial_groups_come_first() {
    let groups = table("K:str\n z\n b");
    let request = AggregateRequest {
        initial_groups_id: some(),
        preserve_empty: true,
        ..aggregate(vec![Type::Count(AggregationCount { column_name: "N".to_owned() })])
    };
    check(&made(Op::Aggregate(request.clone()), &[&rows(), &groups]), "K:str N:i64\n z 0\n b 1\n a 3");
    let request = AggregateRequest { preserve_empty: false, ..request };
    check(&made(Op::Aggregate(request), &[&rows(), &groups]), "K:str N:i64\n b 1\n a 3");
}

#[test]
fn wrong_aggregations_are_refused() {
    let count = |filters| Type::CountWhere(AggregationCountWhere { column_name: "N".to_owned(), filters });
    let high = AggSpecPercentile { percentile: 1.5, average_evenly_divided: false };
    for (kinds, code) in [
        (vec![], Code::InvalidArgument),
        (vec![Type::Columns(AggregationColumns::default())], Code::InvalidArgument),
        (
            vec![Type::Columns(AggregationColumns { spec: None, match_pairs: texts(["X"]) })],
            Code::FailedPrecondition,
        ),
        (vec![count(Vec::new())], Code::InvalidArgument),
        (vec![count(texts(["Nothing > 1"]))], Code::InvalidArgument),
        (vec![of(Spec::Percentile(high), "X")], Code::InvalidArgument),
        (vec![of(unique(None), "X")], Code::InvalidArgument),
        (vec![of(unique(Some(Sentinel::ByteValue(300))), "X")], Code::InvalidArgument),
        (vec![of(unique(Some(Sentinel::StringValue("x".to_owned()))), "X")], Code::InvalidArgument),
        (vec![of(Spec::SortedFirst(AggSpecSorted::default()), "X")], Code::InvalidArgument),
        (vec![of(Spec::TDigest(AggSpecTDigest { compression: None }), "X")], Code::Unimplemented),
        (vec![of(Spec::Sum(AggSpecSum {}), "K")], Code::InvalidArgument),
        (vec![of(Spec::Freeze(AggSpecFreeze {}), "X")], Code::InvalidArgument),
        (vec![Type::Formula(AggregationFormula::default())], Code::FailedPrecondition),
    ] {
        assert_eq!(refused(Op::Aggregate(aggregate(kinds.clone())), &[&rows()]).0, code, "{kinds:?}");
    }
    let none = AggregateRequest { aggregations: vec![Aggregation { r#type: None }], ..aggregate(vec![]) };
    assert_eq!(refused(Op::Aggregate(none), &[&rows()]).0, Code::FailedPrecondition);
}

#[test]
fn groups_of_one_row_are_frozen() {
    let single = table("K:str X:i32\n a 1\n b 2");
    let op = Op::Aggregate(aggregate(vec![of(Spec::Freeze(AggSpecFreeze {}), "X")]));
    check(&made(op, &[&single]), "K:str X:i32\n a 1\n b 2");
}

#[test]
fn one_aggregation_of_all_columns() {
    let all = |kind| {
        let request = AggregateAllRequest {
            source_id: some(),
            spec: spec(kind),
            group_by_columns: texts(["K"]),
            result_id: None,
        };
        Op::AggregateAll(request)
    };
    check(&made(all(Spec::Sum(AggSpecSum {})), &[&rows()]), "K:str X:i64 W:f64\n a -2 6\n b 5 1");
    let formula = AggSpecFormula { formula: "count(each)".to_owned(), param_token: "each".to_owned() };
    check(&made(all(Spec::Formula(formula)), &[&rows()]), "K:str X:i64 W:i64\n a 2 3\n b 1 1");
    let weighted = AggSpecWeighted { weight_column: "W".to_owned() };
    check(&made(all(Spec::WeightedSum(weighted)), &[&rows()]), "K:str X:f64\n a -8\n b 5");
    let none = AggregateAllRequest { source_id: some(), ..Default::default() };
    assert_eq!(refused(Op::AggregateAll(none), &[&rows()]).0, Code::FailedPrecondition);
}

#[test]
fn the_older_form() {
    let combo = |aggregates, keys: &[&str]| {
        Op::ComboAggregate(ComboAggregateRequest {
            result_id: None,
            source_id: some(),
            aggregates,
            group_by_columns: keys.iter().map(|key| (*key).to_owned()).collect(),
            force_combo: false,
        })
    };
    let one = |kind: AggType, pairs: &[&str], column: &str| Aggregate {
        r#type: kind as i32,
        match_pairs: pairs.iter().map(|pair| (*pair).to_owned()).collect(),
        column_name: column.to_owned(),
        percentile: 0.5,
        avg_median: true,
    };
    let several = vec![
        one(AggType::Count, &[], "N"),
        one(AggType::Max, &["Top = X"], ""),
        one(AggType::Percentile, &["Mid = X"], ""),
        one(AggType::WeightedAvg, &["Mean = X"], "W"),
    ];
    check(
        &made(combo(several, &["K"]), &[&rows()]),
        "K:str N:i64 Top:i32 Mid:f64 Mean:f64\n a 3 1 -1 -2\n b 1 5 5 5",
    );
    check(
        &made(combo(vec![one(AggType::Sum, &[], "")], &["K"]), &[&rows()]),
        "K:str X:i64 W:f64\n a -2 6\n b 5 1",
    );
    check(&made(combo(vec![one(AggType::Count, &[], "N")], &[]), &[&rows()]), "N:i64\n 4");
    assert_eq!(refused(combo(Vec::new(), &[]), &[&rows()]).0, Code::InvalidArgument);
    let unknown = Aggregate { r#type: 99, ..one(AggType::Sum, &[], "") };
    assert_eq!(refused(combo(vec![unknown], &[]), &[&rows()]).0, Code::InvalidArgument);
}
