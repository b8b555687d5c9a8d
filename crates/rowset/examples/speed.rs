//! Prints the time and memory of row-set operations on sets of four shapes.
//!
//! `cargo run --release -p kinetable-rowset --example speed`

use kinetable_rowset::{RowSet, Shifts, ShiftsBuilder};
use std::hint::black_box;
use std::time::Instant;

/// A generator good enough to choose keys (splitmix64, Steele, Lea and Flood 2014).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

/// Nanoseconds of one call: the least mean of twenty batches, short so that one is likely to run undisturbed.
fn time<T>(count: u64, mut call: impl FnMut(u64) -> T) -> f64 {
    let size = count.div_ceil(20);
    let batch = |call: &mut dyn FnMut(u64) -> T| {
        let begin = Instant::now();
        for at in 0..size {
            black_box(call(at));
        }
        begin.elapsed().as_nanos() as f64 / size as f64
    };
    (0..20).map(|_| batch(&mut call)).fold(f64::INFINITY, f64::min)
}

fn shift_up(rows: &RowSet) -> Shifts {
    let mut builder = ShiftsBuilder::new();
    builder.push(rows.select(rows.len() / 2).unwrap_or(0)..rows.end(), 1);
    builder.finish()
}

fn report(name: &str, rows: &RowSet) {
    let mut numbers = Numbers(7);
    let (end, len) = (rows.end(), rows.len());
    let few: RowSet = (0..100).map(|_| numbers.below(end)).collect();
    let few_inside: RowSet = (0..100).filter_map(|_| rows.select(numbers.below(len))).collect();
    let few_positions = rows.positions_of(&few_inside);
    let half = rows.slice(len / 4..3 * len / 4);
    let other: RowSet = rows.ranges().step_by(2).flatten().take(5_000_000).collect();
    let shifts = shift_up(rows);
    let keys = len.min(5_000_000);
    println!(
        "{name}: {len} keys, {} bytes, {:.3} bits a key",
        rows.bytes(),
        rows.bytes() as f64 * 8.0 / len as f64
    );
    let show = |what: &str, nanos: f64| println!("  {what:<34}{nanos:>14.1} ns");
    show("contains", time(100_000, |_| rows.contains(numbers.below(end))));
    show("rank", time(100_000, |_| rows.rank(numbers.below(end))));
    show("select", time(100_000, |_| rows.select(numbers.below(len))));
    show("iterate, a key", time(1, |_| rows.iter().take(keys as usize).sum::<u64>()) / keys as f64);
    show("clone", time(100_000, |_| rows.clone()));
    show("union with 100 keys", time(20, |_| rows.union(&few)));
    show("difference of 100 keys", time(20, |_| rows.difference(&few_inside)));
    show("intersect with 100 keys", time(400, |_| rows.intersect(&few)));
    show("positions of 100 keys", time(400, |_| rows.positions_of(&few_inside)));
    show("keys at 100 positions", time(400, |_| rows.keys_at(&few_positions)));
    show("middle half by position", time(20, |_| rows.slice(len / 4..3 * len / 4)));
    show("union with half", time(1, |_| rows.union(&half)));
    show("intersect with every other run", time(1, |_| rows.intersect(&other)));
    show("shift of the upper half by 1", time(1, |_| shifts.apply(rows)));
    show("subset: half of all", time(1, |_| half.is_subset(rows)));
}

fn main() {
    let mut numbers = Numbers(3);
    report("contiguous", &RowSet::from_range(5..1_000_000_005));
    report("every other", &RowSet::from_sorted((0..10_000_000).map(|k| k * 2)));
    let percent: RowSet = (0..10_000_000).filter(|_| numbers.below(100) == 0).collect();
    report("random 1 %", &percent);
    report("all but 1 %", &RowSet::flat(10_000_000).difference(&percent));
    let apart = RowSet::from_ranges((0..1_000_000).map(|k| k << 20..(k << 20) + 3));
    report("a million runs far apart", &apart);
    let keys: Vec<u64> = (0..1_000_000).map(|_| numbers.below(1 << 40)).collect();
    let build = time(1, |_| RowSet::from_sorted((0..10_000_000).map(|k| k * 2)));
    println!("build from sorted, every other: {:.1} ns a key", build / 1e7);
    let build = time(1, |_| RowSet::from_sorted(0..10_000_000));
    println!("build from sorted, contiguous: {:.1} ns a key", build / 1e7);
    let build = time(1, |_| keys.iter().copied().collect::<RowSet>());
    println!("build from a million unsorted: {:.1} ns a key", build / 1e6);
}
