//! Makes failing scripts small: fewer changes, then fewer cycles, then fewer columns, while they still fail.

use crate::cell::{Cell, Row};
use crate::script::{Script, Step};
use std::ops::Range;

/// One change of one cycle of one input, or a row an input begins with.
#[derive(Clone)]
struct Atom {
    input: usize,
    /// 0: before the first cycle.
    cycle: usize,
    what: What,
}

#[derive(Clone)]
enum What {
    Removed(u64),
    Shifted(Range<u64>, i64),
    Added(u64, Row),
    Modified(u64, Vec<Option<Cell>>),
}

/// The smallest scripts found that still fail, trying at most `budget` times.
pub(crate) fn shrink(
    scripts: Vec<Script>,
    mut budget: usize,
    fails: impl Fn(&[Script]) -> bool,
) -> Vec<Script> {
    let mut best = scripts;
    let mut attempt = |candidate: &[Script]| {
        let tries = budget > 0;
        budget = budget.saturating_sub(1);
        tries && fails(candidate)
    };
    loop {
        let before = size(&best);
        best = fewer_atoms(best, &mut attempt);
        best = fewer_cycles(best, &mut attempt);
        best = fewer_columns(best, &mut attempt);
        if size(&best) >= before {
            return best;
        }
    }
}

fn size(scripts: &[Script]) -> usize {
    let of = |script: &Script| {
        let steps: usize = script.steps.iter().map(|step| step.len() + 1).sum();
        steps + script.start.len() + script.schema.fields().len()
    };
    scripts.iter().map(of).sum()
}

/// Removes ever smaller runs of changes (delta debugging, Zeller and Hildebrandt 2002).
fn fewer_atoms(scripts: Vec<Script>, attempt: &mut impl FnMut(&[Script]) -> bool) -> Vec<Script> {
    let shape = scripts.clone();
    let mut atoms = atoms(&scripts);
    let mut length = atoms.len().div_ceil(2);
    while length > 0 && !atoms.is_empty() {
        let mut from = 0;
        while from < atoms.len() {
            let mut rest = atoms.clone();
            rest.drain(from..(from + length).min(atoms.len()));
            if attempt(&build(&shape, &rest)) {
                atoms = rest;
            } else {
                from += length;
            }
        }
        length = if length == 1 { 0 } else { length.div_ceil(2) };
    }
    build(&shape, &atoms)
}

fn fewer_cycles(mut scripts: Vec<Script>, attempt: &mut impl FnMut(&[Script]) -> bool) -> Vec<Script> {
    let cycles = scripts.iter().map(|script| script.steps.len()).max().unwrap_or(0);
    for cycle in (0..cycles).rev() {
        let idle = |script: &Script| script.steps.get(cycle).is_none_or(Step::is_empty);
        if !scripts.iter().all(idle) {
            continue;
        }
        let mut candidate = scripts.clone();
        for script in candidate.iter_mut().filter(|script| cycle < script.steps.len()) {
            script.steps.remove(cycle);
        }
        if attempt(&candidate) {
            scripts = candidate;
        }
    }
    scripts
}

fn fewer_columns(mut scripts: Vec<Script>, attempt: &mut impl FnMut(&[Script]) -> bool) -> Vec<Script> {
    for input in 0..scripts.len() {
        for column in (0..scripts[input].schema.fields().len()).rev() {
            let mut candidate = scripts.clone();
            candidate[input] = candidate[input].without_column(column);
            if attempt(&candidate) {
                scripts = candidate;
            }
        }
    }
    scripts
}

fn atoms(scripts: &[Script]) -> Vec<Atom> {
    let mut atoms = Vec::new();
    for (input, script) in scripts.iter().enumerate() {
        let mut push = |cycle, what| atoms.push(Atom { input, cycle, what });
        for (key, row) in &script.start {
            push(0, What::Added(*key, row.clone()));
        }
        for (index, step) in script.steps.iter().enumerate() {
            let cycle = index + 1;
            step.removed.iter().for_each(|key| push(cycle, What::Removed(*key)));
            for (old, delta) in &step.shifted {
                push(cycle, What::Shifted(old.clone(), *delta));
            }
            for (key, row) in &step.added {
                push(cycle, What::Added(*key, row.clone()));
            }
            for (key, cells) in &step.modified {
                push(cycle, What::Modified(*key, cells.clone()));
            }
        }
    }
    // By cycle, so that the end of all inputs goes together.
    atoms.sort_by_key(|atom| std::cmp::Reverse(atom.cycle));
    atoms
}

fn build(shape: &[Script], atoms: &[Atom]) -> Vec<Script> {
    let empty = |script: &Script| Script {
        start: Vec::new(),
        steps: vec![Step::default(); script.steps.len()],
        ..script.clone()
    };
    let mut scripts: Vec<Script> = shape.iter().map(empty).collect();
    for atom in atoms {
        let script = &mut scripts[atom.input];
        let Some(index) = atom.cycle.checked_sub(1) else {
            if let What::Added(key, row) = &atom.what {
                script.start.push((*key, row.clone()));
            }
            continue;
        };
        let step = &mut script.steps[index];
        match atom.what.clone() {
            What::Removed(key) => step.removed.push(key),
            What::Shifted(old, delta) => step.shifted.push((old, delta)),
            What::Added(key, row) => step.added.push((key, row)),
            What::Modified(key, cells) => step.modified.push((key, cells)),
        }
    }
    scripts
}
