//! The next row for which a formula holds.

use kinetable::Names;

use crate::web::messages::ask::Find;
use crate::web::messages::tell::{Fault, Tell};
use crate::web::ops::placed;
use crate::web::tables::Derived;

/// The position of the next row, from `from` on and then from the other end, and how many there are. The rows are looked at as they
/// are now.
///
/// **Cost**: the columns that the formula reads are read whole.
///
/// # Errors
/// If the formula is wrong.
pub(super) fn find(derived: &Derived, asked: &Find, names: &dyn Names) -> Result<Tell, Fault> {
    let now = derived.table.snapshot()?;
    let formula = std::slice::from_ref(&asked.condition);
    let found = now.where_(formula, names).map_err(|error| placed(error, formula))?.version()?;
    let positions = now.version()?.rows().positions_of(found.rows());
    let row = match asked.back {
        false => positions.select(positions.rank(asked.from)).or_else(|| positions.first()),
        true => match positions.rank(asked.from.saturating_add(1)) {
            0 => positions.last(),
            before => positions.select(before - 1),
        },
    };
    Ok(Tell::Found { id: asked.id, row, count: positions.len() })
}
