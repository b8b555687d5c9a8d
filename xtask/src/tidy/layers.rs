//! A crate imports only from the layers below it, and heavy dependencies stay behind one crate each.

use anyhow::{Context, Result};

use crate::run::root;

/// The house from the ground up: a crate, and the crates of the house it may depend on.
const LAYERS: [(&str, &[&str]); 17] = [
    ("features", &[]),
    ("rowset", &[]),
    ("formula", &["features"]),
    ("engine", &["features", "rowset"]),
    ("operators", &["features", "rowset", "engine"]),
    ("testkit", &["features", "rowset", "engine"]),
    ("kafka", &["features", "rowset", "engine"]),
    ("parquet", &["features", "rowset", "engine"]),
    ("files", &["features", "formula", "engine"]),
    ("broker", &["features"]),
    ("fuzz", &["features", "engine", "kafka", "kinetable", "parquet", "server", "sql", "wire"]),
    ("kinetable", &["features", "rowset", "formula", "engine", "operators", "kafka", "parquet", "files"]),
    ("sql", &["features", "engine", "operators", "kinetable"]),
    ("wire", &["features", "rowset"]),
    ("server", &["features", "kinetable", "sql", "wire", "kafka", "parquet"]),
    ("python", &["features", "kinetable", "sql", "server", "formula", "kafka", "parquet", "files"]),
    (
        "bench",
        &["features", "kinetable", "broker", "rowset", "formula", "engine", "operators", "kafka", "parquet"],
    ),
];

/// A heavy dependency, and the crates that may have it.
const KEEPERS: [(&str, &[&str]); 11] = [
    ("rdkafka", &["kafka", "broker", "bench"]),
    ("parquet", &["parquet", "broker"]),
    ("pyo3", &["python"]),
    ("tokio", &["broker", "features", "parquet", "server"]),
    ("object_store", &["parquet"]),
    ("prost-reflect", &["kafka"]),
    ("axum", &["broker", "features", "server"]),
    ("tonic", &["wire", "server"]),
    ("krafka", &["broker"]),
    ("ureq", &["kafka", "broker"]),
    ("sqlparser", &["sql"]),
];

/// Findings in the manifests.
pub fn check() -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for entry in std::fs::read_dir(root().join("crates"))? {
        let folder = entry?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(folder.join("Cargo.toml")).context(name.clone())?;
        let manifest: toml::Table =
            toml::from_str(&text).with_context(|| format!("crates/{name}/Cargo.toml"))?;
        findings.extend(check_manifest(&name, &manifest));
    }
    Ok(findings)
}

fn check_manifest(name: &str, manifest: &toml::Table) -> Vec<String> {
    let mut findings = Vec::new();
    let Some((_, below)) = LAYERS.iter().find(|(layer, _)| *layer == name) else {
        return vec![format!("crates/{name} has no place in the layers of xtask/src/tidy/layers.rs")];
    };
    let empty = toml::Table::new();
    let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table).unwrap_or(&empty);
    for dependency in dependencies.keys() {
        let house =
            dependency.strip_prefix("kinetable-").or((dependency == "kinetable").then_some("kinetable"));
        if let Some(other) = house
            && !below.contains(&other)
        {
            findings.push(format!("crates/{name} imports \"{other}\", which is not below it"));
        }
        let keepers = KEEPERS.iter().find(|(heavy, _)| heavy == dependency);
        if let Some((heavy, keepers)) = keepers
            && !keepers.contains(&name)
        {
            findings
                .push(format!("crates/{name} depends on \"{heavy}\", which is {}'s", keepers.join("'s or ")));
        }
    }
    let inherited = |key: &str| manifest["package"].get(key).is_some_and(toml::Value::is_table);
    if !inherited("license") || manifest.get("lints").is_none() {
        findings.push(format!("crates/{name} does not take licence and lints from the workspace"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_may_not_look_up() {
        let text = "[package]\nlicense.workspace = true\n[lints]\nworkspace = true\n\
                    [dependencies]\nkinetable-operators.workspace = true\ntokio = \"1\"\n";
        let manifest = toml::from_str(text).expect("a manifest");
        assert_eq!(check_manifest("engine", &manifest).len(), 2);
        assert_eq!(check_manifest("kinetable", &manifest).len(), 1);
    }
}
