//! Operations on tables, as pages write them.

use serde::{Deserialize, Serialize};

/// An operation on the table that was named.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::web) enum Op {
    Where(String),
    Sort(Vec<(String, By)>),
    Select(Vec<String>),
    Custom(Vec<String>),
    Distinct(Vec<String>),
    By(Groups),
    Stats(Stats),
    Bins(Bins),
    M4(M4),
    Ohlc(Ohlc),
    Rollup(Rollup),
    Tree(Tree),
}

/// How a column sorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::web) enum By {
    Asc,
    Desc,
    Abs,
}

/// A row a group.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(in crate::web) struct Groups {
    pub(in crate::web) keys: Vec<String>,
    /// A word, the result, and the column if it is over one.
    pub(in crate::web) aggs: Vec<Vec<String>>,
}

/// What there is to say of a column.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(in crate::web) struct Stats {
    pub(in crate::web) column: String,
    pub(in crate::web) distinct: Option<bool>,
}

/// How many rows have values in each of so many bins.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(in crate::web) struct Bins {
    pub(in crate::web) x: String,
    pub(in crate::web) n: u64,
    pub(in crate::web) low: Option<String>,
    pub(in crate::web) high: Option<String>,
    pub(in crate::web) by: Option<Vec<String>>,
}

/// Rows that lines of so many pixels can show.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(in crate::web) struct M4 {
    pub(in crate::web) x: String,
    pub(in crate::web) ys: Vec<String>,
    pub(in crate::web) by: Option<Vec<String>>,
    pub(in crate::web) px: u64,
    pub(in crate::web) from: Option<String>,
    pub(in crate::web) to: Option<String>,
}

/// Candles.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(in crate::web) struct Ohlc {
    pub(in crate::web) x: String,
    pub(in crate::web) y: String,
    pub(in crate::web) volume: Option<String>,
    /// The length of an interval in ns.
    pub(in crate::web) every: String,
    pub(in crate::web) by: Option<Vec<String>>,
}

/// Groups within groups.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(in crate::web) struct Rollup {
    pub(in crate::web) keys: Vec<String>,
    pub(in crate::web) aggs: Vec<Vec<String>>,
    #[serde(default)]
    pub(in crate::web) rows: bool,
    pub(in crate::web) open: Open,
    pub(in crate::web) sort: Option<Vec<(String, By)>>,
}

/// Rows that name the row they lie below.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(in crate::web) struct Tree {
    pub(in crate::web) id: String,
    pub(in crate::web) parent: String,
    pub(in crate::web) open: Open,
    pub(in crate::web) sort: Option<Vec<(String, By)>>,
}

/// Rows whose children are shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub(in crate::web) enum Open {
    /// Those of less than this depth.
    Below(u32),
    /// `all`.
    Word(String),
    /// Paths of keys.
    Paths(Vec<Vec<Option<String>>>),
    /// Ids.
    Ids(Vec<Option<String>>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_read_as_the_decision_spells_them() {
        let read = |text: &str| serde_json::from_str::<Op>(text).expect(text);
        let Op::M4(m4) = read(r#"{"m4":{"x":"Time","ys":["Price"],"px":800}}"#) else {
            panic!("another one")
        };
        assert_eq!((m4.px, m4.by, m4.from), (800, None, None));
        let text = r#"{"by":{"keys":["Sym"],"aggs":[["sum","Total","Price"],["count","N"]]}}"#;
        assert!(matches!(read(text), Op::By(Groups { aggs, .. }) if aggs[1].len() == 2));
        let open = |text: &str| {
            let text = format!(r#"{{"rollup":{{"keys":["A"],"aggs":[],"open":{text}}}}}"#);
            let Op::Rollup(rollup) = read(&text) else { panic!("another one") };
            rollup.open
        };
        assert_eq!(open(r#"[[],["EU"]]"#), Open::Paths(vec![vec![], vec![Some("EU".into())]]));
        assert_eq!(open("[[null]]"), Open::Paths(vec![vec![None]]));
        assert_eq!(open(r#"["3",null]"#), Open::Ids(vec![Some("3".into()), None]));
        assert_eq!(open("2"), Open::Below(2));
        assert_eq!(open(r#""all""#), Open::Word("all".into()));
        assert!(serde_json::from_str::<Op>(r#"{"ohlc":{"x":"T","y":"P","every":5}}"#).is_err());
        assert!(serde_json::from_str::<Op>(r#"{"m4":{},"where":"X"}"#).is_err());
    }
}
