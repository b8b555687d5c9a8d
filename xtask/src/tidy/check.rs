//! All checks, and their report.

use anyhow::{Result, bail};

use super::{features, layers, licences, sizes, sources, words};

/// Runs all checks; the error lists every finding.
pub fn tidy() -> Result<()> {
    eprintln!("\n▸ tidy: layers, features, sizes, words, licences");
    let sources = sources::read()?;
    let mut findings = layers::check()?;
    findings.extend(features::check()?);
    findings.extend(sizes::check(&sources)?);
    findings.extend(words::check(&sources));
    findings.extend(licences::check()?);
    if findings.is_empty() {
        return Ok(());
    }
    bail!("{} findings:\n  {}", findings.len(), findings.join("\n  "))
}
