//! Measurements, each beside its baseline in the same run: `cargo xtask bench NAME`.

mod ingest;
mod report;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "kinetable-bench", about = "Kinetable's measurements")]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Subcommand)]
enum Bench {
    /// A topic of Avro trades: librdkafka alone, blink with an aggregation, append; then the lag to a listener.
    Ingest(ingest::Options),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().bench {
        Bench::Ingest(options) => ingest::run(&options),
    }
}
