//! Several fake brokers that are one cluster, for tests of a broker that goes while others stay.
//!
//! There is no front before them: their `Fetch` gives all there is in one reply, so topics are to be small.

use anyhow::{Result, anyhow};
use krafka::testing::FakeBroker;
use tokio::runtime::Runtime;

/// A cluster of fake brokers; dropping it ends them.
pub struct EmbeddedCluster {
    fake: FakeBroker,
    runtime: Option<Runtime>,
}

impl EmbeddedCluster {
    /// Starts so many brokers.
    pub fn start(brokers: usize) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("embedded-cluster")
            .enable_all()
            .build()?;
        let fake =
            runtime.block_on(FakeBroker::start_cluster(brokers)).map_err(|error| anyhow!("{error}"))?;
        Ok(Self { fake, runtime: Some(runtime) })
    }

    /// All brokers, as `bootstrap.servers` takes them.
    pub fn bootstrap(&self) -> String {
        self.fake.bootstrap_servers()
    }

    /// Creates a topic of one partition that a broker leads.
    pub fn create_topic(&self, topic: &str, leader: i32) {
        self.fake.create_topic(topic, 1);
        self.fake.set_leader(topic, 0, leader);
    }

    /// Ends a broker as `kill -9` would, and lets another lead partition 0 of a topic.
    pub fn fail_over(&self, broker: i32, topic: &str, leader: i32) {
        self.fake.crash(broker);
        self.fake.set_broker_online(broker, false);
        self.fake.set_leader(topic, 0, leader);
    }
}

impl Drop for EmbeddedCluster {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
