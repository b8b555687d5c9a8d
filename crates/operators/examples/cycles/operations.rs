//! The operators that are measured, one by one.

use kinetable_engine::{Result, Table};
use kinetable_operators::aggregate::{
    Aggregation, GroupOptions, agg_by, count_by, group_by, head_by, last_by, median_by, select_distinct,
    tail_by,
};
use kinetable_operators::filter::{Filter, where_};
use kinetable_operators::join::{self, NaturalJoinType, Nearest, as_of_join, natural_join};
use kinetable_operators::select::{Selection, update, update_view};
use kinetable_operators::shape::{flatten, head, merge, tail, ungroup};
use kinetable_operators::sort::{Direction, reverse, sort};

use crate::functions::{above, times};
use crate::ticker::right;

/// What makes a table from the source.
pub type Operation = Box<dyn Fn(&Table) -> Result<Table>>;

/// `natural_join` adding `R` to `right`'s row of the same `K`.
pub fn natural(left: &Table, right: &Table) -> Result<Table> {
    natural_join(left, right, &[("K", "K")], &[("R", "R")], NaturalJoinType::FirstMatch)
}

/// `R` of the right row with the nearest value before, which may have any key or the same one.
fn nearest(left: &Table, right: &Table, on: &[(&str, &str)]) -> Result<Table> {
    as_of_join(left, right, on, ("V", "R"), Nearest::AtOrBefore, &[("R", "R")])
}

fn half(table: &Table) -> Result<Table> {
    where_(table, &[Filter::new(above(1, 0.5))])
}

/// All of them, by name.
pub fn all() -> Vec<(&'static str, Operation)> {
    let right = right().expect("a static table");
    let (for_aj, for_join) = (right.clone(), right.clone());
    let ascending = |column| [(column, Direction::Ascending)];
    let six = || {
        vec![
            Aggregation::sum(["S=V"]),
            Aggregation::avg(["A=V"]),
            Aggregation::min(["L=V"]),
            Aggregation::max(["M=V"]),
            Aggregation::std(["D=V"]),
            Aggregation::count("N"),
        ]
    };
    vec![
        ("where V > 0.5", Box::new(half) as Operation),
        ("update_view W = 2 V", Box::new(|t| update_view(t, &[Selection::function("W", times(1, 2.0))]))),
        ("update W = 2 V", Box::new(|t| update(t, &[Selection::function("W", times(1, 2.0))]))),
        ("sort by V", Box::new(move |t| sort(t, &ascending(1)))),
        ("sort by G, V", Box::new(move |t| sort(t, &[ascending(2), ascending(1)].concat()))),
        ("reverse", Box::new(reverse)),
        ("head 1000", Box::new(|t| head(t, 1000))),
        ("tail 1000", Box::new(|t| tail(t, 1000))),
        ("flatten of where", Box::new(|t| flatten(&half(t)?))),
        ("merge with itself", Box::new(|t| merge(&[t.clone(), t.clone()]))),
        ("natural_join to static 1 M keys", Box::new(move |t| natural(t, &right))),
        ("natural_join to live 1 M keys", Box::new(|t| natural(t, &last_by(t, &["K"])?.renamed()?))),
        ("aj to static 1 M rows", Box::new(move |t| nearest(t, &for_aj, &[]))),
        ("aj to itself by 1 M keys", Box::new(|t| nearest(t, &t.renamed()?, &[("K", "K")]))),
        ("join to static 1 M keys", {
            Box::new(move |t| join::join(t, &for_join, &[("K", "K")], &[("R", "R")]))
        }),
        ("full_outer_join to live 1 M keys", {
            Box::new(|t| {
                let right = last_by(t, &["K"])?.renamed()?;
                join::full_outer_join(t, &right, &[("K", "K")], &[("R", "R")])
            })
        }),
        ("sum, count by 1,000 keys", {
            Box::new(|t| {
                let sums = [Aggregation::sum(["S=V"]), Aggregation::count("N")];
                agg_by(t, &sums, &["G"], &GroupOptions::default())
            })
        }),
        ("sum, count by 1 M keys", {
            Box::new(|t| {
                let sums = [Aggregation::sum(["S=V"]), Aggregation::count("N")];
                agg_by(t, &sums, &["K"], &GroupOptions::default())
            })
        }),
        ("six aggregations by 1,000 keys", {
            Box::new(move |t| agg_by(t, &six(), &["G"], &GroupOptions::default()))
        }),
        ("last by 1 M keys", Box::new(|t| last_by(t, &["K"]))),
        ("median by 1,000 keys", Box::new(|t| median_by(t, &["G"]))),
        ("distinct of 1 M keys", Box::new(|t| select_distinct(t, &["K"]))),
        ("count by 1 M keys", Box::new(|t| count_by(t, "N", &["K"]))),
        ("head_by 3 by 1,000 keys", Box::new(|t| head_by(t, 3, &["G"]))),
        ("tail_by 3 by 1 M keys", Box::new(|t| tail_by(t, 3, &["K"]))),
        ("group_by 1 M keys", Box::new(|t| group_by(t, &["K"]))),
        ("ungroup of 1 M keys", Box::new(|t| ungroup(&group_by(t, &["K"])?, &[]))),
    ]
}

trait Renamed {
    fn renamed(&self) -> Result<Table>;
}

impl Renamed for Table {
    /// The table with `V` as `R`, to be a right table.
    fn renamed(&self) -> Result<Table> {
        kinetable_operators::select::rename_columns(self, &[("R", "V")])
    }
}
