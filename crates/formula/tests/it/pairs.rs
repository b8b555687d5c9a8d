//! Pairs of names for aggregations and joins.

use kinetable_formula::{check_column_name, is_column_name, parse_join_keys, parse_pair};

fn pair(left: &str, right: &str) -> (String, String) {
    (left.to_owned(), right.to_owned())
}

#[test]
fn pairs() {
    assert_eq!(parse_pair("Total = Size").unwrap(), pair("Total", "Size"));
    assert_eq!(parse_pair("Total=Size").unwrap(), pair("Total", "Size"));
    assert_eq!(parse_pair(" Size ").unwrap(), pair("Size", "Size"));
    for text in ["", "1A", "A = ", "= A", "A = B = C", "A B", "int", "A = i"] {
        assert!(parse_pair(text).is_err(), "{text}");
    }
}

#[test]
fn join_keys() {
    assert_eq!(parse_join_keys("A").unwrap(), [pair("A", "A")]);
    assert_eq!(parse_join_keys("A = B").unwrap(), [pair("A", "B")]);
    assert_eq!(parse_join_keys("A==B, C").unwrap(), [pair("A", "B"), pair("C", "C")]);
    let error = parse_join_keys("A, 2B").unwrap_err();
    assert_eq!(error.span().map(|span| (span.start, span.end)), Some((3, 5)));
}

#[test]
fn names() {
    for name in ["A", "_a", "Ünit", "x1", "Value2", "__ROW__X"] {
        assert!(is_column_name(name), "{name}");
    }
    for name in ["", "1a", "a b", "a-b", "i", "ii", "k", "in", "not", "icase", "class", "null"] {
        assert!(check_column_name(name).is_err(), "{name}");
    }
}
