//! Measurements, each beside its baseline in the same run: `cargo xtask bench NAME`.

mod formats;
mod ingest;
mod replay;
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
    /// Topics of JSON, Avro and Protobuf trades, each beside librdkafka alone.
    Formats(formats::Options),
    /// A long topic read from its beginning by a process whose memory is limited.
    Replay(replay::Options),
    /// The process of `replay` that reads.
    #[command(hide = true)]
    ReplayReader(replay::Reader),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().bench {
        Bench::Ingest(options) => ingest::run(&options),
        Bench::Formats(options) => formats::run(&options),
        Bench::Replay(options) => replay::run(&options),
        Bench::ReplayReader(reader) => replay::read(&reader),
    }
}
