//! `kinetable-broker`: a broker, a registry, feeds and a history for tests and the demo, driven by lines of JSON.
//!
//! `serve` starts a broker and a registry; `feed` takes the user's own; both print one line of JSON when they are ready,
//! then answer each command on standard input with a line on standard output, and end when the input does.
//! `history` writes the Parquet history, `jars` fetches Java's clients. The commands are listed in `docs/brokers.md`.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
