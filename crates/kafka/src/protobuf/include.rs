//! Which fields are wanted: paths such as `/foo/bar`, and `/foo/*` for all below.

use std::cell::Cell;

use kinetable_engine::{Error, Result};

/// The paths a user gave; none: everything.
pub(super) struct Include(Vec<Pattern>);

struct Pattern {
    text: String,
    steps: Vec<String>,
    with_all_below: bool,
    /// Whether a column came of it.
    is_met: Cell<bool>,
}

impl Include {
    pub(super) fn new(paths: Option<&[String]>) -> Result<Include> {
        let pattern = |text: &String| {
            let path = text.strip_prefix('/').unwrap_or(text);
            let (path, with_all_below) = match path.strip_suffix('*') {
                Some(above) => (above.trim_end_matches('/'), true),
                None => (path, false),
            };
            let steps: Vec<String> =
                if path.is_empty() { Vec::new() } else { path.split('/').map(ToOwned::to_owned).collect() };
            if steps.iter().any(|step| step.is_empty() || step.contains('*'))
                || (steps.is_empty() && !with_all_below)
            {
                return Err(Error::invalid(format!("\"{text}\" is no path of fields"))
                    .with_hint("write /a/b for a field, or /a/b/* for all fields below"));
            }
            Ok(Pattern { text: text.clone(), steps, with_all_below, is_met: Cell::new(false) })
        };
        let patterns = paths.unwrap_or_default().iter().map(pattern).collect::<Result<Vec<_>>>()?;
        if paths.is_some() && patterns.is_empty() {
            return Err(
                Error::invalid("no field is included").with_hint("leave \"include\" out for all fields")
            );
        }
        Ok(Include(patterns))
    }

    /// Whether a field that is a column is wanted.
    pub(super) fn wants(&self, path: &[String]) -> bool {
        let mut is_wanted = self.0.is_empty();
        for pattern in &self.0 {
            if path == pattern.steps || (pattern.with_all_below && path.starts_with(&pattern.steps)) {
                pattern.is_met.set(true);
                is_wanted = true;
            }
        }
        is_wanted
    }

    /// Whether something below a field may be wanted.
    pub(super) fn enters(&self, path: &[String]) -> bool {
        self.0.is_empty()
            || self.0.iter().any(|pattern| {
                (pattern.steps.len() > path.len() && pattern.steps.starts_with(path))
                    || (pattern.with_all_below && path.starts_with(&pattern.steps))
            })
    }

    /// The first path of which no column came.
    pub(super) fn unmet(&self) -> Option<&str> {
        self.0.iter().find(|pattern| !pattern.is_met.get()).map(|pattern| pattern.text.as_str())
    }
}
