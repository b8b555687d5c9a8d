//! Hidden columns that say how others look: which they are of a column.

use std::collections::{HashMap, HashSet};

use arrow_schema::{DataType, FieldRef};
use kinetable_wire::looks::{is_look, looks_of};

use crate::web::messages::tell::Looks;

/// The hidden columns of a table that say how others look.
pub(in crate::web) struct LookColumns<'a>(HashMap<&'a str, &'a DataType>);

impl<'a> LookColumns<'a> {
    /// Those among these columns.
    pub(in crate::web) fn among(fields: &'a [FieldRef]) -> LookColumns<'a> {
        let looks = fields.iter().filter(|field| is_look(field.name()));
        LookColumns(looks.map(|field| (field.name().as_str(), field.data_type())).collect())
    }

    /// Those of a column. Cells of another type than formats have say nothing.
    pub(in crate::web) fn of(&self, column: &str) -> Looks {
        if self.0.is_empty() {
            return Looks::default();
        }
        let known = |name: String, is_it: fn(&DataType) -> bool| {
            self.0.get(name.as_str()).is_some_and(|data_type| is_it(data_type)).then_some(name)
        };
        let colours = |data_type: &DataType| *data_type == DataType::Int64;
        let patterns = |data_type: &DataType| matches!(data_type, DataType::Utf8View | DataType::Utf8);
        let [style, number, date, row] = looks_of(column);
        Looks {
            styles: [style, row].into_iter().filter_map(|name| known(name, colours)).collect(),
            number: known(number, patterns),
            date: known(date, patterns),
        }
    }

    /// These columns, then the hidden ones that say how they look.
    pub(in crate::web) fn with<'b>(&self, columns: impl Iterator<Item = &'b str>) -> Vec<String> {
        let mut names: Vec<String> = columns.map(str::to_owned).collect();
        let mut known: HashSet<String> = names.iter().cloned().collect();
        for at in 0..names.len() {
            let Looks { styles, number, date } = self.of(&names[at]);
            let fresh =
                styles.into_iter().chain(number).chain(date).filter(|look| known.insert(look.clone()));
            names.extend(fresh);
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_schema::Field;

    use super::*;

    #[test]
    fn looks_are_found_by_name_and_type() {
        let field =
            |(name, data_type): &(&str, DataType)| Arc::new(Field::new(*name, data_type.clone(), true));
        let fields: Vec<FieldRef> = [
            ("A", DataType::Float64),
            ("B", DataType::Int64),
            ("A__TABLE_STYLE_FORMAT", DataType::Int64),
            ("A__TABLE_NUMBER_FORMAT", DataType::Utf8View),
            ("B__TABLE_STYLE_FORMAT", DataType::Utf8View),
            ("__ROW__TABLE_STYLE_FORMAT", DataType::Int64),
        ]
        .iter()
        .map(field)
        .collect();
        let looks = LookColumns::among(&fields);
        let of_a = looks.of("A");
        assert_eq!(of_a.styles, ["A__TABLE_STYLE_FORMAT", "__ROW__TABLE_STYLE_FORMAT"]);
        assert_eq!((of_a.number.as_deref(), of_a.date), (Some("A__TABLE_NUMBER_FORMAT"), None));
        assert_eq!(looks.of("B").styles, ["__ROW__TABLE_STYLE_FORMAT"]);
        let all = looks.with(["B", "A"].into_iter());
        assert_eq!(
            all,
            ["B", "A", "__ROW__TABLE_STYLE_FORMAT", "A__TABLE_STYLE_FORMAT", "A__TABLE_NUMBER_FORMAT"]
        );
    }
}
