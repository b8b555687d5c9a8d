//! Licences of all dependencies, from cargo's metadata.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::run::cargo;

/// Licences that Apache-2.0 software may be built with.
const ACCEPTED: [&str; 12] = [
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "MIT",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "Unlicense",
    "CC0-1.0",
    "Unicode-3.0",
    "CDLA-Permissive-2.0",
];

/// Findings on dependencies whose licence is not among the accepted.
pub fn check() -> Result<Vec<String>> {
    let output = cargo(&["metadata", "--format-version", "1"]).output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
    let packages = metadata["packages"].as_array().context("cargo metadata without packages")?;
    let mut findings = Vec::new();
    for package in packages {
        let licence = package["license"].as_str().unwrap_or("none");
        if !accepted(licence) {
            findings.push(format!("{} {}: licence {licence}", package["name"], package["version"]));
        }
    }
    Ok(findings)
}

/// Whether an SPDX expression of OR and AND is satisfied by accepted licences.
fn accepted(expression: &str) -> bool {
    let plain = expression.replace(['(', ')'], "").replace('/', " OR ");
    let term = |term: &str| ACCEPTED.contains(&term.trim());
    plain.split(" AND ").all(|part| part.split(" OR ").any(term)) || plain.split(" OR ").any(term)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_judged() {
        assert!(accepted("MIT OR Apache-2.0"));
        assert!(accepted("(MIT OR Apache-2.0) AND Unicode-3.0"));
        assert!(accepted("MIT/Apache-2.0"));
        assert!(!accepted("GPL-3.0"));
        assert!(!accepted("none"));
    }
}
