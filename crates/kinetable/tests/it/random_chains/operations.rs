//! What a random chain may do next: an operation that fits the types and properties of tables that are there.

use kinetable::{Aggregation, GroupOptions, NaturalJoinType, NoNames, Order, Session, Table};
use kinetable_engine as engine;
use kinetable_engine::Result;
use kinetable_operators::shape;
use kinetable_testkit::{Chain, Compared};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, IteratorRandom};

use super::ROWS_MAX;

type Join = fn(&Table, &Table, &[String], &[String]) -> Result<Table>;

type Operation = Box<dyn Fn(&[engine::Table]) -> Result<engine::Table>>;

/// An operation, its inputs, and how its result is compared.
pub struct Choice {
    pub name: String,
    pub parents: Vec<usize>,
    pub compared: Compared,
    pub operation: Operation,
}

/// One table that a chain may go on from.
pub(super) struct Place<'a> {
    pub(super) session: &'a Session,
    pub(super) node: usize,
    pub(super) table: engine::Table,
    /// A number that no other operation of the chain has, for names of columns.
    pub(super) number: usize,
}

/// Chooses an operation; none if the one thought of does not fit.
pub fn choose(
    session: &Session,
    rng: &mut StdRng,
    chain: &Chain,
    nodes: &[usize],
    number: usize,
) -> Option<Choice> {
    // The newest tables more often, so that chains grow long.
    let newest = &nodes[nodes.len().saturating_sub(3)..];
    let node = *if rng.random_bool(0.7) { newest } else { nodes }.choose(rng)?;
    let other = *nodes.choose(rng)?;
    let place = Place { session, node, table: chain.table(node).clone(), number };
    if place.table.size() > ROWS_MAX {
        return None;
    }
    match rng.random_range(0..22) {
        0..=2 => place.filter(rng),
        3..=5 => place.columns(rng),
        6 => place.sort(rng),
        7..=8 => place.part(rng),
        9..=11 => place.groups(rng),
        12..=13 => place.join(rng, other, chain.table(other)),
        14 => place.merge(rng, chain, nodes),
        15..=16 => place.update_by(rng),
        17 => place.exact_join(rng),
        18 => place.multi_join(rng, other, chain.table(other)),
        19 => place.range_join(rng),
        20 => place.partition(rng),
        _ => place.reshape(rng),
    }
}

impl Place<'_> {
    pub(super) fn is_blink(&self) -> bool {
        self.table.definition().properties.blink
    }

    pub(super) fn names(&self, wanted: impl Fn(&arrow_schema::DataType) -> bool) -> Vec<String> {
        let fields = self.table.schema().fields().iter();
        fields.filter(|field| wanted(field.data_type())).map(|field| field.name().clone()).collect()
    }

    pub(super) fn number_column(&self, rng: &mut StdRng) -> Option<String> {
        self.names(arrow_schema::DataType::is_numeric).into_iter().choose(rng)
    }

    /// Columns that can be a key, an order, or what is counted.
    pub(super) fn scalar_column(&self, rng: &mut StdRng) -> Option<String> {
        self.names(|kind| !kind.is_nested()).into_iter().choose(rng)
    }

    pub(super) fn choice(
        &self,
        name: String,
        compared: Compared,
        operation: impl Fn(&Table) -> Result<Table> + 'static,
    ) -> Option<Choice> {
        let session = self.session.clone();
        let operation =
            move |inputs: &[engine::Table]| operation(&Table::of(&session, inputs[0].clone()))?.engine();
        Some(Choice { name, parents: vec![self.node], compared, operation: Box::new(operation) })
    }

    fn filter(&self, rng: &mut StdRng) -> Option<Choice> {
        let (a, b) = (self.number_column(rng)?, self.number_column(rng)?);
        let texts = [
            format!("{a} > 0"),
            format!("{a} <= {b}"),
            format!("isNull({a}) || {a} < 2"),
            format!("{a} in 0, 1, 2"),
            format!("{a} != {b} && {b} >= -1"),
        ];
        let count = rng.random_range(1..=2);
        let filters: Vec<String> = texts.choose_multiple(rng, count).cloned().collect();
        if rng.random_bool(0.3) {
            return self.choice(format!("where_one_of({filters:?})"), Compared::InOrder, move |table| {
                table.where_one_of(&filters, &NoNames)
            });
        }
        self.choice(format!("where({filters:?})"), Compared::InOrder, move |table| {
            table.where_(&filters, &NoNames)
        })
    }

    fn columns(&self, rng: &mut StdRng) -> Option<Choice> {
        let (a, b, c) = (self.number_column(rng)?, self.number_column(rng)?, self.scalar_column(rng)?);
        let new = format!("N{}", self.number);
        let texts = [
            format!("{new} = {a} + {b}"),
            format!("{new} = {a} * 2"),
            format!("{new} = {a} > {b} ? {a} : {b}"),
            format!("{new} = isNull({c})"),
            format!("{new} = {a} / 3"),
            format!("{a} = {b}"),
        ];
        let formulas = vec![texts.choose(rng)?.clone()];
        let kind = rng.random_range(0..5);
        let name = ["update", "update_view", "lazy_update", "view", "select"][kind].to_owned()
            + &format!("({formulas:?})");
        let kept = self.names(|_| true).into_iter().filter(|name| *name != new && *name != a);
        let chosen: Vec<String> = kept.filter(|_| rng.random_bool(0.8)).chain(formulas.clone()).collect();
        self.choice(name, Compared::InOrder, move |table| match kind {
            0 => table.update(&formulas, &NoNames),
            1 => table.update_view(&formulas, &NoNames),
            2 => table.lazy_update(&formulas, &NoNames),
            3 => table.view(&chosen, &NoNames),
            _ => table.select(&chosen, &NoNames),
        })
    }

    fn sort(&self, rng: &mut StdRng) -> Option<Choice> {
        let mut keys = Vec::new();
        for _ in 0..rng.random_range(1..=2) {
            let order = if rng.random_bool(0.5) { Order::Ascending } else { Order::Descending };
            let name = self.scalar_column(rng)?;
            if keys.iter().all(|(other, _)| *other != name) {
                keys.push((name, order));
            }
        }
        self.choice(format!("sort({keys:?})"), Compared::InOrder, move |table| table.sort(&keys))
    }

    fn part(&self, rng: &mut StdRng) -> Option<Choice> {
        let (rows, share) = (rng.random_range(0..30u64), rng.random_range(0.0..1.0));
        // Of a blink table these keep what was, which is no function of what is.
        let compared = if self.is_blink() { Compared::ByUpdateOnly } else { Compared::InOrder };
        match rng.random_range(0..5) {
            0 => self.choice(format!("head({rows})"), compared, move |table| table.head(rows)),
            1 => self.choice(format!("tail({rows})"), compared, move |table| table.tail(rows)),
            _ if self.is_blink() => None,
            2 => self.choice(format!("head_pct({share})"), compared, move |table| table.head_pct(share)),
            3 => self.choice(format!("tail_pct({share})"), compared, move |table| table.tail_pct(share)),
            _ => {
                let (start, stop) = (rng.random_range(-20..20), rng.random_range(-20..20));
                if start > stop || (start < 0) != (stop < 0) {
                    return None;
                }
                self.choice(format!("slice({start}, {stop})"), compared, move |table| {
                    table.slice(start, stop)
                })
            }
        }
    }

    fn groups(&self, rng: &mut StdRng) -> Option<Choice> {
        let compared = if self.is_blink() { Compared::OverHistory } else { Compared::AsBag };
        let mut by: Vec<String> = Vec::new();
        for _ in 0..rng.random_range(0..=2) {
            by.push(self.scalar_column(rng)?);
        }
        by.sort();
        by.dedup();
        if by.is_empty() && rng.random_bool(0.5) {
            by = vec![self.scalar_column(rng)?];
            return self.choice(format!("select_distinct({by:?})"), compared, move |table| {
                table.select_distinct(&by, &NoNames)
            });
        }
        if !self.is_blink() && rng.random_bool(0.3) {
            return self.rows_of_groups(rng, by);
        }
        let mut aggregations = vec![Aggregation::count(format!("Count{}", self.number))];
        let mut text = Vec::new();
        for place in 0..rng.random_range(1..=3) {
            let (number, any) = (self.number_column(rng)?, self.scalar_column(rng)?);
            let out = format!("A{}_{place}", self.number);
            let of = |column: &str| [format!("{out} = {column}")];
            let (name, aggregation) = match rng.random_range(0..13) {
                0 => ("sum", Aggregation::sum(of(&number))),
                1 => ("abs_sum", Aggregation::abs_sum(of(&number))),
                2 => ("avg", Aggregation::avg(of(&number))),
                3 => ("min", Aggregation::min(of(&number))),
                4 => ("max", Aggregation::max(of(&number))),
                5 => ("std", Aggregation::std(of(&number))),
                6 => ("var", Aggregation::var(of(&number))),
                7 => ("median", Aggregation::median(of(&number))),
                8 => ("first", Aggregation::first(of(&any))),
                9 => ("last", Aggregation::last(of(&any))),
                10 => ("count_distinct", Aggregation::count_distinct(of(&any))),
                11 => ("unique", Aggregation::unique(of(&any), None)),
                _ => ("sorted_last", Aggregation::sorted_last(any, of(&number))),
            };
            text.push(name);
            aggregations.push(aggregation);
        }
        self.choice(format!("agg_by({text:?}, {by:?})"), compared, move |table| {
            table.agg_by(&aggregations, &by, &GroupOptions::default())
        })
    }

    fn rows_of_groups(&self, rng: &mut StdRng, by: Vec<String>) -> Option<Choice> {
        let (rows, number) = (rng.random_range(0..4u64), self.number_column(rng)?);
        match rng.random_range(0..4) {
            0 => self.choice(format!("head_by({rows}, {by:?})"), Compared::AsBag, move |table| {
                table.head_by(rows, &by)
            }),
            1 => self.choice(format!("tail_by({rows}, {by:?})"), Compared::AsBag, move |table| {
                table.tail_by(rows, &by)
            }),
            2 => self.choice(format!("group_by({by:?}).ungroup()"), Compared::AsBag, move |table| {
                table.agg_all_by(Aggregation::group([""; 0]), &by)?.ungroup(&[])
            }),
            _ if by.contains(&number) => None,
            _ => {
                let text = format!("F{} = sum({number}) + len({number})", self.number);
                self.choice(format!("formula({text:?}, {by:?})"), Compared::AsBag, move |table| {
                    let formulas = table.group_formulas(&by, &NoNames);
                    let formula = formulas.formula(&text)?;
                    formulas.agg_by(&[formula], &GroupOptions::default())
                })
            }
        }
    }

    fn join(&self, rng: &mut StdRng, other: usize, right: &engine::Table) -> Option<Choice> {
        let kind =
            |name: &String| self.table.schema().field_with_name(name).ok().map(|f| f.data_type().clone());
        let fields = right.schema().fields().iter();
        let key = self.scalar_column(rng)?;
        let same = fields.clone().filter(|field| Some(field.data_type()) == kind(&key).as_ref());
        let right_key = same.choose(rng)?.name().clone();
        let added = fields.choose(rng)?.name().clone();
        let on = vec![format!("{key} = {right_key}")];
        let add = vec![format!("J{} = {added}", self.number)];
        let session = self.session.clone();
        // Pairs multiply.
        let may_pair = self.table.size() * right.size() < 4 * ROWS_MAX;
        let (name, way): (&str, Join) = match rng.random_range(0..if may_pair { 11 } else { 8 }) {
            0 => ("natural_join first", |left, right, on, add| {
                left.natural_join(right, on, add, NaturalJoinType::FirstMatch)
            }),
            1 => ("natural_join last", |left, right, on, add| {
                left.natural_join(right, on, add, NaturalJoinType::LastMatch)
            }),
            2 => ("where_in", |left, set, on, _| left.where_in(set, on)),
            3 => ("where_not_in", |left, set, on, _| left.where_not_in(set, on)),
            4 => ("aj", Table::aj),
            5 => ("aj before", |left, right, on, add| left.aj(right, &[on[0].replace('=', ">")], add)),
            6 => ("raj", Table::raj),
            7 => ("raj after", |left, right, on, add| left.raj(right, &[on[0].replace('=', "<")], add)),
            8 => ("join", Table::join),
            9 => ("left_outer_join", Table::left_outer_join),
            _ => ("full_outer_join", Table::full_outer_join),
        };
        let name = format!("{name}({on:?}, {add:?})");
        let operation = move |inputs: &[engine::Table]| {
            let of = |input: &engine::Table| Table::of(&session, input.clone());
            way(&of(&inputs[0]), &of(&inputs[1]), &on, &add)?.engine()
        };
        Some(Choice {
            name,
            parents: vec![self.node, other],
            compared: Compared::InOrder,
            operation: Box::new(operation),
        })
    }

    fn merge(&self, rng: &mut StdRng, chain: &Chain, nodes: &[usize]) -> Option<Choice> {
        let alike = nodes.iter().filter(|node| chain.table(**node).schema() == self.table.schema());
        let other = *alike.choose(rng)?;
        let operation = |inputs: &[engine::Table]| shape::merge(inputs);
        Some(Choice {
            name: "merge".into(),
            parents: vec![self.node, other],
            compared: Compared::InOrder,
            operation: Box::new(operation),
        })
    }

    fn reshape(&self, rng: &mut StdRng) -> Option<Choice> {
        let properties = self.table.definition().properties;
        match rng.random_range(0..5) {
            0 => self.choice("reverse".into(), Compared::InOrder, Table::reverse),
            1 => self.choice("flatten".into(), Compared::InOrder, Table::flatten),
            2 if properties.blink => {
                let name = "blink_to_append_only".into();
                self.choice(name, Compared::ByUpdateOnly, Table::blink_to_append_only)
            }
            2 if properties.add_only => {
                self.choice("add_only_to_blink".into(), Compared::ByUpdateOnly, Table::add_only_to_blink)
            }
            3 if properties.blink => {
                self.choice("remove_blink".into(), Compared::InOrder, Table::remove_blink)
            }
            _ => {
                let (name, new) =
                    (self.names(|_| true).into_iter().choose(rng)?, format!("R{}", self.number));
                let pair = vec![format!("{new} = {name}")];
                self.choice(format!("rename_columns({pair:?})"), Compared::InOrder, move |table| {
                    table.rename_columns(&pair)
                })
            }
        }
    }
}
