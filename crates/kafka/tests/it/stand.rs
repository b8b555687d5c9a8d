//! A broker and a registry to test on.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use kinetable_broker::apache::{ApacheKafka, ApicurioRegistry, KafkaOptions};
use kinetable_broker::feed::{Publisher, Record};
use kinetable_broker::{EmbeddedBroker, Registry, Target, client};
use kinetable_kafka::{ConsumerConfig, Offsets, Retention, Spec, StartAt};

/// Partition, key and value of a record.
pub type Entry<'a> = (i32, Option<&'a [u8]>, Option<&'a [u8]>);

/// A broker with its registry. Tests that do not kill it share one.
pub struct Stand {
    pub target: Target,
    pub broker: Broker,
    pub registry: RunningRegistry,
}

/// Either broker, with what the tests do to both.
pub enum Broker {
    Embedded(EmbeddedBroker),
    Apache(ApacheKafka),
}

/// Either registry. Apicurio's schemas end with it, so it is not stopped.
pub enum RunningRegistry {
    Embedded(Registry),
    Apicurio { _registry: ApicurioRegistry },
}

impl Stand {
    /// The shared stand.
    pub fn shared() -> &'static Stand {
        static SHARED: OnceLock<Stand> = OnceLock::new();
        SHARED.get_or_init(Stand::own)
    }

    /// A stand of the test's own.
    pub fn own() -> Stand {
        let apache = std::env::var("KINETABLE_TEST_BROKER").is_ok_and(|broker| broker == "apache");
        let (broker, bootstrap) = if apache {
            let kafka = ApacheKafka::start(&KafkaOptions::default()).expect("Apache Kafka starts");
            let bootstrap = kafka.bootstrap();
            (Broker::Apache(kafka), bootstrap)
        } else {
            let broker = EmbeddedBroker::start().expect("the embedded broker starts");
            let bootstrap = broker.bootstrap();
            (Broker::Embedded(broker), bootstrap)
        };
        let (registry, url) = if apache {
            let registry = ApicurioRegistry::start(None, 0).expect("Apicurio starts");
            let url = registry.url();
            (RunningRegistry::Apicurio { _registry: registry }, url)
        } else {
            let registry = Registry::start(0).expect("the registry starts");
            let url = registry.url();
            (RunningRegistry::Embedded(registry), url)
        };
        Stand { target: Target::new(bootstrap, url), broker, registry }
    }

    /// A new topic that no other test uses.
    pub fn topic(&self, name: &str, partitions: i32) -> String {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let topic = format!("{name}-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        client::create_topic(&self.target, &topic, partitions).expect("the topic is made");
        topic
    }

    /// Grows a topic to so many partitions.
    pub fn add_partitions(&self, topic: &str, partitions: i32) {
        match &self.broker {
            Broker::Embedded(broker) => assert!(broker.add_partitions(topic, partitions) > 0, "it grows"),
            Broker::Apache(_) => client::add_partitions(&self.target, topic, partitions).expect("it grows"),
        }
    }

    /// Puts records into partitions of a topic.
    pub fn produce(&self, topic: &str, records: &[Entry<'_>]) {
        let publisher = Publisher::new(&self.target, 1.0).expect("a publisher");
        for (partition, key, value) in records {
            let record = Record {
                topic,
                partition: Some(*partition),
                key: *key,
                value: *value,
                timestamp: Some(1_700_000_000_123),
                ..Record::default()
            };
            publisher.send(record).expect("the record is sent");
        }
        publisher.finish().expect("the broker takes the records");
    }

    /// Puts values without keys into partition 0.
    pub fn produce_values(&self, topic: &str, values: &[&[u8]]) {
        let records: Vec<_> = values.iter().map(|value| (0, None, Some(*value))).collect();
        self.produce(topic, &records);
    }

    /// A consumer of a topic's values from its beginning, as an append table.
    pub fn consumer(&self, topic: &str, value: Spec) -> ConsumerConfig {
        let mut config = ConsumerConfig::new(&self.target.bootstrap, topic)
            .with_setting("schema.registry.url", &self.target.registry)
            .with_setting("broker.address.family", "v4");
        config.key = Spec::Ignore;
        config.value = value;
        config.offsets = Offsets::All(StartAt::Beginning);
        config.retention = Retention::Append;
        config
    }

    /// Settings of a producer.
    pub fn settings(&self) -> BTreeMap<String, String> {
        let pairs = [("bootstrap.servers", self.target.bootstrap.as_str()), ("broker.address.family", "v4")];
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }
}

impl Broker {
    /// As `kill -9`.
    pub fn kill(&self) {
        match self {
            Broker::Embedded(broker) => broker.kill(),
            Broker::Apache(kafka) => kafka.kill(),
        }
    }

    pub fn restart(&self) {
        match self {
            Broker::Embedded(broker) => broker.restart(),
            Broker::Apache(kafka) => kafka.restart(),
        }
        .expect("the broker starts again");
    }
}
