//! What several suites need.

use std::time::{Duration, Instant};

use kinetable_broker::{EmbeddedBroker, Registry, Target};

/// An embedded broker with its registry.
pub struct Bench {
    pub broker: EmbeddedBroker,
    pub registry: Registry,
    pub target: Target,
}

pub fn bench() -> Bench {
    let broker = EmbeddedBroker::start().expect("the broker starts");
    let registry = Registry::start(0).expect("the registry starts");
    let target = Target::new(broker.bootstrap(), registry.url());
    Bench { broker, registry, target }
}

/// Waits until `is_true`, and says what was waited for when it never is.
pub fn wait_until(what: &str, is_true: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !is_true() {
        assert!(Instant::now() < deadline, "waited 120 s in vain until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
