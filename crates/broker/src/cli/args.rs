//! The arguments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

/// The days of the history, unless others are given.
pub(super) const FIRST_DAY: &str = "2026-01-01";
pub(super) const LAST_DAY: &str = "2026-09-30";

/// A broker, a registry, feeds and a history to test Kinetable with.
#[derive(Debug, Parser)]
#[command(name = "kinetable-broker", version, args_override_self = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) action: Action,
}

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Start a broker and a registry, and obey commands on standard input.
    Serve(Serve),
    /// Feed the user's own broker, and obey commands on standard input.
    Feed(Feed),
    /// Write the history of the services as Parquet.
    History(History),
    /// Fetch the jars with which a Java program speaks with Kafka, and print their folder.
    Jars(Jars),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// In this process, in memory.
    Embedded,
    /// Apache Kafka, by Java 17 and Maven.
    Apache,
}

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Which broker.
    #[arg(long, value_enum, default_value = "embedded")]
    pub(super) broker: Kind,
    /// Which registry: our own, or Apicurio by Java 17 and Maven.
    #[arg(long, value_enum, default_value = "embedded")]
    pub(super) registry: Kind,
    /// The broker's port; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub(super) port: u16,
    /// The registry's port; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub(super) registry_port: u16,
    /// Put a fault proxy before the broker; clients are given its address.
    #[arg(long)]
    pub(super) proxy: bool,
    /// Bytes a partition of the embedded broker keeps; the oldest records go first.
    #[arg(long)]
    pub(super) retention_bytes: Option<usize>,
    /// Where Maven's fetches are kept.
    #[arg(long)]
    pub(super) cache: Option<PathBuf>,
    #[command(flatten)]
    pub(super) feeds: Feeds,
}

#[derive(Debug, Args)]
pub(super) struct Feed {
    /// The broker, HOST:PORT.
    #[arg(long)]
    pub(super) bootstrap: String,
    /// The URL of the schema registry.
    #[arg(long)]
    pub(super) registry: String,
    #[command(flatten)]
    pub(super) feeds: Feeds,
}

/// What to put in before the ready line, and what to go on with after it.
#[derive(Clone, Debug, Args)]
pub(super) struct Feeds {
    /// Trades to put into crypto.trades before being ready.
    #[arg(long, default_value_t = 0)]
    pub(super) trades: u64,
    /// Trades a second to go on with; 0 for none.
    #[arg(long, default_value_t = 0.0)]
    pub(super) rate: f64,
    /// Partitions of crypto.trades.
    #[arg(long, default_value_t = 1)]
    pub(super) partitions: i32,
    /// Share of the trades that are garbage, from 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    pub(super) garbage: f64,
    /// The services; give the option once for each.
    #[arg(long = "service")]
    pub(super) services: Vec<String>,
    /// Days of service use, from 2026-10-01, to put into service.use before being ready.
    #[arg(long, default_value_t = 0)]
    pub(super) service_days: i64,
    /// Seconds of service use that pass in one second afterwards; 0 for none, 1 for live.
    #[arg(long, default_value_t = 0.0)]
    pub(super) service_speed: f64,
}

#[derive(Debug, Args)]
pub(super) struct History {
    /// The folder to write to.
    pub(super) dir: PathBuf,
    /// First day.
    #[arg(long, default_value = FIRST_DAY)]
    pub(super) from: Date,
    /// Last day.
    #[arg(long, default_value = LAST_DAY)]
    pub(super) to: Date,
    /// The services; give the option once for each.
    #[arg(long = "service")]
    pub(super) services: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Jars {
    /// Where Maven's fetches are kept.
    #[arg(long)]
    pub(super) cache: Option<PathBuf>,
}
