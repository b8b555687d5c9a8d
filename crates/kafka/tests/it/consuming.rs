//! Topics become tables: specs, columns, retention.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_schema::DataType;
use kinetable_broker::feed::{TradeFeed, Trades, exchanges, instruments};
use kinetable_engine::Graph;
use kinetable_kafka::{AvroSchema, Retention, Spec, consume, consume_parts};

use crate::live::{Collector, Live, cells, doubles, longs, wait_for, wait_rows};
use crate::stand::Stand;

pub fn avro(subject: &str) -> Spec {
    Spec::Avro {
        schema: AvroSchema::from_text(subject, "latest"),
        mapping: BTreeMap::new(),
        mapped_only: false,
    }
}

#[test]
fn avro_trades_become_rows_in_order() {
    let stand = Stand::shared();
    let topic = stand.topic("trades", 3);
    let feed = TradeFeed { topic: topic.clone(), count: 20_000, seed: 7, ..TradeFeed::default() };
    feed.run(&stand.target).unwrap();
    let live = Live::start();
    let config = stand.consumer(&topic, avro(&format!("{topic}-value")));
    let consumed = consume(&live.graph, config).unwrap();
    let rows = wait_rows(&consumed.table, 20_000);
    let names: Vec<_> = rows.schema().fields().iter().map(|f| f.name().clone()).collect();
    assert_eq!(
        names,
        [
            "KafkaPartition",
            "KafkaOffset",
            "KafkaTimestamp",
            "Exchange",
            "Instrument",
            "Price",
            "Size",
            "Timestamp"
        ]
    );
    let (partitions, offsets) = (longs(&rows, "KafkaPartition"), longs(&rows, "KafkaOffset"));
    let (exchange, instrument) = (cells(&rows, "Exchange"), cells(&rows, "Instrument"));
    let (price, size, time) = (doubles(&rows, "Price"), doubles(&rows, "Size"), longs(&rows, "Timestamp"));
    // Where each partition's next row is expected in the generator's stream.
    let trades: Vec<_> = Trades::new(7).take(20_000).collect();
    let (known_exchanges, known_instruments) = (exchanges(), instruments());
    let mut of_partition: Vec<_> =
        (0..3).map(|p| trades.iter().filter(move |t| t.instrument % 3 == p)).collect();
    let mut next = [0i64; 3];
    for row in 0..rows.num_rows() {
        let partition = partitions[row] as usize;
        assert_eq!(offsets[row], next[partition], "offsets of a partition follow each other");
        next[partition] += 1;
        let trade = of_partition[partition].next().expect("a trade for every row");
        assert_eq!(exchange[row], known_exchanges[trade.exchange]);
        assert_eq!(instrument[row], known_instruments[trade.instrument]);
        assert_eq!((price[row], size[row]), (trade.price, trade.size));
        assert_eq!(time[row], trade.timestamp * 1_000_000);
    }
    let stats = consumed.source.stats();
    assert_eq!((stats.rows, stats.errors, stats.duplicates), (20_000, 0, 0));
    wait_for("a lag of nothing", || consumed.source.stats().lag == Some(0));
}

#[test]
fn a_blink_table_shows_every_row_once_and_keeps_none() {
    let stand = Stand::shared();
    let topic = stand.topic("blink", 2);
    let feed = TradeFeed { topic: topic.clone(), count: 5_000, ..TradeFeed::default() };
    feed.run(&stand.target).unwrap();
    let live = Live::start();
    live.hold(true);
    let mut config = stand.consumer(&topic, avro(&format!("{topic}-value")));
    config.retention = Retention::Blink { linger_ns: 1_000_000 };
    let consumed = consume(&live.graph, config).unwrap();
    let seen = Collector::of(&consumed.table);
    live.hold(false);
    wait_for("all rows", || seen.rows() >= 5_000);
    wait_for("an empty table", || consumed.table.size() == 0);
    assert_eq!(seen.rows(), 5_000);
    let mut pairs: Vec<_> =
        longs(&seen.all(), "KafkaPartition").into_iter().zip(longs(&seen.all(), "KafkaOffset")).collect();
    pairs.sort_unstable();
    pairs.dedup();
    assert_eq!(pairs.len(), 5_000, "no row twice");
}

/// A graph whose cycles the test runs.
fn by_hand() -> Graph {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    Graph::new(Arc::new(pool), true)
}

#[test]
fn the_first_rows_of_a_blink_table_wait_for_its_users() {
    let stand = Stand::shared();
    let topic = stand.topic("blink-first", 2);
    stand.produce(&topic, &[(0, None, Some(b"a")), (1, None, Some(b"b")), (0, None, Some(b"c"))]);
    let mut config = stand.consumer(&topic, text("V"));
    config.retention = Retention::BLINK;
    let graph = by_hand();
    let consumed = consume(&graph, config.clone()).unwrap();
    let parted = consume_parts(&graph, config).unwrap();
    let queued = || (consumed.source.stats().queued_rows, parted.source.stats().queued_rows);
    wait_for("all rows", || queued() == (3, 3));
    for cycle in 0..9 {
        graph.run_cycle(cycle);
    }
    assert_eq!(queued(), (3, 3), "nobody is there to use them");
    let seen = Collector::of(&consumed.table);
    let of_first = Collector::of(&parted.constituents.table(0).expect("it has rows"));
    graph.run_cycle(9);
    assert_eq!((seen.rows(), of_first.rows()), (3, 2));
    assert_eq!(queued(), (0, 1), "nobody uses the other partition's table");
    graph.run_cycle(1_000_000_000);
    assert_eq!((queued(), parted.constituents.table(1).expect("it has a row").size()), ((0, 0), 1));
}

#[test]
fn a_ring_table_keeps_the_newest_rows() {
    let stand = Stand::shared();
    let topic = stand.topic("ring", 1);
    let values: Vec<String> = (0..1_000).map(|n| format!("v{n}")).collect();
    stand.produce_values(&topic, &values.iter().map(String::as_bytes).collect::<Vec<_>>());
    let live = Live::start();
    let mut config = stand.consumer(&topic, text("V"));
    config.retention = Retention::Ring(10);
    let consumed = consume(&live.graph, config).unwrap();
    wait_for("all rows", || {
        consumed.source.stats().rows == 1_000 && consumed.source.stats().queued_rows == 0
    });
    wait_for("the last row", || {
        cells(&crate::live::read(&consumed.table), "V").last().is_some_and(|v| v == "v999")
    });
    let rows = wait_rows(&consumed.table, 10);
    assert_eq!(cells(&rows, "V"), values[990..]);
}

pub fn text(column: &str) -> Spec {
    Spec::Simple { column: column.to_owned(), data_type: Some(DataType::Utf8View) }
}

#[test]
fn simple_specs_read_every_standard_form() {
    let stand = Stand::shared();
    let live = Live::start();
    let cases: [(DataType, Vec<u8>, &str); 8] = [
        (DataType::Boolean, vec![1], "true"),
        (DataType::Int16, (-2i16).to_be_bytes().to_vec(), "-2"),
        (DataType::Int32, 7i32.to_be_bytes().to_vec(), "7"),
        (DataType::Int64, i64::MIN.to_be_bytes().to_vec(), "-9223372036854775808"),
        (DataType::Float32, 1.5f32.to_be_bytes().to_vec(), "1.5"),
        (DataType::Float64, (-0.1f64).to_be_bytes().to_vec(), "-0.1"),
        (DataType::Utf8, "Grüße, mehr als zwölf Bytes".into(), "Grüße, mehr als zwölf Bytes"),
        (DataType::Binary, vec![0, 255], "00ff"),
    ];
    for (data_type, bytes, shown) in cases {
        let topic = stand.topic("simple", 1);
        stand.produce(&topic, &[(0, Some(&bytes), Some(&bytes)), (0, Some(&bytes), None)]);
        let spec =
            |column: &str| Spec::Simple { column: column.to_owned(), data_type: Some(data_type.clone()) };
        let mut config = stand.consumer(&topic, spec("V"));
        config.key = spec("K");
        let consumed = consume(&live.graph, config).unwrap();
        let rows = wait_rows(&consumed.table, 2);
        assert_eq!(cells(&rows, "K"), [shown, shown], "{data_type}");
        assert_eq!(cells(&rows, "V"), [shown, "."], "a null value is a null, {data_type}");
    }
}

#[test]
fn json_fields_and_pointers_become_columns() {
    let stand = Stand::shared();
    let topic = stand.topic("json", 1);
    stand.produce_values(
        &topic,
        &[
            br#"{"name":"a","n":1,"deep":{"x":[10,20]},"at":1700000000123,"extra":[{}]}"#,
            br#"{"n":"22","deep":{"x":[]},"name":null,"at":"2023-11-14T22:13:20Z"}"#,
            br#"{"deep":3,"name":{"b":[1,2]},"n":1,"n":2.0}"#,
            b"null",
            b"{}",
        ],
    );
    let columns = [
        ("N", DataType::Int64),
        ("name", DataType::Utf8View),
        ("X", DataType::Float64),
        ("at", crate::specs::instant()),
    ];
    let spec = Spec::Json {
        columns: columns.map(|(name, kind)| (name.to_owned(), kind)).to_vec(),
        mapping: [("n", "N"), ("/deep/x/1", "X")].map(|(f, c)| (f.to_owned(), c.to_owned())).into(),
    };
    let live = Live::start();
    let consumed = consume(&live.graph, stand.consumer(&topic, spec)).unwrap();
    let rows = wait_rows(&consumed.table, 5);
    assert_eq!(cells(&rows, "N"), ["1", "22", "2", ".", "."]);
    assert_eq!(cells(&rows, "name"), ["a", ".", r#"{"b":[1,2]}"#, ".", "."]);
    assert_eq!(cells(&rows, "X"), ["20.0", ".", ".", ".", "."]);
    assert_eq!(cells(&rows, "at"), ["2023-11-14T22:13:20.123Z", "2023-11-14T22:13:20Z", ".", ".", "."]);
}
