//! How fast Avro trades become columns on one core: our decoder beside `arrow-avro`, on the same records.
//!
//! `cargo run --release -p kinetable-kafka --example decode -- 2000000`

use std::collections::HashMap;
use std::time::Instant;

use arrow_avro::reader::ReaderBuilder;
use arrow_avro::schema::{AvroSchema, Fingerprint, FingerprintAlgorithm, SchemaStore};
use kinetable_broker::feed::{TRADE_SCHEMA, Trades};
use kinetable_kafka::measure::SideBench;

const ROWS: usize = 8192;

fn main() {
    let count: usize =
        std::env::args().nth(1).map_or(2_000_000, |count| count.parse().expect("a number of trades"));
    let mut trades = Trades::new(1);
    let records: Vec<Vec<u8>> = (0..count)
        .map(|_| {
            let trade = trades.next().expect("trades do not end");
            let mut bytes = Vec::new();
            trades.encode(&trade, 1, &mut bytes);
            bytes
        })
        .collect();
    for _ in 0..3 {
        let started = Instant::now();
        let rows = ours(&records);
        report("ours", rows, started);
        let started = Instant::now();
        let rows = theirs(&records);
        report("arrow-avro", rows, started);
    }
}

fn report(what: &str, rows: usize, started: Instant) {
    let seconds = started.elapsed().as_secs_f64();
    println!("{what}: {rows} records in {seconds:.3} s = {:.2} M/s", rows as f64 / seconds / 1e6);
}

fn ours(records: &[Vec<u8>]) -> usize {
    let mut decoder = SideBench::avro(TRADE_SCHEMA);
    records.chunks(ROWS).map(|chunk| decoder.decode(chunk)).sum()
}

fn theirs(records: &[Vec<u8>]) -> usize {
    let schema = AvroSchema::new(TRADE_SCHEMA.to_owned());
    let known = HashMap::from([(Fingerprint::Id(1), schema)]);
    let store = SchemaStore::new_with_type(FingerprintAlgorithm::Id);
    let mut store = store;
    for (id, schema) in known {
        store.set(id, schema).expect("the schema is taken");
    }
    let mut decoder = ReaderBuilder::new()
        .with_writer_schema_store(store)
        .with_batch_size(ROWS)
        .with_utf8_view(true)
        .build_decoder()
        .expect("a decoder");
    let mut rows = 0;
    for chunk in records.chunks(ROWS) {
        for record in chunk {
            decoder.decode(record).expect("a good record");
        }
        rows += decoder.flush().expect("a batch").map_or(0, |batch| batch.num_rows());
    }
    rows
}
