//! What pages are told.

use kinetable::ErrorKind;
use serde::Serialize;
use tonic::{Code, Status};

/// A message to a page, as text.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Tell {
    Welcome(Box<Welcome>),
    Vars(Vars),
    Status(EngineStatus),
    Schema(Schema),
    Size(Header),
    Error(Fault),
}

impl Tell {
    /// The text.
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Welcome {
    pub(super) protocol: u32,
    pub(super) server: String,
    pub(super) instance: String,
    pub(super) resume: String,
    pub(super) resumed: bool,
    pub(super) resume_seconds: u64,
    pub(super) user: String,
    pub(super) console: bool,
    pub(super) write: bool,
    pub(super) zone: String,
    pub(super) limits: Limits,
}

#[derive(Debug, Serialize)]
pub(super) struct Limits {
    pub(super) subs: usize,
    pub(super) rows: u64,
    pub(super) cells: u64,
    pub(super) fetch_cells: u64,
    pub(super) ops: usize,
}

/// The tables there are.
#[derive(Debug, Serialize)]
pub(super) struct Vars {
    pub(super) full: bool,
    pub(super) added: Vec<Listed>,
    pub(super) changed: Vec<Listed>,
    pub(super) removed: Vec<String>,
}

/// A table that can be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) kind: &'static str,
    pub(super) live: bool,
    pub(super) rows: Option<u64>,
    pub(super) columns: usize,
}

/// How the engine does.
#[derive(Debug, Serialize)]
pub(super) struct EngineStatus {
    pub(super) at: String,
    pub(super) step: u64,
    pub(super) cycles: f64,
    pub(super) cycle_ms: Option<f64>,
    pub(super) memory: i64,
    pub(super) zone: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Schema {
    pub(super) sub: u32,
    pub(super) vp: u64,
    pub(super) live: bool,
    pub(super) kind: &'static str,
    pub(super) columns: Vec<ColumnInfo>,
}

/// A column, and what a page has to know to show its cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ColumnInfo {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) chars: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scale: Option<i8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) zone: Option<String>,
}

/// What a frame says of its page.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Header {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<u64>,
    pub(super) sub: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) vp: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) base: Option<u64>,
    pub(super) rows: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) total: Option<u64>,
    pub(super) first: u64,
    pub(super) n: u64,
    pub(super) step: u64,
    pub(super) at: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) moves: Vec<[u64; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) runs: Option<Vec<[u64; 2]>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) cut: Vec<String>,
}

/// Something that went wrong, and where.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Fault {
    pub(super) code: &'static str,
    pub(super) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sub: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) vp: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) op: Option<usize>,
}

impl Fault {
    /// A fault of this code.
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Fault {
        Fault { code, message: message.into(), ..Fault::default() }
    }

    /// A mistake in what was asked.
    pub(super) fn invalid(message: impl Into<String>) -> Fault {
        Fault::new("invalid", message)
    }

    /// More than is allowed.
    pub(super) fn limit(message: impl Into<String>) -> Fault {
        Fault::new("limit", message)
    }

    /// The same, of a subscription.
    pub(super) fn of(self, sub: u32) -> Fault {
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
