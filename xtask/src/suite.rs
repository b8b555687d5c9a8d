//! `cargo xtask test`: everything this machine has the tools for; what is left out is said.

use anyhow::{Result, bail};

use crate::again::Again;
use crate::fuzz;
use crate::run::{cargo, command, step, target};
use crate::setup::{self, Purpose};
use crate::tidy;
use crate::web;

/// What to test.
#[derive(clap::Args)]
pub struct Options {
    /// Fail if a tool is missing, rather than leave its tests out.
    #[arg(long)]
    all: bool,
    /// Run tests that fail once more, alone: those that then pass are named at the end.
    #[arg(long)]
    again: bool,
    /// Seconds for which each decoder of foreign bytes is fuzzed.
    #[arg(long, default_value_t = 60)]
    fuzz: u32,
}

/// Runs the tests.
pub fn test(options: &Options) -> Result<()> {
    let left_out = left_out();
    let mut again = Again::new(options.again);
    if options.all && !left_out.is_empty() {
        bail!("not everything can be tested here:\n  {}", left_out.join("\n  "));
    }
    tidy::tidy()?;
    step("formatting", &mut cargo(&["fmt", "--all", "--check"]))?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"];
    step("clippy", &mut cargo(&clippy))?;
    let whole = ["test", "--workspace", "--quiet"];
    again.rust("Rust tests, on the embedded broker", &whole, |_| {})?;
    fuzz::fuzz(&fuzz::Options { targets: Vec::new(), seconds: options.fuzz, keep: false, deep: false })?;
    let broker = setup::broker(Purpose::Tests)?;
    let python = setup::package(Purpose::Tests)?;
    let kept = target().join("pytest");
    let pytest = |kind: &str, marked: &str, only: &[&str]| {
        let mut pytest = command(&python);
        pytest.args(["-m", "pytest", "-q", "-rs", "--durations=5", "tests/python", "-m", marked]);
        pytest.arg("-o").arg(format!("cache_dir={}", kept.display())).args(only);
        pytest.env("KINETABLE_BROKER_BIN", &broker).env("KINETABLE_TEST_BROKER", kind);
        pytest.env("CARGO_TARGET_DIR", target());
        if options.all {
            pytest.env("KINETABLE_TEST_ALL", "1");
        }
        pytest
    };
    let (all, real) =
        if is_whole(&JAVA_CLIENTS) { ("", "broker") } else { ("not java", "broker and not java") };
    let what = "Python tests, on the embedded broker";
    again.remembered(what, &mut pytest("embedded", all, &FRESH), &mut pytest("embedded", all, &FAILED))?;
    web::test(&python, options.again)?;
    if is_whole(&REAL) {
        let kafka = ["test", "--package", "kinetable-kafka", "--quiet", "--test", "it"];
        again.rust("broker suites in Rust, on Apache Kafka", &kafka, |kafka| {
            kafka.env("KINETABLE_TEST_BROKER", "apache");
        })?;
        let what = "broker suites in Python, on Apache Kafka";
        again.remembered(what, &mut pytest("apache", real, &FRESH), &mut pytest("apache", real, &FAILED))?;
    }
    again.tell();
    for line in &left_out {
        eprintln!("left out: {line}");
    }
    Ok(())
}

/// To forget what failed before, and to run nothing else.
const FRESH: [&str; 1] = ["--cache-clear"];
const FAILED: [&str; 2] = ["--last-failed", "--last-failed-no-failures=none"];
/// What the broker suites need on Apache Kafka.
const REAL: [&str; 2] = ["java", "mvn"];
/// What tests need that are marked `java`.
const JAVA_CLIENTS: [&str; 2] = ["javac", "mvn"];

/// What cannot be tested here, a line each.
fn left_out() -> Vec<String> {
    let lacking = |tools: [&str; 2], what: &str| {
        let missing = tools.into_iter().filter_map(setup::missing);
        missing.map(|tool| format!("{what}: needs {tool}")).collect::<Vec<_>>()
    };
    let clients = "what Java's clients write and read";
    let browser = setup::missing("chromium").map(|tool| format!("journeys in a browser: needs {tool}"));
    let java = [lacking(REAL, "the broker suites on Apache Kafka"), lacking(JAVA_CLIENTS, clients)];
    java.concat().into_iter().chain(browser).collect()
}

fn is_whole(tools: &[&str]) -> bool {
    tools.iter().all(|tool| setup::missing(tool).is_none())
}
