//! More of what a random chain may do next: `update_by`, joins of keys that are there once, tables of tables.

use std::sync::Arc;

use kinetable::{
    Aggregation, Decay, DeltaControl, GroupOptions, NoNames, OperationControl, Order, PartFunction, Scale,
    Table, UpdateBy, UpdateByOperation, Window,
};
use kinetable_engine as engine;
use kinetable_engine::Result;
use kinetable_testkit::Compared;
use rand::Rng;
use rand::rngs::StdRng;

use super::operations::{Choice, Place};

/// What is made of each constituent.
#[derive(Debug, Clone, Copy)]
enum OfPart {
    Itself,
    Head(u64),
    Tail(u64),
    Sorted,
    Counted,
    Summed,
}

impl Place<'_> {
    pub(super) fn update_by(&self, rng: &mut StdRng) -> Option<Choice> {
        let mut operations = Vec::new();
        for place in 0..rng.random_range(1..=3) {
            operations.push(self.rolling(rng, &format!("U{}_{place}", self.number))?);
        }
        let mut by = Vec::new();
        // A blink table's rows are not kept, so that there are no groups to go on with.
        if !self.is_blink() && rng.random_bool(0.6) {
            by.push(self.scalar_column(rng)?);
        }
        let name = format!("update_by({operations:?}, {by:?})");
        let operations: Vec<UpdateBy> = operations.into_iter().map(UpdateBy::Operation).collect();
        self.choice(name, Compared::InOrder, move |table| table.update_by(&operations, &by, &NoNames))
    }

    fn rolling(&self, rng: &mut StdRng, out: &str) -> Option<UpdateByOperation> {
        let number = self.number_column(rng)?;
        let pair = [format!("{out} = {number}")];
        let (back, ahead) = (rng.random_range(-2..5i64), rng.random_range(-2..5i64));
        let window = Window::Ticks { back: back.max(1 - ahead), ahead };
        Some(match rng.random_range(0..14) {
            0 => UpdateByOperation::cum_sum(pair),
            1 => UpdateByOperation::cum_min(pair),
            2 => UpdateByOperation::cum_max(pair),
            3 => UpdateByOperation::forward_fill([format!("{out} = {}", self.scalar_column(rng)?)]),
            4 => UpdateByOperation::delta(pair, DeltaControl::ValueDominates),
            5 => {
                let control = OperationControl::default();
                UpdateByOperation::decay(Decay::Average, Scale::Ticks(3.0), pair, control)
            }
            6 => UpdateByOperation::rolling_sum(pair, window),
            7 => UpdateByOperation::rolling_avg(pair, window),
            8 => UpdateByOperation::rolling_min(pair, window),
            9 => UpdateByOperation::rolling_max(pair, window),
            10 => UpdateByOperation::rolling_prod(pair, window),
            11 => UpdateByOperation::rolling_count(pair, window),
            12 => UpdateByOperation::rolling_std(pair, window),
            _ => UpdateByOperation::rolling_wavg(self.number_column(rng)?, pair, window),
        })
    }

    /// Each row with the count of rows of its key, of which there is exactly one.
    pub(super) fn exact_join(&self, rng: &mut StdRng) -> Option<Choice> {
        if self.is_blink() {
            return None;
        }
        let (key, count) = (self.scalar_column(rng)?, format!("X{}", self.number));
        self.choice(format!("exact_join with count_by({key})"), Compared::InOrder, move |table| {
            let counts = count_by(table, &key, &count)?;
            table.exact_join(&counts, std::slice::from_ref(&key), std::slice::from_ref(&count))
        })
    }

    /// Counts by a key of this table and of another one, side by side.
    pub(super) fn multi_join(&self, rng: &mut StdRng, other: usize, right: &engine::Table) -> Option<Choice> {
        if self.is_blink() || right.definition().properties.blink {
            return None;
        }
        let key = self.scalar_column(rng)?;
        let kind = self.table.schema().field_with_name(&key).ok()?.data_type().clone();
        let fields = right.schema().fields().iter().filter(|field| *field.data_type() == kind);
        let right_key = rand::seq::IteratorRandom::choose(fields, rng)?.name().clone();
        let (ours, theirs) = (format!("L{}", self.number), format!("R{}", self.number));
        let session = self.session.clone();
        let name = format!("multi_join of count_by({key}) and count_by({right_key})");
        let operation = move |inputs: &[engine::Table]| {
            let of = |input: &engine::Table| Table::of(&session, input.clone());
            let left = count_by(&of(&inputs[0]), &key, &ours)?;
            let right = count_by(&of(&inputs[1]), &right_key, &theirs)?;
            let on = if key == right_key { key.clone() } else { format!("{key} = {right_key}") };
            Table::multi_join(&[
                (left, vec![key.clone()], vec![ours.clone()]),
                (right, vec![on], vec![theirs.clone()]),
            ])?
            .engine()
        };
        let parents = vec![self.node, other];
        Some(Choice { name, parents, compared: Compared::AsBag, operation: Box::new(operation) })
    }

    /// Lists of the rows near each row of a copy, taken apart again: the copy is static, and so is what follows.
    pub(super) fn range_join(&self, rng: &mut StdRng) -> Option<Choice> {
        let (key, number) = (self.scalar_column(rng)?, self.number_column(rng)?);
        let own: Vec<String> = self.names(|kind| !kind.is_nested());
        if own.len() < self.names(|_| true).len() || key == number {
            return None;
        }
        let (list, value) = (format!("J{}", self.number), format!("W{}", self.number));
        let text = format!("range_join({key}, {number} <= {value} <= {number}) of a snapshot");
        self.choice(text, Compared::ByUpdateOnly, move |table| {
            let copy = table.snapshot()?;
            let right = copy.view(&[key.clone(), format!("{value} = {number}")], &NoNames)?;
            let on = [key.clone(), format!("{number} <= {value} <= {number}")];
            let joined = copy.range_join(&right, &on, &[format!("{list} = {value}")])?;
            joined.ungroup(std::slice::from_ref(&list))
        })
    }

    /// Something of each constituent, and all of that in one table again.
    pub(super) fn partition(&self, rng: &mut StdRng) -> Option<Choice> {
        if self.is_blink() {
            return None;
        }
        let (key, number) = (self.scalar_column(rng)?, self.number_column(rng)?);
        let of_part = match rng.random_range(0..6) {
            0 => OfPart::Itself,
            1 => OfPart::Head(rng.random_range(0..4)),
            2 => OfPart::Tail(rng.random_range(0..4)),
            3 => OfPart::Sorted,
            4 => OfPart::Counted,
            _ => OfPart::Summed,
        };
        let new = format!("P{}", self.number);
        let name = format!("partition_by({key}), {of_part:?} of {number}, merge");
        self.choice(name, Compared::AsBag, move |table| {
            let (number, new) = (number.clone(), new.clone());
            let function: PartFunction =
                Arc::new(move |parts: &[Table]| made(&parts[0], of_part, &number, &new));
            table.partition_by(std::slice::from_ref(&key), false)?.transform(function, &[])?.merge()
        })
    }
}

fn count_by(table: &Table, key: &String, count: &str) -> Result<Table> {
    let counts = [Aggregation::count(count)];
    table.agg_by(&counts, std::slice::from_ref(key), &GroupOptions::default())
}

fn made(part: &Table, what: OfPart, number: &str, new: &str) -> Result<Table> {
    match what {
        OfPart::Itself => Ok(part.clone()),
        OfPart::Head(rows) => part.head(rows),
        OfPart::Tail(rows) => part.tail(rows),
        OfPart::Sorted => part.sort(&[(number.to_owned(), Order::Descending)])?.head(3),
        OfPart::Counted => {
            let sums = [Aggregation::count(new), Aggregation::max([number])];
            part.agg_by(&sums, &[], &GroupOptions::default())
        }
        OfPart::Summed => {
            let sum = UpdateByOperation::cum_sum([format!("{new} = {number}")]);
            part.update_by(&[sum.into()], &[], &NoNames)
        }
    }
}
