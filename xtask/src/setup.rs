//! What a fresh machine gets: a virtual environment with the package in it, and the test broker.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::run::{cargo, command, output, root, step, target};

/// What a build is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be used and measured: the release build, and nothing beside it.
    Use,
    /// To be tested: the development build, which checks every update and shares what the Rust tests have built, and what the
    /// tests need.
    Tests,
}

impl Purpose {
    fn profile(self) -> &'static str {
        match self {
            Purpose::Use => "release",
            Purpose::Tests => "dev",
        }
    }

    /// Where cargo puts what it builds.
    fn folder(self) -> &'static str {
        match self {
            Purpose::Use => "release",
            Purpose::Tests => "debug",
        }
    }

    fn venv(self) -> &'static str {
        match self {
            Purpose::Use => "venv",
            Purpose::Tests => "venv-tests",
        }
    }
}

/// Packages the tests need, each with the versions it is tested with.
const TEST_PACKAGES: [&str; 17] = [
    "pytest>=8",
    "pytest-timeout>=2.3",
    "numpy>=2",
    "pyarrow>=20",
    "pandas>=2.2",
    "polars>=1.30",
    "duckdb>=1.2",
    "matplotlib>=3.9",
    "plotly>=6",
    "numba>=0.61",
    "adbc-driver-flightsql>=1.5",
    "adbc-driver-sqlite>=1.5",
    "connectorx>=0.4",
    "confluent-kafka[avro,protobuf,schemaregistry]>=2.8",
    "moto[s3,server]>=5",
    "pydeephaven>=42",
    "pydeephaven-ticking>=42",
];

/// Packages that the benches measure beside or with; Deephaven's server is used if it is there.
const PEERS: [&str; 6] =
    ["numpy>=2", "pyarrow>=20", "polars>=1.30", "duckdb>=1.2", "pydeephaven>=42", "pydeephaven-ticking>=42"];

/// Builds the package and installs it into a virtual environment of its own; gives that environment's Python.
pub fn package(purpose: Purpose) -> Result<PathBuf> {
    needs(&["python3", "cc", "make"])?;
    let venv = target().join(purpose.venv());
    let python = venv.join("bin/python");
    if !python.exists() {
        step("making a virtual environment", command("python3").args(["-m", "venv"]).arg(&venv))?;
    }
    let pip = |arguments: &[&str]| {
        let mut pip = command(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(arguments);
        pip
    };
    if purpose == Purpose::Tests {
        step("installing what the tests need", &mut pip(&TEST_PACKAGES))?;
    }
    match missing("npm") {
        Some(install) if purpose == Purpose::Use => {
            eprintln!("the package comes without its web app; to have it, {install}");
        }
        _ => app()?,
    }
    let what = format!(
        "building and installing the Python package ({}; the first time takes minutes)",
        purpose.profile()
    );
    let profile = format!("build-args=--profile {}", purpose.profile());
    let arguments = ["--force-reinstall", "--no-deps", "--config-settings", &profile, "."];
    step(&what, pip(&arguments).env("CARGO_TARGET_DIR", target()))?;
    step("installing what the package needs", &mut pip(&["numpy"]))?;
    Ok(python)
}

/// Builds the web app into the package.
pub fn app() -> Result<()> {
    let ui = root().join("ui");
    let npm = |arguments: &[&str]| {
        let mut npm = command("npm");
        npm.args(arguments).current_dir(&ui);
        npm
    };
    step(
        "installing what the web app is built with",
        &mut npm(&["ci", "--no-audit", "--no-fund", "--silent"]),
    )?;
    step("building the web app", &mut npm(&["run", "build", "--silent"]))?;
    let place = root().join("crates/python/kinetable/server/app");
    if place.exists() {
        std::fs::remove_dir_all(&place).with_context(|| format!("cannot replace {}", place.display()))?;
    }
    copy(&ui.join("dist"), &place)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in std::fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &place)?;
        } else {
            std::fs::copy(entry.path(), &place)
                .with_context(|| format!("cannot write {}", place.display()))?;
        }
    }
    Ok(())
}

/// Installs what the package is measured beside.
pub fn peers(python: &Path) -> Result<()> {
    let mut pip = command(python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PEERS);
    step("installing what is measured beside the package", &mut pip)
}

/// Builds the test broker; gives its path.
pub fn broker(purpose: Purpose) -> Result<PathBuf> {
    let what = format!("building the embedded broker, registry and feeds ({})", purpose.profile());
    let build = ["build", "--profile", purpose.profile(), "--package", "kinetable-broker"];
    step(&what, cargo(&build).env("CARGO_TARGET_DIR", target()))?;
    Ok(target().join(purpose.folder()).join("kinetable-broker"))
}

/// Stops with the command that installs what is missing.
pub fn needs(tools: &[&str]) -> Result<()> {
    let missing: Vec<String> = tools.iter().filter_map(|tool| missing(tool)).collect();
    if !missing.is_empty() {
        bail!("this machine lacks something:\n  {}", missing.join("\n  "));
    }
    Ok(())
}

/// What is to be said of a tool that is not there.
pub fn missing(tool: &str) -> Option<String> {
    let found = match tool {
        "python3" => python_fits(),
        "java" => output("java", &["-version"]).is_some_and(|text| java_version(&text) >= 17),
        "mvn" => output("mvn", &["--version"]).is_some(),
        "go" => output("go", &["version"]).is_some(),
        "npm" => output("npm", &["--version"]).is_some() && node_fits(),
        other => output(other, &["--version"]).is_some(),
    };
    let install = match tool {
        "python3" => "Python 3.10 or newer with venv: apt-get install python3 python3-venv",
        "cc" => "a C compiler: apt-get install build-essential",
        "make" => "make: apt-get install make",
        "java" => "Java 17 or newer: apt-get install openjdk-17-jre-headless",
        "javac" => "Java's compiler, 17 or newer: apt-get install openjdk-17-jdk-headless",
        "mvn" => "Maven: apt-get install maven",
        "go" => "Go: apt-get install golang-go",
        "npm" => "Node.js 20.19 or newer with npm: nodejs.org",
        "chromium" => "Chromium: apt-get install chromium",
        other => other,
    };
    (!found).then(|| install.to_owned())
}

fn node_fits() -> bool {
    let check = "const [a, b] = process.versions.node.split('.'); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)";
    output("node", &["-e", check]).is_some()
}

fn python_fits() -> bool {
    let check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
    output("python3", &["-c", check]).is_some()
}

fn java_version(text: &str) -> u32 {
    let version = text.split('"').nth(1).unwrap_or_default();
    version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0)
}

/// A folder below `target/` for what runs leave behind.
pub fn scratch(name: &str) -> Result<PathBuf> {
    let folder: PathBuf = target().join(name);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
