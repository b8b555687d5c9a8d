//! The embedded broker's handle: start, topics, kill, restart.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use krafka::testing::{ClusterState, FakeBroker};
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::fetch;
use super::front::{self, Shared};

/// How often the broker forgets what the fake one records about each request, and trims its log.
const HOUSEKEEPING: Duration = Duration::from_secs(1);

/// How an embedded broker starts.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Port on the loopback address; 0 takes a free one.
    pub port: u16,
    /// The address that clients are told to connect to, when it is not the broker's own: a proxy's.
    pub advertised: Option<SocketAddr>,
    /// Bytes that a partition keeps before its oldest batches go; `None` keeps all.
    pub retention_bytes: Option<usize>,
}

/// A Kafka broker in this process, on the loopback address, with its log in memory.
///
/// Its calls block and must not be made from async code. Dropping it closes every connection.
pub struct EmbeddedBroker {
    runtime: Option<Runtime>,
    shared: Arc<Shared>,
    address: SocketAddr,
    accepting: Mutex<Option<JoinHandle<()>>>,
}

impl EmbeddedBroker {
    /// Starts a broker on a free port.
    pub fn start() -> Result<Self> {
        Self::start_with(&Options::default())
    }

    /// Starts a broker as `options` say; the port must be free.
    pub fn start_with(options: &Options) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("embedded-broker")
            .enable_all()
            .build()?;
        let listener = runtime.block_on(listen(options.port))?;
        let address = listener.local_addr()?;
        let fake = runtime.block_on(FakeBroker::start()).map_err(|error| anyhow!("{error}"))?;
        let upstream = fake.broker_addr(0).context("the fake broker has no address")?;
        let shared =
            Arc::new(Shared { fake, upstream, changed: Notify::new(), connections: Mutex::new(Vec::new()) });
        let accepting = runtime.spawn(front::accept(listener, Arc::clone(&shared)));
        runtime.spawn(keep_house(Arc::clone(&shared), options.retention_bytes));
        let broker = Self { runtime: Some(runtime), shared, address, accepting: Mutex::new(Some(accepting)) };
        broker.advertise(options.advertised.unwrap_or(address));
        Ok(broker)
    }

    /// The broker's own address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The broker's own address as `bootstrap.servers` takes it.
    pub fn bootstrap(&self) -> String {
        self.address.to_string()
    }

    /// Tells clients, from their next metadata on, to connect to `address`.
    pub fn advertise(&self, address: SocketAddr) {
        self.with_state(|cluster| {
            cluster.brokers[0].host = address.ip().to_string();
            cluster.brokers[0].port = i32::from(address.port());
        });
    }

    /// Creates a topic; false if it exists. A topic that a producer names first is created with one partition.
    pub fn create_topic(&self, name: &str, partitions: i32) -> bool {
        self.with_state(|cluster| cluster.create_topic(name, partitions))
    }

    /// Grows a topic to `partitions`; returns how many were added.
    pub fn add_partitions(&self, topic: &str, partitions: i32) -> usize {
        self.with_state(|cluster| cluster.add_partitions(topic, partitions))
    }

    /// Deletes a topic with all its records; false if there is none.
    pub fn delete_topic(&self, topic: &str) -> bool {
        self.with_state(|cluster| cluster.delete_topic(topic))
    }

    /// The offset after the newest record of each partition; empty for an unknown topic.
    pub fn end_offsets(&self, topic: &str) -> HashMap<i32, i64> {
        self.with_state(|cluster| fetch::end_offsets(cluster, topic))
    }

    /// Forgets the records of `topic` before `offset` in `partition`, to the batch, as retention does.
    pub fn trim(&self, topic: &str, partition: i32, offset: i64) {
        self.with_state(|cluster| {
            if let Some(partition) = cluster.partition_mut(topic, partition) {
                let keep = partition.log.partition_point(|batch| fetch::end_offset(batch) <= offset);
                partition.log.drain(..keep);
                partition.log_start_offset = offset.clamp(partition.log_start_offset, partition.next_offset);
            }
        });
    }

    /// Kills the broker as `kill -9` would: every connection breaks, with requests in flight done or not, and new ones
    /// are refused. The log stays, as on a disk.
    pub fn kill(&self) {
        let mut tasks = std::mem::take(&mut *self.shared.connections.lock());
        tasks.extend(self.accepting.lock().take());
        self.end_all(tasks);
        // A client accepted while the first ones were being ended.
        let late = std::mem::take(&mut *self.shared.connections.lock());
        self.end_all(late);
    }

    /// Starts a killed broker again on its port; does nothing to a running one.
    pub fn restart(&self) -> Result<()> {
        let mut accepting = self.accepting.lock();
        if accepting.is_none() {
            let listener = self.runtime().block_on(listen(self.address.port()))?;
            *accepting = Some(self.runtime().spawn(front::accept(listener, Arc::clone(&self.shared))));
        }
        Ok(())
    }

    /// Reads or changes the cluster's state; waiting fetches look again afterwards.
    pub fn with_state<T>(&self, change: impl FnOnce(&mut ClusterState) -> T) -> T {
        let result = self.shared.fake.with_state(change);
        self.shared.changed.notify_waiters();
        result
    }

    /// The fake broker behind the front, for its hooks. A hook on `Fetch` never runs: the front answers that.
    pub fn fake(&self) -> &FakeBroker {
        &self.shared.fake
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("the runtime lives until the broker is dropped")
    }

    fn end_all(&self, tasks: Vec<JoinHandle<()>>) {
        for task in &tasks {
            task.abort();
        }
        self.runtime().block_on(async {
            for task in tasks {
                let _cancelled = task.await;
            }
        });
    }
}

impl Drop for EmbeddedBroker {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .with_context(|| format!("port {port} of 127.0.0.1 cannot be listened on"))
}

/// The fake broker counts every request it ever saw by walking the list of them: an endless run must empty it.
async fn keep_house(shared: Arc<Shared>, retention_bytes: Option<usize>) {
    loop {
        tokio::time::sleep(HOUSEKEEPING).await;
        shared.fake.clear_requests();
        shared.fake.with_state(|cluster| {
            cluster.list_offsets_lookups.clear();
            cluster.consumer_group_heartbeats.clear();
            if let Some(bytes_max) = retention_bytes {
                fetch::retain(cluster, bytes_max);
            }
        });
    }
}
