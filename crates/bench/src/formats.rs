//! Kafka to table by format: JSON, Avro and Protobuf rows a second, each beside librdkafka alone on the same topic.

use anyhow::Result;
use arrow_schema::{DataType, TimeUnit};
use kinetable::kafka::{ConsumerConfig, ProtobufSchema, ProtobufSpec, Retention, Spec, StartAt};
use kinetable_broker::feed::{TRADE_PROTO, TradeFeed, TradeFormat};
use kinetable_broker::{EmbeddedBroker, Registry, Target, client};

use crate::ingest::contenders::{self, Table};
use crate::report::{count, rate, verdict};

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// Records in each topic.
    #[arg(long, default_value_t = 3_000_000)]
    records: u64,
    /// Partitions of each topic.
    #[arg(long, default_value_t = 4)]
    partitions: i32,
    /// Runs of each contender; the best counts.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Keep the broker until a line is read, after printing where it is and its topics: for measuring others beside.
    #[arg(long)]
    wait: bool,
}

/// The formats, what they are called, and the share of librdkafka's rate that is aimed at.
const FORMATS: [(TradeFormat, &str, f64); 3] = [
    (TradeFormat::Avro, "Avro", 0.7),
    (TradeFormat::Json, "JSON", 0.4),
    (TradeFormat::Protobuf, "Protobuf", 0.7),
];

/// Feeds a topic a format, reads each, prints.
pub fn run(options: &Options) -> Result<()> {
    let (broker, registry) = (EmbeddedBroker::start()?, Registry::start(0)?);
    let target = Target::new(broker.bootstrap(), registry.url());
    println!("| Kafka to table | rows/s | librdkafka alone | share | goal |\n|---|---:|---:|---:|---|");
    let mut topics = Vec::new();
    for (format, name, goal) in FORMATS {
        let topic = format!("bench.{}", name.to_lowercase());
        let (partitions, records) = (options.partitions, options.records);
        let feed =
            TradeFeed { topic: topic.clone(), partitions, count: records, format, ..TradeFeed::default() };
        feed.run(&target)?;
        let (mut alone, mut blink, mut append) = (0f64, 0f64, 0f64);
        for _ in 0..options.runs {
            let drained = client::drain(&target, &topic, &contenders::SETTINGS)?;
            alone = alone.max(drained.records as f64 / drained.seconds);
            let read = |table: Table| {
                let config = config(&target, &topic, format, table.retention());
                contenders::read(&config, table, records).map(|reading| rate(records, reading.time))
            };
            blink = blink.max(read(Table::BlinkAggregated)?);
            append = append.max(read(Table::Append)?);
        }
        for (rows, what) in [(blink, "blink + aggregation"), (append, "append")] {
            println!(
                "| {name}, {what} | {} | {} | {:.0} % | {:.0} %: {} |",
                count(rows as u64),
                count(alone as u64),
                100.0 * rows / alone,
                100.0 * goal,
                verdict(rows >= goal * alone),
            );
        }
        topics.push(topic);
    }
    if options.wait {
        let at = serde_json::json!({ "bootstrap": target.bootstrap, "registry": target.registry, "topics": topics, "records": options.records });
        println!("{at}");
        std::io::stdin().read_line(&mut String::new())?;
    }
    Ok(())
}

fn config(target: &Target, topic: &str, format: TradeFormat, retention: Retention) -> ConsumerConfig {
    let mut config = contenders::config(target, topic, StartAt::Beginning, retention);
    config.value = match format {
        TradeFormat::Avro => config.value,
        TradeFormat::Json => {
            let instant = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
            let columns = [
                ("Exchange", DataType::Utf8View),
                ("Instrument", DataType::Utf8View),
                ("Price", DataType::Float64),
                ("Size", DataType::Float64),
                ("Timestamp", instant),
            ];
            let columns = columns.map(|(name, data_type)| (name.to_owned(), data_type)).to_vec();
            Spec::Json { columns, mapping: Default::default() }
        }
        TradeFormat::Protobuf => {
            Spec::Protobuf(ProtobufSpec::new(ProtobufSchema::Text(TRADE_PROTO.to_owned())))
        }
    };
    config
}
