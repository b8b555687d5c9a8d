//! Whether the brokers that a source reads from, or a publication writes to, answer: judged from librdkafka's statistics, once
//! a second.
//!
//! A slow broker is no fault while it answers in time; one that takes longer than [`SLACK`] beyond a fetch's own wait is.

use std::time::Duration;

use rdkafka::Statistics;
use rdkafka::statistics::{Broker, Partition};

/// A broker that owes an answer and has been silent for so long, and a fetch's wait, is taken for lost. A healthy one
/// answers a fetch at least every `fetch.wait.max.ms`.
const SLACK: Duration = Duration::from_secs(2);

/// Connections that were lost and requests that were sent again or not answered in time, since the start.
pub(crate) fn retries(statistics: &Statistics) -> u64 {
    let of = |broker: &Broker| {
        let lost = broker.disconnects.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
        lost + broker.txretries + broker.req_timeouts
    };
    statistics.brokers.values().filter(|broker| broker.source != "internal").map(of).sum()
}

/// What keeps a source from reading, if anything does. `fetch_wait`: how long a fetch may wait for records.
pub(crate) fn problem(
    statistics: &Statistics,
    topic: &str,
    partitions: &[i32],
    fetch_wait: Duration,
) -> Option<String> {
    let brokers = || statistics.brokers.values().filter(|broker| broker.source != "internal");
    if !brokers().any(is_up) {
        return Some("no broker".to_owned());
    }
    let known = statistics.topics.get(topic)?;
    for partition in partitions {
        let leader = known.partitions.get(partition).map_or(-1, |partition| partition.leader);
        if leader < 0 {
            return Some(format!("partition {partition} has no leader"));
        }
        let Some(broker) = brokers().find(|broker| broker.nodeid == leader) else {
            continue;
        };
        if !is_up(broker) {
            return Some(format!("no broker for partition {partition} ({} is away)", broker.nodename));
        }
        let silent = Duration::from_micros(u64::try_from(broker.rxidle).unwrap_or(0));
        if broker.waitresp_cnt > 0 && silent > SLACK + fetch_wait {
            return Some(format!("broker {} does not answer", broker.nodename));
        }
    }
    None
}

/// What keeps records from being written, if anything does.
pub(crate) fn writing_problem(statistics: &Statistics) -> Option<String> {
    let brokers = || statistics.brokers.values().filter(|broker| broker.source != "internal");
    if !brokers().any(is_up) {
        return Some("no broker".to_owned());
    }
    for (name, topic) in &statistics.topics {
        // Partition −1 is where records wait whose partition is not known yet.
        let has_no_leader = |(number, partition): &(&i32, &Partition)| **number >= 0 && partition.leader < 0;
        if let Some((number, _)) = topic.partitions.iter().find(has_no_leader) {
            return Some(format!("partition {number} of topic \"{name}\" has no leader"));
        }
    }
    let is_silent = |broker: &&Broker| {
        let idle = u64::try_from(broker.rxidle.min(broker.txidle)).unwrap_or(0);
        broker.waitresp_msg_cnt > 0 && Duration::from_micros(idle) > SLACK
    };
    brokers().find(is_silent).map(|broker| format!("broker {} does not answer", broker.nodename))
}

fn is_up(broker: &Broker) -> bool {
    matches!(broker.state.as_str(), "UP" | "UPDATE")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rdkafka::statistics::Topic;

    fn statistics(state: &str, leader: i32, idle_ms: i64) -> Statistics {
        let broker = Broker {
            nodeid: 1,
            nodename: "h:1".into(),
            state: state.into(),
            waitresp_cnt: 1,
            rxidle: idle_ms * 1_000,
            ..Broker::default()
        };
        let partition = Partition { leader, ..Partition::default() };
        let topic = Topic { partitions: [(0, partition)].into(), ..Topic::default() };
        Statistics {
            brokers: [("h:1/1".to_owned(), broker)].into(),
            topics: [("t".to_owned(), topic)].into(),
            ..Statistics::default()
        }
    }

    #[test]
    fn each_trouble_is_named() {
        let judge = |statistics| problem(&statistics, "t", &[0], Duration::from_millis(500));
        assert_eq!(judge(statistics("UP", 1, 400)), None);
        assert_eq!(judge(statistics("TRY_CONNECT", 1, 400)).unwrap(), "no broker");
        assert_eq!(judge(statistics("UP", -1, 400)).unwrap(), "partition 0 has no leader");
        assert_eq!(judge(statistics("UP", 1, 9_000)).unwrap(), "broker h:1 does not answer");
        assert_eq!(problem(&statistics("UP", 1, 9_000), "t", &[0], Duration::from_secs(10)), None);
    }

    #[test]
    fn each_trouble_of_writing_is_named() {
        let judge = |state, leader, idle_ms, messages| {
            let mut statistics = statistics(state, leader, idle_ms);
            let broker = statistics.brokers.values_mut().next().expect("one broker");
            (broker.waitresp_msg_cnt, broker.txidle) = (messages, idle_ms * 1_000);
            writing_problem(&statistics)
        };
        assert_eq!(judge("UP", 1, 400, 5), None);
        assert_eq!(judge("UP", 1, 900_000, 0), None, "nothing is asked of it");
        assert_eq!(judge("DOWN", 1, 400, 5).unwrap(), "no broker");
        assert_eq!(judge("UP", -1, 400, 5).unwrap(), "partition 0 of topic \"t\" has no leader");
        assert_eq!(judge("UP", 1, 3_000, 5).unwrap(), "broker h:1 does not answer");
    }
}
