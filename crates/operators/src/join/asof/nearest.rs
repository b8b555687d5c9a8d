//! Which right row is the nearest.

/// Which right row is the nearest to a left row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nearest {
    /// The last of those whose value is less than or equal to the left row's: `aj` with `>=`.
    AtOrBefore,
    /// The last of those whose value is less: `aj` with `>`.
    Before,
    /// The first of those whose value is greater or equal: `raj` with `<=`.
    AtOrAfter,
    /// The first of those whose value is greater: `raj` with `<`.
    After,
}

impl Nearest {
    /// Whether rows after are looked for.
    pub(crate) fn is_after(self) -> bool {
        matches!(self, Nearest::AtOrAfter | Nearest::After)
    }

    /// Whether an equal value is no match.
    pub(crate) fn is_strict(self) -> bool {
        matches!(self, Nearest::Before | Nearest::After)
    }

    /// What the join is called.
    pub(super) fn operation(self) -> &'static str {
        if self.is_after() { "raj" } else { "aj" }
    }
}
