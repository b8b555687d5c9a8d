//! What leads from one page of cells to the next.
//!
//! Two ways are weighed, by the cells they send: rows that differ at their place (and of those the columns that differ at all), or
//! rows that moved, found by what they hold, and the rest. If both send more than half of the page, the page is sent.
//!
//! **Cost**: a pass over the prints of both pages.

use std::collections::HashMap;

use super::sheet::Sheet;

/// What leads from one page to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) enum Difference {
    /// Nothing.
    None,
    /// Counts alone: the rows that are left stay as they are.
    Size,
    /// Some rows and columns.
    Part(Part),
    /// The page is sent.
    Whole,
}

/// Rows that moved, and cells that are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Part {
    /// From, to, count.
    pub(in crate::web) moves: Vec<[u64; 3]>,
    /// Offset, count.
    pub(in crate::web) runs: Vec<[u64; 2]>,
    /// The columns whose cells are sent.
    pub(in crate::web) columns: Vec<usize>,
}

impl Part {
    /// Rows of which cells are sent.
    pub(in crate::web) fn rows(&self) -> u64 {
        self.runs.iter().map(|[_, count]| count).sum()
    }

    fn cells(&self) -> u64 {
        self.rows() * self.columns.len() as u64
    }
}

/// What leads from `before` to `after`, pages of the same columns.
pub(in crate::web) fn difference(before: &Sheet, after: &Sheet) -> Difference {
    if before.fields.iter().map(|field| field.name()).ne(after.fields.iter().map(|field| field.name())) {
        return Difference::Whole;
    }
    let stays = in_place(before, after);
    if stays.runs.is_empty() {
        let same = (before.rows, before.first, before.n) == (after.rows, after.first, after.n);
        return if same { Difference::None } else { Difference::Size };
    }
    let moved = by_content(before, after);
    let best = if moved.cells() < stays.cells() { moved } else { stays };
    if best.cells() * 2 > after.n * after.fields.len() as u64 {
        return Difference::Whole;
    }
    Difference::Part(best)
}

fn in_place(before: &Sheet, after: &Sheet) -> Part {
    let is_kept = |row: usize| before.row_prints.get(row) == Some(&after.row_prints[row]);
    let differing: Vec<usize> = (0..after.row_prints.len()).filter(|row| !is_kept(*row)).collect();
    let is_new = differing.last().is_some_and(|row| *row >= before.row_prints.len());
    let differs = |column: &usize| {
        differing.iter().any(|row| before.prints[*column][*row] != after.prints[*column][*row])
    };
    let all = 0..after.fields.len();
    let columns = if is_new { all.collect() } else { all.filter(differs).collect() };
    Part { moves: Vec::new(), runs: runs(differing), columns }
}

fn by_content(before: &Sheet, after: &Sheet) -> Part {
    let mut places: HashMap<u64, usize> = HashMap::new();
    for (row, print) in before.row_prints.iter().enumerate() {
        places.entry(*print).or_insert(row);
    }
    let mut moves: Vec<[u64; 3]> = Vec::new();
    let mut fresh = Vec::new();
    for (to, print) in after.row_prints.iter().enumerate() {
        if let Some([from, start, count]) = moves.last_mut()
            && *start + *count == to as u64
            && before.row_prints.get((*from + *count) as usize) == Some(print)
        {
            *count += 1;
            continue;
        }
        match places.get(print) {
            Some(from) => moves.push([*from as u64, to as u64, 1]),
            None => fresh.push(to),
        }
    }
    Part { moves, runs: runs(fresh), columns: (0..after.fields.len()).collect() }
}

/// Offsets, ascending, as runs.
fn runs(offsets: Vec<usize>) -> Vec<[u64; 2]> {
    let mut runs: Vec<[u64; 2]> = Vec::new();
    for offset in offsets {
        match runs.last_mut() {
            Some([start, count]) if *start + *count == offset as u64 => *count += 1,
            _ => runs.push([offset as u64, 1]),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::Int64Array;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    fn sheet(rows: &[[i64; 3]], total: u64, first: u64) -> Sheet {
        let mut sheet = Sheet { rows: total, first, n: rows.len() as u64, ..Sheet::default() };
        for (place, name) in ["A", "B", "C"].iter().enumerate() {
            let cells = Int64Array::from_iter_values(rows.iter().map(|row| row[place]));
            sheet.push(name, Arc::new(cells));
        }
        sheet.finished()
    }

    /// What a browser makes of it.
    fn applied(before: &[[i64; 3]], part: &Part, after: &[[i64; 3]]) -> Vec<[i64; 3]> {
        let empty = [i64::MIN; 3];
        let mut page: Vec<[i64; 3]> = match part.moves.is_empty() {
            true => before.iter().copied().chain(std::iter::repeat(empty)).take(after.len()).collect(),
            false => vec![empty; after.len()],
        };
        for [from, to, count] in &part.moves {
            for row in 0..*count {
                page[(to + row) as usize] = before[(from + row) as usize];
            }
        }
        for [start, count] in &part.runs {
            for row in *start..start + count {
                part.columns
                    .iter()
                    .for_each(|column| page[row as usize][*column] = after[row as usize][*column]);
            }
        }
        page
    }

    #[test]
    fn a_page_and_its_difference_make_the_next_page() {
        let mut random = StdRng::seed_from_u64(5);
        let (mut parts, mut moves, mut wholes) = (0, 0, 0);
        for _ in 0..4000 {
            let row = |random: &mut StdRng| [0; 3].map(|_| random.random_range(0..40));
            let before: Vec<_> = (0..random.random_range(0..30)).map(|_| row(&mut random)).collect();
            let mut after = before.clone();
            for _ in 0..random.random_range(0..4) {
                let at = random.random_range(0..=after.len());
                match random.random_range(0..4) {
                    0 => after.insert(at, row(&mut random)),
                    1 if at < after.len() => drop(after.remove(at)),
                    2 if at < after.len() => {
                        after[at][random.random_range(0..3)] = random.random_range(0..40)
                    }
                    _ => after.rotate_left(at),
                }
            }
            match difference(&sheet(&before, 50, 3), &sheet(&after, 50, 3)) {
                Difference::None => assert_eq!(before, after),
                Difference::Size => assert_eq!(before[..after.len()], after),
                Difference::Whole => wholes += 1,
                Difference::Part(part) => {
                    assert_eq!(applied(&before, &part, &after), after, "{part:?}");
                    parts += 1;
                    moves += usize::from(!part.moves.is_empty());
                }
            }
        }
        assert!(parts > 500 && moves > 200 && wholes > 30, "{parts} {moves} {wholes}");
    }

    #[test]
    fn little_is_sent_for_little_change() {
        let before: Vec<[i64; 3]> = (0..80).map(|row| [row, row * 2, 0]).collect();
        let mut after = before.clone();
        after[7][1] = -1;
        let Difference::Part(part) = difference(&sheet(&before, 80, 0), &sheet(&after, 80, 0)) else {
            panic!()
        };
        assert_eq!(part, Part { moves: vec![], runs: vec![[7, 1]], columns: vec![1] });
        // The newest rows are shown, and three came.
        let after: Vec<[i64; 3]> = (3..83).map(|row| [row, row * 2, 0]).collect();
        let Difference::Part(part) = difference(&sheet(&before, 80, 0), &sheet(&after, 83, 3)) else {
            panic!()
        };
        assert_eq!(part, Part { moves: vec![[3, 0, 77]], runs: vec![[77, 3]], columns: vec![0, 1, 2] });
        assert_eq!(difference(&sheet(&before, 80, 0), &sheet(&before, 90, 0)), Difference::Size);
        assert_eq!(difference(&sheet(&before, 80, 0), &sheet(&before, 80, 0)), Difference::None);
    }
}
