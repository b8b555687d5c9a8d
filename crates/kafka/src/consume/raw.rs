//! The drain: librdkafka's queue of fetched records, emptied a batch at a call.
//!
//! The safe consumer of crate `rdkafka` makes an event and a reference count for each record; this takes the records
//! of several partitions as an array. Partitions are started one by one ("simple consumer"): no group is joined, nothing is committed.
#![expect(unsafe_code, reason = "crate rdkafka has no safe call for taking records in batches")]

use std::ffi::{CStr, CString};
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::Arc;
use std::time::Duration;

use kinetable_engine::{Error, Result};
use rdkafka::bindings as c;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{IsError, RDKafkaErrorCode};

use super::headers;
use super::watch::Watch;

/// Records taken by one call.
const BATCH: usize = 4096;

/// What comes out of a drain. Bytes are borrowed for the call.
pub(super) enum Event<'a> {
    Record(Record<'a>),
    /// Something went wrong with a partition.
    Problem {
        partition: i32,
        offset: i64,
        code: RDKafkaErrorCode,
        text: String,
    },
}

/// A record as it was fetched.
pub(super) struct Record<'a> {
    pub(super) partition: i32,
    pub(super) offset: i64,
    /// Milliseconds since the epoch, if the record has a time.
    pub(super) timestamp: Option<i64>,
    pub(super) key: Option<&'a [u8]>,
    pub(super) value: Option<&'a [u8]>,
    /// In the flat form of [`headers`]; empty if nobody wants them.
    pub(super) headers: &'a [u8],
}

/// The started partitions of one topic.
pub(super) struct Drain {
    client: Arc<BaseConsumer<Watch>>,
    name: CString,
    topic: NonNull<c::rd_kafka_topic_t>,
    queue: NonNull<c::rd_kafka_queue_t>,
    started: Vec<i32>,
    taken: Vec<*mut c::rd_kafka_message_t>,
    /// The headers of the record at hand, if they are wanted.
    headers: Option<Vec<u8>>,
}

// SAFETY: librdkafka's handles may be used from any thread; `taken` is empty between calls.
unsafe impl Send for Drain {}

impl Drain {
    /// A drain of a topic with no partition started.
    pub(super) fn new(
        client: Arc<BaseConsumer<Watch>>,
        topic: &str,
        headers: Option<Vec<u8>>,
    ) -> Result<Drain> {
        let name = CString::new(topic)
            .map_err(|_| Error::invalid(format!("topic \"{topic}\" has a zero byte in its name")))?;
        let native = client.client().native_ptr();
        // SAFETY: the client is alive (we hold it), the name ends in zero; a null configuration means the client's.
        let handle = unsafe { c::rd_kafka_topic_new(native, name.as_ptr(), ptr::null_mut()) };
        let topic = NonNull::new(handle)
            .ok_or_else(|| Error::invalid(format!("topic \"{topic}\" cannot be opened")))?;
        // SAFETY: the client is alive.
        let queue = unsafe { c::rd_kafka_queue_new(native) };
        let queue = NonNull::new(queue).expect("librdkafka makes a queue or aborts");
        let taken = vec![ptr::null_mut(); BATCH];
        Ok(Drain { client, name, topic, queue, started: Vec::new(), taken, headers })
    }

    /// Starts reading a partition at an offset.
    pub(super) fn start(&mut self, partition: i32, offset: i64) -> Result<()> {
        // SAFETY: topic and queue live as long as we do.
        let status = unsafe {
            c::rd_kafka_consume_start_queue(self.topic.as_ptr(), partition, offset, self.queue.as_ptr())
        };
        if status != 0 {
            // SAFETY: reads the error of this thread's last call.
            let code: RDKafkaErrorCode = unsafe { c::rd_kafka_last_error() }.into();
            return Err(Error::source(format!("partition {partition} cannot be read: {code}")));
        }
        self.started.push(partition);
        Ok(())
    }

    /// Stops reading a partition; what was fetched of it and not taken is dropped.
    pub(super) fn stop(&mut self, partition: i32) {
        if let Some(at) = self.started.iter().position(|p| *p == partition) {
            self.started.swap_remove(at);
            // SAFETY: the partition was started on this topic.
            unsafe { c::rd_kafka_consume_stop(self.topic.as_ptr(), partition) };
        }
    }

    /// Waits for a record, at most so long, and hands over what is there, up to a batch. Gives how many.
    pub(super) fn take(&mut self, timeout: Duration, mut each: impl FnMut(Event<'_>)) -> usize {
        let wait = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
        // librdkafka waits until the array is full or the time is up: so wait for one, then take without waiting.
        let mut count = self.fill(0, 1, wait);
        if count == 1 {
            count += self.fill(1, BATCH - 1, 0);
        }
        for index in 0..count {
            let message = std::mem::replace(&mut self.taken[index], ptr::null_mut());
            let mut flat = self.headers.as_mut();
            if let Some(flat) = &mut flat {
                flat.clear();
                // SAFETY: the call gave `count` messages, which are ours until destroyed.
                unsafe { copy_headers(message, flat) };
            }
            let flat = flat.map_or(&[][..], |flat| flat);
            // SAFETY: the call gave `count` messages, which are ours until destroyed.
            each(unsafe { event(&*message, flat) });
            // SAFETY: destroyed once; nothing borrowed from it is left.
            unsafe { c::rd_kafka_message_destroy(message) };
        }
        count
    }

    fn fill(&mut self, start: usize, room: usize, wait: i32) -> usize {
        let array = &mut self.taken[start..start + room];
        // SAFETY: the array has room for that many messages.
        let count = unsafe {
            c::rd_kafka_consume_batch_queue(self.queue.as_ptr(), wait, array.as_mut_ptr(), array.len())
        };
        usize::try_from(count).unwrap_or(0)
    }

    /// The end of a partition as the last fetch said, without asking the broker.
    pub(super) fn cached_end(&self, partition: i32) -> Option<i64> {
        let (mut low, mut high) = (-1, -1);
        let native = self.client.client().native_ptr();
        // SAFETY: the client is alive, and the two numbers outlive the call.
        let status = unsafe {
            c::rd_kafka_get_watermark_offsets(native, self.name.as_ptr(), partition, &mut low, &mut high)
        };
        (!status.is_error() && high >= 0).then_some(high)
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        for partition in std::mem::take(&mut self.started) {
            // SAFETY: the partition was started on this topic.
            unsafe { c::rd_kafka_consume_stop(self.topic.as_ptr(), partition) };
        }
        // SAFETY: made in `new`, destroyed once, before the client, which we still hold.
        unsafe {
            c::rd_kafka_queue_destroy(self.queue.as_ptr());
            c::rd_kafka_topic_destroy(self.topic.as_ptr());
        }
    }
}

/// # Safety
/// The message must have been given by librdkafka and live as long as the event.
unsafe fn event<'a>(message: &'a c::rd_kafka_message_t, headers: &'a [u8]) -> Event<'a> {
    // SAFETY: librdkafka gives a pointer and length of bytes it owns, or null.
    let bytes = |start: *mut std::ffi::c_void, length: usize| unsafe {
        let start = start.cast::<u8>().cast_const();
        (!start.is_null()).then(|| slice::from_raw_parts(start, length))
    };
    if message.err.is_error() {
        // SAFETY: a message with an error has a text, valid as long as the message.
        let text = unsafe { CStr::from_ptr(c::rd_kafka_message_errstr(message)) };
        return Event::Problem {
            partition: message.partition,
            offset: message.offset,
            code: message.err.into(),
            text: text.to_string_lossy().into_owned(),
        };
    }
    let mut kind = c::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    // SAFETY: the message is alive.
    let timestamp = unsafe { c::rd_kafka_message_timestamp(message, &mut kind) };
    Event::Record(Record {
        partition: message.partition,
        offset: message.offset,
        timestamp: (timestamp >= 0).then_some(timestamp),
        key: bytes(message.key, message.key_len),
        value: bytes(message.payload, message.len),
        headers,
    })
}

/// Appends the headers of a message.
///
/// # Safety
/// The message must have been given by librdkafka and be alive.
unsafe fn copy_headers(message: *const c::rd_kafka_message_t, flat: &mut Vec<u8>) {
    let mut all = ptr::null_mut();
    // SAFETY: the message is alive, and keeps the headers that are found.
    if unsafe { c::rd_kafka_message_headers(message, &mut all) }.is_error() {
        return;
    }
    for index in 0.. {
        let (mut name, mut value, mut length) = (ptr::null(), ptr::null(), 0);
        // SAFETY: the headers live as long as the message, and the three places outlive the call.
        let found = unsafe { c::rd_kafka_header_get_all(all, index, &mut name, &mut value, &mut length) };
        if found.is_error() {
            return;
        }
        // SAFETY: a name ends in zero; a value is null or has so many bytes.
        let (name, value) = unsafe {
            let value = value.cast::<u8>();
            let value = (!value.is_null()).then(|| slice::from_raw_parts(value, length));
            (CStr::from_ptr(name), value)
        };
        headers::push(flat, name.to_bytes(), value);
    }
}
