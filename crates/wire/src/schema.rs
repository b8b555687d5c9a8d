//! The schema of a table as clients read it: types that every client has, and metadata in which the rest is said.
//!
//! | the engine's column | on the wire | `deephaven:type` |
//! |---|---|---|
//! | numbers, Boolean, char | the same | `long`, `java.lang.Boolean`, `char`, … |
//! | text | Utf8 | `java.lang.String` |
//! | instant, zoned time | timestamp, ns, UTC | `java.time.Instant`, `java.time.ZonedDateTime` |
//! | date | Date64 | `java.time.LocalDate` |
//! | time, duration | the same | `java.time.LocalTime`, `java.time.Duration` |
//! | period | interval of months, days and ns: years and months alone would lose the days | `org.apache.arrow.vector.PeriodDuration` |
//! | decimals | Binary: scale and unscaled value | `java.math.BigDecimal`, `java.math.BigInteger` |
//! | bytes | Binary | `byte[]` |
//! | lists | lists whose items have no name | `double[]`, … |
//! | all else | Utf8 | the name of the class |
//!
//! What the Java name does not tell (a decimal's scale, a zone) is in `kinetable:type`, for our own client.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow_ipc::writer::{DictionaryTracker, IpcDataGenerator, IpcWriteOptions};
use arrow_schema::{DataType, Field, FieldRef, Fields, IntervalUnit, Schema, SchemaRef, TimeUnit};
use bytes::{BufMut, Bytes, BytesMut};

use crate::{Error, Result, looks};

/// What a table says of itself beside its columns.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    /// Attributes with their texts.
    pub attributes: BTreeMap<String, String>,
    /// Each cycle's rows are gone in the next.
    pub blink: bool,
    /// Rows are only ever added.
    pub add_only: bool,
    /// Rows are only ever added at the end.
    pub append_only: bool,
    /// Of a table that clients may write: its key columns, none if rows are appended.
    pub input_keys: Option<Vec<String>>,
    /// The columns that say in which partition a row lies.
    pub partitioning: Vec<String>,
}

/// The key of a field's type.
pub const TYPE: &str = "deephaven:type";
/// The key of the type of a list's items.
pub const COMPONENT_TYPE: &str = "deephaven:componentType";
/// The key of the engine's own type, where the Java name does not tell it.
pub const ENGINE_TYPE: &str = "kinetable:type";

/// Attributes that are named and not told: they mean something in the server's process alone.
const UNSENT: [&str; 7] = [
    "InputTable",
    "SortReverseLookup",
    "AggregationRowLookup",
    "BarrageSchema",
    "ColumnDescriptions",
    "PreviewParentTable",
    "SortRowRedirection",
];

/// The schema of a table as clients read it.
pub fn for_clients(schema: &Schema, marks: &Marks) -> Schema {
    let fields: Vec<Field> = schema.fields().iter().map(|field| client_field(field, schema, marks)).collect();
    Schema::new_with_metadata(fields, table_metadata(marks))
}

/// As [`for_clients`], with the Arrow types under which the columns came in: a client gets back what it gave.
pub fn as_given(schema: &Schema, given: &Schema, marks: &Marks) -> Schema {
    let retyped = for_clients(schema, marks);
    let fields = retyped.fields().iter().map(|field| match given.field_with_name(field.name()) {
        Ok(given) => {
            Field::new(field.name(), given.data_type().clone(), true).with_metadata(field.metadata().clone())
        }
        Err(_) => field.as_ref().clone(),
    });
    let mut metadata = retyped.metadata().clone();
    metadata.insert("deephaven:unsent.attribute.BarrageSchema".to_owned(), String::new());
    Schema::new_with_metadata(fields.collect::<Vec<_>>(), metadata)
}

/// The columns that a client gets back under the types it gave: not those that are held as texts.
pub fn returned(given: &Schema) -> Schema {
    let is_kept = |field: &&FieldRef| {
        let of = field.data_type();
        !of.is_null() && !matches!(of, DataType::Map(..) | DataType::Union(..) | DataType::Dictionary(..))
    };
    Schema::new(given.fields().iter().filter(is_kept).cloned().collect::<Vec<_>>())
}

/// The same columns, each as one list in a batch of one row, so that columns of a batch may differ in length.
pub fn as_lists(schema: &Schema) -> Schema {
    let fields = schema.fields().iter().map(|field| {
        let item = Field::new(field.name(), field.data_type().clone(), true);
        Field::new(field.name(), DataType::List(Arc::new(item)), false)
            .with_metadata(field.metadata().clone())
    });
    Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone())
}

/// The columns that [`as_lists`] made lists of.
///
/// # Errors
/// If a column is no list.
pub fn from_lists(schema: &Schema) -> Result<Schema> {
    let fields = schema.fields().iter().map(|field| match field.data_type() {
        DataType::List(item) => {
            Ok(Field::new(field.name(), item.data_type().clone(), true)
                .with_metadata(field.metadata().clone()))
        }
        other => Err(Error::new(format!("column \"{}\" is {other}, not a list of its cells", field.name()))),
    });
    Ok(Schema::new_with_metadata(fields.collect::<Result<Vec<_>>>()?, schema.metadata().clone()))
}

/// The Arrow type that clients get for a type of the engine.
pub fn wire_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt16
        | DataType::Float32
        | DataType::Float64 => data_type.clone(),
        DataType::BinaryView | DataType::Binary | DataType::LargeBinary => DataType::Binary,
        DataType::Decimal128(..) | DataType::Decimal256(..) => DataType::Binary,
        DataType::Timestamp(_, Some(_)) => DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
        DataType::Date32 | DataType::Date64 => DataType::Date64,
        DataType::Time64(_) | DataType::Time32(_) => DataType::Time64(TimeUnit::Nanosecond),
        DataType::Duration(_) => DataType::Duration(TimeUnit::Nanosecond),
        DataType::Interval(_) => DataType::Interval(IntervalUnit::MonthDayNano),
        DataType::Dictionary(_, values) => wire_type(values),
        DataType::List(item) => DataType::List(Arc::new(Field::new("", wire_type(item.data_type()), true))),
        _ => DataType::Utf8,
    }
}

/// The name a Java client knows a type of the engine by.
pub fn java_name(data_type: &DataType) -> String {
    let name = match data_type {
        DataType::Boolean => "java.lang.Boolean",
        DataType::Int8 => "byte",
        DataType::Int16 => "short",
        DataType::Int32 => "int",
        DataType::Int64 => "long",
        DataType::UInt16 => "char",
        DataType::Float32 => "float",
        DataType::Float64 => "double",
        DataType::Utf8View | DataType::Utf8 | DataType::LargeUtf8 => "java.lang.String",
        DataType::BinaryView | DataType::Binary | DataType::LargeBinary => "byte[]",
        DataType::Dictionary(_, values) => return java_name(values),
        DataType::Timestamp(_, Some(zone)) if zone.as_ref() != "UTC" => "java.time.ZonedDateTime",
        DataType::Timestamp(_, Some(_)) => "java.time.Instant",
        DataType::Timestamp(_, None) => "java.time.LocalDateTime",
        DataType::Date32 | DataType::Date64 => "java.time.LocalDate",
        DataType::Time64(_) | DataType::Time32(_) => "java.time.LocalTime",
        DataType::Duration(_) => "java.time.Duration",
        DataType::Interval(_) => "org.apache.arrow.vector.PeriodDuration",
        DataType::Decimal256(76, 0) => "java.math.BigInteger",
        DataType::Decimal128(..) | DataType::Decimal256(..) => "java.math.BigDecimal",
        DataType::FixedSizeBinary(16) => "io.deephaven.engine.table.impl.QueryTable",
        DataType::Struct(_) => "org.jpy.PyObject",
        DataType::List(item) => return format!("{}[]", java_name(item.data_type())),
        _ => "java.lang.Object",
    };
    name.to_owned()
}

/// The schema in a message of Arrow IPC, as it is in `FlightData.data_header`.
pub fn message(schema: &Schema) -> Bytes {
    let mut dictionaries = DictionaryTracker::new(true);
    let encoded = IpcDataGenerator::default().schema_to_bytes_with_dictionary_tracker(
        schema,
        &mut dictionaries,
        &IpcWriteOptions::default(),
    );
    encoded.ipc_message.into()
}

/// The schema as the start of a stream of Arrow IPC, as it is in the answers of table operations and `FlightInfo`.
pub fn encapsulated(schema: &Schema) -> Bytes {
    let message = message(schema);
    let padded = message.len().next_multiple_of(8);
    let mut bytes = BytesMut::with_capacity(padded + 8);
    bytes.put_u32_le(u32::MAX);
    bytes.put_u32_le(padded as u32);
    bytes.put_slice(&message);
    bytes.put_bytes(0, padded - message.len());
    bytes.freeze()
}

/// The schema in a message of Arrow IPC.
///
/// # Errors
/// If the bytes are no such message.
pub fn from_message(bytes: &[u8]) -> Result<SchemaRef> {
    let message = arrow_ipc::root_as_message(bytes)
        .map_err(|error| Error::new(format!("the schema is no Arrow message: {error}")))?;
    let schema = message.header_as_schema().ok_or_else(|| Error::new("the first message has no schema"))?;
    Ok(Arc::new(arrow_ipc::convert::try_fb_to_schema(schema)?))
}

fn client_field(field: &FieldRef, schema: &Schema, marks: &Marks) -> Field {
    let own = field.data_type();
    let mut metadata = HashMap::from([(TYPE.to_owned(), java_name(own))]);
    let mut say = |key: &str, value: &str| {
        metadata.insert(format!("deephaven:{key}"), value.to_owned());
    };
    match own {
        DataType::List(item) => say("componentType", &java_name(item.data_type())),
        DataType::BinaryView | DataType::Binary | DataType::LargeBinary => say("componentType", "byte"),
        DataType::Struct(_) | DataType::FixedSizeBinary(_) => {}
        _ => say("isSortable", "true"),
    }
    if marks.partitioning.contains(field.name()) {
        say("isPartitioning", "true");
    }
    if let Some(keys) = &marks.input_keys {
        let kind = if keys.contains(field.name()) { "inputtable.isKey" } else { "inputtable.isValue" };
        say(kind, "true");
    }
    for (key, value) in style_marks(field.name(), schema.fields()) {
        say(key, &value);
    }
    if needs_engine_type(own) {
        metadata.insert(ENGINE_TYPE.to_owned(), own.to_string());
    }
    Field::new(field.name(), wire_type(own), true).with_metadata(metadata)
}

/// Whether the Java name leaves open which of the engine's types it is.
fn needs_engine_type(data_type: &DataType) -> bool {
    match data_type {
        DataType::Decimal256(76, 0) => false,
        DataType::Decimal128(..) | DataType::Decimal256(..) => true,
        DataType::Timestamp(_, zone) => zone.as_deref() != Some("UTC"),
        DataType::List(item) => needs_engine_type(item.data_type()),
        _ => false,
    }
}

/// What is said of hidden columns with formats, and of the columns they belong to.
fn style_marks(name: &str, fields: &Fields) -> Vec<(&'static str, String)> {
    const KINDS: [(&str, &str, &str); 3] = [
        (looks::STYLE, "isStyle", "styleColumn"),
        (looks::NUMBER, "isNumberFormat", "numberFormatColumn"),
        (looks::DATE, "isDateFormat", "dateFormatColumn"),
    ];
    let mut said = Vec::new();
    for (suffix, is, names) in KINDS {
        match name.strip_suffix(suffix) {
            Some("__ROW") => said.push(("isRowStyle", "true".to_owned())),
            Some(_) => said.push((is, "true".to_owned())),
            None => {
                let companion = format!("{name}{suffix}");
                if fields.iter().any(|field| *field.name() == companion) {
                    said.push((names, companion));
                }
            }
        }
    }
    said
}

fn table_metadata(marks: &Marks) -> HashMap<String, String> {
    let mut metadata = HashMap::new();
    let mut say = |name: &str, value: &str, java: &str| {
        metadata.insert(format!("deephaven:attribute.{name}"), value.to_owned());
        metadata.insert(format!("deephaven:attribute_type.{name}"), format!("java.lang.{java}"));
    };
    for (name, value) in &marks.attributes {
        if !UNSENT.contains(&name.as_str()) {
            let java = if matches!(value.as_str(), "true" | "false") { "Boolean" } else { "String" };
            say(name, value, java);
        }
    }
    for (name, holds) in
        [("BlinkTable", marks.blink), ("AddOnly", marks.add_only), ("AppendOnly", marks.append_only)]
    {
        if holds {
            say(name, "true", "Boolean");
        }
    }
    let mut unsent: Vec<&str> =
        UNSENT.into_iter().filter(|name| marks.attributes.contains_key(*name)).collect();
    if marks.input_keys.is_some() {
        unsent.push("InputTable");
    }
    metadata.extend(unsent.iter().map(|name| (format!("deephaven:unsent.attribute.{name}"), String::new())));
    metadata
}
