//! Which rows go into which row group.

use std::collections::HashSet;
use std::ops::Range;

use arrow_array::{Array, ArrayRef};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_ord::partition::partition;
use arrow_schema::Schema;
use kinetable_engine::{Error, Result, RowSet, Version};

use super::RowGroups;

/// Rows whose keys are looked at together.
const CHUNK: u64 = 1 << 16;

/// Positions among the rows, a range for each row group, none empty.
pub(super) fn plan(
    version: &Version,
    schema: &Schema,
    rows: &RowSet,
    groups: &RowGroups,
) -> Result<Vec<Range<u64>>> {
    let all = 0..rows.len();
    Ok(match groups {
        RowGroups::Single => cut(all, u64::MAX),
        RowGroups::Rows(most) => cut(all, *most as u64),
        RowGroups::Count(count) => evenly(rows.len(), *count as u64),
        RowGroups::Keys { columns, rows_max } => {
            let runs = runs(version, schema, rows, columns)?;
            runs.into_iter().flat_map(|run| cut(run, rows_max.map_or(u64::MAX, |most| most as u64))).collect()
        }
    })
}

fn cut(rows: Range<u64>, most: u64) -> Vec<Range<u64>> {
    let most = most.max(1);
    let (mut start, mut parts) = (rows.start, Vec::new());
    while start < rows.end {
        let end = start.saturating_add(most).min(rows.end);
        parts.push(start..end);
        start = end;
    }
    parts
}

fn evenly(rows: u64, count: u64) -> Vec<Range<u64>> {
    let count = count.clamp(1, rows.max(1));
    let edge = |number: u64| (u128::from(rows) * u128::from(number) / u128::from(count)) as u64;
    (0..count).map(|number| edge(number)..edge(number + 1)).filter(|part| !part.is_empty()).collect()
}

/// Runs of rows that are equal in some columns.
fn runs(version: &Version, schema: &Schema, rows: &RowSet, columns: &[String]) -> Result<Vec<Range<u64>>> {
    let indices = columns.iter().map(|name| {
        let known: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let missing = |_| Error::invalid(format!("no column \"{name}\" to divide row groups by"));
        schema
            .index_of(name)
            .map_err(missing)
            .map_err(|error| error.with_hint(format!("columns: {}", known.join(", "))))
    });
    let indices = indices.collect::<Result<Vec<_>>>()?;
    if indices.is_empty() {
        return Ok(cut(0..rows.len(), u64::MAX));
    }
    let mut seen: HashSet<String> = HashSet::new();
    let mut last: Option<String> = None;
    let mut runs: Vec<Range<u64>> = Vec::new();
    for start in (0..rows.len()).step_by(CHUNK as usize) {
        let part = rows.slice(start..start + CHUNK);
        let keys = indices.iter().map(|column| version.read(*column, &part)).collect::<Result<Vec<_>>>()?;
        for run in partition(&keys)?.ranges() {
            let key = key(&keys, run.start)?;
            let run = start + run.start as u64..start + run.end as u64;
            if last.as_ref() == Some(&key) {
                runs.last_mut().expect("there is a run before").end = run.end;
                continue;
            }
            if !seen.insert(key.clone()) {
                return Err(Error::invalid(format!("rows of {key} do not follow each other"))
                    .with_hint(format!("sort by {} first", columns.join(", "))));
            }
            last = Some(key);
            runs.push(run);
        }
    }
    Ok(runs)
}

fn key(keys: &[ArrayRef], row: usize) -> Result<String> {
    let format = FormatOptions::default().with_null("null");
    let one = |values: &ArrayRef| -> Result<String> {
        if values.is_null(row) {
            return Ok("null".to_owned());
        }
        Ok(format!("\"{}\"", ArrayFormatter::try_new(values, &format)?.value(row)))
    };
    Ok(keys.iter().map(one).collect::<Result<Vec<_>>>()?.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rows_are_in_one_group_each() {
        assert_eq!(cut(0..10, 4), [0..4, 4..8, 8..10]);
        assert_eq!(cut(0..0, 4), Vec::<Range<u64>>::new());
        assert_eq!(evenly(10, 3), [0..3, 3..6, 6..10]);
        assert_eq!(evenly(2, 5), [0..1, 1..2]);
        assert_eq!(evenly(0, 5), Vec::<Range<u64>>::new());
    }
}
