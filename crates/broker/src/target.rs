//! Where a broker and its registry answer, and how librdkafka is set up to speak with them.

use rdkafka::ClientConfig;

/// Addresses of a broker and of the registry that belongs to it.
#[derive(Clone, Debug)]
pub struct Target {
    /// `host:port` pairs, comma separated, as `bootstrap.servers` takes them.
    pub bootstrap: String,
    /// URL of the registry's Confluent API, without a slash at its end.
    pub registry: String,
}

impl Target {
    /// A target from its two addresses.
    pub fn new(bootstrap: impl Into<String>, registry: impl Into<String>) -> Self {
        let registry: String = registry.into();
        Self { bootstrap: bootstrap.into(), registry: registry.trim_end_matches('/').to_owned() }
    }

    /// librdkafka's settings for any client of this broker.
    pub(crate) fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.bootstrap)
            .set("broker.address.family", "v4")
            .set("reconnect.backoff.ms", "20")
            .set("reconnect.backoff.max.ms", "250");
        config
    }
}
