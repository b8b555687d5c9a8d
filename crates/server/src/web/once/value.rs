//! What pages show of variables that are no tables (decision 0071): figures, dashboards, and whatever says so.

use crate::access::{Right, User};
use crate::host::Object;
use crate::services::Shared;
use crate::session::Reference;
use crate::web::messages::tell::{Fault, Tell};
use crate::web::page::kind_word;

/// The value of a variable.
///
/// # Errors
/// If there is none that this user may read, it is one that pages cannot show, or it cannot be told.
pub(super) fn value(shared: &Shared, user: &User, id: u64, name: String) -> Result<Tell, Fault> {
    let reference = Reference::Scope(name.clone());
    let granted = shared
        .found(user, &reference, Right::Read)
        .ok_or_else(|| Fault::new("missing", format!("there is no variable \"{}\"", name.escape_debug())))?;
    let no_value = |what: &str| {
        Fault::invalid(format!("\"{}\" is a {what}, of which pages show no value", name.escape_debug()))
    };
    let shown = match &granted.object {
        Object::Thing(thing) => thing.shown()?.ok_or_else(|| no_value(thing.kind()))?,
        other => return Err(no_value(other.kind())),
    };
    let value = serde_json::from_str(&shown.json)
        .map_err(|error| Fault::new("internal", format!("a value is no JSON: {error}")))?;
    let kind = kind_word(granted.object.kind()).into_owned();
    Ok(Tell::Value { id, name, kind, value, tables: shown.tables.len() })
}
