//! The calls of librdkafka that describe topics: crate `rdkafka` has none that uses a consumer's own connections.
#![expect(
    unsafe_code,
    reason = "crate rdkafka describes no topics, and configurations only over a client of its own"
)]

use std::ffi::{CStr, CString, c_char};
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::Arc;

use kinetable_engine::{Error, Result};
use rdkafka::bindings as c;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::RDKafkaErrorCode;

use super::super::watch::Watch;
use super::{Keeping, TopicFacts};

/// How long the broker may take to answer.
const TIMEOUT_MS: i32 = 3_000;
/// The id of topics of brokers that give none: 16 zero bytes.
const NO_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// What the broker answered.
pub(in crate::consume) enum Answer {
    Topic(std::result::Result<TopicFacts, RDKafkaErrorCode>),
    Keeping(std::result::Result<Keeping, RDKafkaErrorCode>),
}

/// Asks about one topic over a consumer's connections.
pub(in crate::consume) struct Questions {
    client: Arc<BaseConsumer<Watch>>,
    topic: CString,
    queue: NonNull<c::rd_kafka_queue_t>,
}

// SAFETY: librdkafka's handles may be used from any thread.
unsafe impl Send for Questions {}

impl Questions {
    pub(in crate::consume) fn new(client: Arc<BaseConsumer<Watch>>, topic: &str) -> Result<Questions> {
        let topic = CString::new(topic)
            .map_err(|_| Error::invalid(format!("topic \"{topic}\" has a zero byte in its name")))?;
        // SAFETY: the client is alive: we hold it.
        let queue = unsafe { c::rd_kafka_queue_new(client.client().native_ptr()) };
        let queue = NonNull::new(queue).expect("librdkafka makes a queue or aborts");
        Ok(Questions { client, topic, queue })
    }

    /// Asks for the topic's id, and for what we may do with it.
    pub(in crate::consume) fn ask_for_topic(&self) {
        let options = Options::new(self, c::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS);
        let mut names: [*const c_char; 1] = [self.topic.as_ptr()];
        // SAFETY: names, options and queue outlive the calls, which copy them; the collection is destroyed once.
        unsafe {
            let refused = c::rd_kafka_AdminOptions_set_include_authorized_operations(options.0, 1);
            if !refused.is_null() {
                c::rd_kafka_error_destroy(refused);
            }
            let topics = c::rd_kafka_TopicCollection_of_topic_names(names.as_mut_ptr(), 1);
            let native = self.client.client().native_ptr();
            c::rd_kafka_DescribeTopics(native, topics, options.0, self.queue.as_ptr());
            c::rd_kafka_TopicCollection_destroy(topics);
        }
    }

    /// Asks how long the topic's records are kept.
    pub(in crate::consume) fn ask_for_keeping(&self) {
        let options = Options::new(self, c::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
        let kind = c::rd_kafka_ResourceType_t::RD_KAFKA_RESOURCE_TOPIC;
        // SAFETY: as above; the resource is copied by the call and destroyed once.
        unsafe {
            let mut resource = c::rd_kafka_ConfigResource_new(kind, self.topic.as_ptr());
            let native = self.client.client().native_ptr();
            c::rd_kafka_DescribeConfigs(native, &mut resource, 1, options.0, self.queue.as_ptr());
            c::rd_kafka_ConfigResource_destroy(resource);
        }
    }

    /// The next answer, if one is there.
    pub(in crate::consume) fn answer(&self) -> Option<Answer> {
        // SAFETY: the queue is alive; the event is ours until destroyed.
        let event = NonNull::new(unsafe { c::rd_kafka_queue_poll(self.queue.as_ptr(), 0) })?;
        // SAFETY: the event is alive, and nothing borrowed from it leaves the call.
        let answer = unsafe { read(event.as_ptr()) };
        // SAFETY: destroyed once.
        unsafe { c::rd_kafka_event_destroy(event.as_ptr()) };
        answer
    }
}

impl Drop for Questions {
    fn drop(&mut self) {
        // SAFETY: made in `new`, destroyed once, before the client, which we still hold.
        unsafe { c::rd_kafka_queue_destroy(self.queue.as_ptr()) };
    }
}

struct Options(*mut c::rd_kafka_AdminOptions_t);

impl Options {
    fn new(questions: &Questions, what: c::rd_kafka_admin_op_t) -> Options {
        // SAFETY: the client is alive; no text of an error is wanted.
        unsafe {
            let options = c::rd_kafka_AdminOptions_new(questions.client.client().native_ptr(), what);
            c::rd_kafka_AdminOptions_set_request_timeout(options, TIMEOUT_MS, ptr::null_mut(), 0);
            Options(options)
        }
    }
}

impl Drop for Options {
    fn drop(&mut self) {
        // SAFETY: made in `new`, destroyed once.
        unsafe { c::rd_kafka_AdminOptions_destroy(self.0) };
    }
}

/// # Safety
/// The event must be alive.
unsafe fn read(event: *mut c::rd_kafka_event_t) -> Option<Answer> {
    // SAFETY: by the caller's promise; the result functions give null for events of other types.
    unsafe {
        let error: RDKafkaErrorCode = c::rd_kafka_event_error(event).into();
        let failed = (error != RDKafkaErrorCode::NoError).then_some(error);
        match c::rd_kafka_event_type(event) {
            c::RD_KAFKA_EVENT_DESCRIBETOPICS_RESULT => Some(Answer::Topic(match failed {
                Some(code) => Err(code),
                None => topic(c::rd_kafka_event_DescribeTopics_result(event)),
            })),
            c::RD_KAFKA_EVENT_DESCRIBECONFIGS_RESULT => Some(Answer::Keeping(match failed {
                Some(code) => Err(code),
                None => keeping(c::rd_kafka_event_DescribeConfigs_result(event)),
            })),
            _ => None,
        }
    }
}

/// # Safety
/// The result must be alive.
unsafe fn topic(
    result: *const c::rd_kafka_DescribeTopics_result_t,
) -> std::result::Result<TopicFacts, RDKafkaErrorCode> {
    let mut count = 0;
    // SAFETY: by the caller's promise; arrays have the lengths that come with them.
    unsafe {
        let topics = c::rd_kafka_DescribeTopics_result_topics(result, &mut count);
        if count == 0 {
            return Err(RDKafkaErrorCode::UnknownTopicOrPartition);
        }
        let topic = *topics;
        let error = c::rd_kafka_TopicDescription_error(topic);
        if !error.is_null() {
            let code: RDKafkaErrorCode = c::rd_kafka_error_code(error).into();
            if code != RDKafkaErrorCode::NoError {
                return Err(code);
            }
        }
        let id = c::rd_kafka_Uuid_base64str(c::rd_kafka_TopicDescription_topic_id(topic));
        let id = text(id).filter(|id| *id != NO_ID).map(ToOwned::to_owned);
        let mut count = 0;
        let may = c::rd_kafka_TopicDescription_authorized_operations(topic, &mut count);
        let read = c::rd_kafka_AclOperation_t::RD_KAFKA_ACL_OPERATION_READ;
        let may_read = (!may.is_null()).then(|| slice::from_raw_parts(may, count).contains(&read));
        Ok(TopicFacts { id, may_read })
    }
}

/// # Safety
/// The result must be alive.
unsafe fn keeping(
    result: *const c::rd_kafka_DescribeConfigs_result_t,
) -> std::result::Result<Keeping, RDKafkaErrorCode> {
    let mut count = 0;
    // SAFETY: by the caller's promise; arrays have the lengths that come with them.
    unsafe {
        let resources = c::rd_kafka_DescribeConfigs_result_resources(result, &mut count);
        if count == 0 {
            return Err(RDKafkaErrorCode::UnknownTopicOrPartition);
        }
        let code: RDKafkaErrorCode = c::rd_kafka_ConfigResource_error(*resources).into();
        if code != RDKafkaErrorCode::NoError {
            return Err(code);
        }
        let entries = c::rd_kafka_ConfigResource_configs(*resources, &mut count);
        if entries.is_null() {
            return Ok(Keeping::default());
        }
        let entries = slice::from_raw_parts(entries, count);
        Ok(Keeping::from_settings(entries.iter().filter_map(|entry| {
            let name = text(c::rd_kafka_ConfigEntry_name(*entry))?;
            Some((name, text(c::rd_kafka_ConfigEntry_value(*entry))?))
        })))
    }
}

/// # Safety
/// The text, if there is one, must end in zero and live as long as what borrows it.
unsafe fn text<'a>(start: *const c_char) -> Option<&'a str> {
    if start.is_null() {
        return None;
    }
    // SAFETY: by the caller's promise.
    unsafe { CStr::from_ptr(start) }.to_str().ok()
}
