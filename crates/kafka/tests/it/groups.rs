//! Sources that share a topic as members of one group. The embedded broker gives every member all partitions, so that what two
//! members do is looked at on Apache Kafka only.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use kinetable_broker::client::end_offsets;
use kinetable_broker::feed::{Publisher, Record};
use kinetable_engine::{Change, Error, Listener};
use kinetable_kafka::{Board, Consumed, ConsumerConfig, Offsets, StartAt, consume, consume_parts};
use parking_lot::Mutex;
use rdkafka::consumer::{BaseConsumer, Consumer};

use crate::consuming::text;
use crate::live::{Live, cells, longs, read, wait_for, wait_rows};
use crate::partitions::told;
use crate::stand::{Broker, Stand};
use crate::supervised::recreate;

/// How often each record was read, by partition and offset.
type Places = BTreeMap<(i64, i64), usize>;

/// The shared stand, if its groups are real.
fn real() -> Option<&'static Stand> {
    let stand = Stand::shared();
    matches!(stand.broker, Broker::Apache(_)).then_some(stand)
}

pub fn member(stand: &Stand, topic: &str, settings: &[(&str, &str)]) -> ConsumerConfig {
    let mut config = stand
        .consumer(topic, text("V"))
        .with_setting("kinetable.group.mode", "subscribe")
        .with_setting("kinetable.group.commit.ms", "100")
        .with_setting("kinetable.partitions.discover.ms", "300")
        .with_setting("group.id", format!("group-of-{topic}"))
        // Nobody is to be put out of the group for standing still a while; who ends says so.
        .with_setting("session.timeout.ms", "45000");
    for (key, value) in settings {
        config = config.with_setting(*key, *value);
    }
    config
}

fn count(consumed: &Consumed, into: &mut Places) {
    let rows = read(&consumed.table);
    for place in longs(&rows, "KafkaPartition").into_iter().zip(longs(&rows, "KafkaOffset")) {
        *into.entry(place).or_default() += 1;
    }
}

fn partitions(consumed: &Consumed) -> Vec<i32> {
    consumed.source.stats().partitions.iter().map(|partition| partition.partition).collect()
}

/// The positions of a topic's group.
pub fn committed(stand: &Stand, topic: &str, partitions: i32) -> BTreeMap<i32, i64> {
    let mut client = rdkafka::ClientConfig::new();
    client.set("bootstrap.servers", &stand.target.bootstrap).set("broker.address.family", "v4");
    let group: BaseConsumer = client.set("group.id", format!("group-of-{topic}")).create().unwrap();
    let mut list = rdkafka::TopicPartitionList::new();
    for partition in 0..partitions {
        list.add_partition(topic, partition);
    }
    let found = group.committed_offsets(list, Duration::from_secs(60)).unwrap();
    let position = |e: &rdkafka::topic_partition_list::TopicPartitionListElem<'_>| {
        Some((e.partition(), e.offset().to_raw().filter(|offset| *offset >= 0)?))
    };
    found.elements().iter().filter_map(position).collect()
}

/// Sends a record after the other, to all partitions in turn, until it is stopped.
struct Stream {
    is_stopped: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Stream {
    fn start(stand: &Stand, topic: &str, partitions: i32) -> Stream {
        let is_stopped = Arc::new(AtomicBool::new(false));
        let (stop, target, topic) = (is_stopped.clone(), stand.target.clone(), topic.to_owned());
        let thread = std::thread::spawn(move || {
            let publisher = Publisher::new(&target, 1.0).unwrap();
            for at in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let value = format!("{at}");
                let record = Record {
                    topic: &topic,
                    partition: Some(at % partitions),
                    value: Some(value.as_bytes()),
                    ..Record::default()
                };
                publisher.send(record).unwrap();
                std::thread::sleep(Duration::from_micros(500));
            }
            publisher.finish().unwrap();
        });
        Stream { is_stopped, thread }
    }

    fn stop(self) {
        self.is_stopped.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
    }
}

/// Every record of the topic.
fn all(stand: &Stand, topic: &str) -> Vec<(i64, i64)> {
    let ends = end_offsets(&stand.target, topic).unwrap();
    ends.iter().flat_map(|(p, end)| (0..*end).map(move |o| (i64::from(*p), o))).collect()
}

fn members_come_and_go(settings: &[(&str, &str)]) {
    let Some(stand) = real() else { return };
    let topic = stand.topic("shared", 4);
    let stream = Stream::start(stand, &topic, 4);
    let (here, there) = (Live::start(), Live::start());
    let first = consume(&here.graph, member(stand, &topic, settings)).unwrap();
    wait_for("all partitions", || partitions(&first) == [0, 1, 2, 3]);
    wait_for("rows", || first.table.size() > 300);
    let second = consume(&there.graph, member(stand, &topic, settings)).unwrap();
    wait_for("two partitions each", || partitions(&first).len() == 2 && partitions(&second).len() == 2);
    let (ours, others) = (first.table.size(), second.table.size());
    wait_for("rows on both sides", || first.table.size() > ours + 200 && second.table.size() > others + 200);
    second.source.stop();
    assert!(second.source.is_stopped(), "all is handed over");
    wait_for("all partitions again", || partitions(&first) == [0, 1, 2, 3]);
    let ours = first.table.size();
    wait_for("rows after", || first.table.size() > ours + 200);
    let third = consume(&there.graph, member(stand, &topic, settings)).unwrap();
    wait_for("two partitions each, again", || partitions(&first).len() == 2 && partitions(&third).len() == 2);
    stream.stop();
    let all = all(stand, &topic);
    let sizes = || first.table.size() + second.table.size() + third.table.size();
    wait_for("every row", || sizes() >= all.len() as u64);
    let mut read = Places::new();
    [&first, &second, &third].iter().for_each(|consumed| count(consumed, &mut read));
    let doubled: Vec<_> = read.iter().filter(|(_, times)| **times > 1).take(5).collect();
    assert!(doubled.is_empty(), "in two tables, or twice in one: {doubled:?}");
    assert_eq!(read.keys().copied().collect::<Vec<_>>(), all, "nothing lost");
    assert!(
        !told(&first, "REBALANCING").is_empty(),
        "{:?}",
        cells(&crate::live::read(&first.status), "State")
    );
    assert!(told(&first, "RUNNING").iter().any(|detail| detail == "partitions 0, 1, 2, 3"));
    for consumed in [&first, &third] {
        assert_eq!(told(consumed, "ATTENTION"), Vec::<String>::new());
        consumed.source.stop();
    }
    let ends: BTreeMap<i32, i64> = end_offsets(&stand.target, &topic).unwrap();
    assert_eq!(committed(stand, &topic, 4), ends, "the next to come has nothing to read again");
}

#[test]
fn members_come_and_go_eagerly() {
    members_come_and_go(&[("partition.assignment.strategy", "range")]);
}

#[test]
fn members_come_and_go_cooperatively() {
    members_come_and_go(&[("partition.assignment.strategy", "cooperative-sticky")]);
}

#[test]
fn only_what_a_finished_step_shows_is_committed() {
    let stand = Stand::shared();
    let topic = stand.topic("committed", 1);
    let live = Live::start();
    let consumed = consume(&live.graph, member(stand, &topic, &[])).unwrap();
    wait_for("the partition", || partitions(&consumed) == [0]);
    stand.produce_values(&topic, &[b"a", b"b"]);
    wait_rows(&consumed.table, 2);
    wait_for("a commit", || committed(stand, &topic, 1).get(&0) == Some(&2));
    live.hold(true);
    stand.produce_values(&topic, &[b"c", b"d", b"e"]);
    wait_for("the rows to be read", || consumed.source.stats().rows == 5);
    // Another group commits meanwhile, and once more: this one could have.
    let elsewhere = stand.topic("committed-elsewhere", 1);
    let going_on = Live::start();
    let other = consume(&going_on.graph, member(stand, &elsewhere, &[])).unwrap();
    wait_for("its partition", || partitions(&other) == [0]);
    for place in [1, 2] {
        stand.produce_values(&elsewhere, &[b"x"]);
        wait_for("a commit elsewhere", || committed(stand, &elsewhere, 1).get(&0) == Some(&place));
    }
    other.source.stop();
    assert_eq!(committed(stand, &topic, 1)[&0], 2, "no step has shown them");
    live.hold(false);
    wait_rows(&consumed.table, 5);
    wait_for("the next commit", || committed(stand, &topic, 1).get(&0) == Some(&5));
    drop(consumed.table);
    wait_for("the source's end", || consumed.source.is_stopped());
}

#[test]
fn a_group_starts_where_it_stands_and_else_where_it_is_told() {
    let stand = Stand::shared();
    let topic = stand.topic("stands", 1);
    stand.produce_values(&topic, &[b"old"]);
    let live = Live::start();
    let mut config = member(stand, &topic, &[]);
    config.offsets = Offsets::All(StartAt::DontSeek);
    let first = consume(&live.graph, config.clone()).unwrap();
    // Produced after the call, and before the group has given us anything, for all we know.
    stand.produce_values(&topic, &[b"a", b"b"]);
    assert_eq!(cells(&wait_rows(&first.table, 2), "V"), ["a", "b"]);
    first.source.stop();
    assert!(first.source.is_stopped());
    stand.produce_values(&topic, &[b"c"]);
    config.offsets = Offsets::All(StartAt::Beginning);
    let second = consume(&live.graph, config).unwrap();
    assert_eq!(cells(&wait_rows(&second.table, 1), "V"), ["c"]);
    second.source.stop();
}

#[test]
fn a_partition_added_to_a_groups_topic_is_read_whole() {
    let Some(stand) = real() else { return };
    let topic = stand.topic("group-grows", 1);
    let live = Live::start();
    let mut config = member(stand, &topic, &[("auto.offset.reset", "latest")]);
    config.offsets = Offsets::All(StartAt::DontSeek);
    let consumed = consume(&live.graph, config.clone()).unwrap();
    wait_for("a commit", || committed(stand, &topic, 1).get(&0) == Some(&0));
    stand.add_partitions(&topic, 2);
    stand.produce(&topic, &[(1, None, Some(b"first")), (1, None, Some(b"second"))]);
    assert_eq!(cells(&wait_rows(&consumed.table, 2), "V"), ["first", "second"]);
    wait_for("its row", || told(&consumed, "PARTITION ADDED") == ["partition 1 added, read from offset 0"]);
    consumed.source.stop();
    // Added while nobody was there.
    stand.add_partitions(&topic, 3);
    stand.produce(&topic, &[(2, None, Some(b"third"))]);
    let again = consume(&live.graph, config).unwrap();
    assert_eq!(cells(&wait_rows(&again.table, 1), "V"), ["third"]);
    again.source.stop();
}

#[test]
fn a_group_needs_a_name_and_says_itself_which_partitions() {
    let stand = Stand::shared();
    let topic = stand.topic("refused", 1);
    let live = Live::start();
    let refused = |change: &dyn Fn(&mut ConsumerConfig)| {
        let mut config = member(stand, &topic, &[]);
        change(&mut config);
        consume(&live.graph, config).err().expect("it is refused").to_string()
    };
    assert!(refused(&|c| drop(c.client.remove("group.id"))).contains("lack \"group.id\""));
    let listed = kinetable_kafka::Partitions::Listed(vec![0]);
    assert!(refused(&|c| c.partitions = listed.clone()).contains("the group says which are read"));
    let mode = |c: &mut ConsumerConfig| drop(c.client.insert("kinetable.group.mode".into(), "x".into()));
    assert!(refused(&mode).contains("\"kinetable.group.mode\" is \"x\""));
    let strategy = |c: &mut ConsumerConfig| {
        drop(c.client.insert("partition.assignment.strategy".into(), "none-such".into()));
    };
    assert!(refused(&strategy).contains("partition.assignment.strategy"));
}

/// Writes the places of rows that came, a line each, as steps show them.
struct Diary(Mutex<std::fs::File>, arrow_schema::SchemaRef);

impl Listener for Diary {
    fn on_update(&self, change: &Arc<Change>) {
        let rows = change.after.batch(&self.1, &change.update.added).expect("rows read");
        let places = longs(&rows, "KafkaPartition").into_iter().zip(longs(&rows, "KafkaOffset"));
        let lines: String = places.map(|(partition, offset)| format!("{partition} {offset}\n")).collect();
        self.0.lock().write_all(lines.as_bytes()).expect("the diary is written");
    }

    fn on_failure(&self, error: &Error) {
        panic!("the table failed: {error}");
    }
}

/// The process that is killed: this test in a process of its own, which knows by its environment what to read.
#[test]
fn a_member_in_a_process_of_its_own() {
    let Ok(told) = std::env::var("KINETABLE_TEST_MEMBER") else { return };
    let [bootstrap, topic, diary] = told.split(' ').collect::<Vec<_>>()[..] else { panic!("{told}") };
    let mut config = ConsumerConfig::new(bootstrap, topic);
    for (key, value) in [
        ("broker.address.family", "v4"),
        ("kinetable.group.mode", "subscribe"),
        ("kinetable.group.commit.ms", "100"),
        ("group.id", &format!("group-of-{topic}")),
        // Its partitions are given to others when it has been silent for so long.
        ("session.timeout.ms", "12000"),
    ] {
        config = config.with_setting(key, value);
    }
    config.key = kinetable_kafka::Spec::Ignore;
    config.value = text("V");
    config.offsets = Offsets::All(StartAt::Beginning);
    config.retention = kinetable_kafka::Retention::Append;
    let live = Live::start();
    let consumed = consume(&live.graph, config).unwrap();
    let file = std::fs::File::create(diary).unwrap();
    let _handle = consumed.table.listen(Arc::new(Diary(Mutex::new(file), consumed.table.schema().clone())));
    std::thread::sleep(Duration::from_secs(900));
    panic!("nobody killed this process");
}

#[test]
fn a_member_that_is_killed_loses_nothing() {
    let Some(stand) = real() else { return };
    let topic = stand.topic("killed-member", 4);
    let stream = Stream::start(stand, &topic, 4);
    let diary = std::env::temp_dir().join(format!("{topic}-{}", std::process::id()));
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "groups::a_member_in_a_process_of_its_own"])
        .env("KINETABLE_TEST_MEMBER", format!("{} {topic} {}", stand.target.bootstrap, diary.display()))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let written = || std::fs::read_to_string(&diary).unwrap_or_default();
    wait_for("rows there", || written().lines().count() > 500);
    let live = Live::start();
    let consumed = consume(&live.graph, member(stand, &topic, &[])).unwrap();
    wait_for("two partitions", || partitions(&consumed).len() == 2);
    wait_for("rows here", || consumed.table.size() > 200);
    process.kill().unwrap();
    process.wait().unwrap();
    wait_for("all partitions", || partitions(&consumed) == [0, 1, 2, 3]);
    let ours = consumed.table.size();
    wait_for("rows after", || consumed.table.size() > ours + 200);
    stream.stop();
    let all = all(stand, &topic);
    let is_whole = || {
        let stats = consumed.source.stats();
        let ends = end_offsets(&stand.target, &topic).unwrap();
        stats.partitions.iter().all(|partition| partition.next == ends[&partition.partition])
            && consumed.table.size() == stats.rows
    };
    wait_for("the end", is_whole);
    let mut here = Places::new();
    count(&consumed, &mut here);
    assert!(here.values().all(|times| *times == 1), "no row twice in a table");
    let there: std::collections::BTreeSet<(i64, i64)> = written()
        .lines()
        .filter_map(|line| {
            let (partition, offset) = line.split_once(' ')?;
            Some((partition.parse().ok()?, offset.parse().ok()?))
        })
        .collect();
    let lost: Vec<_> =
        all.iter().filter(|place| !here.contains_key(place) && !there.contains(place)).take(5).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    let again = here.keys().filter(|place| there.contains(place)).count();
    println!("{} records, {} read there, {} here, {again} by both", all.len(), there.len(), here.len());
    assert!(again * 2 < there.len(), "what was committed is not read again: {again} of {}", there.len());
    consumed.source.stop();
    std::fs::remove_file(diary).unwrap();
}

#[test]
fn tables_of_partitions_follow_the_group() {
    let Some(stand) = real() else { return };
    let topic = stand.topic("group-parts", 2);
    stand.produce(&topic, &[(0, None, Some(b"a")), (1, None, Some(b"b"))]);
    let (here, there) = (Live::start(), Live::start());
    let first = consume_parts(&here.graph, member(stand, &topic, &[])).unwrap();
    wait_for("two tables", || first.partitions.size() == 2);
    let size = |partition| first.constituents.table(partition).map_or(0, |table| table.size());
    wait_for("their rows", || size(0) == 1 && size(1) == 1);
    wait_for("commits", || committed(stand, &topic, 2) == BTreeMap::from([(0, 1), (1, 1)]));
    let second = consume(&there.graph, member(stand, &topic, &[])).unwrap();
    wait_for("a partition", || partitions(&second).len() == 1);
    let other = partitions(&second)[0];
    stand.produce(&topic, &[(other, None, Some(b"c"))]);
    assert_eq!(cells(&wait_rows(&second.table, 1), "V"), ["c"]);
    second.source.stop();
    stand.produce(&topic, &[(other, None, Some(b"d"))]);
    wait_for("the partition again", || size(other) == 2);
    let rows = read(&first.constituents.table(other).unwrap());
    assert_eq!(cells(&rows, "V")[1], "d");
    assert_eq!(first.partitions.size(), 2, "a partition that comes back has its table already");
    first.source.stop();
}

#[test]
fn a_group_stands_in_the_topic_that_was_made_anew() {
    let stand = Stand::shared();
    let topic = stand.topic("group-anew", 1);
    stand.produce_values(&topic, &[b"1", b"2", b"3"]);
    let live = Live::start();
    let config = member(stand, &topic, &[("kinetable.on.topic.recreated", "new_incarnation")]);
    let board = Board::new(&live.graph);
    let consumed =
        consume(&live.graph, ConsumerConfig { board: Some(board.clone()), ..config.clone() }).unwrap();
    wait_rows(&consumed.table, 3);
    wait_for("a commit", || committed(stand, &topic, 1).get(&0) == Some(&3));
    wait_for("the topic's id", || !["", "."].contains(&topic_id(&board).as_str()));
    recreate(stand, &topic);
    stand.produce_values(&topic, &[b"n1", b"n2"]);
    wait_for("the new rows", || cells(&read(&consumed.table), "V") == ["1", "2", "3", "n1", "n2"]);
    wait_for("a place in the new topic", || committed(stand, &topic, 1).get(&0) == Some(&2));
    stand.produce_values(&topic, &[b"n3"]);
    wait_rows(&consumed.table, 6);
    consumed.source.stop();
    assert_eq!(committed(stand, &topic, 1)[&0], 3, "handed over where it stands");
    let next = consume(&live.graph, config).unwrap();
    stand.produce_values(&topic, &[b"n4"]);
    wait_rows(&next.table, 1);
}

fn topic_id(board: &Board) -> String {
    cells(&read(board.sources()), "TopicId").pop().unwrap_or_default()
}
