//! Log-ins, TLS and permissions; and that no secret is ever shown.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use kinetable_broker::apache::{ApacheKafka, KafkaOptions, PASSWORD, SecureListeners, USER};
use kinetable_broker::feed::{Publisher, Record};
use kinetable_broker::{EmbeddedBroker, Target, client};
use kinetable_kafka::{
    Board, Consumed, ConsumerConfig, Offsets, ProduceSpec, ProducerConfig, Retention, Spec, StartAt, Token,
    TokenFunction,
};
use kinetable_kafka::{consume, topics};
use parking_lot::Mutex;
use tracing::field::{Field, Visit};

use crate::consuming::text;
use crate::live::{Live, cells, read, wait_for, wait_rows};

const SECRET: &str = "s3cr3t-7d1f";

/// The broker with all listeners, if this run is on Apache Kafka.
fn secure() -> Option<&'static ApacheKafka> {
    static SHARED: OnceLock<Option<ApacheKafka>> = OnceLock::new();
    let start = || {
        let apache = std::env::var("KINETABLE_TEST_BROKER").is_ok_and(|broker| broker == "apache");
        let options = KafkaOptions { secure: true, ..KafkaOptions::default() };
        apache.then(|| ApacheKafka::start(&options).expect("Apache Kafka starts"))
    };
    SHARED.get_or_init(start).as_ref()
}

fn listeners(kafka: &ApacheKafka) -> &SecureListeners {
    kafka.secure().expect("it was asked for")
}

/// A topic with these values, made over the plain listener.
fn topic(target: &Target, name: &str, values: &[&str]) {
    client::create_topic(target, name, 1).unwrap();
    produce(target, name, values);
}

fn produce(target: &Target, name: &str, values: &[&str]) {
    let publisher = Publisher::new(target, 0.0).unwrap();
    for value in values {
        let record =
            Record { topic: name, partition: Some(0), value: Some(value.as_bytes()), ..Record::default() };
        publisher.send(record).unwrap();
    }
    publisher.finish().unwrap();
}

fn config(bootstrap: &str, topic: &str, settings: &[(&str, &str)]) -> ConsumerConfig {
    let mut config = ConsumerConfig::new(bootstrap, topic).with_setting("broker.address.family", "v4");
    for (key, value) in settings {
        config = config.with_setting(*key, *value);
    }
    config.key = Spec::Ignore;
    config.value = text("V");
    config.offsets = Offsets::All(StartAt::Beginning);
    config.retention = Retention::Append;
    config
}

fn login<'a>(mechanism: &'a str, password: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("security.protocol", "sasl_plaintext"),
        ("sasl.mechanism", mechanism),
        ("sasl.username", USER),
        ("sasl.password", password),
    ]
}

fn wait_state(consumed: &Consumed, state: &str) {
    let since = Instant::now();
    while consumed.source.stats().state != state {
        let stats = consumed.source.stats();
        assert!(since.elapsed() < Duration::from_secs(120), "not {state}: {} {}", stats.state, stats.detail);
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn every_log_in_and_tls_are_spoken() {
    let Some(kafka) = secure() else { return };
    let target = Target::new(kafka.bootstrap(), "");
    topic(&target, "spoken", &["one", "two"]);
    let at = listeners(kafka);
    let authority = at.authority().display().to_string();
    let tls = [("security.protocol", "ssl"), ("ssl.ca.location", authority.as_str())];
    let mut both = login("PLAIN", PASSWORD);
    both[0] = ("security.protocol", "sasl_ssl");
    both.push(("ssl.ca.location", authority.as_str()));
    let unsecured = [
        ("security.protocol", "sasl_plaintext"),
        ("sasl.mechanism", "OAUTHBEARER"),
        ("enable.sasl.oauthbearer.unsecure.jwt", "true"),
        ("sasl.oauthbearer.config", "principal=alice scope=read"),
    ];
    let ways: [(String, Vec<(&str, &str)>); 6] = [
        (at.ssl(), tls.to_vec()),
        (at.sasl_ssl(), both),
        (at.sasl(), login("PLAIN", PASSWORD)),
        (at.sasl(), login("SCRAM-SHA-256", PASSWORD)),
        (at.sasl(), login("SCRAM-SHA-512", PASSWORD)),
        (at.sasl(), unsecured.to_vec()),
    ];
    let live = Live::start();
    for (bootstrap, settings) in &ways {
        let consumed = consume(&live.graph, config(bootstrap, "spoken", settings)).unwrap();
        assert_eq!(cells(&wait_rows(&consumed.table, 2), "V"), ["one", "two"], "{settings:?}");
        consumed.source.stop();
    }
    let unknown = [("security.protocol", "ssl")];
    let refused = consume(
        &live.graph,
        config(&at.ssl(), "spoken", &unknown).with_setting("kinetable.connect.timeout.ms", "5000"),
    );
    let refused = refused.err().unwrap().to_string();
    assert!(refused.contains("certificate"), "{refused}");
}

#[test]
fn a_function_gives_tokens() {
    let Some(kafka) = secure() else { return };
    let target = Target::new(kafka.bootstrap(), "");
    topic(&target, "tokens", &["one"]);
    let asked = Arc::new(Mutex::new(0));
    let count = asked.clone();
    let function = move |_: &str| {
        *count.lock() += 1;
        let expires_ms = crate::live::now() / 1_000_000 + 60_000;
        let seconds = expires_ms / 1_000;
        let claims = format!("{{\"sub\":\"alice\",\"iat\":{},\"exp\":{seconds}}}", seconds - 100);
        let part = |text: &str| base64(text.as_bytes());
        let token = format!("{}.{}.", part("{\"alg\":\"none\"}"), part(&claims));
        Ok(Token { token, principal: "alice".to_owned(), expires_ms })
    };
    let settings = [("security.protocol", "sasl_plaintext"), ("sasl.mechanism", "OAUTHBEARER")];
    let mut config = config(&listeners(kafka).sasl(), "tokens", &settings);
    config.tokens = Some(TokenFunction(Arc::new(function)));
    let live = Live::start();
    let tokens = config.tokens.clone();
    let consumed = consume(&live.graph, config.clone()).unwrap();
    wait_rows(&consumed.table, 1);
    let so_far = *asked.lock();
    assert!(so_far >= 1);
    client::create_topic(&target, "tokens-out", 1).unwrap();
    let value = ProduceSpec::Simple { column: "V".into() };
    let mut out = ProducerConfig::new(listeners(kafka).sasl(), "tokens-out", ProduceSpec::Ignore, value);
    out.client = config.client;
    let refused = kinetable_kafka::produce(&consumed.table, out.clone()).err().unwrap().to_string();
    assert!(refused.contains("a token is asked for, and nothing says where to get one"), "{refused}");
    out.tokens = tokens;
    kinetable_kafka::produce(&consumed.table, out).unwrap().stop().unwrap();
    assert!(*asked.lock() > so_far);
    assert_eq!(client::read_all(&target, "tokens-out").unwrap().len(), 1);
}

#[test]
fn every_client_of_a_source_logs_in_with_tokens() {
    let Some(kafka) = secure() else { return };
    let target = Target::new(kafka.bootstrap(), "");
    topic(&target, "members", &["one"]);
    topic(&target, "members-letters", &[]);
    let settings = [
        ("security.protocol", "sasl_plaintext"),
        ("sasl.mechanism", "OAUTHBEARER"),
        ("enable.sasl.oauthbearer.unsecure.jwt", "true"),
        ("sasl.oauthbearer.config", "principal=alice"),
        ("group.id", "members"),
    ];
    let bootstrap = listeners(kafka).sasl();
    let live = Live::start();
    for mode in ["subscribe", "assign"] {
        let mut config = config(&bootstrap, "members", &settings).with_setting("kinetable.group.mode", mode);
        if mode == "assign" {
            config.offsets = Offsets::All(StartAt::DontSeek);
        }
        config.errors.dead_letter_topic = Some("members-letters".into());
        let found = topics(&config.client).unwrap();
        assert!(found.contains(&"members".to_owned()), "{found:?}");
        let consumed = consume(&live.graph, config).unwrap();
        if mode == "assign" {
            produce(&target, "members", &["two"]);
        }
        let expected = if mode == "assign" { "two" } else { "one" };
        assert_eq!(cells(&wait_rows(&consumed.table, 1), "V"), [expected]);
        consumed.source.stop();
    }
}

/// Base64 for the web, without padding.
fn base64(bytes: &[u8]) -> String {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for digit in 0..=group.len() {
            text.push(char::from(digits[(bits >> (18 - 6 * digit)) as usize & 63]));
        }
    }
    text
}

#[test]
fn a_right_that_is_taken_away_is_told_and_waited_for() {
    let Some(kafka) = secure() else { return };
    let target = Target::new(kafka.bootstrap(), "");
    topic(&target, "rights", &["one"]);
    let live = Live::start();
    let settings = login("SCRAM-SHA-256", PASSWORD);
    let consumed = consume(&live.graph, config(&listeners(kafka).sasl(), "rights", &settings)).unwrap();
    wait_rows(&consumed.table, 1);
    client::deny_reading(&target, "rights", USER).unwrap();
    produce(&target, "rights", &["two"]);
    wait_state(&consumed, "AUTH FAILED");
    let detail = consumed.source.stats().detail;
    // A fetch was refused, or before that a look at the topic.
    let told = ["read", "see"].map(|what| format!("user \"alice\" may not {what} topic \"rights\""));
    assert!(told.iter().any(|told| detail.starts_with(told)), "{detail}");
    assert!(!detail.contains(PASSWORD));
    client::allow_reading(&target, "rights").unwrap();
    wait_state(&consumed, "RUNNING");
    produce(&target, "rights", &["three"]);
    // The record that came while it was forbidden may have been fetched before the rule was made.
    wait_for("all rows", || consumed.table.size() == 3);
    assert_eq!(cells(&read(&consumed.table), "V"), ["one", "two", "three"]);
}

#[test]
fn a_refused_log_in_names_the_user_and_is_tried_again() {
    let broker = EmbeddedBroker::start().unwrap();
    broker.create_topic("login", 1);
    broker.fake().require_sasl_plain(USER, PASSWORD);
    let live = Live::start();
    let board = Board::new(&live.graph);
    let wrong = config(&broker.bootstrap(), "login", &login("PLAIN", SECRET))
        .with_setting("kinetable.connect.timeout.ms", "5000");
    let refused = consume(&live.graph, wrong).err().unwrap();
    let text = refused.to_string();
    assert!(text.contains("user \"alice\" is not let in"), "{text}");
    assert!(!format!("{text} {refused:?}").contains(SECRET));
    let right = config(&broker.bootstrap(), "login", &login("PLAIN", PASSWORD));
    let consumed = consume(&live.graph, ConsumerConfig { board: Some(board.clone()), ..right }).unwrap();
    wait_state(&consumed, "RUNNING");
    broker.fake().require_sasl_plain(USER, "another");
    broker.kill();
    broker.restart().unwrap();
    wait_state(&consumed, "AUTH FAILED");
    let mut shown = Vec::new();
    wait_for("the row", || {
        let sources = read(board.sources());
        shown = cells(&sources, "Detail");
        cells(&sources, "State") == ["AUTH FAILED"]
    });
    assert!(!shown.concat().is_empty() && !shown.concat().contains(PASSWORD), "{shown:?}");
    broker.fake().require_sasl_plain(USER, PASSWORD);
    let since = Instant::now();
    wait_for("the log-in", || consumed.source.stats().state == "RUNNING");
    println!("let in again after {:?}", since.elapsed());
}

/// Keeps all that is logged, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl tracing::Subscriber for Log {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        span.record(&mut Words(&mut self.0.lock()));
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        values.record(&mut Words(&mut self.0.lock()));
    }

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Words(&mut self.0.lock()));
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

struct Words<'a>(&'a mut String);

impl Visit for Words<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        writeln!(self.0, "{}={value:?}", field.name()).expect("text can be written to");
    }
}

#[test]
fn no_secret_is_ever_shown() {
    let broker = EmbeddedBroker::start().unwrap();
    broker.create_topic("redacted", 1);
    broker.fake().require_sasl_plain(USER, PASSWORD);
    let registry = format!("http://someone:{SECRET}@127.0.0.1:9");
    let bare = format!("someone:{SECRET}@127.0.0.1:9");
    let everything = [
        ("sasl.password", SECRET),
        ("ssl.key.password", SECRET),
        ("ssl.keystore.password", SECRET),
        ("sasl.oauthbearer.config", SECRET),
        ("basic.auth.user.info", SECRET),
        ("schema.registry.url", registry.as_str()),
    ];
    let log = Log::default();
    // For all threads: this is the only test that listens.
    tracing::subscriber::set_global_default(log.clone()).unwrap();
    let mut all = String::new();
    let live = Live::start();
    let refused = config(&broker.bootstrap(), "redacted", &login("PLAIN", SECRET));
    let refused = everything.iter().fold(refused, |config, (key, value)| config.with_setting(*key, *value));
    let refused = refused.with_setting("kinetable.connect.timeout.ms", "1000");
    write!(all, "{refused:?}").unwrap();
    let error = consume(&live.graph, refused.clone()).err().unwrap();
    write!(all, "{error} {error:?}").unwrap();
    let more = [
        ("ssl.key.pem", SECRET),
        ("ssl.keystore.key", SECRET),
        ("sasl.passwords", SECRET),
        ("other.url", bare.as_str()),
    ];
    // Each setting refused by itself, and those that are no settings at all.
    for (key, value) in everything.iter().chain(&more) {
        let bad = config(&broker.bootstrap(), "redacted", &[(key, value), ("security.protocol", "sasl_ssl")]);
        let mut out =
            ProducerConfig::new(broker.bootstrap(), "redacted", ProduceSpec::Ignore, ProduceSpec::json());
        out.client.insert((*key).to_owned(), (*value).to_owned());
        write!(all, "{out:?}").unwrap();
        let bad = bad.with_setting("kinetable.connect.timeout.ms", "200");
        let error = consume(&live.graph, bad.clone()).err().unwrap();
        write!(all, "{bad:?} {error} {error:?}").unwrap();
    }
    let settings: BTreeMap<String, String> = refused.client.clone();
    let error = topics(&settings).err().unwrap();
    write!(all, "{error} {error:?}").unwrap();
    // A running source whose secret is no longer right.
    broker.fake().require_sasl_plain(USER, SECRET);
    let board = Board::new(&live.graph);
    let right = config(&broker.bootstrap(), "redacted", &login("PLAIN", SECRET));
    let consumed = consume(&live.graph, ConsumerConfig { board: Some(board.clone()), ..right }).unwrap();
    broker.fake().require_sasl_plain(USER, PASSWORD);
    broker.kill();
    broker.restart().unwrap();
    wait_state(&consumed, "AUTH FAILED");
    for table in [&consumed.table, &consumed.errors, &consumed.status, board.sources(), board.partitions()] {
        write!(all, "{:?}", read(table)).unwrap();
        write!(all, "{table:?}").unwrap();
    }
    write!(all, "{:?}", consumed.source.stats()).unwrap();
    all += &log.0.lock();
    assert!(all.contains("AUTH FAILED") && all.contains(USER), "it was looked at where things are told");
    let place = all.find(SECRET).map(|at| all[at.saturating_sub(200)..at].to_owned());
    assert_eq!(place, None, "a secret is shown");
}
