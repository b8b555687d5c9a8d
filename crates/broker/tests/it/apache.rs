//! Apache Kafka and Apicurio, where Java and Maven are found; elsewhere the suite says what it leaves out.

use std::time::Duration;

use kinetable_broker::apache::{ApacheKafka, ApicurioRegistry, KafkaOptions, missing_tools};
use kinetable_broker::client::{self, Decode};
use kinetable_broker::feed::{TRADE_TOPIC, TradeFeed, Trades};
use kinetable_broker::{Fault, FaultProxy, Target};

use crate::support::wait_until;

fn is_left_out(what: &str) -> bool {
    let missing = missing_tools();
    for tool in &missing {
        eprintln!("left out: {what} on Apache Kafka, for want of {tool}");
    }
    !missing.is_empty()
}

#[test]
fn a_killed_kafka_loses_and_doubles_nothing() {
    if is_left_out("feed, kill -9 and restart with a real registry") {
        return;
    }
    let kafka = ApacheKafka::start(&KafkaOptions::default()).expect("Kafka starts");
    let registry = ApicurioRegistry::start(None, 0).expect("Apicurio starts");
    let target = Target::new(kafka.bootstrap(), registry.url());
    assert!(client::create_topic(&target, TRADE_TOPIC, 2).expect("created"));
    assert!(!client::create_topic(&target, TRADE_TOPIC, 2).expect("known already"));
    let feed = TradeFeed { count: 60_000, rate: 10_000.0, garbage: 0.01, seed: 3, ..TradeFeed::default() };
    let running = feed.clone().spawn(&target);
    wait_until("the feed gets on", || running.sent() > 20_000 || running.is_finished());
    kafka.kill();
    assert!(!client::is_ready(&target, Duration::from_millis(300)), "a killed broker answers");
    kafka.restart().expect("Kafka starts again");
    let report = running.wait().expect("fed in the end");
    let read = client::read_all(&target, TRADE_TOPIC).expect("readable");
    assert_eq!((report.records, read.len()), (60_000, 60_000));
    let mut decode = Decode::new(&target);
    let good = read.iter().filter(|record| decode.avro(record.value.as_deref().expect("a value")).is_some());
    assert_eq!(good.count() + report.garbage.len(), 60_000);
    client::add_partitions(&target, TRADE_TOPIC, 3).expect("grown");
    assert_eq!(client::partition_count(&target, TRADE_TOPIC).expect("known"), 3);
    check_sizes(&target, &feed, report.garbage.len());
    kafka.stop();
    kafka.restart().expect("Kafka starts after a stop in good order");
    assert_eq!(client::end_offsets(&target, TRADE_TOPIC).expect("known").values().sum::<i64>(), 60_000);
}

/// The good records are the generator's own: their sizes have the same sum, to what garbage takes away.
fn check_sizes(target: &Target, feed: &TradeFeed, garbage: usize) {
    let mut decode = Decode::new(target);
    let read = client::read_all(target, TRADE_TOPIC).expect("readable");
    let sizes = read.iter().filter_map(|record| decode.avro(record.value.as_deref()?)?["Size"].as_f64());
    let milli = |size: f64| (size * 1000.0).round() as i64;
    let mut sent: Vec<i64> =
        Trades::new(feed.seed).take(feed.count as usize).map(|trade| milli(trade.size)).collect();
    sent.sort_unstable();
    let mut missing = sent.len();
    for size in sizes {
        assert!(sent.binary_search(&milli(size)).is_ok(), "no trade of size {size} was sent");
        missing -= 1;
    }
    assert_eq!(missing, garbage);
}

#[test]
fn kafka_behind_a_proxy_can_be_cut_off() {
    if is_left_out("the fault proxy") {
        return;
    }
    // The proxy is first, since Kafka has to be told its address; it is shown the way when Kafka has one.
    let nowhere = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
    let proxy = FaultProxy::start(nowhere, 0).expect("the proxy starts");
    let options = KafkaOptions { advertised: Some(proxy.address()), ..KafkaOptions::default() };
    let kafka = ApacheKafka::start(&options).expect("Kafka starts");
    proxy.retarget(kafka.address());
    let target = Target::new(proxy.address().to_string(), "");
    assert!(client::create_topic(&target, "t", 1).expect("created through the proxy"));
    proxy.set(Fault::Cut);
    assert!(!client::is_ready(&target, Duration::from_millis(300)), "nobody gets through");
    proxy.set(Fault::None);
    assert_eq!(client::end_offsets(&target, "t").expect("mended")[&0], 0);
}
