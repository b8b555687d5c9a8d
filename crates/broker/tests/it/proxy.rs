//! The fault proxy between librdkafka and the embedded broker.

use std::time::{Duration, Instant};

use kinetable_broker::feed::TradeFeed;
use kinetable_broker::{Fault, FaultProxy, Target, client};

use crate::support::{bench, wait_until};

fn before(bench: &crate::support::Bench) -> (FaultProxy, Target) {
    let proxy = FaultProxy::start(bench.broker.address(), 0).expect("the proxy starts");
    bench.broker.advertise(proxy.address());
    let target = Target::new(proxy.address().to_string(), bench.registry.url());
    (proxy, target)
}

#[test]
fn everything_passes_a_proxy_without_a_fault() {
    let bench = bench();
    let (_proxy, target) = before(&bench);
    TradeFeed { count: 20_000, ..TradeFeed::default() }.run(&target).expect("fed");
    assert_eq!(client::drain(&target, "crypto.trades", &[]).expect("drained").records, 20_000);
}

#[test]
fn a_hole_holds_records_back_and_loses_none() {
    let bench = bench();
    let (proxy, target) = before(&bench);
    bench.broker.create_topic("crypto.trades", 1);
    // It goes on until it is stopped, however late anything is noticed.
    let running = TradeFeed { count: u64::MAX, rate: 5_000.0, ..TradeFeed::default() }.spawn(&target);
    let end = || bench.broker.end_offsets("crypto.trades")[&0];
    wait_until("some records have come", || end() > 1000);
    proxy.set(Fault::Hole);
    // More than ever waits in a client whose broker takes what it is sent.
    wait_until("records are held back", || running.sent() as i64 > end() + 10_000);
    proxy.set(Fault::None);
    let sent = running.stop().expect("fed").records;
    assert_eq!(end(), sent as i64);
}

#[test]
fn a_cut_refuses_clients_until_it_is_mended() {
    let bench = bench();
    let (proxy, target) = before(&bench);
    bench.broker.create_topic("crypto.trades", 1);
    let running = TradeFeed { count: 20_000, rate: 20_000.0, ..TradeFeed::default() }.spawn(&target);
    wait_until("some records have come", || bench.broker.end_offsets("crypto.trades")[&0] > 1000);
    proxy.set(Fault::Cut);
    assert!(!client::is_ready(&target, Duration::from_millis(300)));
    proxy.set(Fault::None);
    assert_eq!(running.wait().expect("fed").records, 20_000);
    assert_eq!(bench.broker.end_offsets("crypto.trades")[&0], 20_000, "nothing is lost or doubled");
}

#[test]
fn a_delay_is_felt_in_both_directions() {
    let bench = bench();
    let (proxy, target) = before(&bench);
    proxy.set(Fault::Delay(Duration::from_millis(150)));
    let start = Instant::now();
    assert!(client::is_ready(&target, Duration::from_secs(60)));
    assert!(start.elapsed() >= Duration::from_millis(300), "{:?}", start.elapsed());
}
