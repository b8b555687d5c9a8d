//! The web app's own tests: units, journeys in a browser against a server of the tests, and against the package's.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::run::{command, root, step};
use crate::setup::missing;

/// Runs the units, and the journeys where there is a browser; those that fail once more if so asked, which Vitest tells then.
pub fn test(python: &Path, again: bool) -> Result<()> {
    step("web app: units", &mut npm("test"))?;
    if missing("chromium").is_some() {
        return Ok(());
    }
    let retried: &[&str] = if again { &["--", "--retry=1"] } else { &[] };
    step("web app: journeys in a browser", npm("journeys").args(retried))?;
    let mut server = command(python)
        .args(["-m", "kinetable", "server", "--port", "0", "--console", "--script"])
        .arg(root().join("ui/tests/real/tables.py"))
        .stdout(Stdio::piped())
        .spawn()
        .context("the server does not start")?;
    let mut line = String::new();
    let told = server.stdout.as_mut().map(|out| BufReader::new(out).read_line(&mut line));
    let tested = told.context("the server tells nothing")?.map_err(Into::into).and_then(|_| {
        let link = line.trim().rsplit(' ').next().unwrap_or_default();
        step(
            "web app: journeys against a server",
            npm("real").args(retried).env("KINETABLE_URL", link).env("KINETABLE_PYTHON", python),
        )
    });
    // It has ended already, if it did not start well.
    let _ = server.kill();
    let _ = server.wait();
    tested
}

fn npm(script: &str) -> Command {
    let mut npm = command("npm");
    npm.args(["run", "--silent", script]).current_dir(root().join("ui"));
    npm
}
