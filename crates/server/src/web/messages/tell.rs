//! What pages are told.

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
    Size(Header),
    Error(Fault),
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
}

#[derive(Debug, Serialize)]
pub(in crate::web) struct Limits {
    pub(in crate::web) subs: usize,
    pub(in crate::web) rows: u64,
    pub(in crate::web) cells: u64,
    pub(in crate::web) fetch_cells: u64,
    pub(in crate::web) ops: usize,
}

/// The tables there are.
#[derive(Debug, Serialize)]
pub(in crate::web) struct Vars {
    pub(in crate::web) full: bool,
    pub(in crate::web) added: Vec<Listed>,
    pub(in crate::web) changed: Vec<Listed>,
    pub(in crate::web) removed: Vec<String>,
}

/// A table that can be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::web) struct Listed {
    pub(in crate::web) name: String,
    pub(in crate::web) id: String,
    pub(in crate::web) kind: &'static str,
    pub(in crate::web) live: bool,
    pub(in crate::web) rows: Option<u64>,
    pub(in crate::web) columns: usize,
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
    pub(in crate::web) op: Option<usize>,
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
