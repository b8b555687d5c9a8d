//! Packages that, built by themselves, ask for other features of a dependency than the workspace does: each such dependency,
//! and all above it, is built twice.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use crate::run::cargo;

/// The packages that are built by themselves: by the package's build, the tests' broker, the benches, and whoever works on one.
const PACKAGES: [&str; 8] = ["bench", "broker", "kafka", "operators", "parquet", "python", "server", "wire"];

/// Features by dependency; several sets if it is built more than once.
type Features = BTreeMap<String, BTreeSet<String>>;

/// Findings in what cargo would build.
pub fn check() -> Result<Vec<String>> {
    let workspace = features(&["--workspace"])?;
    let mut findings = Vec::new();
    for name in PACKAGES {
        let alone = features(&["--package", &format!("kinetable-{name}")])?;
        for (dependency, sets) in alone {
            for set in sets.difference(&workspace[&dependency]) {
                findings.push(format!(
                    "crates/{name} alone builds {dependency} with other features ({set}): ask for those of the workspace in \
                     crates/features"
                ));
            }
        }
    }
    Ok(findings)
}

fn features(of: &[&str]) -> Result<Features> {
    let arguments =
        ["tree", "--prefix", "none", "--edges", "normal,build,dev", "--format", "{p}|{f}", "--locked"];
    let output = cargo(&arguments).args(of).output()?;
    if !output.status.success() {
        bail!("cargo tree failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(parse(&String::from_utf8_lossy(&output.stdout)))
}

fn parse(tree: &str) -> Features {
    let mut found = Features::new();
    for line in tree.lines() {
        let line = line.trim_end_matches(" (*)");
        // What lies in the workspace has a path behind its version.
        if let Some((package, features)) = line.split_once('|')
            && !package.contains('/')
        {
            let package = package.split(" (").next().unwrap_or(package);
            found.entry(package.to_owned()).or_default().insert(features.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_set_of_features_is_kept() {
        let found = parse(
            "a v1.0.0|std\na v1.0.0|default,std\nours v0.1.0 (/x/ours)|\nb v2.0.0 (proc-macro)|f (*)\n",
        );
        assert_eq!(found.len(), 2);
        assert_eq!(found["a v1.0.0"].len(), 2);
        assert!(found["b v2.0.0"].contains("f"));
    }
}
