//! Messages of pages of the web app, over two small tables.

use std::sync::{Arc, OnceLock};

use arrow_array::{ArrayRef, Float64Array, Int64Array, StringViewArray, TimestampNanosecondArray};
use kinetable::{Result, Session, SessionConfig};
use kinetable_server::host::{Host, Object, Variables};
use kinetable_server::web::Rehearsal;

/// Of an input: what a page says in its life is short, and each message may begin work.
const BYTES_MAX: usize = 1 << 14;

fn page() -> Result<Rehearsal> {
    let session = Session::start(SessionConfig { threads: 1, ..SessionConfig::default() })?;
    let times = TimestampNanosecondArray::from(vec![Some(0), Some(1_790_000_000_000_000_000), None, Some(5)]);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("T", Arc::new(times.with_timezone("UTC"))),
        ("K", Arc::new(Int64Array::from(vec![Some(1), None, Some(3), Some(3)]))),
        ("D", Arc::new(Float64Array::from(vec![Some(0.5), Some(f64::NAN), None, Some(-1.0)]))),
        ("S", Arc::new(StringViewArray::from(vec![Some("a"), Some(""), None, Some("ä\n")]))),
        ("D__TABLE_STYLE_FORMAT", Arc::new(Int64Array::from(vec![0, 1, -1, i64::MIN]))),
    ];
    let named = |(name, array): (&str, ArrayRef)| (name.to_owned(), array);
    let table = session.new_table(columns.into_iter().map(named).collect())?;
    let host = Arc::new(Variables::new(session.clone()));
    host.assign("t", &Object::Table(table))?;
    host.assign("e", &Object::Table(session.empty_table(100)))?;
    Rehearsal::new(host)
}

/// Lines of text, each a message of a page that has just connected.
pub fn web(bytes: &[u8]) {
    static PAGE: OnceLock<Result<Rehearsal>> = OnceLock::new();
    if let Ok(page) = PAGE.get_or_init(page)
        && bytes.len() <= BYTES_MAX
    {
        page.say(bytes);
    }
}
