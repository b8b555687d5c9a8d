//! `cargo xtask bench`: measurements, each beside its baseline in the same run.

use anyhow::Result;

use crate::run::{cargo, step};

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// The measurement: `ingest`.
    #[arg(value_parser = ["ingest"])]
    what: String,
    /// Arguments of the measurement, after `--`.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Builds the benches in release and runs one.
pub fn bench(options: &Options) -> Result<()> {
    let mut bench = cargo(&["run", "--release", "--package", "kinetable-bench", "--", &options.what]);
    step(&format!("bench {}", options.what), bench.args(&options.rest))
}
