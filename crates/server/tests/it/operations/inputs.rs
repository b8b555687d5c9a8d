//! Tables that clients write.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, TimeUnit};
use kinetable::Table;
use kinetable_server::operations::input::{add, delete};
use kinetable_wire::grpc::create_input_table_request::Definition;
use kinetable_wire::grpc::input_table_kind::Kind;
use kinetable_wire::grpc::operation::Op;
use kinetable_wire::grpc::{
    Blink, CreateInputTableRequest, FetchTableRequest, InMemoryAppendOnly, InMemoryKeyBacked, InputTableKind,
};
use kinetable_wire::schema::encapsulated;
use tonic::Code;

use super::support::{check, made, refused, some, table, texts};

fn create(definition: Option<Definition>, kind: Option<Kind>) -> Op {
    let kind = kind.map(|kind| InputTableKind { kind: Some(kind) });
    Op::CreateInputTable(CreateInputTableRequest { result_id: None, definition, kind })
}

fn like() -> Option<Definition> {
    some().map(Definition::SourceTableId)
}

fn keyed() -> Kind {
    Kind::InMemoryKeyBacked(InMemoryKeyBacked { key_columns: texts(["K"]) })
}

fn bytes(schema: &Schema) -> Option<Definition> {
    Some(Definition::Schema(encapsulated(schema).to_vec()))
}

#[test]
fn rows_are_appended_replaced_and_deleted() {
    let rows = table("K:str X:i32\n a 1\n b 2");
    let appended = made(create(like(), Some(Kind::InMemoryAppendOnly(InMemoryAppendOnly {}))), &[&rows]);
    check(&appended, "K:str X:i32");
    add(&appended, &rows).expect("the same columns");
    add(&appended, &rows).expect("the same columns");
    assert_eq!(appended.size().expect("made"), 4);
    assert_eq!(delete(&appended, &rows).expect_err("no keys").code(), Code::InvalidArgument);
    let upserted = made(create(like(), Some(keyed())), &[&rows]);
    add(&upserted, &rows).expect("the same columns");
    add(&upserted, &table("X:i32 K:str\n 7 b\n 8 c")).expect("the same columns");
    check(&upserted, "K:str X:i32\n a 1\n b 7\n c 8");
    delete(&upserted, &table("K:str\n a\n z")).expect("a key");
    check(&upserted, "K:str X:i32\n b 7\n c 8");
    let alias = made(Op::FetchTable(FetchTableRequest { source_id: some(), result_id: None }), &[&upserted]);
    add(&alias, &table("K:str X:i32\n d 9")).expect("an alias is written as the table");
    check(&upserted, "K:str X:i32\n b 7\n c 8\n d 9");
}

#[test]
fn blink_tables_keep_rows_for_a_cycle() {
    let blink = made(create(like(), Some(Kind::Blink(Blink {}))), &[&table("X:i32")]);
    assert!(blink.definition().properties.blink);
    let all = blink.blink_to_append_only().expect("a blink table");
    add(&blink, &table("X:i32\n 1")).expect("the same columns");
    add(&blink, &table("X:i32\n 2")).expect("the same columns");
    check(&all, "X:i32\n 1\n 2");
}

#[test]
fn what_is_derived_cannot_be_written() {
    let rows = table("X:i32\n 1");
    let input = made(create(like(), Some(Kind::InMemoryAppendOnly(InMemoryAppendOnly {}))), &[&rows]);
    let derived: Vec<Table> =
        vec![input.head(3).expect("rows"), input.snapshot().expect("rows"), rows.clone()];
    for other in derived {
        assert_eq!(add(&other, &rows).expect_err("no input table").code(), Code::InvalidArgument);
    }
    for wrong in [table("Y:i32\n 1"), table("X:str\n 1"), table("X:i32 Y:i32\n 1 2")] {
        assert_eq!(add(&input, &wrong).expect_err("other columns").code(), Code::InvalidArgument);
    }
}

#[test]
fn schemas_are_read_and_remembered() {
    let given = Schema::new(vec![
        Field::new("K", DataType::Utf8, true),
        Field::new("T", DataType::Timestamp(TimeUnit::Second, None), true),
        Field::new("B", DataType::UInt8, true),
    ]);
    let input = made(create(bytes(&given), Some(keyed())), &[]);
    let types: Vec<_> = input.schema().fields().iter().map(|field| field.data_type().clone()).collect();
    let instant = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
    assert_eq!(types, [DataType::Utf8View, instant, DataType::Int16]);
    assert_eq!(input.given().cloned().expect("remembered"), Arc::new(given));
    assert_eq!(input.head(1).expect("rows").given().cloned(), None);
    add(&input, &table("K:str T:instant B:i16\n a 2024-01-01T00:00:00Z 5")).expect("the same columns");
    assert_eq!(input.size().expect("made"), 1);
}

#[test]
fn wrong_definitions_are_refused() {
    let append = || Some(Kind::InMemoryAppendOnly(InMemoryAppendOnly {}));
    let of = |names: &[&str]| {
        let fields = names.iter().map(|name| Field::new(*name, DataType::Int32, true));
        bytes(&Schema::new(fields.collect::<Vec<_>>()))
    };
    let raw = |bytes: &[u8]| Some(Definition::Schema(bytes.to_vec()));
    for (definition, kind, code) in [
        (None, append(), Code::FailedPrecondition),
        (of(&["X"]), None, Code::FailedPrecondition),
        (of(&["X"]), Some(Kind::InMemoryKeyBacked(InMemoryKeyBacked::default())), Code::InvalidArgument),
        (of(&["X"]), Some(keyed()), Code::InvalidArgument),
        (of(&[]), append(), Code::InvalidArgument),
        (of(&["X", "X"]), append(), Code::InvalidArgument),
        (of(&["ii"]), append(), Code::InvalidArgument),
        (of(&["a b"]), append(), Code::InvalidArgument),
        (raw(b""), append(), Code::InvalidArgument),
        (raw(b"\xff\xff\xff\xff\xff\xff\xff\x7f"), append(), Code::InvalidArgument),
        (raw(&[0x40; 100]), append(), Code::InvalidArgument),
    ] {
        assert_eq!(refused(create(definition.clone(), kind), &[]).0, code, "{definition:?}");
    }
}
