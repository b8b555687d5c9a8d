//! What becomes of bad records: the four policies, dead letters, replays, the breaker, records that are too large.

use std::collections::BTreeMap;
use std::time::Duration;

use apache_avro::types::Value;
use arrow_schema::DataType;
use kinetable_broker::client;
use kinetable_kafka::{AvroSchema, ConsumerConfig, OnError, ReplaySpecs, Retention, Spec, consume};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Header, Headers, Message, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use crate::consuming::{avro, text};
use crate::evolving::{V1, framed, record};
use crate::live::{Collector, Live, cells, longs, read, wait_for, wait_rows};
use crate::stand::Stand;

fn long(column: &str) -> Spec {
    Spec::Simple { column: column.into(), data_type: Some(DataType::Int64) }
}

/// A topic with a bad key, a bad value, and a record that is bad twice between good ones.
fn mixed(stand: &Stand, name: &str, on_error: OnError) -> ConsumerConfig {
    let topic = stand.topic(name, 1);
    let (good, bad_key): (&[u8], &[u8]) = (b"k", &[0xff, 0xfe]);
    stand.produce(
        &topic,
        &[
            (0, Some(good), Some(&1i64.to_be_bytes())),
            (0, Some(bad_key), Some(&2i64.to_be_bytes())),
            (0, Some(good), Some(b"short")),
            (0, Some(bad_key), Some(b"short")),
            (0, None, Some(&5i64.to_be_bytes())),
        ],
    );
    let mut config = stand.consumer(&topic, long("V"));
    config.key = text("K");
    config.errors.on_error = on_error;
    config
}

#[test]
fn skipped_records_are_counted_and_nothing_else() {
    let (stand, live) = (Stand::shared(), Live::start());
    let consumed = consume(&live.graph, mixed(stand, "skip", OnError::Skip)).unwrap();
    assert_eq!(longs(&wait_rows(&consumed.table, 2), "KafkaOffset"), [0, 4]);
    wait_for("the count", || consumed.source.stats().errors == 3);
    assert_eq!(consumed.errors.size(), 0);
}

#[test]
fn a_table_may_fail_with_its_first_bad_record() {
    let (stand, live) = (Stand::shared(), Live::start());
    let consumed = consume(&live.graph, mixed(stand, "fail", OnError::Fail)).unwrap();
    wait_for("the failure", || consumed.table.failure().is_some());
    assert_eq!(longs(&read(&consumed.table), "KafkaOffset"), [0], "the rows before it are there");
    let failure = consumed.table.failure().unwrap().to_string();
    for part in ["key at offset 1 of partition 0", "fail-", "not UTF-8", "dead_letter"] {
        assert!(failure.contains(part), "{failure}");
    }
    assert_eq!(longs(&wait_rows(&consumed.errors, 1), "Offset"), [1]);
    wait_for("the end of the source", || consumed.source.is_stopped());
}

#[test]
fn a_bad_side_may_be_null_in_a_row_that_stays() {
    let (stand, live) = (Stand::shared(), Live::start());
    let consumed = consume(&live.graph, mixed(stand, "null", OnError::Null)).unwrap();
    let rows = wait_rows(&consumed.table, 5);
    assert_eq!(longs(&rows, "KafkaOffset"), [0, 1, 2, 3, 4]);
    assert_eq!(cells(&rows, "K"), ["k", ".", "k", ".", "."]);
    assert_eq!(cells(&rows, "V"), ["1", "2", ".", ".", "5"]);
    let errors = wait_rows(&consumed.errors, 4);
    assert_eq!(longs(&errors, "Offset"), [1, 2, 3, 3]);
    assert_eq!(cells(&errors, "Side"), ["key", "value", "key", "value"]);
    assert_eq!(consumed.source.stats().errors, 3, "a record that is bad twice is one");
    let refused = consumed.source.replay_errors(&ReplaySpecs::default()).unwrap_err();
    assert!(refused.to_string().contains("rows of the table already"), "{refused}");
}

/// Key, value and headers of a record of the dead-letter topic.
type Letter = (Option<Vec<u8>>, Option<Vec<u8>>, BTreeMap<String, String>, i64);

/// Reads a topic by a client that is not ours.
fn letters(stand: &Stand, topic: &str, count: usize) -> Vec<Letter> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &stand.target.bootstrap)
        .set("broker.address.family", "v4")
        .set("group.id", format!("check-{topic}"))
        .set("auto.offset.reset", "earliest")
        .create()
        .unwrap();
    let mut list = rdkafka::TopicPartitionList::new();
    list.add_partition_offset(topic, 0, rdkafka::Offset::Beginning).unwrap();
    consumer.assign(&list).unwrap();
    let mut found = Vec::new();
    wait_for(&format!("{count} letters of {topic}"), || {
        if let Some(Ok(message)) = consumer.poll(Duration::from_millis(200)) {
            let shown = |bytes: Option<&[u8]>| String::from_utf8(bytes.unwrap_or_default().to_vec()).unwrap();
            let headers = message.headers().map_or_else(BTreeMap::new, |headers| {
                headers.iter().map(|header| (header.key.to_owned(), shown(header.value))).collect()
            });
            let own = |bytes: Option<&[u8]>| bytes.map(<[u8]>::to_vec);
            let time = message.timestamp().to_millis().unwrap_or(0);
            found.push((own(message.key()), own(message.payload()), headers, time));
        }
        found.len() >= count
    });
    found
}

#[test]
fn dead_letters_carry_the_record_and_where_it_came_from() {
    let (stand, live) = (Stand::shared(), Live::start());
    let mut config = mixed(stand, "lettered", OnError::DeadLetter);
    let post = stand.topic("letters", 1);
    config.errors.dead_letter_topic = Some(post.clone());
    let topic = config.topic.clone();
    let consumed = consume(&live.graph, config).unwrap();
    wait_rows(&consumed.errors, 3);
    let found = letters(stand, &post, 3);
    let (key, value, headers, time) = &found[0];
    assert_eq!((key.as_deref(), value.as_deref()), (Some(&[0xff, 0xfe][..]), Some(&2i64.to_be_bytes()[..])));
    let header = |name: &str| headers.get(&format!("kinetable.error.{name}")).cloned();
    assert_eq!(header("topic").as_ref(), Some(&topic));
    assert_eq!((header("partition").as_deref(), header("offset").as_deref()), (Some("0"), Some("1")));
    assert_eq!((header("side").as_deref(), header("size").as_deref()), (Some("key"), Some("10")));
    assert!(header("reason").unwrap().contains("not UTF-8"));
    assert_eq!(header("timestamp").as_deref(), Some("1700000000123"));
    assert_eq!(*time, 1_700_000_000_123);
    let offsets: Vec<_> = found.iter().map(|letter| letter.2["kinetable.error.offset"].clone()).collect();
    assert_eq!(offsets, ["1", "2", "3"], "in their order");
    wait_for("the broker's word", || consumed.source.stats().dead_letters.delivered == 3);
    assert_eq!(consumed.source.stats().dead_letters.failed, 0);
    consumed.source.stop();
}

#[test]
fn a_dead_letter_topic_has_to_be_there() {
    let (stand, live) = (Stand::shared(), Live::start());
    let mut config = mixed(stand, "unlettered", OnError::DeadLetter);
    config.errors.dead_letter_topic = Some(config.topic.clone());
    let error = consume(&live.graph, config.clone()).err().unwrap();
    assert!(error.to_string().contains("name another topic"), "{error}");
    config.errors.dead_letter_topic = Some("letters".into());
    config.errors.on_error = OnError::Fail;
    assert!(consume(&live.graph, config).is_err());
}

#[test]
fn letters_wait_for_a_broker_that_is_away() {
    let (stand, live) = (Stand::own(), Live::start());
    let mut config = mixed(&stand, "waiting", OnError::DeadLetter);
    let post = stand.topic("waiting-letters", 1);
    config.errors.dead_letter_topic = Some(post.clone());
    let topic = config.topic.clone();
    let consumed = consume(&live.graph, config).unwrap();
    wait_for("the first letters", || consumed.source.stats().dead_letters.delivered == 3);
    stand.broker.kill();
    std::thread::sleep(Duration::from_millis(300));
    stand.broker.restart();
    let bad: Vec<&[u8]> = vec![b"bad"; 500];
    stand.produce_values(&topic, &bad);
    wait_for("all letters", || consumed.source.stats().dead_letters.delivered == 503);
    assert_eq!(letters(&stand, &post, 503).len(), 503, "none lost, none twice");
}

#[test]
fn a_schema_that_comes_late_brings_the_records_back() {
    let stand = Stand::own();
    let topic = stand.topic("late", 1);
    let v1 = client::register_schema(&stand.target, &format!("{topic}-value"), V1).unwrap();
    let row = |a: i32| record(&[("A", Value::Int(a)), ("B", Value::String(format!("b{a}")))]);
    let other = V1.replace("\"R\"", "\"Later\"");
    let late = v1 + 1;
    stand.produce_values(
        &topic,
        &[&framed(v1, V1, row(1)), &framed(late, &other, row(2)), b"junk", &framed(v1, V1, row(3))],
    );
    let live = Live::start();
    let consumed = consume(&live.graph, stand.consumer(&topic, avro(&format!("{topic}-value")))).unwrap();
    wait_rows(&consumed.table, 2);
    let errors = wait_rows(&consumed.errors, 2);
    assert_eq!(cells(&errors, "SchemaId"), [late.to_string(), ".".to_owned()]);
    let replay = |specs: &ReplaySpecs| {
        let done = consumed.source.replay_errors(specs).unwrap();
        (done.replayed, done.remaining)
    };
    assert_eq!(replay(&ReplaySpecs::default()), (0, 2), "nothing has changed");
    assert_eq!(cells(&read(&consumed.errors), "Reason"), cells(&errors, "Reason"));
    assert_eq!(client::register_schema(&stand.target, &format!("{topic}-late"), &other).unwrap(), late);
    assert_eq!(replay(&ReplaySpecs::default()), (1, 1), "at once, without a second's wait");
    let rows = wait_rows(&consumed.table, 3);
    assert_eq!(
        (cells(&rows, "A"), longs(&rows, "KafkaOffset")),
        (vec!["1".into(), "3".into(), "2".into()], vec![0, 3, 1])
    );
    let spec = Spec::Json {
        columns: vec![("A".into(), DataType::Int32), ("B".into(), DataType::Utf8View)],
        mapping: BTreeMap::new(),
    };
    let old = cells(&errors, "Reason").remove(1);
    assert_eq!(replay(&ReplaySpecs { value: Some(spec), ..ReplaySpecs::default() }), (0, 1));
    wait_for("the new reason", || {
        let now = read(&consumed.errors);
        longs(&now, "Offset") == [2] && cells(&now, "Reason") != [old.clone()]
    });
    let wrong = ReplaySpecs { value: Some(text("C")), ..ReplaySpecs::default() };
    let refused = consumed.source.replay_errors(&wrong).unwrap_err().to_string();
    assert!(refused.contains("C Utf8View") && refused.contains("A Int32"), "{refused}");
}

#[test]
fn a_replay_with_another_spec_makes_rows() {
    let stand = Stand::shared();
    let topic = stand.topic("remapped", 1);
    let old: Vec<String> = (0..3_000).map(|n| format!("{{\"A\":{n}}}")).collect();
    let new: Vec<String> = (0..2_000).map(|n| format!("{{\"A\":{{\"n\":{n}}}}}")).collect();
    let all: Vec<&[u8]> = old.iter().chain(&new).map(String::as_bytes).chain([&b"{"[..]]).collect();
    stand.produce_values(&topic, &all);
    let json = |from: &str| Spec::Json {
        columns: vec![("A".into(), DataType::Int64)],
        mapping: BTreeMap::from([(from.to_owned(), "A".to_owned())]),
    };
    for retention in [Retention::Append, Retention::BLINK] {
        let live = Live::start();
        live.hold(true);
        let mut config = stand.consumer(&topic, json("A"));
        config.retention = retention;
        let consumed = consume(&live.graph, config).unwrap();
        let seen = Collector::of(&consumed.table);
        live.hold(false);
        wait_for("the good rows", || seen.rows() == 3_000);
        wait_rows(&consumed.errors, 2_001);
        let specs = ReplaySpecs { value: Some(json("/A/n")), ..ReplaySpecs::default() };
        live.hold(true);
        let done = consumed.source.replay_errors(&specs).unwrap();
        assert_eq!((done.replayed, done.remaining), (2_000, 1));
        let again = consumed.source.replay_errors(&specs).unwrap();
        assert_eq!(again.replayed, 0, "they are on their way out of the errors");
        live.hold(false);
        wait_for("the rows", || seen.rows() == 5_000);
        wait_for("one error", || consumed.errors.size() == 1);
        let rows = seen.all();
        assert_eq!(longs(&rows, "A")[3_000..], (0..2_000).collect::<Vec<_>>());
        assert_eq!(longs(&rows, "KafkaOffset")[3_000..], (3_000..5_000).collect::<Vec<_>>());
        let stats = consumed.source.stats();
        assert_eq!((stats.rows, stats.errors, stats.replayed), (5_000, 2_001, 2_000));
        let done = consumed.source.replay_errors(&specs).unwrap();
        assert_eq!((done.replayed, done.remaining), (0, 1), "none becomes a row twice");
    }
}

#[test]
fn too_many_bad_records_are_told_with_both_schemas_and_stop_the_reading_if_asked() {
    let stand = Stand::shared();
    let topic = stand.topic("breaking", 1);
    let register =
        |subject: &str, schema: &str| client::register_schema(&stand.target, subject, schema).unwrap();
    let v1 = register(&format!("{topic}-value"), V1);
    const ALIEN: &str = r#"{"type":"record","name":"R","fields":[{"name":"Z","type":"boolean"}]}"#;
    let alien = register(&format!("{topic}-alien"), ALIEN);
    let good = framed(v1, V1, record(&[("A", Value::Int(1)), ("B", Value::String("b".into()))]));
    let bad = framed(alien, ALIEN, record(&[("Z", Value::Boolean(true))]));
    stand.produce_values(&topic, &[good.as_slice(); 300]);
    stand.produce_values(&topic, &[bad.as_slice(); 300]);
    let live = Live::start();
    let config = stand
        .consumer(&topic, avro(&format!("{topic}-value")))
        .with_setting("kinetable.errors.rate.max", "20%")
        .with_setting("kinetable.errors.rate.window", "200")
        .with_setting("kinetable.errors.rate.action", "pause");
    let consumed = consume(&live.graph, config).unwrap();
    wait_for("attention", || consumed.source.stats().state == "ATTENTION");
    let detail = consumed.source.stats().detail;
    let found = format!("found: schema {alien}");
    for part in
        ["records are bad", "does not fit", "expected: A Int32, B Utf8View", &found, "boolean", "resume()"]
    {
        assert!(detail.contains(part), "{detail}");
    }
    wait_rows(&consumed.table, 300);
    stand.produce_values(&topic, &[good.as_slice(); 50]);
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(consumed.table.size(), 300, "nothing is read, nothing is lost");
    consumed.source.resume();
    wait_rows(&consumed.table, 350);
    wait_for("running again", || consumed.source.stats().state == "RUNNING");
    let told = cells(&read(&consumed.status), "State");
    assert!(told.contains(&"ATTENTION".to_owned()), "{told:?}");
}

#[test]
fn a_record_that_is_too_large_is_set_aside_without_its_bytes() {
    let stand = Stand::shared();
    let topic = stand.topic("large", 1);
    let large = vec![b'x'; 400_000];
    stand.produce(
        &topic,
        &[(0, Some(b"k"), Some(b"small")), (0, Some(b"k"), Some(&large)), (0, None, Some(b"after"))],
    );
    let post = stand.topic("large-letters", 1);
    let mut config = stand.consumer(&topic, text("V")).with_setting("kinetable.record.bytes.max", "100000");
    config.errors.dead_letter_topic = Some(post.clone());
    let live = Live::start();
    let consumed = consume(&live.graph, config).unwrap();
    assert_eq!(cells(&wait_rows(&consumed.table, 2), "V"), ["small", "after"]);
    let errors = wait_rows(&consumed.errors, 1);
    let cell = |column: &str| cells(&errors, column)[0].clone();
    assert_eq!((cell("Side"), cell("Size"), cell("Offset")), ("record".into(), "400001".into(), "1".into()));
    assert_eq!((cell("Raw"), cell("Other")), (".".into(), ".".into()));
    assert!(cell("Reason").contains("kinetable.record.bytes.max"), "{}", cell("Reason"));
    let letter = letters(stand, &post, 1).remove(0);
    assert_eq!((letter.0, letter.1), (None, None));
    assert_eq!(letter.2["kinetable.error.size"], "400001");
    let done = consumed.source.replay_errors(&ReplaySpecs::default()).unwrap();
    assert_eq!((done.replayed, done.remaining), (0, 1), "without its bytes it stays");
}

#[test]
fn an_inline_schema_needs_no_registry_to_be_expected() {
    let stand = Stand::shared();
    let topic = stand.topic("inline", 1);
    let spec = Spec::Avro {
        schema: AvroSchema::Inline(V1.to_owned()),
        mapping: BTreeMap::new(),
        mapped_only: false,
    };
    let mut config = stand.consumer(&topic, spec).with_setting("kinetable.errors.rate.window", "10");
    config.client.remove("schema.registry.url");
    stand.produce_values(&topic, &[&b"\x00\x00\x00\x00\x07"[..]; 10]);
    let live = Live::start();
    let consumed = consume(&live.graph, config).unwrap();
    wait_for("attention", || consumed.source.stats().state == "ATTENTION");
    let detail = consumed.source.stats().detail;
    assert!(detail.contains("found: schema 7"), "{detail}");
    stand.produce_values(
        &topic,
        &[&framed(7, V1, record(&[("A", Value::Int(1)), ("B", Value::String("b".into()))])); 20]
            .iter()
            .map(|value| value.as_slice())
            .collect::<Vec<_>>(),
    );
    wait_for("running by itself", || consumed.source.stats().state == "RUNNING");
}

#[test]
fn headers_go_with_a_letter_and_come_back_with_a_replay() {
    let stand = Stand::shared();
    let (topic, post) = (stand.topic("headed", 1), stand.topic("headed-letters", 1));
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", &stand.target.bootstrap)
        .set("broker.address.family", "v4")
        .create()
        .unwrap();
    for (trace, value) in [("one", r#"{"A":1}"#), ("two", r#"{"A":{"n":2}}"#), ("three", "{")] {
        let header = Header { key: "trace", value: Some(trace) };
        let record = BaseRecord::<str, str>::to(&topic).payload(value).partition(0);
        producer.send(record.headers(OwnedHeaders::new().insert(header))).unwrap();
    }
    producer.flush(Duration::from_secs(60)).unwrap();
    let json = |from: &str| Spec::Json {
        columns: vec![("A".into(), DataType::Int64)],
        mapping: BTreeMap::from([(from.to_owned(), "A".to_owned())]),
    };
    let mut config = stand.consumer(&topic, json("A")).with_setting("kinetable.headers.column.name", "H");
    config.errors.dead_letter_topic = Some(post.clone());
    let live = Live::start();
    let consumed = consume(&live.graph, config).unwrap();
    let errors = wait_rows(&consumed.errors, 2);
    assert_eq!(cells(&errors, "Headers")[0], r#"{"trace":"two"}"#);
    let letter = letters(stand, &post, 1).remove(0);
    assert_eq!(letter.2["trace"], "two");
    assert_eq!(letter.2["kinetable.error.offset"], "1");
    let specs = ReplaySpecs { value: Some(json("/A/n")), ..ReplaySpecs::default() };
    assert_eq!(consumed.source.replay_errors(&specs).unwrap().replayed, 1);
    let rows = wait_rows(&consumed.table, 2);
    assert_eq!(cells(&rows, "A"), ["1", "2"]);
    assert_eq!(cells(&rows, "H"), [r#"{"trace":"one"}"#, r#"{"trace":"two"}"#]);
    let reason = || cells(&read(&consumed.errors), "Reason");
    wait_for("one error", || consumed.errors.size() == 1);
    let before = reason();
    let specs = ReplaySpecs { value: Some(long("A")), ..ReplaySpecs::default() };
    assert_eq!(consumed.source.replay_errors(&specs).unwrap().remaining, 1);
    wait_for("another reason", || reason() != before);
    let left = read(&consumed.errors);
    assert_eq!(
        (cells(&left, "Headers"), longs(&left, "Offset")),
        (vec![r#"{"trace":"three"}"#.into()], vec![2])
    );
}
