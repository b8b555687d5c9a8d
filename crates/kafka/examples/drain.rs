//! librdkafka alone beside a consumer of ours, on one topic of trades.
//!
//! `cargo run --release -p kinetable-kafka --example drain -- [records] [partitions] [garbage share]`
//!
//! Both read the whole topic from an embedded broker in a process of its own if `KINETABLE_BROKER=BOOTSTRAP,REGISTRY` names one, else
//! in this one, where it takes a share of the cores from both alike.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kinetable_broker::feed::TradeFeed;
use kinetable_broker::{EmbeddedBroker, Registry, Target, client};
use kinetable_engine::{Change, Error, Graph, Listener};
use kinetable_kafka::{AvroSchema, ConsumerConfig, Offsets, Retention, Spec, StartAt, consume};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: f64| arguments.next().map_or(default, |text| text.parse().expect("a number"));
    let (count, partitions, garbage) = (number(2e6) as u64, number(1.0) as i32, number(0.0));
    let own = std::env::var("KINETABLE_BROKER").is_err().then(|| {
        let broker = EmbeddedBroker::start().expect("a broker");
        (broker, Registry::start(0).expect("a registry"))
    });
    let target = match (&own, std::env::var("KINETABLE_BROKER")) {
        (Some((broker, registry)), _) => Target::new(broker.bootstrap(), registry.url()),
        (None, named) => {
            let named = named.expect("it was there a line ago");
            let (bootstrap, registry) = named.split_once(',').expect("BOOTSTRAP,REGISTRY");
            Target::new(bootstrap, registry)
        }
    };
    let topic = format!("drain-{count}-{partitions}-{garbage}");
    if client::end_offsets(&target, &topic).map_or(0, |ends| ends.values().sum()) < count as i64 {
        let feed = TradeFeed { topic: topic.clone(), partitions, count, garbage, ..TradeFeed::default() };
        feed.run(&target).expect("the topic is filled");
    }
    for round in 0..3 {
        let stock = bare(&target, &topic, &[]);
        let tuned = bare(&target, &topic, &TUNED);
        let blink = run(&target, &topic, count, Retention::BLINK);
        let append = run(&target, &topic, count, Retention::Append);
        println!(
            "round {round}: librdkafka {:.2} M/s as it comes, {:.2} with our fetch settings; \
             to blink {:.2} M/s = {:.0} % of that, to append {:.2} M/s = {:.0} %",
            stock / 1e6,
            tuned / 1e6,
            blink / 1e6,
            100.0 * blink / tuned,
            append / 1e6,
            100.0 * append / tuned,
        );
    }
}

/// The fetch settings that a consumer of ours has.
const TUNED: [(&str, &str); 4] = [
    ("fetch.queue.backoff.ms", "2"),
    ("fetch.message.max.bytes", "2097152"),
    ("queued.max.messages.kbytes", "65536"),
    ("isolation.level", "read_committed"),
];

/// Records a second that librdkafka alone takes, without looking at them.
fn bare(target: &Target, topic: &str, settings: &[(&str, &str)]) -> f64 {
    let drained = client::drain(target, topic, settings).expect("a drain");
    drained.records as f64 / drained.seconds
}

/// Rows a second from the call of consume to the last row in the table.
fn run(target: &Target, topic: &str, count: u64, retention: Retention) -> f64 {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    let graph = Graph::new(Arc::new(pool), false);
    let mut config =
        ConsumerConfig::new(&target.bootstrap, topic).with_setting("schema.registry.url", &target.registry);
    config.key = Spec::Ignore;
    config.value = Spec::Avro {
        schema: AvroSchema::from_text(&format!("{topic}-value"), "latest"),
        mapping: BTreeMap::new(),
        mapped_only: false,
    };
    config.offsets = Offsets::All(StartAt::Beginning);
    config.retention = retention;
    let started = Instant::now();
    let consumed = consume(&graph, config).expect("a consumer");
    let rows = Arc::new(Rows::default());
    let (_, _handle) = consumed.table.listen(rows.clone());
    while rows.0.load(Ordering::Relaxed) + consumed.source.stats().errors < count {
        let cycle = Instant::now();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
        graph.run_cycle(now.as_nanos() as i64);
        std::thread::sleep(Duration::from_millis(10).saturating_sub(cycle.elapsed()));
    }
    let rate = count as f64 / started.elapsed().as_secs_f64();
    drop(_handle);
    consumed.source.stop();
    rate
}

#[derive(Default)]
struct Rows(AtomicU64);

impl Listener for Rows {
    fn on_update(&self, change: &Arc<Change>) {
        self.0.fetch_add(change.update.added.len(), Ordering::Relaxed);
    }

    fn on_failure(&self, error: &Error) {
        panic!("the table failed: {error}");
    }
}
