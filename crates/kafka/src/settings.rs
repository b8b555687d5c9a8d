//! One map of settings, as users write it, taken apart: what is librdkafka's, and what is ours.

use std::collections::BTreeMap;

use arrow_schema::DataType;
use kinetable_engine::{Error, Result};

/// The settings of a client, taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Passed on to librdkafka.
    pub(crate) client: BTreeMap<String, String>,
    /// Ours and the registry's.
    ours: BTreeMap<String, String>,
}

/// Names of the columns that tell where a record came from; `None` leaves one out.
#[derive(Debug, Clone)]
pub(crate) struct ExtraColumns {
    pub(crate) partition: Option<String>,
    pub(crate) offset: Option<String>,
    pub(crate) timestamp: Option<String>,
    pub(crate) receive_time: Option<String>,
    pub(crate) key_bytes: Option<String>,
    pub(crate) value_bytes: Option<String>,
    pub(crate) headers: Option<String>,
}

/// What settings say of a key or value.
#[derive(Debug, Clone)]
pub(crate) struct SideSettings {
    /// `key` or `value`.
    pub(crate) name: &'static str,
    pub(crate) default_column: &'static str,
    pub(crate) column: Option<String>,
    pub(crate) data_type: Option<DataType>,
}

impl Settings {
    pub(crate) fn new(all: &BTreeMap<String, String>) -> Settings {
        let is_ours = |key: &str| {
            let prefixes = ["deephaven.", "kinetable.", "schema.registry.", "basic.auth.", "bearer.auth."];
            prefixes.iter().any(|prefix| key.starts_with(prefix))
                || matches!(
                    key,
                    "key.deserializer"
                        | "value.deserializer"
                        | "key.serializer"
                        | "value.serializer"
                        | "auto.register.schemas"
                )
        };
        let (mut ours, client): (BTreeMap<_, _>, BTreeMap<_, _>) =
            all.iter().map(|(key, value)| (key.clone(), value.clone())).partition(|(key, _)| is_ours(key));
        // The registry's user may be the broker's.
        for key in ["sasl.username", "sasl.password"] {
            ours.extend(client.get(key).map(|value| (key.to_owned(), value.clone())));
        }
        Settings { client, ours }
    }

    /// What the registry is asked with.
    pub(crate) fn registry(&self) -> &BTreeMap<String, String> {
        &self.ours
    }

    pub(crate) fn has_registry(&self) -> bool {
        self.ours.contains_key("schema.registry.url")
    }

    /// A setting of ours.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.ours.get(key).map(String::as_str)
    }

    /// A number of ours, or its default.
    pub(crate) fn number(&self, key: &str, default: u64) -> Result<u64> {
        match self.ours.get(key) {
            None => Ok(default),
            Some(text) => text
                .parse()
                .map_err(|_| Error::invalid(format!("setting \"{key}\" is \"{text}\", not a whole number"))),
        }
    }

    pub(crate) fn extra_columns(&self) -> ExtraColumns {
        let named = |key: &str, default: Option<&str>| {
            let name = self.column_setting(key, "name");
            let name = name.or(default).filter(|name| !name.is_empty());
            name.map(ToOwned::to_owned)
        };
        ExtraColumns {
            partition: named("partition", Some("KafkaPartition")),
            offset: named("offset", Some("KafkaOffset")),
            timestamp: named("timestamp", Some("KafkaTimestamp")),
            receive_time: named("receivetime", None),
            key_bytes: named("keybytes", None),
            value_bytes: named("valuebytes", None),
            headers: named("headers", None),
        }
    }

    pub(crate) fn key(&self) -> Result<SideSettings> {
        self.side("key", "KafkaKey")
    }

    pub(crate) fn value(&self) -> Result<SideSettings> {
        self.side("value", "KafkaValue")
    }

    fn side(&self, name: &'static str, default_column: &'static str) -> Result<SideSettings> {
        let data_type = match self.column_setting(name, "type") {
            Some(text) => Some(named_type(text).ok_or_else(|| {
                Error::invalid(format!("\"deephaven.{name}.column.type\" is \"{text}\""))
                    .with_hint("use short, int, long, float, double, byte[] or String")
            })?),
            None => match self.ours.get(&format!("{name}.deserializer")) {
                Some(class) => Some(deserializer_type(class).ok_or_else(|| {
                    Error::invalid(format!(
                        "\"{name}.deserializer\" is \"{class}\", which has no type of ours"
                    ))
                    .with_hint(format!("set \"deephaven.{name}.column.type\""))
                })?),
                None => None,
            },
        };
        Ok(SideSettings {
            name,
            default_column,
            column: self.column_setting(name, "name").map(ToOwned::to_owned),
            data_type,
        })
    }

    fn column_setting(&self, what: &str, part: &str) -> Option<&str> {
        ["kinetable", "deephaven"].iter().find_map(|prefix| {
            let value = self.ours.get(&format!("{prefix}.{what}.column.{part}"));
            value.map(String::as_str)
        })
    }
}

fn named_type(name: &str) -> Option<DataType> {
    Some(match name {
        "short" => DataType::Int16,
        "int" => DataType::Int32,
        "long" => DataType::Int64,
        "float" => DataType::Float32,
        "double" => DataType::Float64,
        "byte[]" => DataType::BinaryView,
        "String" | "string" => DataType::Utf8View,
        _ => return None,
    })
}

fn deserializer_type(class: &str) -> Option<DataType> {
    let name = class.rsplit('.').next()?.strip_suffix("Deserializer")?;
    Some(match name {
        "Short" => DataType::Int16,
        "Integer" => DataType::Int32,
        "Long" => DataType::Int64,
        "Float" => DataType::Float32,
        "Double" => DataType::Float64,
        "Boolean" => DataType::Boolean,
        "ByteArray" | "ByteBuffer" | "Bytes" => DataType::BinaryView,
        "String" => DataType::Utf8View,
        "UUID" => crate::Spec::UUID,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        let pairs = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Settings::new(&pairs.collect())
    }

    #[test]
    fn only_what_is_ours_is_taken_out() {
        let settings = settings(&[
            ("bootstrap.servers", "h:1"),
            ("schema.registry.url", "http://r"),
            ("deephaven.offset.column.name", "Off"),
            ("deephaven.partition.column.name", ""),
            ("kinetable.receivetime.column.name", "Got"),
        ]);
        assert_eq!(settings.client.keys().collect::<Vec<_>>(), ["bootstrap.servers"]);
        let extra = settings.extra_columns();
        assert_eq!(extra.offset.as_deref(), Some("Off"));
        assert_eq!(extra.partition, None);
        assert_eq!(extra.timestamp.as_deref(), Some("KafkaTimestamp"));
        assert_eq!(extra.receive_time.as_deref(), Some("Got"));
        assert_eq!(extra.key_bytes, None);
        assert!(settings.has_registry());
    }

    #[test]
    fn types_come_from_names_or_deserializers() {
        let key = settings(&[("deephaven.key.column.type", "long")]).key().unwrap();
        assert_eq!(key.data_type, Some(DataType::Int64));
        let class = "org.apache.kafka.common.serialization.ShortDeserializer";
        let value = settings(&[("value.deserializer", class)]).value().unwrap();
        assert_eq!(value.data_type, Some(DataType::Int16));
        assert!(settings(&[("deephaven.key.column.type", "longer")]).key().is_err());
        assert!(settings(&[("key.deserializer", "x.Custom")]).key().is_err());
        assert!(
            settings(&[("kinetable.decode.threads", "two")]).number("kinetable.decode.threads", 1).is_err()
        );
    }
}
