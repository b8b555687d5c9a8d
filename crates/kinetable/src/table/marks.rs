//! Marks that travel with a table: attributes, keys, orders. They change no row.

use kinetable_engine::{Definition, Error, Result};
use kinetable_operators::sort::{self, Direction as Order};

use super::Table;

/// The attribute with the columns that later sorts may use, with commas between.
const SORTABLE: &str = "SortableColumns";
/// The attribute with the columns by which the rows are ordered: `A=Ascending,B=Descending`.
const SORTED: &str = "SortedColumns";

impl Table {
    /// The same rows with these attributes set.
    ///
    /// # Errors
    /// If an attribute is a property that the engine relies on.
    pub fn with_attributes(&self, attributes: &[(String, String)]) -> Result<Table> {
        for (name, _) in attributes {
            if ["BlinkTable", "AddOnly", "AppendOnly"].contains(&name.as_str()) {
                let message =
                    format!("attribute \"{name}\" says how the table changes, so it cannot be given");
                let hint = "add_only_to_blink, blink_to_append_only and ring_table make such tables";
                return Err(Error::invalid(message).with_hint(hint));
            }
        }
        self.defined(|definition| definition.attributes.extend(attributes.iter().cloned()))
    }

    /// The same rows without these attributes; without `BlinkTable`, what is made from it sees a cycle's rows only.
    ///
    /// # Errors
    /// If a listed file cannot be read.
    pub fn without_attributes(&self, names: &[String]) -> Result<Table> {
        let has = |name: &str| names.iter().any(|other| other == name);
        self.defined(|definition| {
            definition.attributes.retain(|name, _| !has(name));
            let properties = &mut definition.properties;
            properties.blink &= !has("BlinkTable");
            properties.add_only &= !has("AddOnly");
            properties.append_only &= !has("AppendOnly") && properties.add_only;
        })
    }

    /// The same rows, which later may be sorted by these columns only; by none at all if there is none.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn restrict_sort_to(&self, columns: &[String]) -> Result<Table> {
        for column in columns {
            self.definition().column_index(column)?;
        }
        self.with_attributes(&[(SORTABLE.to_owned(), columns.join(","))])
    }

    /// The same rows, said to be ordered by a column: trusted, not tested.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn with_order_for_column(&self, column: &str, order: Order) -> Result<Table> {
        self.definition().column_index(column)?;
        let mark = format!("{column}={order:?}");
        let before = self.definition().attributes.get(SORTED).map(|marks| {
            let own = |other: &&str| other.split_once('=').is_some_and(|(name, _)| name == column);
            marks.split(',').filter(|other| !own(other)).collect::<Vec<_>>().join(",")
        });
        let marks = match before.filter(|marks| !marks.is_empty()) {
            Some(marks) => format!("{marks},{mark}"),
            None => mark,
        };
        self.with_attributes(&[(SORTED.to_owned(), marks)])
    }

    /// The same rows, tested to be ordered by a column, now and with each change.
    ///
    /// # Errors
    /// If there is no such column, or two rows are out of order; the table fails when two are later.
    pub fn assert_sorted(&self, column: &str, order: Order, description: &str) -> Result<Table> {
        let index = self.definition().column_index(column)?;
        let tested = self.reshaped(|table| sort::assert_sorted(table, index, order, description))?;
        tested.with_order_for_column(column, order)
    }

    /// Refuses a sort that [`Table::restrict_sort_to`] rules out.
    pub(super) fn ensure_sortable<'a>(&self, columns: impl Iterator<Item = &'a str>) -> Result<()> {
        let Some(allowed) = self.definition().attributes.get(SORTABLE) else {
            return Ok(());
        };
        let mut wrong = columns.filter(|column| !allowed.split(',').any(|other| other == *column));
        match wrong.next() {
            None => Ok(()),
            Some(column) => {
                let message = format!("the table may not be sorted by \"{column}\"");
                Err(Error::invalid(message).with_hint(match allowed.as_str() {
                    "" => "restrict_sort_to allowed no column".to_owned(),
                    allowed => format!("restrict_sort_to allowed: {}", allowed.replace(',', ", ")),
                }))
            }
        }
    }

    /// The rows in another order no longer have the order they were said to have.
    pub(super) fn without_order(&self) -> Result<Table> {
        if self.definition().attributes.contains_key(SORTED) {
            return self.without_attributes(&[SORTED.to_owned()]);
        }
        Ok(self.clone())
    }

    fn defined(&self, edit: impl FnOnce(&mut Definition)) -> Result<Table> {
        let mut definition = self.definition().clone();
        edit(&mut definition);
        self.reshaped(|table| table.with_definition(definition))
    }
}
