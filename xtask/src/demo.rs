//! `cargo xtask demo`: the main job on an embedded broker, or on the user's own, in the terminal.

use anyhow::{Result, bail};

use crate::run::{command, step};
use crate::setup::{self, Purpose};

/// Where and how long to run.
#[derive(clap::Args)]
pub struct Options {
    /// The user's own broker, HOST:PORT; without it an embedded one is started.
    #[arg(long, requires = "registry")]
    bootstrap: Option<String>,
    /// The schema registry of that broker, its URL.
    #[arg(long, requires = "bootstrap")]
    registry: Option<String>,
    /// Stop after so many seconds; without it, at Ctrl-C.
    #[arg(long)]
    seconds: Option<u64>,
}

/// Sets up and runs the demo.
pub fn demo(options: &Options) -> Result<()> {
    let broker = setup::broker(Purpose::Use)?;
    let python = setup::package(Purpose::Use)?;
    let folder = setup::scratch("demo")?;
    let history = folder.join("history");
    if !history.join("complete").exists() {
        let what = "generating nine months of history as Parquet";
        step(what, command(&broker).arg("history").arg(&history))?;
        std::fs::write(history.join("complete"), "")?;
    }
    let mut demo = command(&python);
    demo.arg("examples/demo.py").arg("--history").arg(&history).arg("--broker-binary").arg(&broker);
    if let (Some(bootstrap), Some(registry)) = (&options.bootstrap, &options.registry) {
        demo.args(["--bootstrap", bootstrap, "--registry", registry]);
    }
    if let Some(seconds) = options.seconds {
        demo.args(["--seconds", &seconds.to_string()]);
    }
    let status = demo.status()?;
    if !status.success() {
        bail!("the demo stopped with {status}");
    }
    Ok(())
}
