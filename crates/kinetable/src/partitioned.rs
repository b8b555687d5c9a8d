//! Tables of tables: a table of keys, each with a table of its own, its constituent.

use std::sync::Arc;

use arrow_array::{ArrayRef, new_empty_array};
use arrow_schema::SchemaRef;
use kinetable_engine as engine;
use kinetable_engine::{Error, Result};
use kinetable_operators::aggregate::{SplitOptions, split};
use kinetable_operators::join::{where_in, where_not_in};
use kinetable_operators::partition::{self, HANDLE};
use kinetable_operators::shape;
use kinetable_operators::sort::Direction as Order;

use crate::{Names, Session, Table};

/// The name of the column of constituents, unless it was given another.
pub const CONSTITUENT: &str = "__CONSTITUENT__";

/// The constituents of another table beside one's own, where two are put together.
const OTHER: &str = "__OTHER_CONSTITUENT__";

/// Row keys from here on are too far away for a merge, which puts those of constituents side by side.
const FAR: u64 = 1 << 44;

/// Whether row keys are far away, as those of a sort are that follows a live table.
fn is_far(table: &engine::Table) -> bool {
    table.version().rows().end() > FAR
}

/// The table under keys that are near: other ones, if its own are far away, or none are there to tell.
fn near(table: engine::Table) -> Result<engine::Table> {
    let may_be_far = table.is_live() && table.version().rows().is_empty();
    if may_be_far || is_far(&table) { shape::flatten(&table) } else { Ok(table) }
}

/// What is applied to constituents: to one, or to two with the same key.
pub type PartFunction = Arc<dyn Fn(&[Table]) -> Result<Table> + Send + Sync>;

/// A table of tables. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PartitionedTable {
    keys: Table,
    key_columns: Vec<String>,
    constituent_column: String,
    schema: SchemaRef,
    unique_keys: bool,
    changes_permitted: bool,
}

impl Table {
    /// The rows of each key as a table of their own, also of keys that come later.
    ///
    /// # Errors
    /// If a column is missing, no column is named, or the table is a blink table.
    pub fn partition_by(&self, by: &[String], drop_keys: bool) -> Result<PartitionedTable> {
        if by.is_empty() {
            return Err(Error::invalid("partition_by without key columns").with_hint("name at least one"));
        }
        self.split(by, SplitOptions { drop_keys, preserve_empty: false })
    }

    /// As [`Table::partition_by`], also without key columns, and with keys that stay when their rows are gone.
    ///
    /// # Errors
    /// If a column is missing, or the table is a blink table.
    pub fn split(&self, by: &[String], options: SplitOptions) -> Result<PartitionedTable> {
        let names: Vec<&str> = by.iter().map(String::as_str).collect();
        let mut table = self.engine()?;
        if is_far(&table) {
            table = shape::flatten(&table)?;
        }
        let keys = split(&table, &names, CONSTITUENT, options)?;
        let fields = self.schema().fields().iter();
        let kept = fields.filter(|field| !(options.drop_keys && by.contains(field.name())));
        Ok(PartitionedTable {
            keys: Table::of(self.session(), keys).partitioned_by(by),
            key_columns: by.to_vec(),
            constituent_column: CONSTITUENT.to_owned(),
            schema: Arc::new(arrow_schema::Schema::new(kept.cloned().collect::<Vec<_>>())),
            unique_keys: true,
            changes_permitted: self.is_live(),
        })
    }
}

/// # Making
impl PartitionedTable {
    /// A partitioned table without keys, of these tables.
    ///
    /// # Errors
    /// If there is no table and no schema, or a table has other columns.
    pub fn of_tables(
        session: &Session,
        tables: &[Table],
        schema: Option<SchemaRef>,
    ) -> Result<PartitionedTable> {
        let Some(schema) = schema.or_else(|| tables.first().map(|table| table.schema().clone())) else {
            return Err(Error::invalid("a partitioned table of no tables")
                .with_hint("say which columns they would have"));
        };
        for (place, table) in tables.iter().enumerate() {
            check_columns(&schema, table).map_err(|error| error.in_context(format!("table {place}")))?;
        }
        let parts = tables.iter().map(Table::engine).collect::<Result<Vec<_>>>()?;
        Ok(PartitionedTable {
            keys: Table::of(session, partition::keys_of(parts, CONSTITUENT)?),
            key_columns: Vec::new(),
            constituent_column: CONSTITUENT.to_owned(),
            schema,
            unique_keys: false,
            changes_permitted: false,
        })
    }

    /// A table that has a column of tables.
    ///
    /// # Errors
    /// If a column is missing, there is no or more than one column of tables and none is named, or no constituent tells the columns.
    pub fn of_table(
        table: &Table,
        key_columns: Option<Vec<String>>,
        unique_keys: bool,
        constituent_column: Option<String>,
        schema: Option<SchemaRef>,
        changes_permitted: bool,
    ) -> Result<PartitionedTable> {
        let constituent_column = column_of_tables(table, constituent_column)?;
        let others = || {
            let names = table.schema().fields().iter().map(|field| field.name().clone());
            names.filter(|name| *name != constituent_column).collect()
        };
        let key_columns = key_columns.unwrap_or_else(others);
        for name in &key_columns {
            table.definition().column_index(name)?;
        }
        let mut made = PartitionedTable {
            keys: table.clone().partitioned_by(&key_columns),
            key_columns,
            constituent_column,
            schema: Arc::new(arrow_schema::Schema::empty()),
            unique_keys,
            changes_permitted,
        };
        made.schema = match schema {
            Some(schema) => schema,
            None => match made.constituents()?.first() {
                Some(first) => first.schema().clone(),
                None => {
                    return Err(Error::invalid("no constituent tells the columns that constituents have")
                        .with_hint("give them as constituent_table_columns"));
                }
            },
        };
        Ok(made)
    }
}

fn column_of_tables(table: &Table, name: Option<String>) -> Result<String> {
    let fields = table.schema().fields();
    if let Some(name) = name {
        let index = table.definition().column_index(&name)?;
        return match *fields[index].data_type() == HANDLE {
            true => Ok(name),
            false => Err(Error::invalid(format!("column \"{name}\" is not a column of tables"))),
        };
    }
    let mut found = fields.iter().filter(|field| *field.data_type() == HANDLE);
    match (found.next(), found.next()) {
        (Some(field), None) => Ok(field.name().clone()),
        (None, _) => Err(Error::invalid("the table has no column of tables")
            .with_hint("partition_by and agg.partition make such columns")),
        (Some(_), Some(_)) => Err(Error::invalid("the table has several columns of tables")
            .with_hint("say which one as constituent_column")),
    }
}

fn check_columns(schema: &SchemaRef, table: &Table) -> Result<()> {
    let fits = |field: &Arc<arrow_schema::Field>| {
        let found = table.schema().field_with_name(field.name());
        found.is_ok_and(|found| found.data_type() == field.data_type())
    };
    if table.schema().fields().len() == schema.fields().len() && schema.fields().iter().all(fits) {
        return Ok(());
    }
    Err(Error::invalid("the table has other columns than the first")
        .with_hint("constituents need the same columns, in any order"))
}

/// # What it is
impl PartitionedTable {
    /// The underlying table: key columns, and the column of constituents.
    pub fn table(&self) -> &Table {
        &self.keys
    }

    /// The key columns.
    pub fn key_columns(&self) -> &[String] {
        &self.key_columns
    }

    /// The column of constituents.
    pub fn constituent_column(&self) -> &str {
        &self.constituent_column
    }

    /// The columns of constituents.
    pub fn constituent_schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Whether no key comes twice.
    pub fn unique_keys(&self) -> bool {
        self.unique_keys
    }

    /// Whether constituents may come and go.
    pub fn changes_permitted(&self) -> bool {
        self.changes_permitted
    }

    /// The keys, without the constituents.
    ///
    /// # Errors
    /// If the table has failed.
    pub fn keys(&self, names: &dyn Names) -> Result<Table> {
        if self.key_columns.is_empty() {
            return self.keys.drop_columns(std::slice::from_ref(&self.constituent_column));
        }
        match self.unique_keys {
            true => self.keys.view(&self.key_columns, names),
            false => self.keys.select_distinct(&self.key_columns, names),
        }
    }

    /// The constituents now.
    ///
    /// # Errors
    /// If one cannot be made.
    pub fn constituents(&self) -> Result<Vec<Table>> {
        let version = self.keys.version()?;
        let part = self.keys.definition().column_index(&self.constituent_column)?;
        let found = partition::find(&version.read(part, version.rows())?)?;
        Ok(found.into_iter().flatten().map(|table| Table::of(self.session(), table)).collect())
    }

    /// The constituent of a key: one array of one value for each key column.
    ///
    /// # Errors
    /// If there are not as many values as key columns, or several constituents have the key.
    pub fn constituent(&self, values: Vec<ArrayRef>) -> Result<Option<Table>> {
        if values.len() != self.key_columns.len() || values.is_empty() {
            let (found, wanted) = (values.len(), self.key_columns.join(", "));
            let message = format!("{found} key values for the key columns ({wanted})");
            return Err(Error::invalid(message).with_hint("give a value for each, in this order"));
        }
        let key = shape::new_table(self.key_columns.iter().cloned().zip(values).collect())?;
        let on: Vec<(&str, &str)> =
            self.key_columns.iter().map(|name| (name.as_str(), name.as_str())).collect();
        let keys = self.keys.engine()?;
        let version = keys.version();
        let now = engine::Table::fixed(
            keys.definition().clone(),
            version.rows().clone(),
            version.columns().to_vec(),
        );
        let found = where_in(&now, &key, &on)?.version();
        if found.rows().len() > 1 {
            return Err(Error::invalid(format!("{} constituents have this key", found.rows().len())));
        }
        let part = keys.definition().column_index(&self.constituent_column)?;
        let table = partition::find(&found.read(part, found.rows())?)?.pop().flatten();
        Ok(table.map(|table| Table::of(self.session(), table)))
    }

    fn session(&self) -> &Session {
        self.keys.session()
    }

    /// The same constituents beside other columns: a table that has the key columns and the column of constituents.
    pub fn with_table(&self, keys: Table) -> PartitionedTable {
        PartitionedTable { keys: keys.partitioned_by(&self.key_columns), ..self.clone() }
    }
}

/// # Operations
impl PartitionedTable {
    /// The rows of all constituents, one constituent after the other in the order of their keys.
    ///
    /// # Errors
    /// If a constituent has failed, or other columns.
    pub fn merge(&self) -> Result<Table> {
        let part = self.keys.definition().column_index(&self.constituent_column)?;
        let keys = self.keys.engine()?;
        let graph = keys.graph().unwrap_or(self.session().graph());
        let merged = partition::merge(Some(graph), &keys, part, &self.schema)?;
        Ok(Table::of(self.session(), merged))
    }

    /// The constituents whose keys pass all filters.
    ///
    /// # Errors
    /// If a filter is wrong, or reads other columns than key columns.
    pub fn filter(&self, filters: &[String], names: &dyn Names) -> Result<PartitionedTable> {
        // On the keys alone first: that tells of names that are no key columns.
        self.keys(names)?.where_(filters, names)?;
        Ok(self.with_table(self.keys.where_(filters, names)?))
    }

    /// The constituents in the order of key columns.
    ///
    /// # Errors
    /// If a column is no key column.
    pub fn sort(&self, order: &[(String, Order)]) -> Result<PartitionedTable> {
        if let Some((name, _)) = order.iter().find(|(name, _)| !self.key_columns.contains(name)) {
            return Err(Error::invalid(format!("no key column \"{name}\""))
                .with_hint(format!("key columns: {}", self.key_columns.join(", "))));
        }
        // Sorting leaves gaps between row keys, which a merge would multiply.
        Ok(self.with_table(self.keys.sort(order)?.flatten()?))
    }

    /// A function applied to each constituent, also to those that come later, in the cycle in which they come.
    /// `dependencies` are other tables that the function uses.
    ///
    /// # Errors
    /// What the function returns.
    pub fn transform(&self, function: PartFunction, dependencies: &[Table]) -> Result<PartitionedTable> {
        self.transformed(&self.keys, &[&self.constituent_column], &[&self.schema], function, dependencies)
    }

    /// A function applied to each pair of constituents that have the same key here and in another partitioned table. If all keys
    /// `must_match`, a key that is in one of them alone is an error when this is called.
    ///
    /// # Errors
    /// What the function returns, and if key columns differ.
    pub fn partitioned_transform(
        &self,
        other: &PartitionedTable,
        function: PartFunction,
        dependencies: &[Table],
        must_match: bool,
    ) -> Result<PartitionedTable> {
        if self.key_columns != other.key_columns {
            let (ours, theirs) = (self.key_columns.join(", "), other.key_columns.join(", "));
            return Err(Error::invalid(format!("the key columns are ({ours}) here, but ({theirs}) there"))
                .with_hint("constituents are matched by key columns of the same names"));
        }
        let on: Vec<&str> = self.key_columns.iter().map(String::as_str).collect();
        let (left, right) = (self.keys.engine()?, other.keys.engine()?);
        if must_match {
            check_match(&left, &right, &on)?;
        }
        let matched = partition::matched(&left, &right, &on, &other.constituent_column, OTHER)?;
        let matched = Table::of(self.session(), matched);
        let parts = [self.constituent_column.as_str(), OTHER];
        self.transformed(&matched, &parts, &[&self.schema, &other.schema], function, dependencies)
    }

    fn transformed(
        &self,
        keys: &Table,
        parts: &[&str],
        schemas: &[&SchemaRef],
        function: PartFunction,
        dependencies: &[Table],
    ) -> Result<PartitionedTable> {
        let keys = keys.engine()?;
        let indices =
            parts.iter().map(|part| keys.definition().column_index(part)).collect::<Result<Vec<_>>>()?;
        let dependencies = dependencies.iter().map(Table::engine).collect::<Result<Vec<_>>>()?;
        let session = self.session().clone();
        let apply = move |tables: &[engine::Table]| {
            let tables: Vec<Table> = tables.iter().map(|table| Table::of(&session, table.clone())).collect();
            near(function(&tables)?.engine()?)
        };
        let apply: partition::Function = Arc::new(apply);
        let (made, schema) =
            partition::transform(&keys, &indices, &self.constituent_column, apply.clone(), &dependencies)?;
        let schema = match schema {
            Some(schema) => schema,
            None => {
                let examples = schemas.iter().map(|schema| example(schema)).collect::<Result<Vec<_>>>()?;
                apply(&examples)?.schema().clone()
            }
        };
        Ok(PartitionedTable {
            keys: Table::of(self.session(), made).partitioned_by(&self.key_columns),
            schema,
            ..self.clone()
        })
    }
}

/// A table without rows, to learn what a function makes of such.
fn example(schema: &SchemaRef) -> Result<engine::Table> {
    let fields = schema.fields().iter();
    let columns = fields.map(|field| (field.name().clone(), new_empty_array(field.data_type())));
    shape::new_table(columns.collect())
}

/// The tables of a column of tables; none where there is none, or it is gone.
///
/// # Errors
/// If the array is of other values.
pub fn tables_of(session: &Session, array: &ArrayRef) -> Result<Vec<Option<Table>>> {
    let found = partition::find(array)?;
    Ok(found.into_iter().map(|table| Some(Table::of(session, table?))).collect())
}

fn check_match(left: &engine::Table, right: &engine::Table, on: &[&str]) -> Result<()> {
    let pairs: Vec<(&str, &str)> = on.iter().map(|key| (*key, *key)).collect();
    let versions = engine::versions(&[left.clone(), right.clone()]);
    let now = |table: &engine::Table, version: &engine::Version| {
        engine::Table::fixed(table.definition().clone(), version.rows().clone(), version.columns().to_vec())
    };
    let (left, right) = (now(left, &versions[0]), now(right, &versions[1]));
    let here = where_not_in(&left, &right, &pairs)?.size();
    let there = where_not_in(&right, &left, &pairs)?.size();
    if here + there == 0 {
        return Ok(());
    }
    let message = format!("{here} keys are here alone, and {there} in the other partitioned table alone");
    Err(Error::invalid(message).with_hint("require_matching_keys=False leaves them out"))
}
