//! A librdkafka producer that counts what the broker has taken, and remembers where marked records went.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use parking_lot::Mutex;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseRecord, DeliveryResult, Producer, ProducerContext, ThreadedProducer};
use rdkafka::{ClientContext, Message};

use crate::target::Target;

/// Longest a record may wait for the broker: a broker killed and started again must not cost any.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(120);

/// Publishes records to any topics of one broker.
///
/// The producer is idempotent: a record that is sent twice because the broker was killed is stored once.
pub struct Publisher {
    producer: ThreadedProducer<Tally>,
}

/// Where the broker put a marked record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The mark it was sent with.
    pub mark: usize,
    /// Partition of its topic.
    pub partition: i32,
    /// Offset in the partition.
    pub offset: i64,
}

#[derive(Default)]
struct Tally {
    delivered: AtomicU64,
    failed: AtomicU64,
    first_error: Mutex<Option<String>>,
    receipts: Mutex<Vec<Receipt>>,
}

impl ClientContext for Tally {}

impl ProducerContext for Tally {
    /// 0, or one more than the record's mark.
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, mark: usize) {
        match result {
            Ok(message) => {
                self.delivered.fetch_add(1, Ordering::Relaxed);
                if let Some(mark) = mark.checked_sub(1) {
                    let (partition, offset) = (message.partition(), message.offset());
                    self.receipts.lock().push(Receipt { mark, partition, offset });
                }
            }
            Err((error, _)) => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                self.first_error.lock().get_or_insert_with(|| error.to_string());
            }
        }
    }
}

impl Publisher {
    /// A publisher whose records wait up to `linger_ms` for others to share a batch with.
    pub fn new(target: &Target, linger_ms: f64) -> Result<Self> {
        let producer = target
            .client()
            .set("enable.idempotence", "true")
            .set("linger.ms", linger_ms.to_string())
            .set("batch.num.messages", "50000")
            .set("batch.size", "1000000")
            .set("queue.buffering.max.messages", "500000")
            .set("queue.buffering.max.kbytes", "262144")
            .set("message.timeout.ms", DELIVERY_TIMEOUT.as_millis().to_string())
            .create_with_context(Tally::default())
            .context("the producer cannot be made")?;
        Ok(Self { producer })
    }

    /// Hands one record over; waits while the producer's queue is full. A record with a mark gets a receipt.
    pub fn send(&self, record: Record<'_>) -> Result<()> {
        let opaque = record.mark.map_or(0, |mark| mark + 1);
        let mut next = BaseRecord::<[u8], [u8], usize>::with_opaque_to(record.topic, opaque);
        next.partition = record.partition;
        next.key = record.key;
        next.payload = record.value;
        next.timestamp = record.timestamp;
        loop {
            match self.producer.send(next) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    next = back;
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err((error, _)) => bail!("a record for topic \"{}\" cannot be sent: {error}", record.topic),
            }
        }
    }

    /// How many records the broker has taken so far.
    pub fn delivered(&self) -> u64 {
        self.producer.context().delivered.load(Ordering::Relaxed)
    }

    /// Waits until the broker has taken every record, and returns the receipts since the last call.
    pub fn finish(&self) -> Result<Vec<Receipt>> {
        self.producer.flush(DELIVERY_TIMEOUT).context("not all records were taken in time")?;
        let tally = self.producer.context();
        let failed = tally.failed.load(Ordering::Relaxed);
        if failed > 0 {
            let error = tally.first_error.lock().clone().unwrap_or_default();
            bail!("{failed} records were not taken by the broker: {error}");
        }
        Ok(std::mem::take(&mut *tally.receipts.lock()))
    }
}

/// A record to publish.
#[derive(Clone, Copy, Debug, Default)]
pub struct Record<'a> {
    /// Its topic.
    pub topic: &'a str,
    /// Its partition; `None` lets the key decide, or chance.
    pub partition: Option<i32>,
    /// Its key; `None` is null.
    pub key: Option<&'a [u8]>,
    /// Its value; `None` is null, a tombstone.
    pub value: Option<&'a [u8]>,
    /// Its timestamp in milliseconds since the epoch; `None` is now.
    pub timestamp: Option<i64>,
    /// A number by which to know its receipt.
    pub mark: Option<usize>,
}
