//! The tools that Apache Kafka needs, and how to get them.

use std::fmt;
use std::process::Command;

/// The oldest Java that Kafka 4 runs on.
const JAVA_MIN: u32 = 17;

/// A tool that is not on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingTool {
    /// What is missing.
    pub name: String,
    /// The command that installs it.
    pub install: &'static str,
}

impl fmt::Display for MissingTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (install it with: {})", self.name, self.install)
    }
}

/// What is missing to fetch and run Apache Kafka; empty when nothing is.
pub fn missing_tools() -> Vec<MissingTool> {
    let mut missing = Vec::new();
    if java_version().is_none_or(|version| version < JAVA_MIN) {
        let install = "apt-get install -y openjdk-17-jre-headless";
        missing.push(MissingTool { name: format!("Java {JAVA_MIN} or newer"), install });
    }
    if output_of("mvn", "-v").is_none() {
        missing.push(MissingTool { name: "Maven".to_owned(), install: "apt-get install -y maven" });
    }
    missing
}

/// The first number of `java -version`, such as 17.
fn java_version() -> Option<u32> {
    let text = output_of("java", "-version")?;
    let quoted = text.split('"').nth(1)?;
    quoted.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// All that a command prints, if there is such a command and it succeeds.
fn output_of(command: &str, argument: &str) -> Option<String> {
    let output = Command::new(command).arg(argument).output().ok()?;
    let text = [output.stdout, output.stderr].concat();
    output.status.success().then(|| String::from_utf8_lossy(&text).into_owned())
}
