//! The project's automation: `cargo xtask demo | test | tidy | docs | fuzz | bench`.
//!
//! Everything a fresh machine needs beside Rust, Python and a C compiler is made here, below `target/`.

mod again;
mod demo;
mod docs;
mod fuzz;
mod measure;
mod run;
mod setup;
mod suite;
mod tidy;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Kinetable's automation")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Set up, start a broker with feeds, and watch the two example scripts run on it until Ctrl-C.
    Demo(demo::Options),
    /// Set up and run all tests that this machine has the tools for.
    Test(suite::Options),
    /// Check layers, sizes, lints and licences.
    Tidy,
    /// Make the pages below `docs/api` from the docstrings of the package, running their examples.
    Docs(docs::Options),
    /// Drive the decoders of foreign bytes with libFuzzer.
    Fuzz(fuzz::Options),
    /// Measure: `cargo xtask bench ingest | replay | ops | io | cycles | wire | ui`.
    Bench(measure::Options),
    /// Make the virtual environment with the release build of the package, and say where it is.
    Setup,
}

fn main() -> ExitCode {
    if let Some(code) = fuzz::as_compiler() {
        return code;
    }
    let result = match Arguments::parse().task {
        Task::Demo(options) => demo::demo(&options),
        Task::Test(options) => suite::test(&options),
        Task::Tidy => tidy::tidy(),
        Task::Docs(options) => docs::docs(&options),
        Task::Fuzz(options) => fuzz::fuzz(&options),
        Task::Bench(options) => measure::bench(&options),
        Task::Setup => setup::package(setup::Purpose::Use).map(|python| println!("{}", python.display())),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
