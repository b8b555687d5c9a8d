//! `cargo xtask test`: everything this machine has the tools for; what is left out is said.

use anyhow::{Result, bail};

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
    /// Seconds for which each decoder of foreign bytes is fuzzed.
    #[arg(long, default_value_t = 60)]
    fuzz: u32,
}

/// Runs the tests.
pub fn test(options: &Options) -> Result<()> {
    let left_out = left_out();
    if options.all && !left_out.is_empty() {
        bail!("not everything can be tested here:\n  {}", left_out.join("\n  "));
    }
    tidy::tidy()?;
    step("formatting", &mut cargo(&["fmt", "--all", "--check"]))?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"];
    step("clippy", &mut cargo(&clippy))?;
    step("Rust tests, on the embedded broker", &mut cargo(&["test", "--workspace", "--quiet"]))?;
    fuzz::fuzz(&fuzz::Options { targets: Vec::new(), seconds: options.fuzz, keep: false, deep: false })?;
    let broker = setup::broker(Purpose::Tests)?;
    let python = setup::package(Purpose::Tests)?;
    let pytest = |kind: &str, marked: &str| {
        let mut pytest = command(&python);
        pytest.args(["-m", "pytest", "-q", "-rs", "--durations=5", "tests/python", "-m", marked]);
        pytest.env("KINETABLE_BROKER_BIN", &broker).env("KINETABLE_TEST_BROKER", kind);
        pytest.env("CARGO_TARGET_DIR", target());
        if options.all {
            pytest.env("KINETABLE_TEST_ALL", "1");
        }
        pytest
    };
    let (all, real) =
        if is_whole(&JAVA_CLIENTS) { ("", "broker") } else { ("not java", "broker and not java") };
    step("Python tests, on the embedded broker", &mut pytest("embedded", all))?;
    web::test(&python)?;
    if is_whole(&REAL) {
        let kafka = ["test", "--package", "kinetable-kafka", "--quiet", "--test", "it"];
        let mut kafka = cargo(&kafka);
        step("broker suites in Rust, on Apache Kafka", kafka.env("KINETABLE_TEST_BROKER", "apache"))?;
        step("broker suites in Python, on Apache Kafka", &mut pytest("apache", real))?;
    }
    for line in &left_out {
        eprintln!("left out: {line}");
    }
    Ok(())
}

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
