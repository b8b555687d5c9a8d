//! Writes the history, with progress on standard error and a summary in JSON.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use jiff::civil::Date;
use kinetable_broker::{history, model::Model};
use serde_json::{Value, json};

/// Writes the days `from..=to` under `dir`.
pub(super) fn write(dir: &Path, model: &Model, from: Date, to: Date) -> Result<Value> {
    let start = Instant::now();
    let written = history::write(dir, model, from, to, |done, all| {
        let mut out = std::io::stderr().lock();
        let end = if done == all { "\n" } else { "" };
        let _unseen =
            write!(out, "\rwriting the history: {done} of {all} days{end}").and_then(|()| out.flush());
    })?;
    let seconds = start.elapsed().as_secs_f64();
    Ok(json!({
        "dir": dir, "days": written.days, "rows": written.rows, "bytes": written.bytes, "seconds": seconds,
        "services": model.services(),
    }))
}
