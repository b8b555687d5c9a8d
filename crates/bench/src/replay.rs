//! A topic of 20 million trades, read from its beginning by a process that may have 1 GiB.
//!
//! The broker and the feed are in this process, the reader is a child in a control group of its own, whose limit is the
//! kernel's: a reader that passes it is killed, page cache and all that librdkafka holds included. Where there are no control
//! groups to be had, the limit is that of the child's data segment (`prlimit --data`).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use kinetable::kafka::{Keep, Retention, StartAt};
use kinetable::{Session, SessionConfig};
use kinetable_broker::feed::TradeFeed;
use kinetable_broker::{EmbeddedBroker, Registry, Target};

use crate::ingest::contenders::{aggregated, config, wait_for};
use crate::report::{count, megabytes, rate};

/// What to read.
#[derive(clap::Args)]
pub struct Options {
    /// Records in the topic.
    #[arg(long, default_value_t = 20_000_000)]
    records: u64,
    /// Partitions of the topic.
    #[arg(long, default_value_t = 4)]
    partitions: i32,
    /// Memory that the reader may have, MiB.
    #[arg(long, default_value_t = 1_024)]
    limit: u64,
}

/// What the child reads, and where.
#[derive(clap::Args)]
pub struct Reader {
    #[arg(long)]
    bootstrap: String,
    #[arg(long)]
    registry: String,
    #[arg(long)]
    topic: String,
    #[arg(long)]
    records: u64,
    /// `blink`: with an aggregation; `rows`, `bytes`: an append table that keeps a million rows, or 200 MB.
    #[arg(long)]
    table: String,
    /// The control group to enter.
    #[arg(long)]
    group: Option<PathBuf>,
}

/// Feeds the topic, and has it read three times.
pub fn run(options: &Options) -> Result<()> {
    let (broker, registry) = (EmbeddedBroker::start()?, Registry::start(0)?);
    let target = Target::new(broker.bootstrap(), registry.url());
    let topic = "bench.replay".to_owned();
    println!("feeding {} trades, {} partitions", count(options.records), options.partitions);
    let (partitions, records) = (options.partitions, options.records);
    TradeFeed { topic: topic.clone(), partitions, count: records, ..TradeFeed::default() }.run(&target)?;
    for table in ["blink", "rows", "bytes"] {
        let group = Group::new(options.limit << 20);
        let (mut command, how) = match &group {
            Some(group) => {
                let mut command = Command::new(std::env::current_exe()?);
                command.arg("replay-reader").arg("--group").arg(&group.0);
                (command, "control group")
            }
            None => {
                let mut command = Command::new("prlimit");
                command.arg(format!("--data={}", options.limit << 20)).arg(std::env::current_exe()?);
                command.arg("replay-reader");
                (command, "limit of data")
            }
        };
        command.args(["--bootstrap", &target.bootstrap, "--registry", &target.registry, "--topic", &topic]);
        command.args(["--records", &records.to_string(), "--table", table]);
        let status = command.status().context("the reader cannot be started")?;
        if !status.success() {
            bail!("with {} MiB ({how}) the reader of {table} ended with {status}", options.limit);
        }
        println!("  within {} MiB ({how})", options.limit);
    }
    Ok(())
}

/// The child: reads the whole topic, and says how long it took and how much memory.
pub fn read(reader: &Reader) -> Result<()> {
    if let Some(group) = &reader.group {
        std::fs::write(group.join("cgroup.procs"), std::process::id().to_string())?;
    }
    let retention = match reader.table.as_str() {
        "blink" => Retention::BLINK,
        "rows" => Retention::Keep(Keep::rows(1_000_000)),
        _ => Retention::Keep(Keep { bytes: Some(200_000_000), ..Keep::default() }),
    };
    let target = Target::new(reader.bootstrap.clone(), reader.registry.clone());
    let session = Session::start(SessionConfig::default())?;
    let began = Instant::now();
    let source = session.consume(&config(&target, &reader.topic, StartAt::Beginning, retention))?;
    let time = if retention == Retention::BLINK {
        wait_for(&aggregated(&source.table)?, reader.records, began)?
    } else {
        wait_for_source(&source.source, reader.records);
        began.elapsed()
    };
    println!(
        "{:<6} {:>12} rows/s, {} rows at the end, table {}, peak {} resident",
        reader.table,
        count(rate(reader.records, time) as u64),
        count(source.table.size()?),
        megabytes(source.table.bytes()),
        megabytes(peak()?),
    );
    Ok(())
}

fn wait_for_source(source: &kinetable::kafka::SourceHandle, records: u64) {
    let is_read = || {
        let stats = source.stats();
        stats.rows + stats.errors >= records && stats.queued_rows == 0
    };
    while !is_read() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// The most memory this process ever had, bytes.
fn peak() -> Result<usize> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kilobytes: usize = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes << 10)
}

/// A control group with a memory limit, gone with this value.
struct Group(PathBuf);

impl Group {
    fn new(limit: u64) -> Option<Group> {
        let name = format!("kinetable-replay-{}", std::process::id());
        let homes = [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")];
        homes.into_iter().find_map(|(home, file)| {
            let group = Group(Path::new(home).join(&name));
            std::fs::create_dir(&group.0).ok()?;
            std::fs::write(group.0.join(file), limit.to_string()).ok()?;
            Some(group)
        })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // What is left of it costs nothing, and is told nobody.
        let _gone = std::fs::remove_dir(&self.0);
    }
}
