//! What a desk has done on threads that may block, and what comes of it.

use std::sync::Arc;

use kinetable::Table;
use tokio::sync::Notify;

use super::cells;
use super::derived::Derived;
use super::sheet::{Sheet, is_shown, wanted};
use super::subscription::Shown;
use crate::access::{Right, User};
use crate::host::Object;
use crate::services::Shared;
use crate::session::Reference;
use crate::thing::Thing;
use crate::web::let_go::LetGo;
use crate::web::looks::LookColumns;
use crate::web::messages::ask::{Op, Want};
use crate::web::messages::tell::{ColumnInfo, Completed, Fault, Listed, Schema, Tell, Vars};
use crate::web::once::Question;
use crate::web::page::kind;

/// The rows whose cells say how wide a column is.
const SAMPLE: u64 = 100;

/// What was done.
pub(in crate::web) enum Done {
    /// A table is there, for what was asked the so-manieth time.
    Derived { sub: u32, asked: u64, result: Result<(LetGo<Shown>, Schema), Fault> },
    /// A page was read, the so-manieth reading, of this window.
    Read { sub: u32, reading: u64, vp: u64, result: Result<(Sheet, u64), Fault> },
    /// What was asked for once.
    Fetched { id: u64, sub: u32, result: Result<Sheet, Fault> },
    /// The tables there are, and what is to be told of them.
    Listed(Result<(Arc<[Listed]>, Option<Vars>), Fault>),
    /// What may be typed.
    Completed { id: u64, result: Result<Vec<Completed>, Fault> },
    /// The one answer to a question.
    Answered { question: Question, result: Result<Tell, Fault> },
}

/// What a subscription shows a table of already: other operations are of the thing as it was, and need it converted no more.
pub(in crate::web) struct Standing {
    /// The thing that the table is made of.
    pub(in crate::web) thing: Arc<dyn Thing>,
    pub(in crate::web) table: Table,
}

/// Makes the table of a name and operations.
pub(in crate::web) fn derive(
    shared: &Shared,
    user: &User,
    name: &str,
    ops: &[Op],
    wake: &Arc<Notify>,
    standing: Option<Standing>,
) -> Result<(LetGo<Shown>, Schema), Fault> {
    let (base, thing) = named(shared, user, name, standing)?;
    let derived = shared.web.tables.get(&base, ops, user.console, shared.names(user).as_ref())?;
    let schema = schema(&derived)?;
    Ok((LetGo::new(Shown::new(derived, thing, wake, (user, name))?), schema))
}

/// The table of a variable, or by `NAME#0` one that an object under a name means. Who may not follow it sees it as it is now.
/// Gives the thing too that it was made of.
fn named(
    shared: &Shared,
    user: &User,
    name: &str,
    standing: Option<Standing>,
) -> Result<(Table, Option<Arc<dyn Thing>>), Fault> {
    let missing = || Fault::new("missing", format!("there is no table \"{}\"", name.escape_debug()));
    let split = name.rsplit_once('#').and_then(|(name, place)| Some((name, place.parse::<usize>().ok()?)));
    let (variable, place) = split.map_or((name, None), |(variable, place)| (variable, Some(place)));
    let reference = Reference::Scope(variable.to_owned());
    let granted = shared.found(user, &reference, Right::Read).ok_or_else(missing)?;
    let (table, thing) = match (granted.object, place) {
        (Object::Table(table), None) => (table, None),
        (Object::Partitioned(partitioned), None | Some(0)) => (partitioned.table().clone(), None),
        (Object::Thing(thing), place) => {
            let table = match standing.filter(|standing| standing.thing.is_same(&*thing)) {
                Some(standing) => standing.table,
                None => meant(&*thing, place)?.ok_or_else(missing)?,
            };
            (table, Some(thing))
        }
        _ => return Err(missing()),
    };
    Ok((if granted.follow { table } else { table.snapshot()? }, thing))
}

/// The table that a thing means, by its place among those that it shows; none: it means none.
fn meant(thing: &dyn Thing, place: Option<usize>) -> Result<Option<Table>, Fault> {
    let Some(shown) = thing.shown()? else { return Ok(None) };
    let place = match place {
        Some(place) => place,
        // What shows nothing but a table is one itself.
        None if shown.json == "null" => 0,
        None => return Ok(None),
    };
    Ok(shown.tables.into_iter().nth(place))
}

fn schema(derived: &Derived) -> Result<Schema, Fault> {
    let table = &derived.table;
    let version = table.version()?;
    let sample = version.rows().slice(0..SAMPLE);
    let fields = table.schema().fields();
    let shown = (0..fields.len()).filter(|column| is_shown(&fields[*column]));
    let parts = derived.base.partitioning();
    let known = LookColumns::among(fields);
    let column = |column: usize| {
        // What cannot be read says so when it is shown.
        let cells = version.read(column, &sample).ok().and_then(|cells| cells::known(&cells).ok());
        let chars = cells.and_then(|(cells, _)| cells::widest(&cells));
        let looks = known.of(fields[column].name());
        let partitioning = parts.contains(fields[column].name());
        ColumnInfo { chars, looks, partitioning, ..cells::info(&fields[column]) }
    };
    Ok(Schema {
        sub: 0,
        vp: 0,
        live: table.is_live(),
        kind: kind(table),
        tree: derived.tree().map(|_| true),
        keys: derived.tree().or_else(|| table.input().map(|input| input.keys().to_vec())),
        columns: shown.map(column).collect(),
    })
}

/// Reads a page, and the number of rows of the table that was opened.
pub(in crate::web) fn read(derived: &Derived, want: &Want) -> Result<(Sheet, u64), Fault> {
    if let Some(error) = derived.table.failure() {
        return Err(Fault { code: "gone", ..Fault::from(error) });
    }
    let version = derived.table.version()?;
    let sheet = Sheet::read(&version, derived.table.schema().fields(), want)?;
    let total = if derived.table.engine()?.is_same(&derived.base.engine()?) {
        sheet.rows
    } else {
        derived.base.size()?
    };
    Ok((sheet, total))
}

/// Reads a page once.
pub(in crate::web) fn fetch(derived: &Derived, want: &Want, cells_max: u64) -> Result<Sheet, Fault> {
    allowed(derived, want, u64::MAX, cells_max)?;
    Ok(read(derived, want)?.0)
}

/// Whether a window is not too large.
pub(in crate::web) fn allowed(
    derived: &Derived,
    want: &Want,
    rows_max: u64,
    cells_max: u64,
) -> Result<(), Fault> {
    let columns = wanted(derived.table.schema().fields(), want).len() as u64;
    if want.n > rows_max || want.n.saturating_mul(columns) > cells_max {
        let message = format!("{} rows of {columns} columns are more than a page may have", want.n);
        let hint = format!("at most {cells_max} cells");
        return Err(Fault { hint: Some(hint), ..Fault::limit(message) });
    }
    Ok(())
}

/// Runs work whose panic is a fault, not the end of the page.
pub(in crate::web) fn guarded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    caught.unwrap_or_else(|_| Err(Fault::new("internal", "a bug of the server: its log says more")))
}
