//! What the watch thread asks the broker about the topic, without waiting for the answer: is it still the same one, may it
//! be read, and how long are its records kept.
//!
//! librdkafka itself reads on silently when a topic was deleted and made anew under its name, if the new one has grown
//! beyond our offset; only its id tells.

mod facts;
mod raw;

pub(super) use facts::{Keeping, TopicFacts};
pub(super) use raw::{Answer, Questions};
