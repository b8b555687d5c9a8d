//! What clients ask about tables and the server: there are tables, and neither catalogues, schemas nor keys.

use std::sync::Arc;

use arrow_array::builder::BinaryBuilder;
use arrow_array::{ArrayRef, RecordBatch, StringArray, new_empty_array, new_null_array};
use arrow_flight::error::Result;
use arrow_flight::sql::metadata::{
    SqlInfoData, SqlInfoDataBuilder, XdbcTypeInfo, XdbcTypeInfoData, XdbcTypeInfoDataBuilder,
};
use arrow_flight::sql::{
    CommandGetTables, Nullable, Searchable, SqlInfo, SqlNullOrdering, SqlSupportedCaseSensitivity,
    SqlSupportedTransaction, XdbcDataType,
};
use arrow_schema::{DataType, Field, Schema};
use kinetable::Table;

use super::ask::Question;
use crate::access::{Right, User};
use crate::services::Shared;
use crate::subscriptions;

/// The one kind of tables.
const TABLE: &str = "TABLE";
/// Bytes of a pattern that names may fit.
const PATTERN_BYTES_MAX: usize = 4_096;

/// The answer to a question. It may wait for the host.
///
/// # Errors
/// If the answer cannot be put together: a bug.
pub(super) fn answer(shared: &Shared, user: &User, question: &Question) -> Result<RecordBatch> {
    match question {
        Question::Catalogs => empty(&[("catalog_name", DataType::Utf8, false)]),
        Question::Schemas => {
            empty(&[("catalog_name", DataType::Utf8, true), ("db_schema_name", DataType::Utf8, false)])
        }
        Question::Tables(which) => tables(shared, user, which),
        Question::TableTypes => {
            let kinds: ArrayRef = Arc::new(StringArray::from(vec![TABLE]));
            let schema = Schema::new(vec![Field::new("table_type", DataType::Utf8, false)]);
            Ok(RecordBatch::try_new(Arc::new(schema), vec![kinds])?)
        }
        Question::Info(which) => which.clone().into_builder(&info()?).build(),
        Question::Types(which) => which.into_builder(&types()?).build(),
        Question::PrimaryKeys => empty(&[
            ("catalog_name", DataType::Utf8, true),
            ("db_schema_name", DataType::Utf8, true),
            ("table_name", DataType::Utf8, false),
            ("column_name", DataType::Utf8, false),
            ("key_name", DataType::Utf8, true),
            ("key_sequence", DataType::Int32, false),
        ]),
        Question::ForeignKeys => empty(&[
            ("pk_catalog_name", DataType::Utf8, true),
            ("pk_db_schema_name", DataType::Utf8, true),
            ("pk_table_name", DataType::Utf8, false),
            ("pk_column_name", DataType::Utf8, false),
            ("fk_catalog_name", DataType::Utf8, true),
            ("fk_db_schema_name", DataType::Utf8, true),
            ("fk_table_name", DataType::Utf8, false),
            ("fk_column_name", DataType::Utf8, false),
            ("key_sequence", DataType::Int32, false),
            ("fk_key_name", DataType::Utf8, true),
            ("pk_key_name", DataType::Utf8, true),
            ("update_rule", DataType::UInt8, false),
            ("delete_rule", DataType::UInt8, false),
        ]),
    }
}

/// Names of the tables that a user may list.
pub(super) fn names(shared: &Shared, user: &User) -> Vec<String> {
    let variables = shared.host.variables().into_iter().filter(|variable| variable.kind == "Table");
    let variables = variables.filter(|variable| variable.application.is_none());
    let listed = variables.filter(|variable| user.may(Right::List, &variable.reference()));
    listed.map(|variable| variable.name).collect()
}

fn tables(shared: &Shared, user: &User, which: &CommandGetTables) -> Result<RecordBatch> {
    // What has neither catalogue nor schema is in those without a name.
    let wanted = which.catalog.as_deref().is_none_or(str::is_empty)
        && which.db_schema_filter_pattern.as_deref().is_none_or(|pattern| is_like("", pattern))
        && (which.table_types.is_empty() || which.table_types.iter().any(|kind| kind == TABLE))
        && [&which.db_schema_filter_pattern, &which.table_name_filter_pattern]
            .iter()
            .all(|pattern| pattern.as_ref().is_none_or(|pattern| pattern.len() <= PATTERN_BYTES_MAX));
    let pattern = which.table_name_filter_pattern.as_deref();
    let mut found: Vec<(String, Table)> = Vec::new();
    for name in if wanted { names(shared, user) } else { Vec::new() } {
        if pattern.is_none_or(|pattern| is_like(&name, pattern)) {
            let reference = crate::session::Reference::Scope(name.clone());
            // A variable may be gone since it was listed.
            let table =
                shared.found(user, &reference, Right::List).and_then(|found| found.object.table().cloned());
            found.extend(table.map(|table| (name, table)));
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    let none = new_null_array(&DataType::Utf8, found.len());
    let mut fields = vec![
        Field::new("catalog_name", DataType::Utf8, true),
        Field::new("db_schema_name", DataType::Utf8, true),
        Field::new("table_name", DataType::Utf8, false),
        Field::new("table_type", DataType::Utf8, false),
    ];
    let mut columns: Vec<ArrayRef> = vec![
        none.clone(),
        none,
        Arc::new(StringArray::from_iter_values(found.iter().map(|(name, _)| name))),
        Arc::new(StringArray::from_iter_values(found.iter().map(|_| TABLE))),
    ];
    if which.include_schema {
        let mut schemas = BinaryBuilder::new();
        for (_, table) in &found {
            schemas.append_value(kinetable_wire::schema::encapsulated(&subscriptions::table_schema(table)));
        }
        fields.push(Field::new("table_schema", DataType::Binary, false));
        columns.push(Arc::new(schemas.finish()));
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

/// Whether a name fits a pattern in which `%` is any text and `_` any character. Its cost is the product of their lengths.
fn is_like(name: &str, pattern: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    // Which beginnings of the name fit the pattern so far.
    let mut fits = vec![false; name.len() + 1];
    fits[0] = true;
    for mark in pattern.chars() {
        let mut next = vec![false; name.len() + 1];
        let mut any = false;
        for end in 0..=name.len() {
            any = any || fits[end];
            next[end] = match mark {
                '%' => any,
                _ => end > 0 && fits[end - 1] && (mark == '_' || name[end - 1] == mark),
            };
        }
        fits = next;
    }
    fits[name.len()]
}

fn empty(columns: &[(&str, DataType, bool)]) -> Result<RecordBatch> {
    let fields: Vec<Field> =
        columns.iter().map(|(name, kind, null)| Field::new(*name, kind.clone(), *null)).collect();
    let arrays = columns.iter().map(|(_, kind, _)| new_empty_array(kind)).collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}

fn info() -> Result<SqlInfoData> {
    let mut info = SqlInfoDataBuilder::new();
    info.append(SqlInfo::FlightSqlServerName, "Kinetable");
    info.append(SqlInfo::FlightSqlServerVersion, env!("CARGO_PKG_VERSION"));
    info.append(SqlInfo::FlightSqlServerArrowVersion, "1.3");
    info.append(SqlInfo::FlightSqlServerReadOnly, true);
    info.append(SqlInfo::FlightSqlServerSql, true);
    info.append(SqlInfo::FlightSqlServerSubstrait, false);
    info.append(SqlInfo::FlightSqlServerTransaction, SqlSupportedTransaction::None as i32);
    info.append(SqlInfo::FlightSqlServerCancel, false);
    info.append(SqlInfo::FlightSqlServerBulkIngestion, false);
    // Names are case-sensitive, quoted or not, which none of the other values says.
    let case = SqlSupportedCaseSensitivity::SqlCaseSensitivityUnknown as i32;
    info.append(SqlInfo::SqlIdentifierCase, case);
    info.append(SqlInfo::SqlIdentifierQuoteChar, "\"");
    info.append(SqlInfo::SqlNullOrdering, SqlNullOrdering::SqlNullsSortedHigh as i32);
    info.build()
}

fn types() -> Result<XdbcTypeInfoData> {
    let mut types = XdbcTypeInfoDataBuilder::new();
    let known = [
        ("BOOLEAN", XdbcDataType::XdbcBit, 1),
        ("TINYINT", XdbcDataType::XdbcTinyint, 3),
        ("SMALLINT", XdbcDataType::XdbcSmallint, 5),
        ("INTEGER", XdbcDataType::XdbcInteger, 10),
        ("BIGINT", XdbcDataType::XdbcBigint, 19),
        ("REAL", XdbcDataType::XdbcReal, 7),
        ("DOUBLE", XdbcDataType::XdbcDouble, 15),
        ("DECIMAL", XdbcDataType::XdbcDecimal, 38),
        ("VARCHAR", XdbcDataType::XdbcVarchar, i32::MAX),
        ("DATE", XdbcDataType::XdbcDate, 10),
        ("TIME", XdbcDataType::XdbcTime, 18),
        ("TIMESTAMP", XdbcDataType::XdbcTimestamp, 29),
    ];
    for (name, data_type, size) in known {
        let is_text = name == "VARCHAR";
        types.append(XdbcTypeInfo {
            type_name: name.to_owned(),
            data_type,
            sql_data_type: data_type,
            column_size: Some(size),
            literal_prefix: is_text.then(|| "'".to_owned()),
            literal_suffix: is_text.then(|| "'".to_owned()),
            nullable: Nullable::NullabilityNullable,
            case_sensitive: is_text,
            searchable: Searchable::Full,
            ..XdbcTypeInfo::default()
        });
    }
    types.build()
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn patterns_are_sqls() {
        for (name, pattern) in
            [("", ""), ("", "%"), ("abc", "a%"), ("abc", "%c"), ("abc", "a_c"), ("abc", "%b%"), ("a%", "a%")]
        {
            assert!(is_like(name, pattern), "{name} {pattern}");
        }
        for (name, pattern) in
            [("a", ""), ("", "_"), ("abc", "a"), ("abc", "A%"), ("abc", "a_"), ("abc", "%d%")]
        {
            assert!(!is_like(name, pattern), "{name} {pattern}");
        }
    }
}
