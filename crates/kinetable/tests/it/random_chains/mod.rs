//! Random chains of 3 to 20 operations on append, add-only, blink, ring and changing sources: every table of a chain is
//! compared with recomputation after every cycle. A failure prints the seed, the cycle and the operations.

mod families;
mod operations;

use kinetable::{RingStart, Session, SessionConfig, Table};
use kinetable_testkit::{Chain, Compared, Profile};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use operations::Choice;

const COLUMNS: &str = "Sym:str Id:i64 Qty:i32 Price:f64 Ratio:f32 Small:i16 Time:instant";

/// Rows beyond which a table is not multiplied further.
const ROWS_MAX: u64 = 2_000;

/// Chains that CI goes through; `KINETABLE_CHAINS=FROM..TO` goes through others.
const SEEDS: std::ops::Range<u64> = 0..150;

fn seeds() -> std::ops::Range<u64> {
    let Ok(text) = std::env::var("KINETABLE_CHAINS") else {
        return SEEDS;
    };
    let (from, to) = text.split_once("..").expect("FROM..TO");
    from.parse().expect("a number")..to.parse().expect("a number")
}

#[test]
fn every_table_of_a_random_chain_equals_its_recomputation() {
    let session = Session::start(SessionConfig { threads: 1, ..SessionConfig::default() }).expect("a thread");
    let failures: Vec<String> = seeds()
        .filter_map(|seed| run(&session, seed).err().map(|text| format!("seed {seed}: {text}")))
        .take(3)
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn run(session: &Session, seed: u64) -> Result<(), String> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut chain = Chain::default();
    let cycles = 12;
    let mut nodes = sources(session, &mut chain, &mut rng, seed, cycles)?;
    let length = rng.random_range(3..=20);
    let mut made = 0;
    for _ in 0..length * 20 {
        if made == length {
            break;
        }
        let choice = operations::choose(session, &mut rng, &chain, &nodes, made);
        if let Some(Choice { name, parents, compared, operation }) = choice {
            nodes.push(chain.derive(name, &parents, compared, operation)?);
            made += 1;
        }
    }
    assert!(made >= 3, "seed {seed}: only {made} operations were possible");
    chain.run()
}

fn sources(
    session: &Session,
    chain: &mut Chain,
    rng: &mut StdRng,
    seed: u64,
    cycles: usize,
) -> Result<Vec<usize>, String> {
    let kinds = [
        ("append", Profile::append()),
        ("add-only", Profile::add_only()),
        ("blink", Profile::blink()),
        ("changing", Profile::full()),
        ("changing", Profile::full()),
        ("ring", Profile::append()),
    ];
    let mut nodes = Vec::new();
    for number in 0..rng.random_range(1..=3u64) {
        let (kind, profile) = kinds.choose(rng).expect("there are kinds").clone();
        let script = profile.columns(COLUMNS).script(seed * 7 + number, cycles);
        let source = chain.source(kind, script);
        nodes.push(source);
        if kind == "ring" {
            let (session, capacity) = (session.clone(), rng.random_range(1..20));
            nodes.push(chain.derive(
                format!("ring_table({capacity})"),
                &[source],
                Compared::ByUpdateOnly,
                move |inputs| {
                    Table::of(&session, inputs[0].clone()).ring_table(capacity, RingStart::Filled)?.engine()
                },
            )?);
        }
    }
    Ok(nodes)
}
