//! Apache Kafka 4.1 in KRaft mode: one node that is broker and controller.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use parking_lot::Mutex;

use super::cache;
use super::process::{DataFolder, Supervised, free_port};
use super::secure::{self, SecureListeners};
use crate::client;
use crate::target::Target;

const START_MAX: Duration = Duration::from_secs(300);
/// Any 16 bytes in base64 name a cluster.
const CLUSTER: &str = "kinetableAAAAAAAAAAAAA";

/// How a broker starts.
#[derive(Clone, Debug, Default)]
pub struct KafkaOptions {
    /// Where Maven's fetches are kept; `None` is [`super::default_cache`].
    pub cache: Option<PathBuf>,
    /// Port on the loopback address; 0 takes a free one.
    pub port: u16,
    /// The address that clients are told to connect to, when it is not the broker's own: a proxy's.
    pub advertised: Option<SocketAddr>,
    /// Whether it listens with TLS and log-ins too: see [`SecureListeners`].
    pub secure: bool,
    /// Folder for data and log, kept afterwards; `None` takes one that goes with the broker.
    pub data: Option<PathBuf>,
}

/// A running Apache Kafka; dropping it kills it.
pub struct ApacheKafka {
    libs: PathBuf,
    data: DataFolder,
    address: SocketAddr,
    secure: Option<SecureListeners>,
    process: Mutex<Option<Supervised>>,
}

impl ApacheKafka {
    /// Fetches Kafka if need be, formats its storage, starts it and waits until it answers.
    pub fn start(options: &KafkaOptions) -> Result<Self> {
        let libs = cache::kafka(&options.cache.clone().unwrap_or_else(cache::default_cache))?;
        let port = if options.port == 0 { free_port()? } else { options.port };
        let data = DataFolder::new(options.data.as_deref(), "kafka", port)?;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let advertised = options.advertised.unwrap_or(address);
        let secure = options.secure.then(|| SecureListeners::prepare(&data.path)).transpose()?;
        let properties = properties(&data.path, address, advertised, free_port()?, secure.as_ref());
        fs::write(data.path.join("server.properties"), properties)?;
        let kafka = Self { libs, data, address, secure, process: Mutex::new(None) };
        kafka.format()?;
        kafka.restart()?;
        Ok(kafka)
    }

    /// The broker's own address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The broker's own address as `bootstrap.servers` takes it.
    pub fn bootstrap(&self) -> String {
        self.address.to_string()
    }

    /// Where it listens with TLS and log-ins, if it does.
    pub fn secure(&self) -> Option<&SecureListeners> {
        self.secure.as_ref()
    }

    /// The broker's log of what it does.
    pub fn log(&self) -> PathBuf {
        self.data.path.join("kafka.log")
    }

    /// Kills the broker with signal 9.
    pub fn kill(&self) {
        if let Some(mut process) = self.process.lock().take() {
            process.kill();
        }
    }

    /// Ends the broker in good order.
    pub fn stop(&self) {
        if let Some(mut process) = self.process.lock().take() {
            process.stop();
        }
    }

    /// Starts an ended broker again, on its port and data, and waits until it answers.
    pub fn restart(&self) -> Result<()> {
        let mut process = self.process.lock();
        if process.is_some() {
            return Ok(());
        }
        let started = Supervised::start(&self.data.path, "kafka", &self.command())?;
        let target = Target::new(self.bootstrap(), "");
        let is_ready = || client::is_ready(&target, Duration::from_millis(500));
        started.wait_until(START_MAX, is_ready).context("Apache Kafka did not start")?;
        *process = Some(started);
        Ok(())
    }

    fn command(&self) -> Vec<String> {
        let class_path = format!("{}/*", self.libs.display());
        let fixed = ["java", "-Xms256m", "-Xmx1g", "-cp", &class_path, "kafka.Kafka", "server.properties"];
        fixed.map(str::to_owned).to_vec()
    }

    fn format(&self) -> Result<()> {
        if self.data.path.join("log/meta.properties").exists() {
            return Ok(());
        }
        let output = Command::new("java")
            .args(["-cp", &format!("{}/*", self.libs.display()), "kafka.tools.StorageTool", "format"])
            .args(["--standalone", "-t", CLUSTER, "-c", "server.properties"])
            .args(self.secure.iter().flat_map(|_| secure::scram_users()))
            .current_dir(&self.data.path)
            .output()
            .context("java cannot be run")?;
        if !output.status.success() {
            bail!("Kafka's storage cannot be formatted: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }
}

/// Kafka's settings. Those that are not addresses are there so that: records keep whatever timestamps a test gives them;
/// nothing is deleted by age; internal topics are small; a killed broker is forgotten, and let in again, in
/// two seconds instead of nine.
fn properties(
    data: &Path,
    own: SocketAddr,
    advertised: SocketAddr,
    controller: u16,
    secure: Option<&SecureListeners>,
) -> String {
    let log = data.join("log");
    let more = secure.map(SecureListeners::listeners).unwrap_or_default();
    let settings = secure.map(SecureListeners::properties).unwrap_or_default();
    format!(
        "process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://{own},CONTROLLER://127.0.0.1:{controller}{more}
advertised.listeners=PLAINTEXT://{advertised}{more}
log.dirs={}
log.retention.ms=-1
log.message.timestamp.after.max.ms=9223372036854775807
auto.create.topics.enable=true
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=2000
{settings}",
        log.display()
    )
}
