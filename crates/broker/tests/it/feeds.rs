//! The feeds, read back by librdkafka and decoded by `apache-avro`.

use std::collections::{BTreeSet, HashMap, HashSet};

use kinetable_broker::client::{self, Decode};
use kinetable_broker::feed::{self, GarbageKind, SERVICE_TOPIC, ServiceFeed, TRADE_TOPIC, TradeFeed, Trades};
use kinetable_broker::model::{DAY_MS, LIVE_START, Model};

use crate::support::bench;

#[test]
fn trades_decode_to_what_the_generator_made() {
    let bench = bench();
    let feed = TradeFeed { count: 5_000, seed: 9, ..TradeFeed::default() };
    let report = feed.run(&bench.target).expect("fed");
    assert_eq!((report.records, report.end_offsets[&0], report.garbage.len()), (5_000, 5_000, 0));
    let read = client::read_all(&bench.target, TRADE_TOPIC).expect("readable");
    let instruments = feed::instruments();
    let mut decode = Decode::new(&bench.target);
    for (record, trade) in read.iter().zip(Trades::new(9)) {
        let value = decode.avro(record.value.as_deref().expect("a value")).expect("decodable");
        assert_eq!(value["Exchange"], feed::exchanges()[trade.exchange]);
        assert_eq!(value["Instrument"], instruments[trade.instrument]);
        assert_eq!(value["Price"], trade.price);
        assert_eq!(value["Size"], trade.size);
        assert_eq!(value["Timestamp"], trade.timestamp);
    }
}

#[test]
fn the_market_is_as_large_as_it_says() {
    let (exchanges, instruments) = (feed::exchanges(), feed::instruments());
    assert_eq!((exchanges.len(), instruments.len()), (20, 500));
    assert_eq!(instruments.iter().collect::<HashSet<_>>().len(), 500);
    assert_eq!(instruments.iter().filter(|name| name.starts_with("BTC")).count(), 10);
    let traded: HashSet<_> = Trades::new(1).take(500_000).map(|t| (t.exchange, t.instrument)).collect();
    assert_eq!(traded.len(), 10_000, "every pair is traded");
}

#[test]
fn sums_of_sizes_really_round() {
    let sizes: Vec<f64> = Trades::new(3).take(10_000).map(|trade| trade.size).collect();
    let forwards: f64 = sizes.iter().sum();
    let backwards: f64 = sizes.iter().rev().sum();
    assert_ne!(forwards.to_bits(), backwards.to_bits());
    assert!((forwards - backwards).abs() < 1e-6);
}

#[test]
fn garbage_is_where_the_report_says_and_nowhere_else() {
    let bench = bench();
    let feed = TradeFeed { count: 20_000, partitions: 3, garbage: 0.01, seed: 5, ..TradeFeed::default() };
    let report = feed.run(&bench.target).expect("fed");
    assert!((100..300).contains(&report.garbage.len()), "{}", report.garbage.len());
    let kinds: HashSet<_> = report.garbage.iter().map(|garbage| garbage.kind).collect();
    assert_eq!(kinds.len(), GarbageKind::ALL.len(), "every kind is there");
    let mut decode = Decode::new(&bench.target);
    let read = client::read_all(&bench.target, TRADE_TOPIC).expect("readable");
    assert_eq!(read.len(), 20_000);
    let undecodable: BTreeSet<_> = read
        .iter()
        .filter(|record| decode.avro(record.value.as_deref().expect("a value")).is_none())
        .map(|record| (record.partition, record.offset))
        .collect();
    let planted: BTreeSet<_> =
        report.garbage.iter().map(|garbage| (garbage.partition, garbage.offset)).collect();
    assert_eq!(undecodable, planted);
}

#[test]
fn equal_seeds_give_equal_topics() {
    let bytes = |seed| {
        let bench = bench();
        TradeFeed { count: 2_000, garbage: 0.1, seed, ..TradeFeed::default() }
            .run(&bench.target)
            .expect("fed");
        let read = client::read_all(&bench.target, TRADE_TOPIC).expect("readable");
        read.into_iter().map(|record| record.value).collect::<Vec<_>>()
    };
    assert_eq!(bytes(4), bytes(4));
    assert_ne!(bytes(4), bytes(5));
}

#[test]
fn a_feed_keeps_its_rate_and_ends_when_told() {
    let bench = bench();
    let running = TradeFeed { count: u64::MAX, rate: 2_000.0, ..TradeFeed::default() }.spawn(&bench.target);
    crate::support::wait_until("a second's worth has come", || {
        bench.broker.end_offsets(TRADE_TOPIC).get(&0).is_some_and(|end| *end >= 2_000)
    });
    let report = running.stop().expect("fed");
    let due = 2_000.0 * report.seconds;
    assert!(report.records as f64 <= due, "{} records where {due} were due", report.records);
    assert_eq!(report.end_offsets[&0] as u64, report.records);
}

#[test]
fn service_use_is_the_models() {
    let bench = bench();
    let model = Model::default();
    let feed = ServiceFeed { partitions: 2, ..ServiceFeed::default() };
    let report = feed.run(&bench.target).expect("fed");
    assert_eq!(report.records, 4 * 8640);
    assert_eq!(report.anomalies, model.anomalies(LIVE_START, LIVE_START + DAY_MS));
    let mut decode = Decode::new(&bench.target);
    let mut values = HashMap::new();
    for record in client::read_all(&bench.target, SERVICE_TOPIC).expect("readable") {
        let value = decode.avro(record.value.as_deref().expect("a value")).expect("decodable");
        let service = String::from_utf8(record.key.expect("a key")).expect("text");
        let both = (value["Timestamp"].as_i64().expect("a time"), value["Value"].as_i64().expect("a number"));
        values.entry(service).or_insert_with(Vec::new).push(both);
    }
    assert_eq!(values.len(), 4);
    for (index, service) in model.services().iter().enumerate() {
        let expected: Vec<_> =
            (0..8640).map(|step| LIVE_START + 10_000 * step).map(|t| (t, model.value(index, t))).collect();
        assert_eq!(values[service], expected, "{service} is whole and in order");
    }
}

#[test]
fn a_share_of_garbage_that_is_none_is_refused() {
    let bench = bench();
    let error = TradeFeed { garbage: 1.5, ..TradeFeed::default() }.run(&bench.target).expect_err("refused");
    assert!(error.to_string().contains("1.5"), "{error}");
}
