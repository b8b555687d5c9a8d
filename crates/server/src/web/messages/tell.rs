//! What pages are told.

use std::borrow::Cow;
use std::collections::BTreeMap;

use kinetable::ErrorKind;
use serde::Serialize;
use tonic::{Code, Status};

/// A message to a page, as text.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(in crate::web) enum Tell {
    Welcome(Box<Welcome>),
    Vars(Vars),
    Status(EngineStatus),
    Schema(Schema),
    Size(Box<Header>),
    Error(Fault),
    Running {
        id: u64,
    },
    Out {
        id: u64,
        stream: &'static str,
        text: String,
    },
    Ran(Box<Ran>),
    Completions {
        id: u64,
        items: Vec<Completed>,
    },
    Found {
        id: u64,
        row: Option<u64>,
        count: u64,
    },
    Exported {
        id: u64,
        url: String,
        name: String,
        rows: u64,
    },
    Progress {
        id: u64,
        done: u64,
        total: u64,
    },
    Done {
        id: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        tag: Option<String>,
    },
    Files {
        id: u64,
        items: Vec<FileItem>,
    },
    Loaded {
        id: u64,
        text: String,
        tag: String,
    },
    Value {
        id: u64,
        name: String,
        kind: String,
        value: serde_json::Value,
        tables: usize,
    },
    Log {
        lines: Vec<Logged>,
        /// Lines before these that were not taken in time.
        #[serde(skip_serializing_if = "Option::is_none")]
        skipped: Option<u64>,
    },
}

impl Tell {
    /// The text.
    pub(in crate::web) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[derive(Debug, Serialize)]
pub(in crate::web) struct Welcome {
    pub(in crate::web) protocol: u32,
    pub(in crate::web) server: String,
    pub(in crate::web) instance: String,
    pub(in crate::web) resume: String,
    pub(in crate::web) resumed: bool,
    pub(in crate::web) resume_seconds: u64,
    pub(in crate::web) user: String,
    pub(in crate::web) console: bool,
    pub(in crate::web) write: bool,
    pub(in crate::web) zone: String,
    pub(in crate::web) limits: Limits,
    pub(in crate::web) features: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
pub(in crate::web) struct Limits {
    pub(in crate::web) subs: usize,
    pub(in crate::web) rows: u64,
    pub(in crate::web) cells: u64,
    pub(in crate::web) fetch_cells: u64,
    pub(in crate::web) ops: usize,
    pub(in crate::web) message_bytes: usize,
    pub(in crate::web) file_bytes: u64,
}

/// The tables there are.
#[derive(Debug, Serialize)]
pub(in crate::web) struct Vars {
    pub(in crate::web) full: bool,
    pub(in crate::web) added: Vec<Listed>,
    pub(in crate::web) changed: Vec<Listed>,
    pub(in crate::web) removed: Vec<String>,
}

/// A table that can be opened, or another object, of which rows and columns mean nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::web) struct Listed {
    pub(in crate::web) name: String,
    pub(in crate::web) id: String,
    pub(in crate::web) kind: Cow<'static, str>,
    pub(in crate::web) live: bool,
    pub(in crate::web) rows: Option<u64>,
    pub(in crate::web) columns: Option<usize>,
}

/// How the engine does.
#[derive(Debug, Serialize)]
pub(in crate::web) struct EngineStatus {
    pub(in crate::web) at: String,
    pub(in crate::web) step: u64,
    pub(in crate::web) cycles: f64,
    pub(in crate::web) cycle_ms: Option<f64>,
    pub(in crate::web) memory: i64,
    pub(in crate::web) zone: String,
}

#[derive(Debug, Serialize)]
pub(in crate::web) struct Schema {
    pub(in crate::web) sub: u32,
    pub(in crate::web) vp: u64,
    pub(in crate::web) live: bool,
    pub(in crate::web) kind: &'static str,
    /// Whether it is a hierarchy, and its key columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) tree: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) keys: Option<Vec<String>>,
    pub(in crate::web) columns: Vec<ColumnInfo>,
}

/// A column, and what a page has to know to show its cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::web) struct ColumnInfo {
    pub(in crate::web) name: String,
    #[serde(rename = "type")]
    pub(in crate::web) kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) chars: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) scale: Option<i8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) zone: Option<String>,
    /// Whether it says in which partition a row lies.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::web) partitioning: bool,
    #[serde(flatten)]
    pub(in crate::web) looks: Looks,
}

/// The hidden columns that say how a column looks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(in crate::web) struct Looks {
    /// Those with colours: the first one that has any counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::web) styles: Vec<String>,
    /// That with patterns of numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) number: Option<String>,
    /// That with patterns of dates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) date: Option<String>,
}

/// What a frame says of its page.
#[derive(Debug, Clone, Default, Serialize)]
pub(in crate::web) struct Header {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) id: Option<u64>,
    pub(in crate::web) sub: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) vp: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) base: Option<u64>,
    pub(in crate::web) rows: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) total: Option<u64>,
    pub(in crate::web) first: u64,
    pub(in crate::web) n: u64,
    pub(in crate::web) step: u64,
    pub(in crate::web) at: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::web) moves: Vec<[u64; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) runs: Option<Vec<[u64; 2]>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::web) cut: Vec<String>,
    /// By hidden column, why none of its cells could be read.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(in crate::web) failed: BTreeMap<String, String>,
}

/// What a run came to.
#[derive(Debug, Serialize)]
pub(in crate::web) struct Ran {
    pub(in crate::web) id: u64,
    pub(in crate::web) ms: f64,
    pub(in crate::web) error: Option<WentWrong>,
    pub(in crate::web) names: Vec<String>,
}

/// What went wrong in code of the page, and where.
#[derive(Debug, Serialize)]
pub(in crate::web) struct WentWrong {
    pub(in crate::web) kind: String,
    pub(in crate::web) message: String,
    pub(in crate::web) line: Option<u32>,
    pub(in crate::web) code: Option<String>,
    pub(in crate::web) trace: String,
    pub(in crate::web) interrupted: bool,
}

/// What may be typed at a place of a text.
#[derive(Debug, Serialize)]
pub(in crate::web) struct Completed {
    pub(in crate::web) text: String,
    pub(in crate::web) start: u32,
    pub(in crate::web) detail: String,
}

/// What a directory holds.
#[derive(Debug, Serialize)]
pub(in crate::web) struct FileItem {
    pub(in crate::web) path: String,
    pub(in crate::web) dir: bool,
    pub(in crate::web) size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) tag: Option<String>,
}

/// A line of the log.
#[derive(Debug, Serialize)]
pub(in crate::web) struct Logged {
    pub(in crate::web) at: String,
    pub(in crate::web) level: &'static str,
    pub(in crate::web) text: String,
}

/// Something that went wrong, and where.
#[derive(Debug, Clone, Default, Serialize)]
pub(in crate::web) struct Fault {
    pub(in crate::web) code: &'static str,
    pub(in crate::web) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) sub: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) vp: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) op: Option<u32>,
    /// Boxed: a fault is an error of most functions here, and few have a place.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(in crate::web) place: Option<Box<Place>>,
}

/// Where in an operation a mistake is.
#[derive(Debug, Clone, Serialize)]
pub(in crate::web) struct Place {
    /// Which of the operation's formulas, if it has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::web) formula: Option<usize>,
    /// The first character of the formula that is wrong, in units of UTF-16.
    pub(in crate::web) from: usize,
    /// The one after the last.
    pub(in crate::web) to: usize,
}

impl Fault {
    /// A fault of this code.
    pub(in crate::web) fn new(code: &'static str, message: impl Into<String>) -> Fault {
        Fault { code, message: message.into(), ..Fault::default() }
    }

    /// A mistake in what was asked.
    pub(in crate::web) fn invalid(message: impl Into<String>) -> Fault {
        Fault::new("invalid", message)
    }

    /// More than is allowed.
    pub(in crate::web) fn limit(message: impl Into<String>) -> Fault {
        Fault::new("limit", message)
    }

    /// The same, of a subscription.
    pub(in crate::web) fn of(self, sub: u32) -> Fault {
        Fault { sub: Some(sub), ..self }
    }
}

impl From<kinetable::Error> for Fault {
    fn from(error: kinetable::Error) -> Fault {
        let code = match error.kind() {
            ErrorKind::Invalid | ErrorKind::Source => "invalid",
            ErrorKind::Limit => "limit",
            ErrorKind::Closed => "gone",
            ErrorKind::Internal => "internal",
        };
        Fault { hint: error.hint().map(str::to_owned), ..Fault::new(code, error.message()) }
    }
}

impl From<Status> for Fault {
    fn from(status: Status) -> Fault {
        let code = match status.code() {
            Code::NotFound => "missing",
            Code::Unauthenticated => "unauthenticated",
            Code::PermissionDenied => "forbidden",
            Code::ResourceExhausted => "limit",
            Code::Internal => "internal",
            _ => "invalid",
        };
        Fault::new(code, status.message())
    }
}
