//! Clients of librdkafka: our defaults under the user's settings, and errors in words a user can act on.

use std::collections::BTreeMap;
use std::time::Duration;

use kinetable_engine::{Error, Result};
use rdkafka::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// A configuration of our defaults, overridden by the user's settings, overridden by what must be so.
pub(crate) fn configure(
    user: &BTreeMap<String, String>,
    defaults: &[(&str, &str)],
    fixed: &[(&str, &str)],
) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set_log_level(rdkafka::config::RDKafkaLogLevel::Warning);
    for (key, value) in defaults {
        config.set(*key, *value);
    }
    for (key, value) in user {
        config.set(key, value);
    }
    for (key, value) in fixed {
        config.set(*key, *value);
    }
    config
}

/// Why a client could not be made: a setting librdkafka does not know, mostly.
pub(crate) fn creation_error(error: KafkaError) -> Error {
    match error {
        KafkaError::ClientConfig(_, reason, key, value) => {
            let shown = if is_secret(&key) { "…" } else { value.as_str() };
            Error::invalid(format!("Kafka setting \"{key}\" = \"{shown}\": {reason}"))
                .with_hint("settings are those of librdkafka; Java-only ones are to be left out")
        }
        other => Error::invalid(format!("no Kafka client could be made: {other}")),
    }
}

/// Why a broker could not be asked.
pub(crate) fn request_error(doing: &str, servers: &str, error: &KafkaError) -> Error {
    let message = format!("{doing} failed: {error}");
    match error.rdkafka_error_code() {
        Some(
            RDKafkaErrorCode::BrokerTransportFailure
            | RDKafkaErrorCode::AllBrokersDown
            | RDKafkaErrorCode::OperationTimedOut
            | RDKafkaErrorCode::Resolve,
        ) => Error::source(format!("no broker answers at \"{servers}\": {message}"))
            .with_hint("check \"bootstrap.servers\", and that the broker runs and advertises an address that can be reached"),
        Some(RDKafkaErrorCode::Authentication | RDKafkaErrorCode::TopicAuthorizationFailed) => {
            Error::source(message).with_hint("check the security and sasl settings")
        }
        _ => Error::source(message),
    }
}

/// The addresses a client was given, for messages.
pub(crate) fn servers(settings: &BTreeMap<String, String>) -> Result<String> {
    let keys = ["bootstrap.servers", "metadata.broker.list"];
    let found = keys.iter().find_map(|key| settings.get(*key));
    found.cloned().ok_or_else(|| {
        Error::invalid("the Kafka settings lack \"bootstrap.servers\"")
            .with_hint("give HOST:PORT of a broker")
    })
}

/// How long a call that makes a table waits for the broker.
pub(crate) fn connect_timeout(settings: &crate::settings::Settings) -> Result<Duration> {
    settings.number("kinetable.connect.timeout.ms", 10_000).map(Duration::from_millis)
}

fn is_secret(key: &str) -> bool {
    ["password", "secret", "key.pem", "token"].iter().any(|word| key.contains(word))
}
