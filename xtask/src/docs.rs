//! `cargo xtask docs`: the pages below `docs/api`, from the package and its docstrings (`xtask/docs`, in Python).

use anyhow::Result;

use crate::run::{command, step};
use crate::setup::{self, Purpose};

/// What to do with the pages.
#[derive(clap::Args)]
pub struct Options {
    /// Write nothing, and fail if a page is stale.
    #[arg(long)]
    check: bool,
}

/// Makes the pages, running every example.
pub fn docs(options: &Options) -> Result<()> {
    let python = setup::package(Purpose::Tests)?;
    let mut generator = command(&python);
    generator.arg("xtask/docs").args(options.check.then_some("--check"));
    step("making the pages of the Python API", &mut generator)
}
