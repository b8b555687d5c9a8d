//! Joins: columns of another table beside the rows of this one.

use kinetable_engine::Result;
use kinetable_formula::{parse_join_keys, parse_pair};
use kinetable_operators::join::{self, NaturalJoinType};

use super::Table;
use crate::error::of_formula;

impl Table {
    /// All rows, each with columns of the row of `right` that has the same key. `on`: `"K"` or `"L=R"`, also lists
    /// with commas; `add`: `"C"` or `"New=C"`; nothing adds all columns of `right` that are not keys.
    ///
    /// # Errors
    /// If a column is missing, key types differ, names clash, or the rows do not match as `policy` wants.
    pub fn natural_join(
        &self,
        right: &Table,
        on: &[String],
        add: &[String],
        policy: NaturalJoinType,
    ) -> Result<Table> {
        let (left, right) = (self.engine()?, right.engine()?);
        let on = keys(on)?;
        let on: Vec<(&str, &str)> = on.iter().map(|(l, r)| (l.as_str(), r.as_str())).collect();
        let add = if add.is_empty() { join::default_additions(&right, &on) } else { additions(add)? };
        let add: Vec<(&str, &str)> = add.iter().map(|(new, old)| (new.as_str(), old.as_str())).collect();
        let mut result = Table::of(self.session(), join::natural_join(&left, &right, &on, &add, policy)?);
        result.cell_errors = self.cell_errors.clone();
        Ok(result)
    }

    /// As [`Table::natural_join`] with [`NaturalJoinType::ExactlyOne`].
    ///
    /// # Errors
    /// As there, and if a row has no match.
    pub fn exact_join(&self, right: &Table, on: &[String], add: &[String]) -> Result<Table> {
        self.natural_join(right, on, add, NaturalJoinType::ExactlyOne)
    }
}

fn keys(texts: &[String]) -> Result<Vec<(String, String)>> {
    let lists = texts.iter().map(|text| parse_join_keys(text).map_err(of_formula));
    Ok(lists.collect::<Result<Vec<_>>>()?.concat())
}

fn additions(texts: &[String]) -> Result<Vec<(String, String)>> {
    let single = texts.iter().flat_map(|text| text.split(','));
    single.map(|pair| parse_pair(pair.trim()).map_err(of_formula)).collect()
}
