//! Records that cannot be decoded: they are kept beside, and cost no good row.

use std::collections::BTreeSet;

use arrow_schema::DataType;
use kinetable_broker::feed::TradeFeed;
use kinetable_kafka::{Spec, consume};

use crate::consuming::{avro, text};
use crate::live::{Live, cells, longs, read, wait_for, wait_rows};
use crate::stand::Stand;

#[test]
fn one_percent_of_garbage_leaves_every_good_row() {
    let stand = Stand::shared();
    let topic = stand.topic("garbage", 2);
    let feed = TradeFeed { topic: topic.clone(), count: 50_000, garbage: 0.01, ..TradeFeed::default() };
    let report = feed.run(&stand.target).unwrap();
    let bad = report.garbage.len() as u64;
    assert!(bad > 300, "the feed planted garbage: {bad}");
    let live = Live::start();
    let consumed = consume(&live.graph, stand.consumer(&topic, avro(&format!("{topic}-value")))).unwrap();
    let rows = wait_rows(&consumed.table, 50_000 - bad);
    let errors = wait_rows(&consumed.errors, bad);
    let places = |batch: &arrow_array::RecordBatch, partition: &str, offset: &str| -> BTreeSet<(i64, i64)> {
        longs(batch, partition).into_iter().zip(longs(batch, offset)).collect()
    };
    let planted: BTreeSet<_> = report.garbage.iter().map(|g| (i64::from(g.partition), g.offset)).collect();
    assert_eq!(places(&errors, "Partition", "Offset"), planted);
    let good = places(&rows, "KafkaPartition", "KafkaOffset");
    assert_eq!(good.len() as u64, 50_000 - bad, "no row twice");
    assert!(good.is_disjoint(&planted));
    assert!(cells(&errors, "Side").iter().all(|side| side == "value"));
    assert!(cells(&errors, "Topic").iter().all(|name| *name == topic));
    assert!(cells(&errors, "Reason").iter().all(|reason| reason.len() > 10));
    let stats = consumed.source.stats();
    assert_eq!((stats.rows, stats.errors), (50_000 - bad, bad));
}

#[test]
fn a_bad_key_and_a_bad_value_say_why_and_keep_their_bytes() {
    let stand = Stand::shared();
    let topic = stand.topic("bad", 1);
    stand.produce(
        &topic,
        &[
            (0, Some(b"k"), Some(&1i64.to_be_bytes())),
            (0, Some(&[0xff, 0xfe]), Some(&2i64.to_be_bytes())),
            (0, Some(b"k"), Some(b"short")),
            (0, Some(b"k"), Some(&4i64.to_be_bytes())),
        ],
    );
    let mut config =
        stand.consumer(&topic, Spec::Simple { column: "V".into(), data_type: Some(DataType::Int64) });
    config.key = text("K");
    let live = Live::start();
    let consumed = consume(&live.graph, config).unwrap();
    let rows = wait_rows(&consumed.table, 2);
    assert_eq!(cells(&rows, "V"), ["1", "4"]);
    assert_eq!(longs(&rows, "KafkaOffset"), [0, 3]);
    let errors = wait_rows(&consumed.errors, 2);
    assert_eq!(cells(&errors, "Side"), ["key", "value"]);
    assert_eq!(longs(&errors, "Offset"), [1, 2]);
    assert_eq!(cells(&errors, "Raw"), ["fffe", "73686f7274"]);
    let reasons = cells(&errors, "Reason");
    assert!(reasons[0].contains("not UTF-8"), "{reasons:?}");
    assert_eq!(reasons[1], "5 bytes where 8 are expected");
}

#[test]
fn bad_json_says_where() {
    let stand = Stand::shared();
    let topic = stand.topic("badjson", 1);
    let values: [&[u8]; 7] = [
        br#"{"a":1,"b":"x"}"#,
        br#"{"a":1,"b":"x""#,
        br#"{"a":"one"}"#,
        br#"[1]"#,
        br#"{"a":1} {"a":2}"#,
        b"\xff\xfe",
        br#"{"a":2,"b":"y"}"#,
    ];
    stand.produce_values(&topic, &values);
    let columns = [("a", DataType::Int64), ("b", DataType::Utf8View)];
    let spec = Spec::Json {
        columns: columns.map(|(name, kind)| (name.to_owned(), kind)).to_vec(),
        mapping: Default::default(),
    };
    let live = Live::start();
    let consumed = consume(&live.graph, stand.consumer(&topic, spec)).unwrap();
    let rows = wait_rows(&consumed.table, 2);
    assert_eq!(
        (cells(&rows, "a"), cells(&rows, "b")),
        (vec!["1".into(), "2".into()], vec!["x".into(), "y".into()])
    );
    let reasons = cells(&wait_rows(&consumed.errors, 5), "Reason");
    assert!(reasons[1].contains("field \"a\": \"one\" is no value of Int64"), "{reasons:?}");
    assert!(reasons[2].contains("JSON object"), "{reasons:?}");
    assert!(reasons[3].contains("trailing"), "{reasons:?}");
}

#[test]
fn nothing_but_garbage_is_no_reason_to_stop() {
    let stand = Stand::shared();
    let topic = stand.topic("rubbish", 1);
    let rubbish: Vec<Vec<u8>> = (0..3_000u32).map(|n| n.to_le_bytes()[..(n % 5) as usize].to_vec()).collect();
    stand.produce_values(&topic, &rubbish.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let spec = Spec::Simple { column: "V".into(), data_type: Some(DataType::Int64) };
    let live = Live::start();
    let config = stand.consumer(&topic, spec).with_setting("kinetable.errors.rows.max", "1000");
    let consumed = consume(&live.graph, config).unwrap();
    wait_for("all records", || consumed.source.stats().errors == 3_000);
    wait_for("the newest errors", || longs(&read(&consumed.errors), "Offset").last() == Some(&2_999));
    let kept = consumed.errors.size();
    assert!((1_000..=1_125).contains(&kept), "the newest are kept: {kept}");
    stand.produce_values(&topic, &[&9i64.to_be_bytes()]);
    assert_eq!(cells(&wait_rows(&consumed.table, 1), "V"), ["9"]);
}
