//! Columns that only say how others look: hidden ones, which a user interface reads for the cells that it shows.
//!
//! | name | cells | says of |
//! |---|---|---|
//! | `<column>__TABLE_STYLE_FORMAT` | `long`: colours | the column |
//! | `<column>__TABLE_NUMBER_FORMAT` | `String`: a pattern, `#,##0.00` | the column |
//! | `<column>__TABLE_DATE_FORMAT` | `String`: a pattern, `yyyy-MM-dd` | the column |
//! | `__ROW__TABLE_STYLE_FORMAT` | `long`: colours | every column, where its own says nothing |

/// Ends of names of columns with colours.
pub const STYLE: &str = "__TABLE_STYLE_FORMAT";
/// Ends of names of columns with patterns of numbers.
pub const NUMBER: &str = "__TABLE_NUMBER_FORMAT";
/// Ends of names of columns with patterns of dates.
pub const DATE: &str = "__TABLE_DATE_FORMAT";
/// The column with the colours of whole rows.
pub const ROW_STYLE: &str = "__ROW__TABLE_STYLE_FORMAT";

/// Whether a column only says how others look.
pub fn is_look(name: &str) -> bool {
    [STYLE, NUMBER, DATE].iter().any(|end| name.ends_with(end))
}

/// The names that columns have, if there are such, which say how this one looks: its own first.
pub fn looks_of(name: &str) -> [String; 4] {
    let [style, number, date] = [STYLE, NUMBER, DATE].map(|end| format!("{name}{end}"));
    [style, number, date, ROW_STYLE.to_owned()]
}
