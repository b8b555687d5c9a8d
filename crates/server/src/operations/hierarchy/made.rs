//! Rollups and trees: made of tables, filtered and sorted.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use arrow_schema::Schema;
use kinetable::{Levels, NoNames, Order, Table};
use kinetable_wire::grpc::aggregation::Type;
use kinetable_wire::grpc::selectable::Type as Selectable;
use kinetable_wire::grpc::{
    AggregateRequest, Aggregation, HierarchicalTableApplyRequest, RollupNodeType, RollupRequest,
    SortDirection, TreeRequest, UpdateViewRequest,
};
use tonic::Status;

use super::super::fault::{Outcome, invalid, unmet, unsupported, variant};
use super::super::filter::formula_of;
use super::super::{Context, aggregate};

/// Makes the levels of a rollup anew, of other rows.
pub type Remake = Arc<dyn Fn(&Table) -> kinetable::Result<Levels> + Send + Sync>;

/// Rows that lie below rows.
#[derive(Debug, Clone)]
pub enum Hierarchy {
    /// Rows that name the row they lie below.
    Tree(Tree),
    /// Groups within groups.
    Rollup(Rollup),
}

/// Rows that name the row they lie below.
#[derive(Debug, Clone)]
pub struct Tree {
    /// The rows.
    pub source: Table,
    /// The column of ids.
    pub id: String,
    /// The column of the ids of the rows above.
    pub parent: String,
    /// What rows below one row are sorted by.
    pub order: Vec<(String, Order)>,
}

/// Groups within groups.
#[derive(Clone)]
pub struct Rollup {
    /// The rows.
    pub source: Table,
    /// The groups, and what they are sorted by.
    pub levels: Levels,
    /// By result of an aggregation the column it reads, as far as that is known.
    pub inputs: HashMap<String, String>,
    /// Makes the levels anew.
    pub remake: Remake,
}

impl fmt::Debug for Rollup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rollup by {}", self.levels.by.join(", "))
    }
}

/// A hierarchy as far as it is expanded.
#[derive(Debug)]
pub struct View {
    /// What is shown.
    pub hierarchy: Arc<Hierarchy>,
    /// Its rows in view order.
    pub table: Table,
    /// The columns as clients know them.
    pub schema: Arc<Schema>,
}

impl Hierarchy {
    /// The rows it is made of.
    pub fn source(&self) -> &Table {
        match self {
            Hierarchy::Tree(tree) => &tree.source,
            Hierarchy::Rollup(rollup) => &rollup.source,
        }
    }

    /// Makes a tree.
    ///
    /// # Errors
    /// If a column is missing, ids and parents are of different types, or the table is a blink table.
    pub fn tree(request: &TreeRequest, table: &Table) -> Result<Hierarchy, Status> {
        let made = || -> Outcome<Hierarchy> {
            let (id, parent) = (&request.identifier_column, &request.parent_identifier_column);
            let source = match request.promote_orphans {
                true => table.promote_orphans(id, parent)?,
                false => table.clone(),
            };
            // Mistakes show now.
            source.head(0)?.tree_view(id, parent, &[], &kinetable::Expansion::Below(0))?;
            Ok(Hierarchy::Tree(Tree { source, id: id.clone(), parent: parent.clone(), order: Vec::new() }))
        };
        Ok(made()?)
    }

    /// Makes a rollup.
    ///
    /// # Errors
    /// If a column is missing, or an aggregation is wrong.
    pub fn rollup(request: &RollupRequest, table: &Table, context: &Context) -> Result<Hierarchy, Status> {
        let made = || -> Outcome<Hierarchy> {
            let inputs = inputs(&request.aggregations);
            let (request, context) = (request.clone(), context.clone());
            let remake: Remake = Arc::new(move |source| {
                levels(&request, source, &context)
                    .map_err(|fault| kinetable::Error::invalid(Status::from(fault).message().to_owned()))
            });
            let levels = remake(table)?;
            Ok(Hierarchy::Rollup(Rollup { source: table.clone(), levels, inputs, remake }))
        };
        Ok(made()?)
    }

    /// The same with filters, other sorts, and more columns.
    ///
    /// # Errors
    /// If a column is missing, a formula is wrong, or a filter of a rollup reads anything but its keys.
    pub fn apply(
        &self,
        request: &HierarchicalTableApplyRequest,
        context: &Context,
    ) -> Result<Hierarchy, Status> {
        let made = || -> Outcome<Hierarchy> {
            Ok(match self {
                Hierarchy::Tree(tree) => Hierarchy::Tree(apply_to_tree(tree, request, context)?),
                Hierarchy::Rollup(rollup) => Hierarchy::Rollup(apply_to_rollup(rollup, request, context)?),
            })
        };
        Ok(made()?)
    }
}

/// The column that each result of aggregations reads.
fn inputs(aggregations: &[Aggregation]) -> HashMap<String, String> {
    let pairs = aggregations.iter().filter_map(|aggregation| match &aggregation.r#type {
        Some(Type::Columns(columns)) => Some(&columns.match_pairs),
        _ => None,
    });
    let pairs = pairs.flatten().map(|pair| match pair.split_once('=') {
        Some((output, input)) => (output.trim().to_owned(), input.trim().to_owned()),
        None => (pair.trim().to_owned(), pair.trim().to_owned()),
    });
    pairs.collect()
}

fn levels(request: &RollupRequest, source: &Table, context: &Context) -> Outcome<Levels> {
    let by = request.group_by_columns.clone();
    let level = |depth: usize| -> Outcome<Table> {
        let request = AggregateRequest {
            aggregations: request.aggregations.clone(),
            group_by_columns: by[..depth].to_vec(),
            ..AggregateRequest::default()
        };
        aggregate::by(&request, source, None, context)
    };
    let deepest = level(by.len())?;
    let mut levels = Vec::with_capacity(by.len() + 1);
    for depth in 0..by.len() {
        levels.push(level(depth)?.with_columns_of(&deepest)?);
    }
    levels.push(deepest);
    let rows = request.include_constituents.then(|| source.clone());
    Ok(Levels { levels, rows, by, group_order: Vec::new(), row_order: Vec::new() })
}

fn apply_to_tree(tree: &Tree, request: &HierarchicalTableApplyRequest, context: &Context) -> Outcome<Tree> {
    let mut made = tree.clone();
    if !request.filters.is_empty() {
        let chosen = made.source.where_(&formulas(request, &made.source)?, &NoNames)?;
        made.source = made.source.with_ancestors(&chosen, &made.id, &made.parent)?;
    }
    let columns = columns(request, |_| true)?;
    if !columns.is_empty() {
        made.source = made.source.update_view(&columns, context.names())?;
    }
    if !request.sorts.is_empty() {
        made.order = orders(request)?;
        for (name, _) in &made.order {
            made.source.definition().column_index(name)?;
        }
    }
    Ok(made)
}

fn apply_to_rollup(
    rollup: &Rollup,
    request: &HierarchicalTableApplyRequest,
    context: &Context,
) -> Outcome<Rollup> {
    let mut made = rollup.clone();
    let of_groups = columns(request, |kind| kind != RollupNodeType::Constituent)?;
    let of_rows = columns(request, |kind| kind == RollupNodeType::Constituent)?;
    if !of_rows.is_empty() && made.levels.rows.is_none() {
        return Err(unmet("columns are given for constituents, but the rollup does not include them"));
    }
    if !of_groups.is_empty() || !of_rows.is_empty() {
        let (former, context) = (made.remake.clone(), context.clone());
        made.remake = Arc::new(move |source| {
            let mut levels = former(source)?;
            if !of_groups.is_empty() {
                let more = |level: &Table| level.update_view(&of_groups, context.names());
                levels.levels = levels.levels.iter().map(more).collect::<kinetable::Result<_>>()?;
            }
            if let Some(rows) = levels.rows.as_ref().filter(|_| !of_rows.is_empty()) {
                levels.rows = Some(rows.update_view(&of_rows, context.names())?);
            }
            Ok(levels)
        });
    }
    if !request.filters.is_empty() {
        // Totals are of what is left, so that all groups are made anew; only keys are the same for all rows of a group.
        let keys = made.source.view(&made.levels.by, &NoNames)?;
        let filters = formulas(request, &keys)?;
        keys.where_(&filters, &NoNames)?;
        made.source = made.source.where_(&filters, &NoNames)?;
    }
    let before = (made.levels.group_order.clone(), made.levels.row_order.clone());
    made.levels = (made.remake)(&made.source)?;
    (made.levels.group_order, made.levels.row_order) = before;
    if !request.sorts.is_empty() {
        sort_rollup(&mut made.levels, &orders(request)?)?;
    }
    Ok(made)
}

/// Groups are sorted by the columns they have, and so are rows.
fn sort_rollup(levels: &mut Levels, orders: &[(String, Order)]) -> Outcome<()> {
    let deepest = levels.levels.last().map(Table::schema);
    let rows = levels.rows.as_ref().map(Table::schema);
    let has =
        |schema: Option<&Schema>, name: &str| schema.is_some_and(|schema| schema.index_of(name).is_ok());
    let of = |schema: Option<&Schema>| -> Vec<(String, Order)> {
        orders.iter().filter(|(name, _)| has(schema, name)).cloned().collect()
    };
    let (groups, rows) = (of(deepest.map(|schema| &**schema)), of(rows.map(|schema| &**schema)));
    if let Some((name, _)) = orders.iter().find(|order| !groups.contains(order) && !rows.contains(order)) {
        return Err(invalid(format!("no column \"{}\" to sort by", name.escape_debug())));
    }
    (levels.group_order, levels.row_order) = (groups, rows);
    Ok(())
}

fn formulas(request: &HierarchicalTableApplyRequest, table: &Table) -> Outcome<Vec<String>> {
    request.filters.iter().map(|condition| formula_of(condition, table.schema())).collect()
}

fn columns(
    request: &HierarchicalTableApplyRequest,
    wanted: impl Fn(RollupNodeType) -> bool,
) -> Outcome<Vec<String>> {
    let mut texts = Vec::new();
    for UpdateViewRequest { column_spec, node_type } in
        request.update_views.iter().chain(&request.format_views)
    {
        let text = match column_spec.as_ref().and_then(|spec| spec.r#type.as_ref()) {
            Some(Selectable::Raw(text)) => text.clone(),
            _ => return Err(unmet("a column has no formula: write \"Out = expression\"")),
        };
        if wanted(variant(*node_type, "kind of rows of a rollup")?) {
            texts.push(text);
        }
    }
    Ok(texts)
}

fn orders(request: &HierarchicalTableApplyRequest) -> Outcome<Vec<(String, Order)>> {
    let order = |sort: &kinetable_wire::grpc::SortDescriptor| {
        let name = &sort.column_name;
        if sort.is_absolute {
            let text = format!("rows below rows are not sorted by absolute values (\"{name}\")");
            return Err(unsupported(text));
        }
        match variant(sort.direction, "direction of a sort")? {
            SortDirection::Ascending => Ok((name.clone(), Order::Ascending)),
            SortDirection::Descending => Ok((name.clone(), Order::Descending)),
            SortDirection::Reverse | SortDirection::Unknown => {
                Err(unsupported(format!("a sort of rows below rows (\"{name}\") ascends or descends")))
            }
        }
    };
    request.sorts.iter().map(order).collect()
}
