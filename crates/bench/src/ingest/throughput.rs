//! Rows a second and bytes a row.

use std::time::Duration;

use anyhow::Result;
use kinetable::kafka::StartAt;
use kinetable_broker::feed::TradeFeed;
use kinetable_broker::{EmbeddedBroker, Registry, Target, client};

use super::contenders::{self, Table};
use super::lag;
use crate::report::{count, megabytes, rate, verdict};

/// What to measure on.
#[derive(clap::Args)]
pub struct Options {
    /// Records in the topic.
    #[arg(long, default_value_t = 5_000_000)]
    records: u64,
    /// Partitions of the topic.
    #[arg(long, default_value_t = 4)]
    partitions: i32,
    /// Runs of each contender; the best counts.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Rows a second while the lag is measured.
    #[arg(long, default_value_t = 10_000.0)]
    rate: f64,
    /// Seconds for which the lag is measured.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// A broker of the user's own, with its registry; without it an embedded one.
    #[arg(long, requires = "registry")]
    bootstrap: Option<String>,
    /// The registry's URL.
    #[arg(long, requires = "bootstrap")]
    registry: Option<String>,
}

/// Feeds the topic, measures, prints.
pub fn run(options: &Options) -> Result<()> {
    let embedded = match options.bootstrap {
        None => Some((EmbeddedBroker::start()?, Registry::start(0)?)),
        Some(_) => None,
    };
    let target = match (&embedded, &options.bootstrap, &options.registry) {
        (Some((broker, registry)), _, _) => Target::new(broker.bootstrap(), registry.url()),
        (None, Some(bootstrap), Some(registry)) => Target::new(bootstrap.clone(), registry.clone()),
        _ => anyhow::bail!("give both --bootstrap and --registry"),
    };
    let topic = format!("bench.trades.{}", std::process::id());
    println!("feeding {} trades into {topic}, {} partitions", count(options.records), options.partitions);
    let (partitions, records) = (options.partitions, options.records);
    TradeFeed { topic: topic.clone(), partitions, count: records, ..TradeFeed::default() }.run(&target)?;
    throughput(&target, &topic, options)?;
    let lag_topic = format!("bench.lag.{}", std::process::id());
    let seconds = Duration::from_secs(options.seconds);
    lag::measure(&target, &lag_topic, options.partitions, options.rate, seconds)?;
    // The embedded broker goes with its topics; a user's own is left as it was.
    if embedded.is_none() {
        client::delete_topic(&target, &topic)?;
        client::delete_topic(&target, &lag_topic)?;
    }
    Ok(())
}

#[derive(Default)]
struct Best {
    plain: f64,
    drain: f64,
    blink: f64,
    append: f64,
}

fn throughput(target: &Target, topic: &str, options: &Options) -> Result<()> {
    let mut best = Best::default();
    let mut sizes = contenders::Sizes::default();
    for run in 1..=options.runs {
        let plain = drained(target, topic, &[])?;
        let drain = drained(target, topic, &contenders::SETTINGS)?;
        let read = |table: Table| {
            let config = contenders::config(target, topic, StartAt::Beginning, table.retention());
            contenders::read(&config, table, options.records)
        };
        let (blink, append) = (read(Table::BlinkAggregated)?, read(Table::Append)?);
        let (blink_rate, append_rate) =
            (rate(options.records, blink.time), rate(options.records, append.time));
        println!(
            "run {run}: librdkafka alone {} rows/s as it comes, {} with our settings · blink + aggregation {} · append {}",
            count(plain as u64),
            count(drain as u64),
            count(blink_rate as u64),
            count(append_rate as u64),
        );
        best.plain = best.plain.max(plain);
        best.drain = best.drain.max(drain);
        best.blink = best.blink.max(blink_rate);
        best.append = best.append.max(append_rate);
        sizes = append.sizes;
    }
    report(&best, &sizes);
    Ok(())
}

/// Records a second that librdkafka alone takes.
fn drained(target: &Target, topic: &str, settings: &[(&str, &str)]) -> Result<f64> {
    let drained = client::drain(target, topic, settings)?;
    Ok(drained.records as f64 / drained.seconds)
}

fn report(best: &Best, sizes: &contenders::Sizes) {
    let (blink, append) = (best.blink / best.drain, best.append / best.drain);
    println!("\nbest of the runs              rows/s   of librdkafka alone");
    println!(
        "librdkafka alone        {:>12}   100 % (as it comes: {})",
        count(best.drain as u64),
        count(best.plain as u64)
    );
    let word = verdict(blink >= 0.7);
    println!(
        "blink + aggregation     {:>12}   {:.0} % (target 70 %: {word})",
        count(best.blink as u64),
        blink * 100.0
    );
    println!("append                  {:>12}   {:.0} %", count(best.append as u64), append * 100.0);
    let ratio = sizes.table as f64 / sizes.arrow as f64;
    println!(
        "append table: {} in {} rows, {:.1} bytes a row; as one Arrow batch {}: ratio {ratio:.2} (target 1.20: {})",
        megabytes(sizes.table),
        count(sizes.rows),
        sizes.table as f64 / sizes.rows as f64,
        megabytes(sizes.arrow),
        verdict(ratio <= 1.2),
    );
}
