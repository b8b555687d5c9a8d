//! A tree of `key=value` directories, a file in each.
//!
//! Rows keep their order within a file. Values are spelled as text in names of directories, with bytes that a path
//! or a reader would take for something else as `%XX`; null has the name that Hive gives it.
//!
//! **State**: a row set and a name for each directory.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;

use arrow_array::Array;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::SchemaRef;
use kinetable_engine::{Definition, Error, Properties, Result, RowSet, RowSetBuilder, Version};

use super::batch::Batch;
use super::metadata::write_metadata;
use super::stage::stage_at;
use super::{WriteOptions, Written};
use crate::layout::NULL_NAME;
use crate::store::Location;

/// Rows whose keys are looked at together.
const CHUNK: u64 = 1 << 16;

/// Writes a version of a table as a tree of directories by the values of some columns, outermost first. Those columns
/// are not in the files.
///
/// # Errors
/// If there is no such column, if no column is left for the files, or if a file cannot be written.
pub fn write_partitioned(
    version: &Version,
    schema: &SchemaRef,
    directory: impl AsRef<Path>,
    by: &[&str],
    options: &WriteOptions,
) -> Result<Written> {
    let definition = Definition::new(schema.clone(), Properties::APPEND);
    let keys: Vec<usize> = by.iter().map(|name| definition.column_index(name)).collect::<Result<_>>()?;
    let values: Vec<usize> = (0..schema.fields().len()).filter(|column| !keys.contains(column)).collect();
    if keys.is_empty() || values.is_empty() {
        let message = format!("{} columns to partition by, {} left for files", keys.len(), values.len());
        return Err(Error::invalid(message).with_hint("there must be at least one of each"));
    }
    options.check(schema)?;
    let root = Location::parse(directory.as_ref(), &options.store)?;
    let mut batch = Batch::default();
    let mut names = Vec::new();
    for (number, (name, rows)) in directories(version, schema, &keys)?.into_iter().enumerate() {
        let name = format!("{name}/{}", file_name(&options.base_name, &name, number));
        batch.add(stage_at(version, schema, &values, &rows, &root.join(&name), options)?)?;
        names.push(name);
    }
    let written = batch.publish()?;
    if options.metadata_files {
        let files = names.into_iter().zip(batch.files.iter().map(|(_, metadata)| metadata));
        let partition = |column: &usize| schema.field(*column).clone().with_nullable(true);
        write_metadata(&root, files.collect(), Some(keys.iter().map(partition).collect()))?;
    }
    batch.keep();
    Ok(written)
}

/// Paths of directories with their rows, in the order in which they first occur.
pub(super) fn directories(
    version: &Version,
    schema: &SchemaRef,
    keys: &[usize],
) -> Result<Vec<(String, RowSet)>> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut found: Vec<(String, RowSetBuilder)> = Vec::new();
    let rows = version.rows();
    for start in (0..rows.len()).step_by(CHUNK as usize) {
        let part = rows.slice(start..start + CHUNK);
        let names = names(version, schema, keys, &part)?;
        for (key, name) in part.iter().zip(names) {
            let place = *places.entry(name).or_insert_with_key(|name| {
                found.push((name.clone(), RowSetBuilder::new()));
                found.len() - 1
            });
            found[place].1.push(key);
        }
    }
    Ok(found.into_iter().map(|(name, rows)| (name, rows.finish())).collect())
}

/// The path of the directory of each row.
fn names(version: &Version, schema: &SchemaRef, keys: &[usize], rows: &RowSet) -> Result<Vec<String>> {
    let mut names = vec![String::new(); rows.len() as usize];
    for column in keys {
        let values = version.read(*column, rows)?;
        let format = FormatOptions::default();
        let texts = ArrayFormatter::try_new(&values, &format)?;
        let key = encoded(schema.field(*column).name());
        for (place, name) in names.iter_mut().enumerate() {
            if !name.is_empty() {
                name.push('/');
            }
            let value = match values.is_null(place) {
                true => NULL_NAME.to_owned(),
                false => encoded(&texts.value(place).try_to_string()?),
            };
            name.push_str(&key);
            name.push('=');
            name.push_str(&value);
        }
    }
    Ok(names)
}

/// A text as part of a path.
fn encoded(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for (place, sign) in text.char_indices() {
        let hides = place == 0 && matches!(sign, '.' | '_');
        if sign.is_control() || hides || "/\\=%:*?\"<>|#{}[]^".contains(sign) {
            let mut bytes = [0; 4];
            for byte in sign.encode_utf8(&mut bytes).bytes() {
                safe.push_str(&format!("%{byte:02X}"));
            }
        } else {
            safe.push(sign);
        }
    }
    safe
}

fn file_name(base: &str, directory: &str, number: usize) -> String {
    let name = base
        .replace("{uuid}", &random_name())
        .replace("{partitions}", &directory.replace('/', "_"))
        .replace("{i}", &number.to_string());
    format!("{name}.parquet")
}

/// A name in the shape of a random UUID, from the keys that the standard library draws for its hash tables.
fn random_name() -> String {
    let word = || RandomState::new().build_hasher().finish();
    let (high, low) = (word(), word());
    let version = high & !0xf000 | 0x4000;
    let variant = low & !(0b11 << 62) | 0b10 << 62;
    let text = format!("{version:016x}{variant:016x}");
    [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_path_or_reader_would_mistake_is_encoded() {
        assert_eq!(encoded("2026-07-01"), "2026-07-01");
        assert_eq!(encoded("a/b=c%"), "a%2Fb%3Dc%25");
        assert_eq!(encoded("..%"), "%2E.%25");
        assert_eq!(encoded("Zürich"), "Zürich");
    }

    #[test]
    fn random_names_have_the_shape_of_a_uuid() {
        let (one, other) = (random_name(), random_name());
        assert_ne!(one, other);
        assert_eq!(one.len(), 36);
        assert_eq!(&one[14..15], "4");
        assert!("89ab".contains(&one[19..20]));
    }
}
