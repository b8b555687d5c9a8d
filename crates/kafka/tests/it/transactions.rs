//! Transactions: what was aborted is never seen. librdkafka's transactions need a real broker.

use std::time::Duration;

use kinetable_kafka::consume;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use crate::consuming::text;
use crate::live::{Live, cells, longs, wait_rows};
use crate::stand::{Broker, Stand};

#[test]
fn aborted_records_never_appear() {
    let stand = Stand::shared();
    if matches!(stand.broker, Broker::Embedded(_)) {
        return;
    }
    let topic = stand.topic("transactions", 1);
    let mut settings = rdkafka::ClientConfig::new();
    settings.set("bootstrap.servers", &stand.target.bootstrap).set("transactional.id", &topic);
    let producer: BaseProducer = settings.create().unwrap();
    let timeout = Duration::from_secs(120);
    producer.init_transactions(timeout).unwrap();
    let send = |values: &[&str]| {
        producer.begin_transaction().unwrap();
        for value in values {
            producer
                .send(BaseRecord::<(), str>::to(&topic).payload(value))
                .map_err(|(error, _)| error)
                .unwrap();
        }
        producer.flush(timeout).unwrap();
    };
    send(&["one", "two"]);
    producer.commit_transaction(timeout).unwrap();
    send(&["never"]);
    producer.abort_transaction(timeout).unwrap();
    send(&["three"]);
    producer.commit_transaction(timeout).unwrap();
    let live = Live::start();
    let consumed = consume(&live.graph, stand.consumer(&topic, text("V"))).unwrap();
    let rows = wait_rows(&consumed.table, 3);
    assert_eq!(cells(&rows, "V"), ["one", "two", "three"]);
    // The markers at 2, 4 and 6 and the aborted record take offsets, and are no rows.
    assert_eq!(longs(&rows, "KafkaOffset"), [0, 1, 5]);
}
