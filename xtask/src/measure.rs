//! `cargo xtask bench`: measurements, each beside its baseline in the same run.

use anyhow::Result;

use crate::run::{cargo, command, root, step};
use crate::setup::{self, Purpose};

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// The measurement: `ingest` (Kafka beside librdkafka), `replay` (a long topic within limited memory), `ops` (operations
    /// beside Polars, DuckDB and Deephaven), `io` (Kafka by format, Parquet, CSV, Arrow IPC and JSON lines beside others), `cycles`
    /// (what small changes cost) or `wire` (the server beside raw Flight, the lag of a subscription, and two hundred viewports of the web app).
    #[arg(value_parser = ["ingest", "replay", "ops", "io", "cycles", "wire"])]
    what: String,
    /// Arguments of the measurement: `ops --rows 1000000`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Builds what is measured in release and runs one measurement.
pub fn bench(options: &Options) -> Result<()> {
    match options.what.as_str() {
        "ops" => ops(&options.rest),
        "io" => io(&options.rest),
        "wire" => wire(&options.rest),
        "cycles" => {
            let example =
                ["run", "--release", "--package", "kinetable-operators", "--example", "cycles", "--"];
            step("bench cycles", cargo(&example).args(&options.rest))
        }
        what => {
            let mut bench = cargo(&["run", "--release", "--package", "kinetable-bench", "--", what]);
            step(&format!("bench {what}"), bench.args(&options.rest))
        }
    }
}

/// The package beside its peers, in Python.
fn ops(rest: &[String]) -> Result<()> {
    let python = setup::package(Purpose::Use)?;
    setup::peers(&python)?;
    let script = root().join("crates/bench/ops/bench.py");
    let scratch = setup::scratch("bench")?;
    step("bench ops", command(&python).arg(&script).arg("--scratch").arg(&scratch).args(rest))
}

/// Kafka's formats in Rust, files in Python. `rest` is for the formats: `--records 1000000`.
fn io(rest: &[String]) -> Result<()> {
    let mut formats = cargo(&["run", "--release", "--package", "kinetable-bench", "--", "formats"]);
    step("bench io: Kafka by format", formats.args(rest))?;
    let python = setup::package(Purpose::Use)?;
    setup::peers(&python)?;
    let scratch = setup::scratch("bench")?;
    let script = |name: &str| {
        let mut script = command(&python);
        script.arg(root().join("crates/bench/io").join(name));
        script
    };
    step("bench io: Parquet", &mut script("parquet_files.py"))?;
    step("bench io: CSV, Arrow IPC, JSON lines", script("files.py").arg("--scratch").arg(&scratch))
}

/// The server from other processes, by clients that others made.
fn wire(rest: &[String]) -> Result<()> {
    let python = setup::package(Purpose::Use)?;
    setup::peers(&python)?;
    let script = root().join("crates/bench/wire/wire.py");
    let scratch = setup::scratch("bench")?;
    step("bench wire", command(&python).arg(&script).arg("--scratch").arg(&scratch).args(rest))?;
    let pages = root().join("crates/bench/wire/viewports.py");
    step("bench wire: two hundred viewports of the web app", command(&python).arg(pages))
}
