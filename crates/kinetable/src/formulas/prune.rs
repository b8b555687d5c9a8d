//! What a filter says about single columns, in the words of the Parquet reader.

use kinetable_formula::{Comparison as Op, Filter, Simple};
use kinetable_parquet::{Comparison, Prune};

/// Conditions that every row kept by the filter fulfils, and whether they are all that the filter says.
pub(crate) fn prunes(filter: &Filter) -> (Vec<Prune>, bool) {
    let translated: Vec<Option<Prune>> = filter.analysis().iter().map(prune).collect();
    let whole = filter.is_analysed_whole() && translated.iter().all(Option::is_some);
    (translated.into_iter().flatten().collect(), whole)
}

fn prune(simple: &Simple) -> Option<Prune> {
    Some(match simple {
        Simple::Compare { column, op, value } => {
            Prune::Compare { column: column.clone(), comparison: comparison(*op), value: value.clone() }
        }
        Simple::In { negated: true, .. } => return None,
        Simple::In { column, values, .. } => Prune::In { column: column.clone(), values: values.clone() },
        Simple::Null { column, is_null } => Prune::IsNull { column: column.clone(), negated: !is_null },
    })
}

fn comparison(op: Op) -> Comparison {
    match op {
        Op::Eq => Comparison::Equal,
        Op::Ne => Comparison::NotEqual,
        Op::Lt => Comparison::Less,
        Op::Le => Comparison::LessOrEqual,
        Op::Gt => Comparison::Greater,
        Op::Ge => Comparison::GreaterOrEqual,
    }
}
