//! Publications to librdkafka's own mock of a cluster, looked into.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use kinetable_engine::source::{self, Publisher, Retention};
use kinetable_engine::{Graph, Table};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;

use super::{ProduceSpec, ProducerConfig, Publication, produce};
use crate::clock::now;

/// A cluster, and a table of one column that is published to it. Cycles run when they are told to.
struct Mock {
    cluster: MockCluster<'static, DefaultProducerContext>,
    graph: Graph,
    publisher: Publisher,
    publication: Publication,
    _table: Table,
}

impl Mock {
    fn start(settings: &[(&str, &str)]) -> Mock {
        let cluster = MockCluster::new(1).unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let graph = Graph::new(Arc::new(pool), true);
        let schema = Arc::new(Schema::new(vec![Field::new("V", DataType::Int64, true)]));
        let (table, publisher) = source::open(&graph, schema, Retention::BLINK);
        let value = ProduceSpec::Simple { column: "V".into() };
        let mut config = ProducerConfig::new(cluster.bootstrap_servers(), "t", ProduceSpec::Ignore, value);
        config.publish_initial = false;
        config.client.insert("broker.address.family".into(), "v4".into());
        config.client.extend(settings.iter().map(|(key, value)| ((*key).into(), (*value).into())));
        let publication = produce(&table, config).unwrap();
        Mock { cluster, graph, publisher, publication, _table: table }
    }

    /// A cycle of so many rows.
    fn cycle(&self, rows: i64) {
        let column: ArrayRef = Arc::new(Int64Array::from_iter_values(0..rows));
        let schema = Schema::new(vec![Field::new("V", DataType::Int64, true)]);
        self.publisher.publish(RecordBatch::try_new(Arc::new(schema), vec![column]).unwrap()).unwrap();
        self.graph.run_cycle(now());
    }
}

#[test]
fn an_end_waits_as_long_as_the_broker_goes_on() {
    let one_by_one = [("batch.num.messages", "1"), ("max.in.flight.requests.per.connection", "1")];
    let mock = Mock::start(&one_by_one);
    mock.cluster.broker_round_trip_time(1, Duration::from_millis(500)).unwrap();
    // Much longer than a record takes, so that a machine that stands still for a while does not use it up.
    let patience = Duration::from_secs(4);
    mock.publication.tally.last_while.lock().patience = patience;
    mock.cycle(16);
    let since = Instant::now();
    mock.publication.stop().unwrap();
    assert!(
        since.elapsed() > patience,
        "it took longer than there is patience with a broker that takes nothing"
    );
    assert_eq!(mock.publication.stats().delivered, 16);
}

#[test]
fn an_end_waits_no_longer_for_a_broker_that_takes_nothing() {
    let mock = Mock::start(&[]);
    mock.cluster.broker_down(1).unwrap();
    mock.publication.tally.last_while.lock().patience = Duration::from_millis(300);
    mock.cycle(12);
    let late = mock.publication.stop().unwrap_err().to_string();
    assert!(late.contains("the broker did not take all records within 300ms"), "{late}");
}

#[test]
fn cycles_of_many_rows_share_no_transaction() {
    let mock = Mock::start(&[("transactional.id", "mine")]);
    (0..3).for_each(|_| mock.cycle(50_000));
    mock.publication.stop().unwrap();
    let tally = &mock.publication.tally;
    assert_eq!(tally.delivered.load(Ordering::Relaxed), 150_000);
    assert_eq!(tally.attempts.load(Ordering::Relaxed), 3);
}
