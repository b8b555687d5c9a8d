//! Profiles: what kind of table a random script makes, and how its values are chosen.
//!
//! A script is made by carrying it out: each step names rows that are there. All comes from the seed.

use crate::cell::{Cell, Row};
use crate::model::{Rows, apply};
use crate::script::{Script, Step};
use crate::text::parse_schema;
use arrow_schema::{DataType, SchemaRef, TimeUnit};
use kinetable_engine::Properties;
use rand::rngs::StdRng;
use rand::seq::IteratorRandom;
use rand::{Rng, SeedableRng};
use std::ops::Range;

/// The columns of a profile that names none.
const COLUMNS: &str = "Sym:str Id:i64 Qty:i32 Price:f64 Ratio:f32 Flag:bool Small:i16 Tiny:i8 \
                       Letter:char Time:instant";

/// What kind of input table an operator is tried with.
#[derive(Debug, Clone)]
pub struct Profile {
    kind: Kind,
    schema: SchemaRef,
    initial: Range<usize>,
    changes: usize,
    distinct: u64,
    nulls: f64,
    specials: f64,
    idle: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Fixed,
    Append,
    AddOnly,
    Blink,
    Full,
}

/// # Kinds
impl Profile {
    /// Rows come, go, change and shift, at any keys.
    pub fn full() -> Profile {
        Profile::of(Kind::Full)
    }

    /// Rows come, at the end.
    pub fn append() -> Profile {
        Profile::of(Kind::Append)
    }

    /// Rows come, at any keys.
    pub fn add_only() -> Profile {
        Profile::of(Kind::AddOnly)
    }

    /// Each cycle's rows are gone in the next.
    pub fn blink() -> Profile {
        Profile::of(Kind::Blink)
    }

    /// A static table.
    pub fn fixed() -> Profile {
        Profile::of(Kind::Fixed)
    }

    fn of(kind: Kind) -> Profile {
        Profile {
            kind,
            schema: parse_schema(COLUMNS).expect("the columns are table text"),
            initial: 0..60,
            changes: 8,
            distinct: 5,
            nulls: 0.1,
            specials: 0.06,
            idle: 0.15,
        }
    }
}

/// # Settings
impl Profile {
    /// Other columns, as a header of table text: `Sym:str Price:f64`.
    ///
    /// # Panics
    /// When that is not a header.
    pub fn columns(mut self, header: &str) -> Profile {
        self.schema = parse_schema(header).unwrap_or_else(|error| panic!("{error}"));
        self
    }

    /// So many rows to begin with, where else it is none for every other seed and up to 60.
    pub fn initial(mut self, rows: usize) -> Profile {
        self.initial = rows..rows + 1;
        self
    }

    /// At most so many rows of each kind of change a cycle, where else it is 8.
    pub fn changes(mut self, rows: usize) -> Profile {
        self.changes = rows;
        self
    }

    /// So many distinct values a column, about, where else it is 5.
    pub fn distinct(mut self, values: u64) -> Profile {
        self.distinct = values;
        self
    }

    /// The rate of nulls, where else it is 0.1.
    pub fn nulls(mut self, rate: f64) -> Profile {
        self.nulls = rate;
        self
    }

    /// The rate of NaN, -0.0, infinities and the ends of small integer types, where else it is 0.06.
    pub fn specials(mut self, rate: f64) -> Profile {
        self.specials = rate;
        self
    }

    /// The rate of cycles in which nothing happens, where else it is 0.15.
    pub fn idle(mut self, rate: f64) -> Profile {
        self.idle = rate;
        self
    }

    /// The script of a seed.
    pub fn script(&self, seed: u64, cycles: usize) -> Script {
        let mut maker = Maker::new(self, seed);
        let start = maker.start(seed);
        let count = if self.kind == Kind::Fixed { 0 } else { cycles };
        let steps = (0..count).map(|_| maker.step()).collect();
        Script {
            schema: self.schema.clone(),
            properties: self.properties(),
            is_fixed: self.kind == Kind::Fixed,
            start,
            steps,
        }
    }

    fn properties(&self) -> Properties {
        match self.kind {
            Kind::Fixed | Kind::Append => Properties::APPEND,
            Kind::AddOnly => Properties { append_only: false, ..Properties::APPEND },
            Kind::Blink => Properties::BLINK,
            Kind::Full => Properties::ANY,
        }
    }
}

/// Makes the script of one seed.
struct Maker<'a> {
    profile: &'a Profile,
    rng: StdRng,
    rows: Rows,
    /// Where keys lie, and how far apart.
    base: u64,
    spacing: u64,
    /// One past the greatest key of a row that ever came at the end.
    end: u64,
}

impl<'a> Maker<'a> {
    fn new(profile: &'a Profile, seed: u64) -> Maker<'a> {
        let mut rng = StdRng::seed_from_u64(seed);
        let base = [0, 0, 65_500, 1 << 40][rng.random_range(0..4)];
        let spacing = [1, 1, 3, 1000, 70_000][rng.random_range(0..5)];
        Maker { profile, rng, rows: Rows::new(), base, spacing, end: base }
    }

    fn start(&mut self, seed: u64) -> Vec<(u64, Row)> {
        let range = self.profile.initial.clone();
        // Every other seed begins empty, unless the number of rows was asked for.
        let none = range.len() > 1 && seed.is_multiple_of(2) || self.profile.kind == Kind::Blink;
        let count = if none { 0 } else { self.rng.random_range(range) };
        for _ in 0..count {
            let key = self.next_key();
            let row = self.row();
            self.rows.insert(key, row);
        }
        self.rows.iter().map(|(key, row)| (*key, row.clone())).collect()
    }

    fn step(&mut self) -> Step {
        let mut step = Step::default();
        if !self.rng.random_bool(self.profile.idle) {
            match self.profile.kind {
                Kind::Fixed => {}
                Kind::Append | Kind::Blink => step.added = self.additions(1.0),
                Kind::AddOnly => step.added = self.additions(0.3),
                Kind::Full => step = self.full_step(),
            }
        }
        apply(&mut self.rows, &step, self.profile.properties());
        step
    }

    fn full_step(&mut self) -> Step {
        let mut step = Step::default();
        let all_go = self.rng.random_bool(0.02) && self.profile.initial.len() > 1;
        let removed = if all_go { self.rows.len() } else { self.count(0.5) };
        step.removed = self.rows.keys().copied().choose_multiple(&mut self.rng, removed);
        step.removed.sort_unstable();
        let mut rows = self.rows.clone();
        apply(&mut rows, &step, Properties::ANY);
        if self.rng.random_bool(0.4) {
            step.shifted = self.shifts(&rows);
            rows = self.rows.clone();
            apply(&mut rows, &step, Properties::ANY);
        }
        let modified = self.count(0.6);
        let mut keys = rows.keys().copied().choose_multiple(&mut self.rng, modified);
        keys.sort_unstable();
        let width = self.profile.schema.fields().len();
        let columns: Vec<bool> = (0..width).map(|_| self.rng.random_bool(0.4)).collect();
        for key in keys {
            let row = self.row();
            let cells = row.into_iter().zip(&columns);
            step.modified.push((key, cells.map(|(cell, is)| is.then_some(cell)).collect()));
        }
        self.rows_after(rows, &mut step);
        step
    }

    /// Adds rows beside those that are there after all else.
    fn rows_after(&mut self, rows: Rows, step: &mut Step) {
        let before = std::mem::replace(&mut self.rows, rows);
        step.added = if self.rng.random_bool(0.7) { self.additions(0.3) } else { Vec::new() };
        self.rows = before;
    }

    /// A number of rows to change: none at the given rate, rarely a burst.
    fn count(&mut self, none: f64) -> usize {
        if self.rng.random_bool(1.0 - none) {
            return 0;
        }
        let burst = if self.rng.random_bool(0.03) { 4 } else { 1 };
        self.rng.random_range(1..=self.profile.changes.max(1) * burst)
    }

    fn additions(&mut self, at_end: f64) -> Vec<(u64, Row)> {
        let count = self.count(0.9);
        let at_end = self.rng.random_bool(at_end);
        let mut added = Rows::new();
        for _ in 0..count {
            let key = if at_end { self.next_key() } else { self.any_key() };
            if !self.rows.contains_key(&key) {
                let row = self.row();
                added.insert(key, row);
            }
        }
        added.into_iter().collect()
    }

    /// A key after all.
    fn next_key(&mut self) -> u64 {
        let last = self.rows.keys().next_back().map_or(0, |key| key + 1);
        let gap = if self.rng.random_bool(0.1) { self.rng.random_range(0..5) } else { 0 };
        let key = self.end.max(last) + gap * self.spacing;
        self.end = key + self.spacing;
        key
    }

    /// A key near others, or among them.
    fn any_key(&mut self) -> u64 {
        match self.rows.keys().copied().choose(&mut self.rng) {
            Some(key) if self.rng.random_bool(0.4) => (key + self.rng.random_range(0..4)).saturating_sub(2),
            _ => self.base + self.rng.random_range(0..200) * self.spacing,
        }
    }

    /// Up to two runs of rows that move within the gaps beside them.
    fn shifts(&mut self, rows: &Rows) -> Vec<(Range<u64>, i64)> {
        let keys: Vec<u64> = rows.keys().copied().collect();
        let mut shifts = Vec::new();
        // Where the next run may begin, and the key that it may not go below.
        let (mut from, mut floor) = (0, 0);
        for _ in 0..self.rng.random_range(1..3) {
            if from >= keys.len() {
                break;
            }
            let first = self.rng.random_range(from..keys.len());
            let end = self.rng.random_range(first + 1..=keys.len());
            if first > from {
                floor = keys[first - 1] + 1;
            }
            let ceiling = keys.get(end).copied().unwrap_or(keys[end - 1] + 100 * self.spacing);
            let below = keys[first].saturating_sub(floor);
            let above = ceiling - keys[end - 1] - 1;
            let delta = if self.rng.random_bool(0.5) {
                -(self.rng.random_range(0..=below) as i64)
            } else {
                self.rng.random_range(0..=above) as i64
            };
            if delta != 0 {
                shifts.push((keys[first]..keys[end - 1] + 1, delta));
            }
            (from, floor) = (end, (keys[end - 1] + 1).wrapping_add_signed(delta.max(0)));
        }
        shifts
    }

    fn row(&mut self) -> Row {
        let schema = self.profile.schema.clone();
        schema.fields().iter().map(|field| self.cell(field.data_type())).collect()
    }

    fn cell(&mut self, data_type: &DataType) -> Cell {
        if self.rng.random_bool(self.profile.nulls) {
            return Cell::Null;
        }
        if self.rng.random_bool(self.profile.specials)
            && let Some(special) = self.special(data_type)
        {
            return special;
        }
        let value = self.rng.random_range(0..self.profile.distinct.max(1));
        cell_of(data_type, value)
    }

    fn special(&mut self, data_type: &DataType) -> Option<Cell> {
        let floats = [f64::NAN, -0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY, 1e15];
        let float = floats[self.rng.random_range(0..floats.len())];
        let high = self.rng.random_bool(0.5);
        let end = |low: i64, top: i64| Some(Cell::Int(if high { top } else { low }));
        match data_type {
            DataType::Float32 | DataType::Float64 => Some(Cell::Float(float)),
            DataType::Int8 => end(i8::MIN.into(), i8::MAX.into()),
            DataType::Int16 => end(i16::MIN.into(), i16::MAX.into()),
            DataType::Int32 => end(i32::MIN.into(), i32::MAX.into()),
            _ => None,
        }
    }
}

/// The value of a type for a small number: other numbers give other values, but for small types and booleans.
fn cell_of(data_type: &DataType, value: u64) -> Cell {
    let number = value as i64;
    match data_type {
        DataType::Boolean => Cell::Bool(value.is_multiple_of(2)),
        DataType::Utf8View => Cell::Str(word(value)),
        DataType::BinaryView => Cell::Bin(word(value).into_bytes()),
        // Tenths are not exact: sums of them show in which order they were taken.
        DataType::Float64 => Cell::Float((number - 2) as f64 * 0.1),
        DataType::Float32 => Cell::Float(((number - 2) as f32 * 0.1).into()),
        DataType::Int8 => Cell::Int((number - 2) % 128),
        DataType::Int16 => Cell::Int((number - 2) % 32_768),
        DataType::UInt16 => Cell::Int(i64::from(b'a') + number % 60_000 % 26),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            Cell::Int(1_767_225_600_000_000_000 + number * 1_000_000_007)
        }
        DataType::Date32 => Cell::Int(20_454 + number % 1_000_000),
        DataType::Time64(_) => Cell::Int(number * 1_000_000_007 % 86_400_000_000_000),
        _ => Cell::Int(number - 2),
    }
}

/// A text for a number: empty, short, longer than a view holds inside, and beyond ASCII.
fn word(value: u64) -> String {
    match value {
        0 => String::new(),
        _ if value % 5 == 3 => format!("a rather long name, number {value}"),
        _ if value % 7 == 4 => format!("größe-{value}"),
        _ => format!("s{value}"),
    }
}
