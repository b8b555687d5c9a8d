//! An independent consumer: reads a topic's records, and shows them as JSON.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use apache_avro::Schema;
use apache_avro::reader::datum::GenericDatumReader;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Message, Offset, TopicPartitionList};
use serde_json::{Value, json};

use super::http::fetch_schema;
use super::watermarks::{consumer, partitions};
use crate::target::Target;

/// What to read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The topic.
    pub topic: String,
    /// Where to begin in a partition; one that is not named begins with its oldest record.
    pub offsets: BTreeMap<i32, i64>,
    /// How many records to wait for; `None` reads what is there by now.
    pub count: Option<usize>,
    /// How long to wait for them.
    pub timeout: Duration,
}

/// A record as the broker gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadRecord {
    /// Its partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Its timestamp in milliseconds since the epoch.
    pub timestamp: Option<i64>,
    /// Its key; `None` is null.
    pub key: Option<Vec<u8>>,
    /// Its value; `None` is null.
    pub value: Option<Vec<u8>>,
}

/// Reads all that `topic` holds now, in order of offset within each partition.
pub fn read_all(target: &Target, topic: &str) -> Result<Vec<ReadRecord>> {
    let offsets = BTreeMap::new();
    let timeout = Duration::from_secs(120);
    read(target, &Reading { topic: topic.to_owned(), offsets, count: None, timeout })
}

/// Reads what `reading` says; fails if not all of it came in time.
pub fn read(target: &Target, reading: &Reading) -> Result<Vec<ReadRecord>> {
    let consumer = consumer(target)?;
    let partitions = assign(&consumer, &reading.topic, &reading.offsets)?;
    let deadline = Instant::now() + reading.timeout;
    let mut records = Vec::new();
    let mut at_end = HashSet::new();
    loop {
        let is_done = match reading.count {
            Some(count) => records.len() >= count,
            None => at_end.len() == partitions,
        };
        if is_done {
            return Ok(records);
        }
        if Instant::now() > deadline {
            let (read, topic) = (records.len(), &reading.topic);
            bail!("only {read} records of topic \"{topic}\" came in {} s", reading.timeout.as_secs_f64());
        }
        match consumer.poll(Duration::from_millis(100)) {
            Some(Ok(message)) => records.push(ReadRecord {
                partition: message.partition(),
                offset: message.offset(),
                timestamp: message.timestamp().to_millis(),
                key: message.key().map(<[u8]>::to_vec),
                value: message.payload().map(<[u8]>::to_vec),
            }),
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                at_end.insert(partition);
            }
            Some(Err(error)) if is_passing(&error) => {}
            Some(Err(error)) => {
                return Err(error).context(format!("topic \"{}\" cannot be read", reading.topic));
            }
            None => {}
        }
    }
}

/// Assigns every partition of `topic`, and returns how many there are.
pub(super) fn assign(consumer: &BaseConsumer, topic: &str, offsets: &BTreeMap<i32, i64>) -> Result<usize> {
    let count = partitions(consumer, topic)?;
    let mut assignment = TopicPartitionList::new();
    for partition in 0..count as i32 {
        let offset = offsets.get(&partition).map_or(Offset::Beginning, |offset| Offset::Offset(*offset));
        assignment.add_partition_offset(topic, partition, offset)?;
    }
    consumer.assign(&assignment)?;
    Ok(count)
}

/// Whether an error is of a broker that is away, and will pass.
pub(super) fn is_passing(error: &KafkaError) -> bool {
    let code = error.rdkafka_error_code();
    matches!(
        code,
        Some(
            RDKafkaErrorCode::BrokerTransportFailure
                | RDKafkaErrorCode::AllBrokersDown
                | RDKafkaErrorCode::OperationTimedOut
        )
    )
}

/// Turns records into JSON: Avro by the registry's schemas, text as text, anything else as hexadecimal.
pub struct Decode {
    target: Target,
    schemas: HashMap<u32, Option<Schema>>,
}

impl Decode {
    /// A decoder with no schemas fetched yet.
    pub fn new(target: &Target) -> Self {
        Self { target: target.clone(), schemas: HashMap::new() }
    }

    /// A record as `{"partition", "offset", "timestamp", "key", "key_is", "value", "value_is"}`, where `…_is` says how the
    /// bytes were read: `avro`, `text`, `hex` or `null`.
    pub fn json(&mut self, record: &ReadRecord) -> Value {
        let (key, key_is) = self.bytes(record.key.as_deref());
        let (value, value_is) = self.bytes(record.value.as_deref());
        json!({
            "partition": record.partition, "offset": record.offset, "timestamp": record.timestamp,
            "key": key, "key_is": key_is, "value": value, "value_is": value_is,
        })
    }

    fn bytes(&mut self, bytes: Option<&[u8]>) -> (Value, &'static str) {
        let Some(bytes) = bytes else { return (Value::Null, "null") };
        if let Some(value) = self.avro(bytes) {
            return (value, "avro");
        }
        match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => (Value::String(text.to_owned()), "text"),
            _ => (Value::String(bytes.iter().map(|byte| format!("{byte:02x}")).collect()), "hex"),
        }
    }

    /// The value of a framed Avro record; `None` if it is none that decodes to its last byte.
    pub fn avro(&mut self, bytes: &[u8]) -> Option<Value> {
        let (frame, mut body) = bytes.split_first_chunk::<5>()?;
        let [0, id @ ..] = frame else { return None };
        let schema = self.schema(u32::from_be_bytes(*id))?;
        let reader = GenericDatumReader::builder(schema).build().ok()?;
        let value = reader.read_value(&mut body).ok()?;
        if body.is_empty() { value.try_into().ok() } else { None }
    }

    fn schema(&mut self, id: u32) -> Option<&Schema> {
        let target = &self.target;
        let fetch = || Schema::parse_str(&fetch_schema(target, id).ok()?).ok();
        self.schemas.entry(id).or_insert_with(fetch).as_ref()
    }
}
