//! Tables with operations, each made once for all who look at it.
//!
//! **State**: what somebody looks at; the last one who lets go of it ends it.

use std::sync::{Arc, Weak};

use kinetable::{Names, Order, SortKey, Table};
use parking_lot::Mutex;

use crate::web::messages::ask::{By, Op};
use crate::web::messages::tell::Fault;

/// A table with a list of operations.
#[derive(Debug)]
pub(in crate::web) struct Derived {
    /// The table that was named.
    pub(in crate::web) base: Table,
    /// The table with the operations.
    pub(in crate::web) table: Table,
    ops: Vec<Op>,
    /// Whether its formulas saw the names of the script.
    console: bool,
}

/// The tables that somebody looks at.
#[derive(Debug, Default)]
pub(in crate::web) struct DerivedTables(Mutex<Vec<Weak<Derived>>>);

impl DerivedTables {
    /// A table with operations; it may take long.
    ///
    /// # Errors
    /// If an operation is wrong; the fault says which.
    pub(in crate::web) fn get(
        &self,
        base: &Table,
        ops: &[Op],
        console: bool,
        names: &dyn Names,
    ) -> Result<Arc<Derived>, Fault> {
        let engine = base.engine()?;
        let found = {
            let mut known = self.0.lock();
            known.retain(|derived| derived.strong_count() > 0);
            let is_it = |derived: &Arc<Derived>| {
                derived.ops == ops
                    && derived.console == console
                    && derived.base.engine().is_ok_and(|base| base.is_same(&engine))
                    && derived.table.failure().is_none()
            };
            known.iter().filter_map(Weak::upgrade).find(is_it)
        };
        if let Some(found) = found {
            return Ok(found);
        }
        let mut table = base.clone();
        for (place, op) in ops.iter().enumerate() {
            table = applied(&table, op, names).map_err(|fault| Fault { op: Some(place), ..fault })?;
        }
        let derived = Arc::new(Derived { base: base.clone(), table, ops: ops.to_vec(), console });
        self.0.lock().push(Arc::downgrade(&derived));
        Ok(derived)
    }
}

fn applied(table: &Table, op: &Op, names: &dyn Names) -> Result<Table, Fault> {
    let empty = || Err(Fault::invalid("an operation without columns"));
    Ok(match op {
        Op::Where(formula) => table.where_(std::slice::from_ref(formula), names)?,
        Op::Sort(keys) if keys.is_empty() => return empty(),
        Op::Sort(keys) => {
            let keys: Vec<SortKey> = keys.iter().map(|(column, by)| key(column, *by)).collect();
            table.sort_keys(&keys)?
        }
        Op::Select(columns) | Op::Custom(columns) if columns.is_empty() => return empty(),
        Op::Select(columns) => {
            // A name that is no column could be a formula.
            for name in columns {
                table.definition().column_index(name)?;
            }
            table.view(columns, names)?
        }
        Op::Custom(formulas) => table.update_view(formulas, names)?,
    })
}

fn key(column: &str, by: By) -> SortKey {
    match by {
        By::Asc => SortKey::new(column, Order::Ascending),
        By::Desc => SortKey::new(column, Order::Descending),
        By::Abs => SortKey::absolute(column, Order::Ascending),
    }
}
