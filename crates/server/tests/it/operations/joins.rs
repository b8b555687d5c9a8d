//! Joins.

use kinetable_wire::grpc::operation::Op;
use kinetable_wire::grpc::{
    AggSpecGroup, AggSpecSum, Aggregation, AggregationColumns, AjRajTablesRequest, AsOfJoinTablesRequest,
    CrossJoinTablesRequest, ExactJoinTablesRequest, JoinType, LeftJoinTablesRequest, MatchRule,
    MultiJoinInput, MultiJoinTablesRequest, NaturalJoinTablesRequest, RangeEndRule, RangeJoinTablesRequest,
    RangeStartRule, WhereInRequest, agg_spec, aggregation,
};
use tonic::Code;

use super::support::{check, made, refused, some, spec, table, texts};

fn natural(join_type: JoinType) -> Op {
    Op::NaturalJoin(NaturalJoinTablesRequest {
        result_id: None,
        left_id: some(),
        right_id: some(),
        columns_to_match: texts(["K"]),
        columns_to_add: texts(["New = Y"]),
        join_type: join_type as i32,
    })
}

#[test]
fn natural_and_exact_joins() {
    let left = table("K:str X:i32\n a 1\n b 2\n c 3");
    let right = table("K:str Y:i32\n a 10\n b 20\n b 21");
    check(
        &made(natural(JoinType::FirstMatch), &[&left, &right]),
        "K:str X:i32 New:i32\n a 1 10\n b 2 20\n c 3 .",
    );
    check(
        &made(natural(JoinType::LastMatch), &[&left, &right]),
        "K:str X:i32 New:i32\n a 1 10\n b 2 21\n c 3 .",
    );
    for kind in [JoinType::JoinTypeNotSpecified, JoinType::ErrorOnDuplicate, JoinType::ExactlyOneMatch] {
        assert_eq!(refused(natural(kind), &[&left, &right]).0, Code::InvalidArgument);
    }
    let exact = |columns: Vec<String>| {
        Op::ExactJoin(ExactJoinTablesRequest {
            result_id: None,
            left_id: some(),
            right_id: some(),
            columns_to_match: columns,
            columns_to_add: Vec::new(),
        })
    };
    let (left, right) = (table("K:str\n a\n b"), table("R:str Y:i32\n b 2\n a 1"));
    check(&made(exact(texts(["K = R"])), &[&left, &right]), "K:str R:str Y:i32\n a a 1\n b b 2");
    check(&made(exact(texts(["K == R"])), &[&left, &right]), "K:str R:str Y:i32\n a a 1\n b b 2");
    assert_eq!(refused(exact(texts(["K"])), &[&left, &right]).0, Code::InvalidArgument);
}

#[test]
fn cross_joins_with_and_without_keys() {
    let (left, right) = (table("K:str\n a\n b"), table("J:str Y:i32\n a 1\n a 2"));
    let cross = |columns: Vec<String>, add: Vec<String>| {
        Op::CrossJoin(CrossJoinTablesRequest {
            result_id: None,
            left_id: some(),
            right_id: some(),
            columns_to_match: columns,
            columns_to_add: add,
            reserve_bits: 10,
        })
    };
    check(&made(cross(texts(["K = J"]), texts(["Y"])), &[&left, &right]), "K:str Y:i32\n a 1\n a 2");
    check(
        &made(cross(Vec::new(), Vec::new()), &[&left, &right]),
        "K:str J:str Y:i32\n a a 1\n a a 2\n b a 1\n b a 2",
    );
    let request = LeftJoinTablesRequest { left_id: some(), right_id: some(), ..Default::default() };
    assert_eq!(refused(Op::LeftJoin(request), &[&left, &right]).0, Code::Unimplemented);
}

#[test]
fn joins_on_the_nearest_row() {
    let left = table("K:str T:i64\n a 5\n a 6\n b 1");
    let right = table("K:str R:i64 V:i32\n a 4 40\n a 6 60\n b 2 20");
    let nearest = |as_of: &str| AjRajTablesRequest {
        result_id: None,
        left_id: some(),
        right_id: some(),
        exact_match_columns: texts(["K"]),
        as_of_column: as_of.to_owned(),
        columns_to_add: texts(["V"]),
    };
    let values =
        |rows: [&str; 3]| format!("K:str T:i64 V:i32\n a 5 {}\n a 6 {}\n b 1 {}", rows[0], rows[1], rows[2]);
    check(&made(Op::Aj(nearest("T >= R")), &[&left, &right]), &values(["40", "60", "."]));
    check(&made(Op::Aj(nearest("T>R")), &[&left, &right]), &values(["40", "40", "."]));
    check(&made(Op::Raj(nearest("T<=R")), &[&left, &right]), &values(["60", "60", "20"]));
    check(&made(Op::Raj(nearest("T < R")), &[&left, &right]), &values(["60", ".", "20"]));
    assert_eq!(refused(Op::Aj(nearest("")), &[&left, &right]).0, Code::InvalidArgument);
    assert_eq!(refused(Op::Aj(nearest("T <= R")), &[&left, &right]).0, Code::InvalidArgument);
    let as_of = |rule: MatchRule| {
        Op::AsOfJoin(AsOfJoinTablesRequest {
            result_id: None,
            left_id: some(),
            right_id: some(),
            columns_to_match: texts(["K", "T = R"]),
            columns_to_add: texts(["V"]),
            as_of_match_rule: rule as i32,
        })
    };
    check(&made(as_of(MatchRule::LessThanEqual), &[&left, &right]), &values(["40", "60", "."]));
    check(&made(as_of(MatchRule::LessThan), &[&left, &right]), &values(["40", "40", "."]));
    check(&made(as_of(MatchRule::GreaterThanEqual), &[&left, &right]), &values(["60", "60", "20"]));
    check(&made(as_of(MatchRule::GreaterThan), &[&left, &right]), &values(["60", ".", "20"]));
}

#[test]
fn several_tables_are_joined_at_once() {
    let (one, two) = (table("K:str A:i32\n x 1\n y 2"), table("J:str B:i32 C:i32\n y 3 30\n z 4 40"));
    let input = |on: &str, add: &[&str]| MultiJoinInput {
        source_id: some(),
        columns_to_match: texts([on]),
        columns_to_add: add.iter().map(|name| (*name).to_owned()).collect(),
    };
    let inputs = vec![input("K", &[]), input("K = J", &["New = B"])];
    let op = |multi_join_inputs| Op::MultiJoin(MultiJoinTablesRequest { result_id: None, multi_join_inputs });
    check(&made(op(inputs), &[&one, &two]), "K:str A:i32 New:i32\n x 1 .\n y 2 3\n z . 4");
    assert_eq!(refused(op(Vec::new()), &[]).0, Code::InvalidArgument);
}

#[test]
fn ranges_are_joined_as_arrays() {
    let (left, right) = (table("A:i64 B:i64\n 1 3\n 4 9"), table("At:i64 V:i64\n 2 20\n 3 30\n 5 50"));
    let columns = |spec| Aggregation {
        r#type: Some(aggregation::Type::Columns(AggregationColumns { spec, match_pairs: texts(["Vs = V"]) })),
    };
    let groups = columns(spec(agg_spec::Type::Group(AggSpecGroup {})));
    let range = RangeJoinTablesRequest {
        left_id: some(),
        right_id: some(),
        left_start_column: "A".to_owned(),
        range_start_rule: RangeStartRule::LessThanOrEqual as i32,
        right_range_column: "At".to_owned(),
        range_end_rule: RangeEndRule::GreaterThan as i32,
        left_end_column: "B".to_owned(),
        aggregations: vec![groups.clone()],
        ..Default::default()
    };
    let text = RangeJoinTablesRequest {
        left_id: some(),
        right_id: some(),
        range_match: "A <= At < B".to_owned(),
        aggregations: vec![groups],
        ..Default::default()
    };
    for request in [range.clone(), text] {
        let joined = made(Op::RangeJoin(request), &[&left, &right]);
        let flat = joined.ungroup(&[]).expect("arrays");
        check(&flat, "A:i64 B:i64 Vs:i64\n 1 3 20\n 4 9 50");
    }
    let sum = columns(spec(agg_spec::Type::Sum(AggSpecSum {})));
    let wrong = RangeJoinTablesRequest { aggregations: vec![sum], ..range.clone() };
    assert_eq!(refused(Op::RangeJoin(wrong), &[&left, &right]).0, Code::InvalidArgument);
    let wrong = RangeJoinTablesRequest { range_start_rule: 0, ..range };
    assert_eq!(refused(Op::RangeJoin(wrong), &[&left, &right]).0, Code::InvalidArgument);
}

#[test]
fn rows_are_kept_by_keys_of_another_table() {
    let (rows, keys) = (table("K:str\n a\n b\n c"), table("J:str\n c\n a"));
    let op = |inverted, columns: Vec<String>| {
        Op::WhereIn(WhereInRequest {
            result_id: None,
            left_id: some(),
            right_id: some(),
            inverted,
            columns_to_match: columns,
        })
    };
    check(&made(op(false, texts(["K = J"])), &[&rows, &keys]), "K:str\n a\n c");
    check(&made(op(true, texts(["K = J"])), &[&rows, &keys]), "K:str\n b");
    assert_eq!(refused(op(true, Vec::new()), &[&rows, &keys]).0, Code::InvalidArgument);
}
