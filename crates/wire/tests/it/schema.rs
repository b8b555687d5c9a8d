//! Schemas as clients read them.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_ipc::reader::StreamReader;
use arrow_schema::{DataType, Field, IntervalUnit, Schema, TimeUnit};
use kinetable_wire::schema::{
    Marks, as_given, as_lists, encapsulated, for_clients, from_lists, from_message, message,
};

fn table() -> Schema {
    let list = DataType::List(Arc::new(Field::new_list_field(DataType::Float64, true)));
    let fields = [
        ("Sym", DataType::Utf8View),
        ("Size", DataType::Int64),
        ("Paid", DataType::Decimal128(20, 2)),
        ("Day", DataType::Date32),
        ("At", DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))),
        ("Span", DataType::Interval(IntervalUnit::MonthDayNano)),
        ("All", list),
        ("Size__TABLE_NUMBER_FORMAT", DataType::Utf8View),
        ("__ROW__TABLE_STYLE_FORMAT", DataType::Int64),
    ];
    Schema::new(fields.map(|(name, data_type)| Field::new(name, data_type, true)).to_vec())
}

#[test]
fn fields_say_what_clients_read() {
    let marks = Marks { input_keys: Some(vec!["Sym".into()]), ..Marks::default() };
    let schema = for_clients(&table(), &marks);
    let said = |name: &str, key: &str| {
        let field = schema.field_with_name(name).expect("a column");
        field.metadata().get(&format!("deephaven:{key}")).cloned().unwrap_or_default()
    };
    assert_eq!(said("Sym", "type"), "java.lang.String");
    assert_eq!((said("Sym", "isSortable"), said("All", "isSortable")), ("true".into(), String::new()));
    assert_eq!((said("All", "type"), said("All", "componentType")), ("double[]".into(), "double".into()));
    assert_eq!(
        (said("Sym", "inputtable.isKey"), said("Size", "inputtable.isValue")),
        ("true".into(), "true".into())
    );
    assert_eq!(said("Size", "numberFormatColumn"), "Size__TABLE_NUMBER_FORMAT");
    assert_eq!(said("Size__TABLE_NUMBER_FORMAT", "isNumberFormat"), "true");
    assert_eq!(said("__ROW__TABLE_STYLE_FORMAT", "isRowStyle"), "true");
    let types: Vec<&DataType> = schema.fields().iter().map(|field| field.data_type()).collect();
    assert_eq!(types[..4], [&DataType::Utf8, &DataType::Int64, &DataType::Binary, &DataType::Date64]);
    let exact = schema.field(2).metadata().get("kinetable:type").expect("a scale");
    assert_eq!(exact.parse::<DataType>().expect("a type"), DataType::Decimal128(20, 2));
}

#[test]
fn attributes_are_told_or_named() {
    let attributes = BTreeMap::from([
        ("LayoutHints".to_owned(), "front=D;".to_owned()),
        ("ColumnDescriptions".to_owned(), "x".to_owned()),
    ]);
    let marks = Marks { attributes, blink: true, input_keys: Some(Vec::new()), ..Marks::default() };
    let schema = for_clients(&table(), &marks);
    let said = |key: &str| schema.metadata().get(&format!("deephaven:{key}")).map(String::as_str);
    assert_eq!(said("attribute.LayoutHints"), Some("front=D;"));
    assert_eq!(said("attribute_type.LayoutHints"), Some("java.lang.String"));
    assert_eq!(
        (said("attribute.BlinkTable"), said("attribute_type.BlinkTable")),
        (Some("true"), Some("java.lang.Boolean"))
    );
    assert_eq!(said("unsent.attribute.ColumnDescriptions"), Some(""));
    assert_eq!(said("unsent.attribute.InputTable"), Some(""));
    assert_eq!(said("attribute.ColumnDescriptions"), None);
}

#[test]
fn the_bytes_are_a_message_and_the_start_of_a_stream() {
    let schema = for_clients(&table(), &Marks::default());
    assert_eq!(*from_message(&message(&schema)).expect("a schema"), schema);
    let bytes = encapsulated(&schema);
    assert_eq!((&bytes[..4], bytes.len() % 8), (&[0xff; 4][..], 0));
    let reader = StreamReader::try_new(bytes.as_ref(), None).expect("a stream");
    assert_eq!(*reader.schema(), schema);
    let empty = Schema::empty();
    assert_eq!(*from_message(&message(&empty)).expect("a schema"), empty);
}

#[test]
fn columns_as_lists_keep_their_metadata_outside() {
    let schema = for_clients(&table(), &Marks::default());
    let lists = as_lists(&schema);
    let field = lists.field(1);
    assert!(!field.is_nullable());
    assert_eq!(field.data_type(), &DataType::List(Arc::new(Field::new("Size", DataType::Int64, true))));
    assert_eq!(field.metadata(), schema.field(1).metadata());
    assert_eq!(from_lists(&lists), Ok(schema));
}

#[test]
fn what_was_given_goes_back_under_its_type() {
    let given = Schema::new(vec![Field::new("Size", DataType::UInt32, true)]);
    let schema = as_given(&table(), &given, &Marks::default());
    assert_eq!(schema.field(1).data_type(), &DataType::UInt32);
    assert_eq!(schema.field(1).metadata()["deephaven:type"], "long");
    assert_eq!(schema.field(3).data_type(), &DataType::Date64);
    assert!(schema.metadata().contains_key("deephaven:unsent.attribute.BarrageSchema"));
}
