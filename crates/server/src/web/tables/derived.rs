//! Tables with operations, each made once for all who look at it.
//!
//! A list of operations is made from the list without its last one, so lists that begin alike share their beginning: who opens a group
//! of a rollup, or sorts what others see unsorted, has the rest made by nobody again.
//!
//! What read names of the script is shared as long as they mean what they meant: equal values, the same functions.
//!
//! **State**: what somebody looks at; the last one who lets go of it ends it.

use std::cell::RefCell;
use std::fmt;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use arrow_schema::DataType;
use kinetable::formula::{OpaqueUse, UserFunction, Variable};
use kinetable::{Names, Table};
use parking_lot::Mutex;

use crate::web::messages::ask::Op;
use crate::web::messages::tell::Fault;
use crate::web::ops::{Leveled, Made, applied};

/// How long a table is shared whose operation looked at what there was: who asks later asks for what there is now.
const FRESH: Duration = Duration::from_secs(1);

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
    made: Instant,
    /// The names of the script that it stands on.
    read: Vec<Arc<Read>>,
    levels: Option<Arc<Leveled>>,
    /// The table without the last operation.
    before: Option<Arc<Derived>>,
}

impl Derived {
    /// The key columns of a hierarchy.
    pub(in crate::web) fn tree(&self) -> Option<Vec<String>> {
        match self.ops.last()? {
            Op::Rollup(asked) => Some(asked.keys.clone()),
            Op::Tree(asked) => Some(vec![asked.id.clone()]),
            _ => None,
        }
    }

    fn is_fresh(&self) -> bool {
        let looked = self.ops.iter().any(|op| matches!(op, Op::M4(_) | Op::Bins(_)));
        !looked || !self.base.is_live() || self.made.elapsed() < FRESH
    }
}

/// What is asked for: the table that was named, operations, and whether formulas see the names of the script.
struct Asked<'a> {
    base: &'a Table,
    ops: &'a [Op],
    console: bool,
}

/// A name that a formula read, and what it meant.
struct Read {
    name: String,
    meant: Variable,
    function: Option<usize>,
}

impl Read {
    /// Whether the name means the same by now; of what can change in place that is not known.
    fn holds(&self, names: &dyn Names) -> bool {
        match (&self.meant, names.variable(&self.name)) {
            (Variable::Value(meant), Some(Variable::Value(means))) => *meant == means,
            (Variable::Function(_), Some(Variable::Function(_))) => {
                self.function.is_some() && self.function == names.function_id(&self.name)
            }
            _ => false,
        }
    }
}

impl fmt::Debug for Read {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Read").field(&self.name).finish()
    }
}

/// Names that remember which of them were read.
struct Seen<'a> {
    names: &'a dyn Names,
    read: RefCell<Vec<Arc<Read>>>,
}

impl Names for Seen<'_> {
    fn variable(&self, name: &str) -> Option<Variable> {
        let meant = self.names.variable(name)?;
        let function = self.names.function_id(name);
        self.read.borrow_mut().push(Arc::new(Read { name: name.to_owned(), meant: meant.clone(), function }));
        Some(meant)
    }

    fn opaque(&self, data_type: &DataType, using: &OpaqueUse<'_>) -> Option<Arc<dyn UserFunction>> {
        self.names.opaque(data_type, using)
    }

    fn names(&self) -> Vec<String> {
        self.names.names()
    }

    fn is_serial(&self, text: &str) -> bool {
        self.names.is_serial(text)
    }
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
        let asked = Asked { base, ops: &[], console };
        let plain = |_: &Seen<'_>| Ok(Made { table: base.clone(), levels: None });
        let mut derived = self.share(&asked, None, names, plain)?;
        for (place, op) in ops.iter().enumerate() {
            let before = derived;
            let asked = Asked { base, ops: &ops[..=place], console };
            let make = |names: &Seen<'_>| applied(&before.table, op, self.levels(&before, op), names);
            derived = self
                .share(&asked, Some(&before), names, make)
                .map_err(|fault| Fault { op: u32::try_from(place).ok(), ..fault })?;
        }
        Ok(derived)
    }

    /// What somebody has made, or else is made now.
    fn share(
        &self,
        asked: &Asked<'_>,
        before: Option<&Arc<Derived>>,
        names: &dyn Names,
        make: impl FnOnce(&Seen<'_>) -> Result<Made, Fault>,
    ) -> Result<Arc<Derived>, Fault> {
        let engine = asked.base.engine()?;
        let is_it = |derived: &Derived| {
            derived.ops == asked.ops
                && derived.console == asked.console
                && derived.base.engine().is_ok_and(|base| base.is_same(&engine))
                && derived.table.failure().is_none()
                && derived.is_fresh()
                && derived.read.iter().all(|read| read.holds(names))
        };
        if let Some(found) = self.find(is_it) {
            return Ok(found);
        }
        let seen = Seen { names, read: RefCell::default() };
        let Made { table, levels } = make(&seen)?;
        // What is made of a table that read names stands on them too.
        let below = before.map_or(&[][..], |before| &before.read);
        let read = below.iter().cloned().chain(seen.read.into_inner()).collect();
        let derived = Arc::new(Derived {
            base: asked.base.clone(),
            table,
            ops: asked.ops.to_vec(),
            console: asked.console,
            made: Instant::now(),
            read,
            levels,
            before: before.cloned(),
        });
        self.0.lock().push(Arc::downgrade(&derived));
        Ok(derived)
    }

    /// The levels that somebody has made of the same rollup of the same table, whatever is open.
    fn levels(&self, before: &Arc<Derived>, op: &Op) -> Option<Arc<Leveled>> {
        let Op::Rollup(asked) = op else { return None };
        let is_it = |derived: &Derived| {
            let is_like = match derived.ops.last() {
                Some(Op::Rollup(other)) => {
                    (&other.keys, &other.aggs, other.rows) == (&asked.keys, &asked.aggs, asked.rows)
                }
                _ => false,
            };
            is_like
                && derived.table.failure().is_none()
                && derived.before.as_ref().is_some_and(|own| Arc::ptr_eq(own, before))
        };
        self.find(is_it)?.levels.clone()
    }

    fn find(&self, is_it: impl Fn(&Derived) -> bool) -> Option<Arc<Derived>> {
        // What is let go of here may wait, so it is when the lock is free.
        let there: Vec<Arc<Derived>> = {
            let mut known = self.0.lock();
            known.retain(|derived| derived.strong_count() > 0);
            known.iter().filter_map(Weak::upgrade).collect()
        };
        there.into_iter().find(|derived| is_it(derived))
    }
}
