//! Filters: texts, and trees of conditions.

use kinetable::{NoNames, Table};
use kinetable_wire::grpc::condition::Data;
use kinetable_wire::grpc::literal::Value as Constant;
use kinetable_wire::grpc::operation::Op;
use kinetable_wire::grpc::{
    AndCondition, CaseSensitivity, CompareCondition, CompareOperation, Condition, ContainsCondition,
    FilterTableRequest, InCondition, InvokeCondition, IsNaNCondition, IsNullCondition, MatchType,
    MatchesCondition, NanComparison, NotCondition, OrCondition, SearchCondition,
    UnstructuredFilterTableRequest, Value,
};
use tonic::Code;

use super::support::{
    check, column, condition, constant, double, long, made, reference, refused, some, string, table, texts,
};

fn filter(filters: Vec<Condition>) -> Op {
    Op::Filter(FilterTableRequest { source_id: some(), filters, result_id: None })
}

/// The first column of the rows that pass, in words.
#[track_caller]
fn passes(table: &Table, data: Data, expected: &str) {
    let kept = made(filter(vec![condition(data)]), &[table]);
    let name = kept.schema().field(0).name().clone();
    let kept = kept.view(&[format!("Kept = `` + {name}")], &NoNames).expect("a column");
    let rows = expected.split_whitespace().map(|word| format!(" {word}\n")).collect::<String>();
    check(&kept, &format!("Kept:str\n{rows}"));
}

fn compare(left: Option<Value>, operation: CompareOperation, right: Option<Value>) -> Data {
    Data::Compare(CompareCondition {
        operation: operation as i32,
        case_sensitivity: 0,
        lhs: left,
        rhs: right,
    })
}

fn icase(left: Option<Value>, operation: CompareOperation, right: Option<Value>) -> Data {
    let case_sensitivity = CaseSensitivity::IgnoreCase as i32;
    Data::Compare(CompareCondition { operation: operation as i32, case_sensitivity, lhs: left, rhs: right })
}

fn among(name: &str, candidates: Vec<Option<Value>>) -> InCondition {
    InCondition {
        target: column(name),
        candidates: candidates.into_iter().flatten().collect(),
        ..InCondition::default()
    }
}

#[test]
fn texts_are_anded() {
    let rows = table("X:i32 Y:str\n 1 a\n 2 b\n 3 b");
    let op = |filters: Vec<String>| {
        Op::UnstructuredFilter(UnstructuredFilterTableRequest { source_id: some(), filters, result_id: None })
    };
    check(&made(op(texts(["X > 1", "Y = `b`", "X in 1, 2"])), &[&rows]), "X:i32 Y:str\n 2 b");
    check(&made(op(Vec::new()), &[&rows]), "X:i32 Y:str\n 1 a\n 2 b\n 3 b");
    assert_eq!(refused(op(texts(["X >"])), &[&rows]).0, Code::InvalidArgument);
}

#[test]
fn comparisons_with_values_on_either_side() {
    use CompareOperation::{Equals, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual, NotEquals};
    let rows = table("X:i32 Y:i32\n 1 3\n 2 2\n 3 1");
    for (operation, expected, flipped) in [
        (LessThan, "1", "3"),
        (LessThanOrEqual, "1 2", "2 3"),
        (GreaterThan, "3", "1"),
        (GreaterThanOrEqual, "2 3", "1 2"),
        (Equals, "2", "2"),
        (NotEquals, "1 3", "1 3"),
    ] {
        passes(&rows, compare(column("X"), operation, long(2)), expected);
        passes(&rows, compare(column("X"), operation, double(2.0)), expected);
        passes(&rows, compare(long(2), operation, column("X")), flipped);
        passes(&rows, compare(column("X"), operation, column("Y")), expected);
    }
    passes(&rows, compare(column("X"), GreaterThan, double(2.5)), "3");
    passes(&rows, compare(long(1), LessThan, long(2)), "1 2 3");
    passes(&rows, compare(string("a"), Equals, string("b")), "");
    passes(&rows, icase(string("a"), Equals, string("A")), "1 2 3");
}

#[test]
fn large_longs_are_compared_exactly() {
    let rows = table("X:i64\n 9007199254740993\n 9007199254740992");
    passes(
        &rows,
        compare(column("X"), CompareOperation::Equals, long(9_007_199_254_740_993)),
        "9007199254740993",
    );
    passes(
        &rows,
        compare(column("X"), CompareOperation::Equals, double(9_007_199_254_740_992.0)),
        "9007199254740992",
    );
    passes(
        &rows,
        compare(column("X"), CompareOperation::GreaterThan, long(i64::MIN)),
        "9007199254740993 9007199254740992",
    );
}

#[test]
fn case_counts_but_for_equality() {
    use CompareOperation::{Equals, LessThan, NotEquals};
    let rows = table("S:str\n Active\n active\n ACTIVE\n Inactive");
    passes(&rows, compare(column("S"), Equals, string("Active")), "Active");
    passes(&rows, icase(column("S"), Equals, string("Active")), "Active active ACTIVE");
    passes(&rows, icase(string("aCTIVE"), Equals, column("S")), "Active active ACTIVE");
    passes(&rows, icase(column("S"), Equals, column("S")), "Active active ACTIVE Inactive");
    passes(&rows, compare(column("S"), NotEquals, string("Active")), "active ACTIVE Inactive");
    passes(&rows, icase(column("S"), NotEquals, string("Active")), "active ACTIVE Inactive");
    passes(&rows, icase(column("S"), LessThan, string("a")), "Active ACTIVE Inactive");
}

#[test]
fn texts_cannot_leave_their_quotes() {
    let hostile = [
        "`",
        "\\",
        "\\`",
        "` || true || S == `",
        "'",
        "\"",
        "a\nb\tc\r",
        "${x}",
        "\\u0041",
        "\u{0}",
        "é漢😀",
    ];
    let array = hostile.iter().map(|text| Some(*text)).collect::<arrow_array::StringViewArray>();
    let rows = super::support::session()
        .new_table(vec![("S".to_owned(), std::sync::Arc::new(array))])
        .expect("one column");
    for text in hostile {
        for data in [
            compare(column("S"), CompareOperation::Equals, string(text)),
            Data::In(among("S", vec![string(text)])),
        ] {
            let kept = made(filter(vec![condition(data)]), &[&rows]);
            let kept = kept.batch(0..10, None).expect("one column");
            let found = arrow_array::cast::AsArray::as_string_view(kept.column(0));
            assert_eq!(found.iter().collect::<Vec<_>>(), [Some(text)], "{text:?}");
        }
    }
    for name in ["X == 1 || true", "", "S) || (true", "in"] {
        let data = Data::IsNull(IsNullCondition { reference: reference(name) });
        assert_eq!(refused(filter(vec![condition(data)]), &[&rows]).0, Code::InvalidArgument, "{name}");
    }
    let data = Data::Invoke(InvokeCondition {
        method: "length() > 0 || S.startsWith".to_owned(),
        target: column("S"),
        arguments: Vec::new(),
    });
    assert_eq!(refused(filter(vec![condition(data)]), &[&rows]).0, Code::InvalidArgument);
}

#[test]
fn memberships_of_mixed_numbers_and_nulls() {
    let rows = table("X:i32\n 1\n 2\n .\n 3");
    passes(&rows, Data::In(among("X", vec![long(1), double(3.0), double(2.5)])), "1 3");
    let not = InCondition { match_type: MatchType::Inverted as i32, ..among("X", vec![long(1), long(3)]) };
    passes(&rows, Data::In(not), "2 null");
    passes(&rows, Data::In(among("X", Vec::new())), "");
    let all = InCondition { match_type: MatchType::Inverted as i32, ..among("X", Vec::new()) };
    passes(&rows, Data::In(all), "1 2 null 3");
    let doubles = table("X:f64\n 1.5\n NaN\n 2");
    passes(&doubles, Data::In(among("X", vec![long(2), double(1.5), double(f64::NAN)])), "1.5 NaN 2.0");
    let no_nan = InCondition {
        nan_comparison: NanComparison::NanNotEqualsNan as i32,
        ..among("X", vec![double(1.5), double(f64::NAN)])
    };
    passes(&doubles, Data::In(no_nan), "1.5");
    passes(&doubles, Data::IsNan(IsNaNCondition { reference: reference("X") }), "NaN");
    let words = table("S:str T:str\n a b\n B b\n c C");
    let icase = InCondition {
        case_sensitivity: CaseSensitivity::IgnoreCase as i32,
        ..among("S", vec![string("A"), string("b")])
    };
    passes(&words, Data::In(icase), "a B");
    passes(&words, Data::In(among("S", vec![column("T"), string("a")])), "a");
    let icase =
        InCondition { case_sensitivity: CaseSensitivity::IgnoreCase as i32, ..among("S", vec![column("T")]) };
    passes(&words, Data::In(icase), "B c");
}

#[test]
fn thousands_of_candidates_and_terms() {
    let rows = table("X:i32\n 1\n 77777\n 3");
    let candidates = (0..100_000).step_by(7).map(long).collect();
    passes(&rows, Data::In(among("X", candidates)), "77777");
    let terms = |count: i64| {
        (0..count)
            .map(|value| condition(compare(column("X"), CompareOperation::Equals, long(value))))
            .collect()
    };
    passes(&rows, Data::Or(OrCondition { filters: terms(2_000) }), "1 3");
    passes(&rows, Data::And(AndCondition { filters: terms(2_000) }), "");
}

#[test]
fn conditions_nest() {
    let rows = table("X:i32 S:str\n 1 a\n 2 .\n 3 c\n . d");
    let null = |name: &str| condition(Data::IsNull(IsNullCondition { reference: reference(name) }));
    let large = condition(compare(column("X"), CompareOperation::GreaterThan, long(1)));
    passes(&rows, Data::Or(OrCondition { filters: vec![null("S"), null("X")] }), "2 null");
    let not = Data::Not(Box::new(NotCondition { filter: Some(Box::new(null("S"))) }));
    passes(&rows, Data::And(AndCondition { filters: vec![condition(not.clone()), large] }), "3");
    let mut deep = not;
    for _ in 0..30 {
        deep = Data::Not(Box::new(NotCondition { filter: Some(Box::new(condition(deep))) }));
    }
    passes(&rows, deep.clone(), "1 3 null");
    for _ in 0..100 {
        deep = Data::Not(Box::new(NotCondition { filter: Some(Box::new(condition(deep))) }));
    }
    assert_eq!(refused(filter(vec![condition(deep)]), &[&rows]).0, Code::InvalidArgument);
    for empty in [Data::And(AndCondition::default()), Data::Or(OrCondition::default())] {
        assert_eq!(refused(filter(vec![condition(empty)]), &[&rows]).0, Code::InvalidArgument);
    }
    assert_eq!(refused(filter(vec![Condition { data: None }]), &[&rows]).0, Code::FailedPrecondition);
    check(&made(filter(Vec::new()), &[&rows]), "X:i32 S:str\n 1 a\n 2 .\n 3 c\n . d");
}

#[test]
fn patterns_and_parts_of_texts() {
    let rows = table("S:str\n apple\n Apricot\n .\n \"a\\nple\"");
    let matches = |regex: &str, icase: bool, inverted: bool| {
        Data::Matches(MatchesCondition {
            reference: reference("S"),
            regex: regex.to_owned(),
            case_sensitivity: i32::from(icase),
            match_type: i32::from(inverted),
        })
    };
    let contains = |text: &str, icase: bool, inverted: bool| {
        Data::Contains(ContainsCondition {
            reference: reference("S"),
            search_string: text.to_owned(),
            case_sensitivity: i32::from(icase),
            match_type: i32::from(inverted),
        })
    };
    passes(&rows, matches("ap.*", false, false), "apple");
    passes(&rows, matches("AP.*", true, false), "apple Apricot");
    passes(&rows, matches("ap", false, false), "");
    passes(&rows, matches("(ap|a.pl).*", true, true), "");
    passes(&rows, contains("p", false, false), "apple Apricot \"a\\nple\"");
    passes(&rows, contains("APP", true, false), "apple");
    passes(&rows, contains("APP", false, false), "");
    passes(&rows, contains("p", false, true), "");
    let numbers = table("X:i32\n 1");
    let wrong = Data::Contains(ContainsCondition { reference: reference("X"), ..Default::default() });
    assert!(refused(filter(vec![condition(wrong)]), &[&numbers]).1.contains("is for texts"));
    let (code, message) = refused(filter(vec![condition(matches("(", false, false))]), &[&rows]);
    assert_eq!(code, Code::InvalidArgument, "{message}");
}

#[test]
fn methods_are_invoked() {
    let rows = table("S:str P:str\n apple app\n banana x\n . a");
    let invoke = |method: &str, target, arguments: Vec<Option<Value>>| {
        let arguments = arguments.into_iter().flatten().collect();
        Data::Invoke(InvokeCondition { method: method.to_owned(), target, arguments })
    };
    passes(&rows, invoke("startsWith", column("S"), vec![string("ba")]), "banana");
    passes(&rows, invoke("startsWith", column("S"), vec![column("P")]), "apple");
    passes(&rows, invoke("matches", column("S"), vec![string(".*n.*")]), "banana");
    let wrong = invoke("nothing", column("S"), vec![]);
    assert_eq!(refused(filter(vec![condition(wrong)]), &[&rows]).0, Code::InvalidArgument);
}

#[test]
fn times_are_compared() {
    let rows = table("T:instant\n 2024-01-01T00:00:00Z\n 2024-01-02T00:00:00Z");
    let second = constant(Constant::NanoTimeValue(1_704_153_600_000_000_000));
    for operation in [CompareOperation::Equals, CompareOperation::GreaterThanOrEqual] {
        let kept = made(filter(vec![condition(compare(column("T"), operation, second.clone()))]), &[&rows]);
        check(&kept, "T:instant\n 2024-01-02T00:00:00Z");
    }
    let kept = made(filter(vec![condition(Data::In(among("T", vec![second.clone()])))]), &[&rows]);
    assert_eq!(kept.size().expect("made"), 1);
    let dates = table("D:date\n 2024-01-01\n 2024-01-02");
    let kept =
        made(filter(vec![condition(compare(column("D"), CompareOperation::Equals, second))]), &[&dates]);
    check(&kept, "D:date\n 2024-01-02");
}

#[test]
fn the_quick_filter_looks_at_all_columns() {
    let rows = table(
        "Id:i32 S:str X:f64 B:bool C:char T:instant\n\
         1 one 1.5 true a 2024-01-01T10:00:00Z\n\
         2 two 2 false b 2024-02-01T00:00:00Z\n\
         3 True 1.58 . 2 2025-01-01T00:00:00Z",
    );
    let search = |text: &str, names: &[&str]| {
        let optional_references = names.iter().filter_map(|name| reference(name)).collect();
        Data::Search(SearchCondition { search_string: text.to_owned(), optional_references })
    };
    passes(&rows, search("2", &[]), "2 3");
    passes(&rows, search("1.5", &[]), "1 3");
    passes(&rows, search("TRUE", &[]), "1 3");
    passes(&rows, search("2024", &["T"]), "1 2");
    passes(&rows, search("2024-01-01", &[]), "1");
    passes(&rows, search("o", &["S"]), "1 2");
    passes(&rows, search("nowhere", &["Id"]), "");
    let wrong = search("x", &["Missing"]);
    assert_eq!(refused(filter(vec![condition(wrong)]), &[&rows]).0, Code::InvalidArgument);
}

#[test]
fn the_quick_filter_finds_floats_by_the_digits_they_are_shown_with() {
    let rows = table("Id:i32 D:f64 F:f32\n 1 1.1 0.6\n 2 1.2 0.7\n 3 1.19 0.79\n 4 -1.1 0.8\n 5 -1.2 -0.7");
    let search = |text: &str, name: &str| {
        let optional_references = reference(name).into_iter().collect();
        Data::Search(SearchCondition { search_string: text.to_owned(), optional_references })
    };
    for (text, name, expected) in [
        ("1.1", "D", "1 3"),
        ("1.2", "D", "2"),
        ("-1.1", "D", "4"),
        ("0.6", "F", "1"),
        ("0.7", "F", "2 3"),
        ("0.8", "F", "4"),
        ("-0.7", "F", "5"),
    ] {
        passes(&rows, search(text, name), expected);
    }
}

#[test]
fn chars_take_texts_of_one_character() {
    let rows = table("C:char\n a\n b\n `");
    passes(&rows, compare(column("C"), CompareOperation::Equals, string("`")), "`");
    passes(&rows, Data::In(among("C", vec![string("a"), string("b")])), "a b");
}
