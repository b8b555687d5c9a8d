//! What Maven has fetched, kept in a folder.
//!
//! **Invariants**
//! 1. A folder in the cache is whole: Maven fills one of another name, which is renamed when it is done.
//! 2. Processes that want the same thing at the same time wait for each other.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::tools::missing_tools;

const KAFKA: &str = "4.1.1";
const APICURIO: &str = "3.0.9";
const AVRO: &str = "1.12.2";
const PROTOBUF: &str = "4.36.2";
/// Where another folder for the cache can be named.
const VARIABLE: &str = "KINETABLE_BROKER_CACHE";

/// Where the POM has its dependencies.
const POM: &str = r#"<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>kinetable</groupId>
  <artifactId>libraries-for-tests</artifactId>
  <version>1</version>
  <dependencies>DEPENDENCIES</dependencies>
</project>
"#;

/// The cache that tests share: the folder that `KINETABLE_BROKER_CACHE` names, or `target` of this workspace.
pub fn default_cache() -> PathBuf {
    match std::env::var_os(VARIABLE) {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"),
    }
}

/// The folder with Kafka's jars, fetched if need be.
pub(super) fn kafka(cache: &Path) -> Result<PathBuf> {
    let artifacts = [("org.apache.kafka", "kafka_2.13", KAFKA)];
    libraries(cache, &format!("kafka-{KAFKA}"), &format!("Apache Kafka {KAFKA} (43 MB)"), &artifacts)
}

/// The folder with the jars a Java program needs to speak with Kafka in Avro and Protobuf, fetched into `cache` if need be.
///
/// # Errors
/// If Java or Maven is missing, or Maven cannot fetch them.
pub fn java_clients(cache: Option<&Path>) -> Result<PathBuf> {
    let cache = cache.map_or_else(default_cache, Path::to_owned);
    let artifacts = [
        ("org.apache.kafka", "kafka-clients", KAFKA),
        ("org.apache.avro", "avro", AVRO),
        ("com.google.protobuf", "protobuf-java", PROTOBUF),
    ];
    let name = format!("java-clients-{KAFKA}-{AVRO}-{PROTOBUF}");
    libraries(&cache, &name, "the Java clients of Kafka, Avro and Protobuf (27 MB)", &artifacts)
}

/// The folder with the jars of artifacts (group, name, version), and of what they need.
fn libraries(cache: &Path, name: &str, what: &str, artifacts: &[(&str, &str, &str)]) -> Result<PathBuf> {
    let log = ("org.slf4j", "slf4j-simple", "1.7.36");
    let dependency = |(group, artifact, version): &(&str, &str, &str)| {
        format!(
            "<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>"
        )
    };
    let dependencies: String = artifacts.iter().chain([&log]).map(dependency).collect();
    let arguments = |folder: &Path| {
        fs::write(folder.join("pom.xml"), POM.replace("DEPENDENCIES", &dependencies))?;
        Ok(vec![
            "dependency:copy-dependencies".into(),
            "-DincludeScope=runtime".into(),
            "-DoutputDirectory=libs".into(),
        ])
    };
    Ok(fetch(cache, name, what, arguments)?.join("libs"))
}

/// The jar that starts Apicurio Registry, fetched if need be.
pub(super) fn apicurio(cache: &Path) -> Result<PathBuf> {
    let arguments = |folder: &Path| {
        let artifact = format!("-Dartifact=io.apicurio:apicurio-registry-app:{APICURIO}:zip:all");
        let output = format!("-DoutputDirectory={}", folder.display());
        Ok(vec!["dependency:unpack".into(), artifact, output])
    };
    let what = format!("Apicurio Registry {APICURIO} (109 MB)");
    let folder = fetch(cache, &format!("apicurio-{APICURIO}"), &what, arguments)?;
    Ok(folder.join(format!("apicurio-registry-app-{APICURIO}-runner.jar")))
}

fn fetch(
    cache: &Path,
    name: &str,
    what: &str,
    arguments: impl Fn(&Path) -> Result<Vec<String>>,
) -> Result<PathBuf> {
    fs::create_dir_all(cache).with_context(|| format!("folder {} cannot be made", cache.display()))?;
    let cache = cache.canonicalize()?;
    let folder = cache.join(name);
    if folder.exists() {
        return Ok(folder);
    }
    if let Some(missing) = missing_tools().first() {
        bail!("{what} cannot be fetched without {missing}");
    }
    let lock = File::create(cache.join(format!("{name}.lock")))?;
    lock.lock()?;
    if folder.exists() {
        return Ok(folder);
    }
    let partial = cache.join(format!("{name}.partial"));
    if partial.exists() {
        fs::remove_dir_all(&partial)?;
    }
    fs::create_dir_all(&partial)?;
    run_maven(what, &partial, &arguments(&partial)?)?;
    fs::rename(&partial, &folder)?;
    Ok(folder)
}

/// Runs Maven in `folder`, and tells on standard error how it gets on.
fn run_maven(what: &str, folder: &Path, arguments: &[String]) -> Result<()> {
    let log = folder.with_extension("log");
    let output = File::create(&log)?;
    let mut maven = Command::new("mvn")
        .args(["-B", "-q"])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn()
        .context("mvn cannot be run")?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = maven.try_wait()? {
            break status;
        }
        report(&format!("\rfetching {what} from Maven Central: {} s", start.elapsed().as_secs()));
        std::thread::sleep(Duration::from_millis(500));
    };
    report(&format!("\rfetching {what} from Maven Central: {} s, done\n", start.elapsed().as_secs()));
    if !status.success() {
        let text = fs::read_to_string(&log).unwrap_or_default();
        let reason = text.lines().find(|line| line.contains("ERROR")).unwrap_or("it printed nothing");
        bail!("Maven could not fetch {what}: {reason}");
    }
    Ok(())
}

/// Progress is a courtesy: a closed standard error must not end a fetch.
fn report(text: &str) {
    let mut out = std::io::stderr().lock();
    let _unseen = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
