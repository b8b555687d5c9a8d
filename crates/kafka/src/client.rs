//! Clients of librdkafka: our defaults under the user's settings, and errors in words a user can act on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kinetable_engine::{Error, Result};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::token;

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
    for (key, value) in user.iter().filter(|(key, _)| !token::is_ours(user, key)) {
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
            let shown = shown(&key, &value);
            let reason = if value.is_empty() { reason } else { reason.replace(&value, &shown) };
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

/// Asks the broker while a thread serves the client's events: tokens that are wanted, log-ins that are refused.
pub(crate) fn attended<C: ConsumerContext, T>(client: &BaseConsumer<C>, ask: impl FnOnce() -> T) -> T {
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                let _event = client.poll(Duration::from_millis(20));
            }
        });
        let answer = ask();
        is_done.store(true, Ordering::Relaxed);
        answer
    })
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

/// Who the client is to the broker, for messages: a name, never a secret.
pub(crate) fn principal(settings: &BTreeMap<String, String>) -> String {
    let name = ["sasl.username", "sasl.oauthbearer.client.id", "sasl.kerberos.principal"];
    if let Some(name) = name.iter().find_map(|key| settings.get(*key)) {
        return format!("user \"{name}\"");
    }
    match settings.get("ssl.certificate.location") {
        Some(file) => format!("the client with certificate \"{file}\""),
        None if settings.contains_key("ssl.certificate.pem") => "the client with its certificate".to_owned(),
        None => "the client, which names no user,".to_owned(),
    }
}

/// The secrets of a client's settings, to be taken out of what others say.
#[derive(Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    pub(crate) fn of(settings: &BTreeMap<String, String>) -> Secrets {
        let secret = |(key, value): (&String, &String)| is_secret(key).then(|| value.clone());
        Secrets(settings.iter().filter_map(secret).filter(|value| !value.is_empty()).collect())
    }

    /// A text without them.
    pub(crate) fn hide(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "…"))
    }
}

/// Settings, shown without their secrets.
pub(crate) struct Shown<'a>(pub(crate) &'a BTreeMap<String, String>);

impl std::fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(key, value)| (key, shown(key, value)))).finish()
    }
}

/// The value of a setting as it may be shown.
fn shown(key: &str, value: &str) -> String {
    match is_secret(key) {
        true if value.is_empty() => String::new(),
        true => "…".to_owned(),
        // Addresses are given without a scheme too.
        false => without_user(value, key.ends_with(".url")),
    }
}

/// Addresses without the user and password that may be in them; `all`: also those without a scheme.
fn without_user(text: &str, all: bool) -> String {
    let part = |part: &str| {
        let (start, rest) = match part.find("://") {
            Some(at) => part.split_at(at + 3),
            None if all => ("", part),
            None => return part.to_owned(),
        };
        match rest.rsplit_once('@') {
            Some((_, address)) => format!("{start}…@{address}"),
            None => part.to_owned(),
        }
    };
    text.split(',').map(part).collect::<Vec<_>>().join(",")
}

/// Whether a setting is not to be shown.
fn is_secret(key: &str) -> bool {
    let words = [
        "password",
        "secret",
        "key.pem",
        "keystore.key",
        "token",
        "jaas",
        "user.info",
        "private",
        "credentials",
    ];
    let is_config = key == "sasl.oauthbearer.config" || key == "sasl.oauthbearer.extensions";
    is_config || words.iter().any(|word| key.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_shown_without_secrets() {
        let all = [
            ("bootstrap.servers", "h:1,h:2", "h:1,h:2"),
            ("schema.registry.url", "http://u:p@h:1,u:p@h:2,h:3", "http://…@h:1,…@h:2,h:3"),
            ("sasl.username", "u@h", "u@h"),
            ("ssl.keystore.key", "p", "…"),
            ("ssl.keystore.location", "/k", "/k"),
            ("sasl.password", "", ""),
        ];
        for (key, value, expected) in all {
            assert_eq!(shown(key, value), expected, "{key}");
        }
    }
}
