//! The rows of a file that may meet conditions on its columns.
//!
//! Statistics of row groups first, which are in the footer; then the Bloom filters of the row groups that are left, if
//! values are sought; then the statistics of the pages of those. What a file has none of is passed over, and what of it
//! cannot be read rules nothing out.
//!
//! **Cost**: row groups times conditions; pages of the columns with conditions in the row groups that are left.

use std::ops::Range;

use kinetable_engine::Result;
use parquet::bloom_filter::Sbbf;
use parquet::errors::Result as ParquetResult;
use parquet::file::metadata::ParquetMetaData;

use super::bloom::may_hold;
use super::{Asked, Bounds, Test};
use crate::counters::{Counters, count};
use crate::dataset::{DataFile, Dataset, FileColumns};
use crate::error::broken;
use crate::file::{ANY, FileBytes, sound};

/// A condition on a column of the file, by index among those of files.
type Conditions = [(usize, Test)];

/// Rows of the file, as ascending ranges; `tests` are by index of a column in the schema.
pub(crate) fn selected(dataset: &Dataset, number: usize, tests: &Conditions) -> Result<Vec<Range<u64>>> {
    let opened = dataset.file(number)?;
    let files = dataset.files();
    let selection = Selection { dataset, file: &files.list[number], opened: &opened };
    let groups = opened.footer.groups();
    if tests.is_empty() {
        return Ok((0..groups).map(|group| opened.footer.group_rows(group)).collect());
    }
    let asked = tests.iter().map(|(column, test)| Some((selection.asked(*column)?, test)));
    // A column that the file lacks is null in all its rows.
    let lacks =
        |(column, test): &(usize, Test)| selection.place(*column).is_none() && !test.may_match(&Bounds::NULL);
    if tests.iter().any(lacks) {
        count(&dataset.counters.row_groups_ruled_out, groups as u64);
        return Ok(Vec::new());
    }
    let asked: Vec<(Asked<'_>, &Test)> = asked.flatten().collect();
    let mut kept = vec![true; groups];
    for (asked, test) in &asked {
        let bounds = sound(|| asked.of_groups()).map_err(|error| broken(&selection.file.location, error))?;
        kept.iter_mut().zip(&bounds).for_each(|(kept, bounds)| *kept &= test.may_match(bounds));
    }
    let mut bytes = Reopened::default();
    let mut ranges = Vec::new();
    for group in (0..groups).filter(|group| kept[*group]) {
        if selection.is_sought_in_vain(&asked, group, &mut bytes)? {
            continue;
        }
        ranges.extend(selection.pages(&asked, group, &mut bytes)?);
    }
    let left = ranges.iter().map(|range: &Range<u64>| opened.footer.group_of(range.start));
    let left = left.collect::<std::collections::BTreeSet<_>>().len();
    count(&dataset.counters.row_groups_ruled_out, (groups - left) as u64);
    Ok(ranges)
}

/// The file, opened when first needed.
#[derive(Default)]
struct Reopened(Option<FileBytes>);

struct Selection<'a> {
    dataset: &'a Dataset,
    file: &'a DataFile,
    opened: &'a FileColumns,
}

impl<'a> Selection<'a> {
    fn place(&self, column: usize) -> Option<&'a crate::file::Place> {
        self.opened.places[column - self.dataset.keys.len()].as_ref()
    }

    /// The column as its statistics are asked for; `None` if the file lacks it, or it is a field in a struct.
    fn asked(&self, column: usize) -> Option<Asked<'a>> {
        let place = self.place(column).filter(|place| place.inside.is_empty())?;
        let file = &self.opened.footer.decoder;
        let unsigned = self.dataset.columns[column - self.dataset.keys.len()].unsigned;
        Some(Asked {
            file,
            name: file.schema().field(place.root).name(),
            engine_type: self.dataset.schema.field(column).data_type(),
            unsigned,
        })
    }

    fn bytes<'b>(&self, bytes: &'b mut Reopened) -> Result<&'b FileBytes> {
        if bytes.0.is_none() {
            bytes.0 = Some(self.opened.footer.reopen(&self.file.location, self.counters())?);
        }
        Ok(bytes.0.as_ref().expect("it was opened above"))
    }

    fn counters(&self) -> &'a std::sync::Arc<Counters> {
        &self.dataset.counters
    }

    fn metadata(&self) -> &'a ParquetMetaData {
        self.opened.footer.decoder.metadata()
    }

    /// Whether a Bloom filter says that none of the values sought is in a row group.
    fn is_sought_in_vain(
        &self,
        asked: &[(Asked<'_>, &Test)],
        group: usize,
        bytes: &mut Reopened,
    ) -> Result<bool> {
        for (asked, test) in asked {
            let (Some(values), Ok(Some(leaf))) = (test.sought(), asked.leaf()) else {
                continue;
            };
            let chunk = self.metadata().row_group(group).column(leaf);
            let Some(offset) = chunk.bloom_filter_offset() else { continue };
            let bytes = self.bytes(bytes)?;
            let filter = sound(|| {
                bytes.check(offset.cast_unsigned(), ANY)?;
                Sbbf::read_from_column_chunk(chunk, bytes)
            });
            let Ok(Some(filter)) = filter else { continue };
            count(&self.counters().bloom_filters_read, 1);
            let stored = self.opened.footer.decoder.schema().field_with_name(asked.name);
            let Ok(stored) = stored else { continue };
            let may = sound(|| Ok(may_hold(&filter, values, stored.data_type(), chunk.column_type())));
            if !may.unwrap_or(true) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The rows of the pages of a row group that may meet all conditions.
    fn pages(
        &self,
        asked: &[(Asked<'_>, &Test)],
        group: usize,
        bytes: &mut Reopened,
    ) -> Result<Vec<Range<u64>>> {
        let rows = self.opened.footer.group_rows(group);
        let whole = 0..rows.end - rows.start;
        let mut kept = vec![whole];
        for (asked, test) in asked {
            let Ok(Some(leaf)) = asked.leaf() else { continue };
            let chunk = self.metadata().row_group(group).column(leaf);
            if chunk.column_index_offset().is_none() || chunk.offset_index_offset().is_none() {
                continue;
            }
            let bytes = self.bytes(bytes)?;
            let found = sound(|| self.page_rows(asked, test, group, leaf, bytes));
            if let Ok(Some(rows)) = found {
                kept = intersection(&kept, &rows);
            }
        }
        Ok(kept.into_iter().map(|part| rows.start + part.start..rows.start + part.end).collect())
    }

    /// The rows of the pages of one column that may meet its condition.
    fn page_rows(
        &self,
        asked: &Asked<'_>,
        test: &Test,
        group: usize,
        leaf: usize,
        bytes: &FileBytes,
    ) -> ParquetResult<Option<Vec<Range<u64>>>> {
        let indexes = &self.opened.footer.pages;
        if !indexes.read_values(self.metadata(), bytes, group, leaf)? {
            return Ok(None);
        }
        let Some(pages) = indexes.pages(self.metadata(), bytes, group, leaf)? else {
            return Ok(None);
        };
        let rows: Vec<u64> = pages.iter().map(|page| page.rows.end - page.rows.start).collect();
        let bounds = asked.of_pages(indexes.as_ref(), group, &rows)?;
        let mut kept: Vec<Range<u64>> = Vec::new();
        for (page, bounds) in pages.iter().zip(&bounds) {
            if !test.may_match(bounds) {
                count(&self.counters().pages_ruled_out, 1);
                continue;
            }
            match kept.last_mut().filter(|last| last.end == page.rows.start) {
                Some(last) => last.end = page.rows.end,
                None => kept.push(page.rows.clone()),
            }
        }
        Ok(Some(kept))
    }
}

/// What is in both of two ascending lists of ranges.
fn intersection(left: &[Range<u64>], right: &[Range<u64>]) -> Vec<Range<u64>> {
    let (mut one, mut other) = (0, 0);
    let mut both = Vec::new();
    while let (Some(a), Some(b)) = (left.get(one), right.get(other)) {
        let common = a.start.max(b.start)..a.end.min(b.end);
        if !common.is_empty() {
            both.push(common);
        }
        if a.end <= b.end { one += 1 } else { other += 1 }
    }
    both
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intersections_are_in_both() {
        assert_eq!(intersection(&[0..10, 20..30], &[5..25, 40..41]), [5..10, 20..25]);
        assert_eq!(intersection(&[0..10, 20..21], &[10..20, 30..31]), Vec::<Range<u64>>::new());
        assert_eq!(intersection(&[0..3, 4..9], &[1..2, 2..5, 8..20]), [1..2, 2..3, 4..5, 8..9]);
    }
}
