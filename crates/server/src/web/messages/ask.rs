//! What pages ask.

use serde::Deserialize;

pub(in crate::web) use super::op::{Bins, By, Groups, M4, Ohlc, Op, Open as Opened, Rollup, Stats, Tree};

/// The most rows of a page.
pub(in crate::web) const ROWS_MAX: u64 = 32_768;
/// The most cells of a page.
pub(in crate::web) const CELLS_MAX: u64 = 200_000;
/// The most cells of an answer to `fetch`.
pub(in crate::web) const FETCH_CELLS_MAX: u64 = 1_000_000;
/// The most subscriptions of a connection.
pub(in crate::web) const SUBS_MAX: usize = 64;
/// The most operations on a table.
pub(in crate::web) const OPS_MAX: usize = 64;
/// The columns that are sent if none are named.
pub(in crate::web) const COLUMNS_FIRST: usize = 32;
/// The largest integer that a number of JSON holds exactly.
pub(in crate::web) const POSITION_MAX: u64 = (1 << 53) - 1;

/// A message of a page.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(in crate::web) enum Ask {
    Hello(Hello),
    Open(Open),
    Viewport(Viewport),
    Ops(Ops),
    Rate { sub: u32, max_hz: f64 },
    Ack { sub: u32, seq: u64 },
    Close { sub: u32 },
    Fetch(Fetch),
    Exec(Exec),
    Interrupt { id: u64 },
    Complete(Complete),
    Log { on: bool },
    Find(Find),
    Export(Export),
    Cancel { id: u64 },
    Put(Edit),
    Remove(Edit),
    Files { id: u64, path: String },
    Load(Load),
    Save(Save),
    Move(Move),
    Discard(Load),
    Value { id: u64, name: String },
}

#[derive(Deserialize)]
pub(in crate::web) struct Hello {
    pub(in crate::web) protocol: u32,
    pub(in crate::web) token: Option<String>,
    pub(in crate::web) user: Option<String>,
    pub(in crate::web) resume: Option<String>,
}

impl std::fmt::Debug for Hello {
    /// Without secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "hello of protocol {}", self.protocol)
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::web) struct Open {
    pub(in crate::web) sub: u32,
    pub(in crate::web) table: String,
    #[serde(default)]
    pub(in crate::web) ops: Vec<Op>,
    #[serde(flatten)]
    pub(in crate::web) want: Want,
    pub(in crate::web) max_hz: Option<f64>,
}

#[derive(Debug, Deserialize)]
pub(in crate::web) struct Viewport {
    pub(in crate::web) sub: u32,
    pub(in crate::web) vp: u64,
    #[serde(flatten)]
    pub(in crate::web) want: Want,
}

#[derive(Debug, Deserialize)]
pub(in crate::web) struct Ops {
    pub(in crate::web) sub: u32,
    pub(in crate::web) vp: u64,
    pub(in crate::web) ops: Vec<Op>,
    #[serde(flatten)]
    pub(in crate::web) want: Want,
}

#[derive(Debug, Deserialize)]
pub(in crate::web) struct Fetch {
    pub(in crate::web) id: u64,
    pub(in crate::web) sub: u32,
    #[serde(flatten)]
    pub(in crate::web) want: Want,
}

#[derive(Debug, Deserialize)]
pub(in crate::web) struct Exec {
    pub(in crate::web) id: u64,
    pub(in crate::web) code: String,
}

#[derive(Debug, Deserialize)]
pub(in crate::web) struct Complete {
    pub(in crate::web) id: u64,
    pub(in crate::web) text: String,
    pub(in crate::web) line: u32,
    pub(in crate::web) character: u32,
}

#[derive(Debug, Deserialize)]
pub(in crate::web) struct Find {
    pub(in crate::web) id: u64,
    pub(in crate::web) sub: u32,
    #[serde(rename = "where")]
    pub(in crate::web) condition: String,
    #[serde(default)]
    pub(in crate::web) from: u64,
    #[serde(default)]
    pub(in crate::web) back: bool,
}

#[derive(Debug, Deserialize)]
pub(in crate::web) struct Export {
    pub(in crate::web) id: u64,
    pub(in crate::web) sub: u32,
    pub(in crate::web) format: Form,
    pub(in crate::web) cols: Option<Vec<String>>,
}

/// What a file is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::web) enum Form {
    Csv,
    Parquet,
    Arrow,
}

impl Form {
    /// The end of the file's name.
    pub(in crate::web) fn extension(self) -> &'static str {
        match self {
            Form::Csv => "csv",
            Form::Parquet => "parquet",
            Form::Arrow => "arrow",
        }
    }
}

/// Rows of an input table.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Edit {
    pub(in crate::web) id: u64,
    pub(in crate::web) table: String,
    pub(in crate::web) columns: Vec<String>,
    pub(in crate::web) rows: Vec<Vec<Option<String>>>,
}

#[derive(Debug, Deserialize)]
pub(in crate::web) struct Load {
    pub(in crate::web) id: u64,
    pub(in crate::web) path: String,
}

#[derive(Debug, Deserialize)]
pub(in crate::web) struct Save {
    pub(in crate::web) id: u64,
    pub(in crate::web) path: String,
    pub(in crate::web) text: String,
    /// Of the file that it replaces; none: it is new.
    pub(in crate::web) tag: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(in crate::web) struct Move {
    pub(in crate::web) id: u64,
    pub(in crate::web) from: String,
    pub(in crate::web) to: String,
}

/// Rows and columns that a page wants.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(in crate::web) struct Want {
    pub(in crate::web) first: u64,
    pub(in crate::web) n: u64,
    pub(in crate::web) cols: Option<Vec<String>>,
    #[serde(default)]
    pub(in crate::web) anchor: Anchor,
}

/// From where rows are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::web) enum Anchor {
    #[default]
    Top,
    Bottom,
}

impl Want {
    /// The rows of a table of so many: the first one and how many.
    pub(in crate::web) fn window(&self, rows: u64) -> (u64, u64) {
        let n = self.n.min(rows);
        let first = match self.anchor {
            Anchor::Top => self.first.min(rows - n),
            Anchor::Bottom => rows.saturating_sub(self.first).saturating_sub(n),
        };
        (first, n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(anchor: Anchor, first: u64, n: u64, rows: u64) -> (u64, u64) {
        Want { first, n, cols: None, anchor }.window(rows)
    }

    #[test]
    fn a_window_lies_in_the_table() {
        assert_eq!(window(Anchor::Top, 5, 10, 100), (5, 10));
        assert_eq!(window(Anchor::Top, 95, 10, 100), (90, 10));
        assert_eq!(window(Anchor::Top, 5, 10, 4), (0, 4));
        assert_eq!(window(Anchor::Bottom, 0, 10, 100), (90, 10));
        assert_eq!(window(Anchor::Bottom, 7, 10, 100), (83, 10));
        assert_eq!(window(Anchor::Bottom, 95, 10, 100), (0, 10));
        assert_eq!(window(Anchor::Bottom, POSITION_MAX, 10, 3), (0, 3));
        assert_eq!(window(Anchor::Top, POSITION_MAX, 10, 0), (0, 0));
    }

    #[test]
    fn messages_are_read_as_the_decision_spells_them() {
        let text = r#"{"type":"ops","sub":1,"vp":2,"cols":["A"],"first":0,"n":80,"anchor":"bottom","ops":[
            {"where":"A > 5"},{"sort":[["A","asc"],["B","abs"]]},{"select":["A"]},{"custom":["C = A + 1"]}]}"#;
        let Ask::Ops(ops) = serde_json::from_str(text).unwrap() else { panic!("another message") };
        assert_eq!(ops.want.anchor, Anchor::Bottom);
        assert_eq!(ops.ops[1], Op::Sort(vec![("A".into(), By::Asc), ("B".into(), By::Abs)]));
        assert!(serde_json::from_str::<Ask>(r#"{"type":"dance"}"#).is_err());
        assert!(serde_json::from_str::<Op>(r#"{"where":"A","sort":[]}"#).is_err());
    }
}
