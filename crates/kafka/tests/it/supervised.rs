//! What a source shows of itself, and what it does when its topic is not what it was.

use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use kinetable_broker::client;
use kinetable_broker::feed::{Publisher, Record};
use kinetable_broker::{EmbeddedBroker, EmbeddedCluster, Fault, FaultProxy, Target};
use kinetable_engine::{ErrorKind, Table};
use kinetable_kafka::{Board, Consumed, ConsumerConfig, Offsets, ProduceSpec, ProducerConfig, Spec, StartAt};
use kinetable_kafka::{consume, produce};

use crate::consuming::{avro, text};
use crate::evolving::{V1, V2, framed, record};
use crate::live::{Live, cells, longs, now, read, wait_for, wait_rows};
use crate::stand::{Broker, RunningRegistry, Stand};

/// A source on a board.
struct Supervised {
    consumed: Consumed,
    board: Board,
    live: Live,
}

impl Supervised {
    fn start(config: ConsumerConfig) -> Supervised {
        Supervised::start_on(Live::start(), config)
    }

    fn start_on(live: Live, config: ConsumerConfig) -> Supervised {
        let board = Board::new(&live.graph);
        let consumed = consume(&live.graph, ConsumerConfig { board: Some(board.clone()), ..config }).unwrap();
        Supervised { consumed, board, live }
    }

    /// A source of a topic's text values from its beginning.
    fn of(stand: &Stand, topic: &str, settings: &[(&str, &str)]) -> Supervised {
        let mut config = stand.consumer(topic, text("V"));
        for (key, value) in settings {
            config = config.with_setting(*key, *value);
        }
        Supervised::start(config)
    }

    fn row(&self) -> RecordBatch {
        read(self.board.sources())
    }

    fn cell(&self, column: &str) -> String {
        cells(&self.row(), column).pop().unwrap_or_default()
    }

    /// Waits for a state; how long that took.
    fn wait_state(&self, state: &str) -> Duration {
        let since = Instant::now();
        while self.cell("State") != state {
            let waited = since.elapsed();
            assert!(
                waited < Duration::from_secs(120),
                "not {state} but {} ({})",
                self.cell("State"),
                self.cell("Detail")
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        since.elapsed()
    }

    /// Waits until the topic's id is shown. At first there is no row, then one without it.
    fn wait_id(&self) {
        wait_for("the topic's id", || !["", "."].contains(&self.cell("TopicId").as_str()));
    }

    fn states(&self) -> Vec<(String, String)> {
        let status = read(&self.consumed.status);
        cells(&status, "State").into_iter().zip(cells(&status, "Detail")).collect()
    }

    fn values(&self) -> Vec<String> {
        cells(&read(&self.consumed.table), "V")
    }

    fn wait_values(&self, expected: &[&str]) {
        wait_for(&format!("{expected:?}, there are {:?}", self.values()), || self.values() == expected);
    }
}

pub fn recreate(stand: &Stand, topic: &str) {
    delete(stand, topic);
    let gone = || client::partition_count(&stand.target, topic).is_err();
    wait_for("the topic to be gone", gone);
    let made = || client::create_topic(&stand.target, topic, 1).is_ok_and(|made| made);
    wait_for("the topic to be there again", made);
}

fn delete(stand: &Stand, topic: &str) {
    match &stand.broker {
        Broker::Embedded(broker) => assert!(broker.delete_topic(topic)),
        Broker::Apache(_) => client::delete_topic(&stand.target, topic).unwrap(),
    }
}

/// Deletes the records of partition 0 before an offset.
fn delete_records(stand: &Stand, topic: &str, before: i64) {
    match &stand.broker {
        Broker::Embedded(broker) => broker.trim(topic, 0, before),
        Broker::Apache(_) => client::delete_records(&stand.target, topic, 0, before).unwrap(),
    }
}

fn size(table: &Table) -> u64 {
    table.size()
}

#[test]
fn the_tables_of_sources_show_how_each_fares() {
    let stand = Stand::shared();
    let topic = stand.topic("board", 2);
    let records = [(0, None, Some(&b"a"[..])), (1, None, Some(&b"b"[..])), (1, None, Some(&b"c"[..]))];
    stand.produce(&topic, &records);
    let source = Supervised::of(stand, &topic, &[]);
    let second = ConsumerConfig { board: Some(source.board.clone()), ..stand.consumer(&topic, text("V")) };
    let second = consume(&source.live.graph, second).unwrap();
    let name = source.consumed.source.name().unwrap().to_owned();
    assert_eq!(name, topic);
    assert_eq!(second.source.name(), Some(format!("{topic}#2").as_str()));
    let mut row = source.row();
    wait_for("both sources", || {
        row = source.row();
        let both = [("State", "RUNNING"), ("Rows", "3"), ("Lag", "0"), ("Offset", "3"), ("Bytes", "3")];
        both.iter().all(|(column, cell)| cells(&row, column) == [*cell, *cell])
    });
    assert_eq!(cells(&row, "Kind"), ["consumer", "consumer"]);
    assert_eq!(cells(&row, "Partitions"), ["2", "2"]);
    assert!(longs(&row, "Since").iter().all(|since| (now() - since).abs() < 600_000_000_000), "{row:?}");
    wait_for("their partitions", || {
        let partitions = read(source.board.partitions());
        ["Offset", "HighWaterMark"].iter().all(|column| cells(&partitions, column) == ["1", "2", "1", "2"])
    });
    source.wait_id();
    second.source.stop();
    wait_for("the end of one", || cells(&source.row(), "State") == ["RUNNING", "STOPPED"]);
    wait_for("a rate", || {
        stand.produce(&topic, &records);
        cells(&source.row(), "RowsPerSecond")[0] != "0.0"
    });
}

#[test]
fn a_topic_made_anew_is_not_read_on_silently() {
    let stand = Stand::shared();
    let topic = stand.topic("anew-ask", 1);
    stand.produce_values(&topic, &[b"1", b"2", b"3"]);
    let source = Supervised::of(stand, &topic, &[]);
    source.wait_values(&["1", "2", "3"]);
    source.wait_id();
    let id = source.cell("TopicId");
    recreate(stand, &topic);
    let told = source.wait_state("TOPIC RECREATED");
    println!("told after {told:?}");
    assert_ne!(source.cell("TopicId"), id);
    assert_eq!(source.cell("Incarnation"), "2");
    // Longer than before: librdkafka alone would go on at its old offset.
    stand.produce_values(&topic, &[b"n1", b"n2", b"n3", b"n4", b"n5"]);
    assert!(source.cell("Detail").contains("resume()"), "{}", source.cell("Detail"));
    assert_eq!(source.values(), ["1", "2", "3"], "the rows are kept, and no others come");
    source.consumed.source.resume();
    source.wait_values(&["1", "2", "3", "n1", "n2", "n3", "n4", "n5"]);
    source.wait_state("RUNNING");
}

#[test]
fn policies_say_what_becomes_of_a_topic_made_anew() {
    let stand = Stand::shared();
    let topic = stand.topic("anew-policy", 1);
    stand.produce_values(&topic, &[b"1", b"2", b"3"]);
    let on = Supervised::of(stand, &topic, &[("kinetable.on.topic.recreated", "new_incarnation")]);
    let off = Supervised::of(stand, &topic, &[("kinetable.on.topic.recreated", "stop")]);
    for source in [&on, &off] {
        source.wait_values(&["1", "2", "3"]);
        source.wait_id();
    }
    recreate(stand, &topic);
    stand.produce_values(&topic, &[b"n1"]);
    on.wait_values(&["1", "2", "3", "n1"]);
    let anew =
        |(state, detail): &(String, String)| state == "TOPIC RECREATED" && detail.contains("made anew");
    wait_for("the event", || on.states().iter().any(anew));
    on.wait_state("RUNNING");
    off.wait_state("STOPPED");
    assert!(off.cell("Detail").contains("made anew"), "{}", off.cell("Detail"));
    assert_eq!(off.values(), ["1", "2", "3"]);
    let wrong = stand.consumer(&topic, text("V")).with_setting("kinetable.on.topic.recreated", "panic");
    let refused = consume(&on.live.graph, wrong).err().unwrap();
    assert_eq!(refused.kind(), ErrorKind::Invalid);
    assert!(refused.to_string().contains("ask, new_incarnation, stop"), "{refused}");
}

#[test]
fn a_deleted_topic_is_waited_for_or_stops_the_source() {
    let stand = Stand::shared();
    let topic = stand.topic("missing", 1);
    stand.produce_values(&topic, &[b"1"]);
    let waiting = Supervised::of(stand, &topic, &[("kinetable.on.topic.recreated", "new_incarnation")]);
    let stopping = Supervised::of(stand, &topic, &[("kinetable.on.topic.missing", "stop")]);
    for source in [&waiting, &stopping] {
        source.wait_values(&["1"]);
        source.wait_id();
    }
    delete(stand, &topic);
    let told = waiting.wait_state("TOPIC MISSING");
    println!("told after {told:?}");
    stopping.wait_state("STOPPED");
    assert!(stopping.cell("Detail").contains("is gone"), "{}", stopping.cell("Detail"));
    assert_eq!((size(&waiting.consumed.table), size(&stopping.consumed.table)), (1, 1), "the rows are kept");
    wait_for("the topic", || client::create_topic(&stand.target, &topic, 1).is_ok_and(|made| made));
    stand.produce_values(&topic, &[b"n1"]);
    waiting.wait_values(&["1", "n1"]);
    waiting.wait_state("RUNNING");
}

/// A source that is held at its first records while the next ones are deleted under it.
fn with_gap(stand: &Stand, topic: &str, policy: &str) -> Supervised {
    let values: Vec<Vec<u8>> = (0..40).map(|n| vec![b'a' + n % 26; 20_000]).collect();
    for value in &values {
        stand.produce_values(topic, &[value]);
    }
    let small = [
        ("kinetable.on.gap", policy),
        ("kinetable.queue.bytes.max", "30000"),
        ("queued.min.messages", "1"),
        ("fetch.message.max.bytes", "25000"),
        ("fetch.max.bytes", "25000"),
        ("max.partition.fetch.bytes", "25000"),
        ("message.max.bytes", "21000"),
        ("queued.max.messages.kbytes", "25"),
    ];
    let held = Live::start();
    held.hold(true);
    let mut config = stand.consumer(topic, text("V"));
    for (key, value) in small {
        config = config.with_setting(key, value);
    }
    let source = Supervised::start_on(held, config);
    wait_for("a pause", || source.consumed.source.stats().is_paused);
    delete_records(stand, topic, 35);
    source.live.hold(false);
    source
}

#[test]
fn what_retention_took_is_named_and_reading_goes_on() {
    let stand = Stand::shared();
    let topic = stand.topic("gap-earliest", 1);
    let source = with_gap(stand, &topic, "earliest");
    let offsets = || longs(&read(&source.consumed.table), "KafkaOffset");
    wait_for("the last record", || offsets().last() == Some(&39));
    let read: Vec<i64> = offsets();
    let lost = (read.iter().position(|offset| *offset == 35).unwrap() as i64, 34);
    assert!(lost.0 < 35, "something was lost: {read:?}");
    let expected = format!("offsets {} to {} of partition 0 are no longer there", lost.0, lost.1);
    wait_for("the gap's row", || source.states().contains(&("GAP".to_owned(), expected.clone())));
    source.wait_state("RUNNING");
    wait_for("the last error", || source.cell("LastError") == expected);
}

#[test]
fn a_gap_leaves_out_what_is_old_or_fails_the_table_if_so_wished() {
    let stand = Stand::shared();
    let topic = stand.topic("gap-latest", 1);
    let source = with_gap(stand, &topic, "latest");
    wait_for("the gap's row", || {
        source
            .states()
            .iter()
            .any(|(state, detail)| state == "GAP" && detail.contains("35 to 39 are left out"))
    });
    stand.produce_values(&topic, &[b"new"]);
    wait_for("the new record", || source.values().last().is_some_and(|last| last == "new"));
    assert!(!longs(&read(&source.consumed.table), "KafkaOffset").contains(&39));
    let topic = stand.topic("gap-fail", 1);
    let source = with_gap(stand, &topic, "fail");
    wait_for("the failure", || source.consumed.table.failure().is_some());
    let failure = source.consumed.table.failure().unwrap().to_string();
    assert!(failure.contains("to 34 of partition 0 are no longer there"), "{failure}");
    source.wait_state("STOPPED");
}

#[test]
fn the_skew_of_producers_clocks_is_shown() {
    let stand = Stand::shared();
    let topic = stand.topic("skew", 2);
    let publisher = Publisher::new(&stand.target, 0.0).unwrap();
    let hour = 3_600_000;
    for (partition, ahead) in [(0, hour), (1, -2 * hour)] {
        let timestamp = Some(now() / 1_000_000 + ahead);
        let record = Record {
            topic: &topic,
            partition: Some(partition),
            value: Some(b"x"),
            timestamp,
            ..Record::default()
        };
        publisher.send(record).unwrap();
    }
    publisher.finish().unwrap();
    let source = Supervised::of(stand, &topic, &[]);
    wait_rows(&source.consumed.table, 2);
    let skews = || {
        let partitions = read(source.board.partitions());
        let skew = partitions.column_by_name("Skew").unwrap().clone();
        let skew =
            arrow_array::cast::AsArray::as_primitive::<arrow_array::types::DurationNanosecondType>(&skew)
                .clone();
        skew.iter().flatten().map(|ns| ns / 1_000_000_000).collect::<Vec<_>>()
    };
    wait_for("both skews", || skews().len() == 2);
    let found = skews();
    assert!((found[0] + 3_600).abs() < 60, "an hour ahead: {found:?}");
    assert!((found[1] - 7_200).abs() < 60, "two hours behind: {found:?}");
    source.wait_state("RUNNING");
}

#[test]
fn a_slow_broker_is_no_fault_and_one_that_is_too_slow_is() {
    let broker = EmbeddedBroker::start().unwrap();
    let proxy = FaultProxy::start(broker.address(), 0).unwrap();
    broker.advertise(proxy.address());
    let target = Target::new(proxy.address().to_string(), "");
    client::create_topic(&target, "slow", 1).unwrap();
    let mut config =
        ConsumerConfig::new(&target.bootstrap, "slow").with_setting("broker.address.family", "v4");
    config.key = Spec::Ignore;
    config.value = text("V");
    config.offsets = Offsets::All(StartAt::Beginning);
    config.retention = kinetable_kafka::Retention::Append;
    let source = Supervised::start(config);
    proxy.set(Fault::Delay(Duration::from_millis(150)));
    // Slowly, too: who is told of another way meanwhile may not come back to the proxy.
    let send = |value: &[u8]| {
        let publisher = Publisher::new(&target, 0.0).unwrap();
        publisher
            .send(Record { topic: "slow", partition: Some(0), value: Some(value), ..Record::default() })
            .unwrap();
        publisher.finish().unwrap();
    };
    for value in [b"1", b"2", b"3"] {
        send(value);
    }
    source.wait_values(&["1", "2", "3"]);
    let states: Vec<String> = source.states().into_iter().map(|(state, _)| state).collect();
    assert_eq!(states, ["RUNNING"], "a broker may be slow");
    assert_eq!(source.cell("Errors"), "0");
    proxy.set(Fault::Delay(Duration::from_secs(4)));
    source.wait_state("DEGRADED");
    proxy.set(Fault::None);
    wait_for("the end of it", || source.cell("State") == "RUNNING");
}

#[test]
fn a_reader_about_to_lose_records_is_warned() {
    let stand = Stand::shared();
    if matches!(stand.broker, Broker::Embedded(_)) {
        // It describes no configurations; the arithmetic has tests of its own.
        return;
    }
    let topic = stand.topic("risk", 1);
    client::set_topic_config(&stand.target, &topic, &[("retention.ms", "100000")]).unwrap();
    let publisher = Publisher::new(&stand.target, 0.0).unwrap();
    for _ in 0..40 {
        let timestamp = Some(now() / 1_000_000 - 90_000);
        let value = [b'x'; 20_000];
        publisher
            .send(Record {
                topic: &topic,
                partition: Some(0),
                value: Some(&value),
                timestamp,
                ..Record::default()
            })
            .unwrap();
        // Alone in its batch: a fetch takes a batch whole, whatever its limit.
        publisher.finish().unwrap();
    }
    let held = Live::start();
    held.hold(true);
    let config = stand
        .consumer(&topic, text("V"))
        .with_setting("kinetable.queue.bytes.max", "100000")
        .with_setting("queued.max.messages.kbytes", "25")
        .with_setting("fetch.message.max.bytes", "25000");
    let source = Supervised::start_on(held, config);
    let began = std::time::Instant::now();
    while source.consumed.source.stats().state != "LAG RISK" {
        assert!(began.elapsed() < Duration::from_secs(120), "{:?}", source.consumed.source.stats());
        std::thread::sleep(Duration::from_millis(20));
    }
    let detail = source.consumed.source.stats().detail;
    assert!(detail.contains("records are kept for 100 s") && detail.contains(" left since "), "{detail}");
    source.live.hold(false);
    wait_for("all", || size(&source.consumed.table) == 40);
    source.wait_state("RUNNING");
    let told = source.states().into_iter().filter(|(state, _)| state == "LAG RISK").count();
    assert_eq!(told, 1, "the seconds that are left do not fill the status table");
}

#[test]
fn a_broker_that_fails_over_is_no_fault() {
    let cluster = EmbeddedCluster::start(3).unwrap();
    cluster.create_topic("failing-over", 1);
    let target = Target::new(cluster.bootstrap(), "");
    let send = |value: &[u8]| {
        let publisher = Publisher::new(&target, 0.0).unwrap();
        let record =
            Record { topic: "failing-over", partition: Some(0), value: Some(value), ..Record::default() };
        publisher.send(record).unwrap();
        publisher.finish().unwrap();
    };
    send(b"1");
    let mut config =
        ConsumerConfig::new(&target.bootstrap, "failing-over").with_setting("broker.address.family", "v4");
    config.key = Spec::Ignore;
    config.value = text("V");
    config.offsets = Offsets::All(StartAt::Beginning);
    config.retention = kinetable_kafka::Retention::Append;
    let source = Supervised::start(config);
    source.wait_values(&["1"]);
    cluster.fail_over(1, "failing-over", 2);
    send(b"2");
    source.wait_values(&["1", "2"]);
    wait_for("the retries to be counted", || source.cell("Retries") != "0");
    source.wait_state("RUNNING");
}

#[test]
fn a_registry_that_stays_away_costs_no_bytes() {
    use apache_avro::types::Value;
    let stand = Stand::own();
    let RunningRegistry::Embedded(registry) = &stand.registry else {
        return;
    };
    let topic = stand.topic("stays-away", 1);
    let (v1, v2) =
        (registry.register("stays-value", V1).unwrap(), registry.register("stays-other", V2).unwrap());
    let row = |n: i32| vec![("A", Value::Int(n)), ("B", Value::String(format!("row {n}")))];
    stand.produce_values(&topic, &[&framed(v1, V1, record(&row(1)))]);
    let config =
        stand.consumer(&topic, avro("stays-value")).with_setting("kinetable.registry.wait.ms", "700");
    let source = Supervised::start(config);
    wait_rows(&source.consumed.table, 1);
    registry.stop();
    let mut fields = row(2);
    fields.insert(1, ("New", Value::Union(0, Box::new(Value::Null))));
    let unknown = framed(v2, V2, record(&fields));
    stand.produce_values(&topic, &[&unknown, &framed(v1, V1, record(&row(3)))]);
    // The fault passes when the record has waited for long enough; its row stays.
    wait_for("the fault's row", || {
        source.states().iter().any(|(state, detail)| state == "DEGRADED" && detail.starts_with("registry: "))
    });
    wait_for("the good record", || cells(&read(&source.consumed.table), "A") == ["1", "3"]);
    wait_for("the other", || source.consumed.errors.size() == 1);
    let errors = read(&source.consumed.errors);
    let raw = arrow_array::cast::AsArray::as_binary_view(errors.column_by_name("Raw").unwrap());
    assert_eq!(raw.value(0), unknown, "nothing is lost");
}

#[test]
fn every_codec_is_read_and_written() {
    use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
    let stand = Stand::shared();
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
        let topic = stand.topic(codec, 1);
        let mut settings = rdkafka::ClientConfig::new();
        settings.set("bootstrap.servers", &stand.target.bootstrap).set("compression.type", codec);
        let producer: BaseProducer = settings.set("broker.address.family", "v4").create().unwrap();
        let value = "a value that says itself again and again ".repeat(20);
        for _ in 0..50 {
            producer
                .send(BaseRecord::<(), str>::to(&topic).payload(&value))
                .map_err(|(error, _)| error)
                .unwrap();
        }
        producer.flush(Duration::from_secs(60)).unwrap();
        let source = Supervised::of(stand, &topic, &[]);
        wait_rows(&source.consumed.table, 50);
        assert!(source.values().iter().all(|read| *read == value), "{codec}");
        let again = stand.topic(codec, 1);
        let value_column = ProduceSpec::Simple { column: "V".to_owned() };
        let mut config =
            ProducerConfig::new(&stand.target.bootstrap, &again, ProduceSpec::Ignore, value_column);
        config.client.extend(stand.settings());
        config.client.insert("compression.type".to_owned(), codec.to_owned());
        let published = produce(&source.consumed.table, config).unwrap();
        published.stop().unwrap();
        let back = client::read_all(&stand.target, &again).unwrap();
        assert_eq!(back.len(), 50, "{codec}");
        assert!(back.iter().all(|record| record.value.as_deref() == Some(value.as_bytes())), "{codec}");
    }
}
