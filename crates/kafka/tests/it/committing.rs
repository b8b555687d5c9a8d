//! Publications in transactions, and what every publication tells of itself. librdkafka's own mock of a cluster plays the faults, on
//! any broker; what readers see is looked at on Apache Kafka only, since transactions need a real broker.

use std::time::Duration;

use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kinetable_broker::client;
use kinetable_engine::Table;
use kinetable_engine::source::{self, Publisher, Retention};
use kinetable_kafka::{
    Board, ErrorPolicy, OnError, ProduceSpec, ProducerConfig, Publication, Spec, consume, produce,
};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, DefaultProducerContext, Producer};
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use std::sync::Arc;

use crate::live::{Live, cells, longs, read, wait_for, wait_rows};
use crate::stand::{Broker, Stand};

fn schema() -> SchemaRef {
    let long = |name| Field::new(name, DataType::Int64, true);
    Arc::new(Schema::new(vec![long("K"), long("V")]))
}

/// Rows of a key and a value.
fn rows(pairs: impl IntoIterator<Item = (i64, i64)>) -> RecordBatch {
    let (keys, values): (Vec<i64>, Vec<i64>) = pairs.into_iter().unzip();
    let columns: Vec<ArrayRef> = vec![Arc::new(Int64Array::from(keys)), Arc::new(Int64Array::from(values))];
    RecordBatch::try_new(schema(), columns).expect("two columns of longs")
}

fn table(live: &Live, retention: Retention) -> (Table, Publisher) {
    source::open(&live.graph, schema(), retention)
}

fn simple(column: &str) -> ProduceSpec {
    ProduceSpec::Simple { column: column.to_owned() }
}

fn config(bootstrap: &str, topic: &str, settings: &[(&str, &str)]) -> ProducerConfig {
    let mut config = ProducerConfig::new(bootstrap, topic, simple("K"), simple("V"));
    config.client.insert("broker.address.family".into(), "v4".into());
    config.client.extend(settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    config
}

/// A mock of a cluster, and a table that is published to it in transactions.
struct Mock {
    cluster: MockCluster<'static, DefaultProducerContext>,
    live: Live,
    publisher: Publisher,
    publication: Publication,
    board: Board,
    _table: Table,
}

impl Mock {
    fn start() -> Mock {
        let cluster = MockCluster::new(1).unwrap();
        let live = Live::start();
        let (table, publisher) = table(&live, Retention::Append);
        let board = Board::new(&live.graph);
        let mut config = config(&cluster.bootstrap_servers(), "t", &[("transactional.id", "mine")]);
        config.board = Some(board.clone());
        let publication = produce(&table, config).unwrap();
        Mock { cluster, live, publisher, publication, board, _table: table }
    }

    fn publish(&self, batch: RecordBatch) {
        self.publisher.publish(batch).unwrap();
    }

    fn cell(&self, column: &str) -> String {
        cells(&read(self.board.sources()), column).pop().unwrap_or_default()
    }
}

#[test]
fn a_transaction_that_has_to_be_aborted_is_tried_again() {
    let mock = Mock::start();
    mock.publish(rows([(1, 1), (2, 2)]));
    wait_for("the first cycle", || mock.publication.stats().delivered == 2);
    let forgotten = RDKafkaRespErr::RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING;
    mock.cluster.request_errors(RDKafkaApiKey::EndTxn, &[forgotten]);
    mock.publish(rows([(3, 3)]));
    wait_for("the next attempt", || mock.publication.stats().delivered == 3);
    mock.publication.flush(Duration::from_secs(60)).unwrap();
    // They are counted one after the other.
    wait_for("its figures", || {
        let stats = mock.publication.stats();
        stats.state == "RUNNING" && (stats.sent, stats.lag, stats.bytes) == (3, 0, 3 * 16)
    });
    let stats = mock.publication.stats();
    assert_eq!((stats.delivered, stats.failed), (3, 0), "{stats:?}");
}

#[test]
fn what_a_broker_refuses_is_left_out_of_the_next_attempt_and_counted() {
    let mock = Mock::start();
    mock.publish(rows([(1, 1)]));
    wait_for("the first cycle", || mock.publication.stats().delivered == 1);
    let refused = RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
    mock.cluster.request_errors(RDKafkaApiKey::Produce, &[refused]);
    mock.publish(rows([(2, 2)]));
    wait_for("the failure", || mock.publication.stats().failed == 1);
    mock.publish(rows([(3, 3)]));
    wait_for("the next cycle", || mock.publication.stats().delivered == 2);
    assert!(mock.publication.flush(Duration::from_secs(60)).is_err(), "one is not there");
    wait_for("its row", || mock.cell("State") == "ATTENTION");
    assert!(mock.cell("Detail").starts_with("1 records could not be published; the last: "));
    wait_for("its figures", || (mock.cell("Errors"), mock.cell("Rows")) == ("1".into(), "2".into()));
}

#[test]
fn a_right_that_is_missing_is_waited_for() {
    let mock = Mock::start();
    let refused = RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    // So often that it lasts until we say so.
    mock.cluster.request_errors(RDKafkaApiKey::Produce, &[refused; 1_000]);
    mock.publish(rows([(1, 1), (2, 2)]));
    wait_for("the fault", || mock.publication.stats().state == "DEGRADED");
    let detail = mock.publication.stats().detail;
    assert!(detail.starts_with("a transaction is tried again: "), "{detail}");
    mock.cluster.clear_request_errors(RDKafkaApiKey::Produce);
    wait_for("the records", || mock.publication.stats().delivered == 2);
    wait_for("nothing to be left", || mock.publication.stats().lag == 0);
    assert_eq!(mock.publication.stats().failed, 0);
}

#[test]
fn records_that_come_back_after_a_transaction_has_failed_are_sent_in_the_next() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("t", 2, 1).unwrap();
    let live = Live::start();
    let (table, publisher) = table(&live, Retention::Append);
    let mut config = config(&cluster.bootstrap_servers(), "t", &[("transactional.id", "mine")]);
    config.partition_column = Some("K".into());
    let publication = produce(&table, config).unwrap();
    // The second partition is refused while the records of the first are with the broker, which then wants them once more.
    let refused = RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    let taken = RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR;
    cluster.request_errors(RDKafkaApiKey::AddPartitionsToTxn, &[taken, refused]);
    let again = RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION;
    cluster.request_errors(RDKafkaApiKey::Produce, &[again; 5]);
    cluster.broker_round_trip_time(1, Duration::from_millis(300)).unwrap();
    publisher.publish(rows((0..60_000).map(|n| (i64::from(n == 59_999), n)))).unwrap();
    wait_for("the records", || publication.stats().delivered == 60_000);
    assert_eq!(publication.stats().failed, 0);
}

#[test]
fn a_producer_that_is_fenced_ends_and_says_so() {
    let mock = Mock::start();
    mock.publish(rows([(1, 1)]));
    wait_for("the first cycle", || mock.publication.stats().delivered == 1);
    let fenced = RDKafkaRespErr::RD_KAFKA_RESP_ERR_PRODUCER_FENCED;
    mock.cluster.request_errors(RDKafkaApiKey::EndTxn, &[fenced]);
    mock.publish(rows([(2, 2)]));
    wait_for("the end", || mock.publication.stats().state == "FAILED");
    let detail = mock.publication.stats().detail;
    assert!(detail.contains("another producer has transactional.id \"mine\" now"), "{detail}");
    wait_for("its row", || mock.cell("State") == "FAILED");
    let refused = mock.publication.flush(Duration::from_secs(5)).unwrap_err().to_string();
    assert!(refused.contains("another producer has transactional.id"), "{refused}");
    assert_eq!(mock.publication.stats().delivered, 1, "what was not committed is not counted");
    let cycles = mock.live.graph.step();
    wait_for("cycles to go on", || mock.live.graph.step() > cycles);
}

#[test]
fn a_publication_has_a_row_among_the_sources() {
    let stand = Stand::own();
    let topic = stand.topic("sink", 1);
    let live = Live::start();
    let (table, publisher) = table(&live, Retention::Append);
    let board = Board::new(&live.graph);
    let mut config = config(&stand.target.bootstrap, &topic, &[]);
    config.board = Some(board.clone());
    publisher.publish(rows([(1, 1), (2, 2)])).unwrap();
    wait_rows(&table, 2);
    let publication = produce(&table, config).unwrap();
    let cell = |column: &str| cells(&read(board.sources()), column).pop().unwrap_or_default();
    wait_for("the records", || ["Rows", "Bytes", "Lag", "QueuedBytes"].map(cell) == ["2", "32", "0", "0"]);
    wait_for("its start", || cell("State") == "RUNNING");
    assert_eq!(["Kind", "Topic", "Errors"].map(cell), ["producer", &topic, "0"]);
    assert_eq!(["Partitions", "Offset", "Incarnation", "LastError"].map(cell), ["."; 4]);
    stand.broker.kill();
    wait_for("the fault", || cell("State") == "DEGRADED");
    publisher.publish(rows((0..100).map(|n| (n, n)))).unwrap();
    wait_for("what waits", || cell("Lag") == "100" && cell("QueuedBytes") == "1600");
    stand.broker.restart();
    wait_for("all records", || cell("Rows") == "102" && cell("Lag") == "0");
    wait_for("the end of it", || cell("State") == "RUNNING");
    publication.stop().unwrap();
    wait_for("its end", || cell("State") == "STOPPED");
}

/// The shared stand, if it is a real broker.
fn real() -> Option<&'static Stand> {
    let stand = Stand::shared();
    matches!(stand.broker, Broker::Apache(_)).then_some(stand)
}

#[test]
fn readers_see_each_record_once_across_a_kill() {
    if real().is_none() {
        return;
    }
    let stand = Stand::own();
    let topic = stand.topic("committed-once", 3);
    let live = Live::start();
    let (table, publisher) = table(&live, Retention::Append);
    let settings = [("transactional.id", topic.as_str())];
    let publication = produce(&table, config(&stand.target.bootstrap, &topic, &settings)).unwrap();
    let spec = |column: &str| Spec::Simple { column: column.to_owned(), data_type: Some(DataType::Int64) };
    let mut reader = stand.consumer(&topic, spec("V"));
    reader.key = spec("K");
    reader.errors = ErrorPolicy { on_error: OnError::Fail, dead_letter_topic: None };
    let back = consume(&live.graph, reader).unwrap();
    for n in 0..2_000i64 {
        if n == 700 {
            stand.broker.kill();
        }
        if n == 1_400 {
            std::thread::sleep(Duration::from_millis(500));
            stand.broker.restart();
        }
        publisher.publish(rows([(n, n), (-n - 1, n)])).unwrap();
        std::thread::sleep(Duration::from_micros(200));
    }
    wait_for("all records", || publication.stats().delivered == 4_000);
    let mut keys = longs(&wait_rows(&back.table, 4_000), "K");
    publication.stop().unwrap();
    keys.sort_unstable();
    assert!(keys.iter().copied().eq(-2_000..2_000), "each once");
    let stats = publication.stats();
    assert_eq!((stats.sent, stats.failed), (4_000, 0), "{stats:?}");
}

#[test]
fn an_open_transaction_shows_nothing_and_who_takes_the_id_ends_it() {
    let Some(stand) = real() else { return };
    let topic = stand.topic("fenced", 1);
    let live = Live::start();
    let (table, publisher) = table(&live, Retention::Ring(1));
    let settings = [("transactional.id", topic.as_str())];
    let publication = produce(&table, config(&stand.target.bootstrap, &topic, &settings)).unwrap();
    publisher.publish(rows([(1, 1)])).unwrap();
    wait_rows(&table, 1);
    publisher.publish(rows([(2, 2)])).unwrap();
    wait_for("the key deletion", || publication.stats().delivered == 3);
    let seen = client::read_all(&stand.target, &topic).unwrap();
    let values: Vec<bool> = seen.iter().map(|record| record.value.is_some()).collect();
    assert_eq!(values, [true, false, true], "a row, then the deletion of its key and the next in one cycle");
    let mut settings = rdkafka::ClientConfig::new();
    settings.set("bootstrap.servers", &stand.target.bootstrap).set("transactional.id", &topic);
    let other: BaseProducer = settings.create().unwrap();
    other.init_transactions(Duration::from_secs(120)).unwrap();
    publisher.publish(rows([(3, 3)])).unwrap();
    wait_for("the end", || publication.stats().state == "FAILED");
    let detail = publication.stats().detail;
    assert!(detail.contains("another producer has transactional.id"), "{detail}");
    assert!(publication.stop().is_err());
    assert_eq!(client::read_all(&stand.target, &topic).unwrap().len(), 3, "nothing more is seen");
}

/// Publishes texts to a topic that takes records, and batches, of 2,000 bytes.
fn publish_small(
    topic: &str,
    stand: &Stand,
    settings: &[(&str, &str)],
) -> (Live, Publication, impl Fn(&[&str]) + use<>) {
    client::set_topic_config(&stand.target, topic, &[("max.message.bytes", "2000")]).unwrap();
    let live = Live::start();
    let text = Arc::new(Schema::new(vec![Field::new("T", DataType::Utf8View, true)]));
    let (table, publisher) = source::open(&live.graph, text.clone(), Retention::Append);
    let mut config = config(&stand.target.bootstrap, topic, settings);
    (config.key, config.value) = (ProduceSpec::Ignore, simple("T"));
    let publication = produce(&table, config).unwrap();
    let put = move |texts: &[&str]| {
        let column: ArrayRef = Arc::new(arrow_array::StringViewArray::from(texts.to_vec()));
        publisher.publish(RecordBatch::try_new(text.clone(), vec![column]).unwrap()).unwrap();
        let _held = &table;
    };
    (live, publication, put)
}

#[test]
fn records_that_are_too_large_are_left_out() {
    let Some(stand) = real() else { return };
    let topic = stand.topic("too-large", 1);
    let (_live, publication, put) = publish_small(&topic, stand, &[("transactional.id", &topic)]);
    put(&["first"]);
    wait_for("the first", || publication.stats().delivered == 1);
    put(&[&"x".repeat(10_000)]);
    wait_for("the large one", || publication.stats().failed == 1);
    put(&["last"]);
    wait_for("the last", || publication.stats().delivered == 2);
    let failure = publication.stats().first_failure.unwrap();
    assert!(failure.contains("too large"), "{failure}");
    assert_eq!(client::read_all(&stand.target, &topic).unwrap().len(), 2);
}

#[test]
fn those_beside_a_record_that_is_too_large_are_published() {
    let Some(stand) = real() else { return };
    for settings in [&[("transactional.id", "small-batches")][..], &[]] {
        let topic = stand.topic("small-batches", 1);
        let (_live, publication, put) = publish_small(&topic, stand, settings);
        let texts: Vec<String> = (0..100).map(|n| "x".repeat(if n == 50 { 10_000 } else { 900 })).collect();
        put(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        wait_for("all", || {
            let stats = publication.stats();
            stats.delivered + stats.failed == 100
        });
        assert_eq!((publication.stats().delivered, publication.stats().failed), (99, 1), "{settings:?}");
        assert_eq!(client::read_all(&stand.target, &topic).unwrap().len(), 99);
    }
}
