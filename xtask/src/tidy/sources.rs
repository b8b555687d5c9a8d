//! The Rust and Python sources of the workspace.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::run::root;

/// A source file.
pub struct Source {
    /// Its path from the workspace's folder, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// The file's name.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Whether it is a test, example or bench rather than the product.
    pub fn is_test(&self) -> bool {
        ["/tests/", "/examples/", "tests/"].iter().any(|part| self.path.contains(part))
    }

    /// Lines of code: neither blank nor comment alone.
    pub fn code_lines(&self) -> usize {
        let code = |line: &&str| {
            let line = line.trim_start();
            !line.is_empty() && !line.starts_with("//") && !line.starts_with('#')
        };
        self.text.lines().filter(code).count()
    }
}

/// Reads all sources.
pub fn read() -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for folder in ["crates", "xtask", "examples", "tests"] {
        collect(&root().join(folder), &mut sources)?;
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

fn collect(folder: &Path, sources: &mut Vec<Source>) -> Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path: PathBuf = entry?.path();
        if path.is_dir() && path.file_name().is_none_or(|name| name != "target" && name != "__pycache__") {
            collect(&path, sources)?;
        } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "py") {
            let text = std::fs::read_to_string(&path)?;
            let path = path.strip_prefix(root())?.to_string_lossy().replace('\\', "/");
            sources.push(Source { path, text });
        }
    }
    Ok(())
}
