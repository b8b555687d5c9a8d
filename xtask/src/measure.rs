//! `cargo xtask bench`: measurements, each beside its baseline in the same run.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::run::{cargo, command, output, root, step};
use crate::setup::{self, Purpose, missing};

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// The measurement: `ingest` (Kafka beside librdkafka), `replay` (a long topic within limited memory), `ops` (operations
    /// beside Polars, DuckDB and Deephaven), `io` (Kafka by format, Parquet, CSV, Arrow IPC and JSON lines beside others), `cycles`
    /// (what small changes cost), `wire` (the server beside raw Flight, the lag of a subscription, many subscribers, and two hundred
    /// viewports of the web app) or `ui` (the web app in a browser: loading, updates on the screen, scrolling, and a soak; eight hours'
    /// worth with `--minutes 10`). `BENCH_DEEPHAVEN_PYTHON` names an interpreter with Deephaven, which `wire` and `ui` measure beside.
    #[arg(value_parser = ["ingest", "replay", "ops", "io", "cycles", "wire", "ui"])]
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
        "ui" => ui(&options.rest),
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
    let python = setup::package(Purpose::Use)?;
    setup::peers(&python)?;
    formats(rest, &python)?;
    let scratch = setup::scratch("bench")?;
    let script = |name: &str| {
        let mut script = command(&python);
        script.arg(root().join("crates/bench/io").join(name));
        script
    };
    step("bench io: Parquet", &mut script("parquet_files.py"))?;
    step("bench io: CSV, Arrow IPC, JSON lines", script("files.py").arg("--scratch").arg(&scratch))
}

/// Kafka's formats, and Deephaven at the same broker if it is there.
fn formats(rest: &[String], python: &Path) -> Result<()> {
    let mut formats = cargo(&["run", "--release", "--package", "kinetable-bench", "--", "formats"]);
    formats.args(rest);
    let text = python.display().to_string();
    if output(&text, &["-c", "import deephaven_server"]).is_none() || missing("java").is_some() {
        eprintln!("Deephaven is left out: deephaven_server or Java is not there");
        return step("bench io: Kafka by format", &mut formats);
    }
    eprintln!("\n▸ bench io: Kafka by format, and Deephaven beside");
    let mut bench = formats.arg("--wait").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let out = bench.stdout.take().context("the bench tells nothing")?;
    for line in BufReader::new(out).lines() {
        let line = line?;
        if line.starts_with('{') {
            let script = root().join("crates/bench/io/deephaven_topics.py");
            step("Deephaven at the same broker", command(python).arg(script).arg(&line))?;
            // The bench ends when its input does.
            drop(bench.stdin.take());
        } else {
            println!("{line}");
        }
    }
    let status = bench.wait()?;
    if !status.success() {
        bail!("the bench stopped with {status}");
    }
    Ok(())
}

/// The server from other processes, by clients that others made.
fn wire(rest: &[String]) -> Result<()> {
    let python = setup::package(Purpose::Use)?;
    setup::peers(&python)?;
    let script = root().join("crates/bench/wire/wire.py");
    let scratch = setup::scratch("bench")?;
    step("bench wire", command(&python).arg(&script).arg("--scratch").arg(&scratch).args(rest))?;
    let fanout = root().join("crates/bench/wire/fanout.py");
    step("bench wire: many subscribers", command(&python).arg(fanout).arg("--scratch").arg(&scratch))?;
    let pages = root().join("crates/bench/wire/viewports.py");
    step("bench wire: two hundred viewports of the web app", command(&python).arg(pages))?;
    let charts = root().join("crates/bench/wire/charts.py");
    step("bench wire: charts of the web app", command(&python).arg(charts))
}

/// The web app in a browser.
fn ui(rest: &[String]) -> Result<()> {
    setup::needs(&["npm", "chromium"])?;
    let python = setup::package(Purpose::Use)?;
    setup::peers(&python)?;
    let script = root().join("crates/bench/ui/ui.py");
    let scratch = setup::scratch("bench")?;
    step("bench ui", command(&python).arg(&script).arg("--scratch").arg(&scratch).args(rest))
}
