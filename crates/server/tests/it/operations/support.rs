//! Short ways to make tables, messages and results.

use std::sync::{Arc, LazyLock};

use kinetable::{NoNames, Session, SessionConfig, Table};
use kinetable_server::operations::{Context, apply};
use kinetable_testkit::{fixed, table_text};
use kinetable_wire::grpc::operation::Op;
use kinetable_wire::grpc::table_reference::Ref;
use kinetable_wire::grpc::{
    AggSpec, Condition, Literal, Reference, TableReference, Ticket, Value, condition, literal, value,
};
use tonic::{Code, Status};

/// One session for all tests: its tables do not know one another.
pub fn session() -> Session {
    static SESSION: LazyLock<Session> = LazyLock::new(|| {
        Session::start(SessionConfig { threads: 2, ..SessionConfig::default() }).expect("threads start")
    });
    SESSION.clone()
}

pub fn context() -> Context {
    Context { session: session(), names: Arc::new(NoNames) }
}

/// A static table of table text.
pub fn table(text: &str) -> Table {
    Table::of(&session(), fixed(text))
}

pub fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

/// A reference that is there; which table it means is the caller's to say.
#[expect(clippy::unnecessary_wraps, reason = "as fields of messages want it")]
pub fn some() -> Option<TableReference> {
    Some(TableReference { r#ref: Some(Ref::Ticket(Ticket { ticket: b"e\x01\0\0\0".to_vec() })) })
}

/// The result of an operation.
pub fn made(op: Op, inputs: &[&Table]) -> Table {
    tried(op, inputs).unwrap_or_else(|status| panic!("{status}"))
}

pub fn tried(op: Op, inputs: &[&Table]) -> Result<Table, Status> {
    let inputs: Vec<Table> = inputs.iter().map(|table| (*table).clone()).collect();
    apply(&op, &inputs, &context())
}

/// Why an operation is refused.
pub fn refused(op: Op, inputs: &[&Table]) -> (Code, String) {
    let status = tried(op, inputs).expect_err("the operation is refused");
    (status.code(), status.message().to_owned())
}

/// The result as table text, rows without keys.
pub fn text(table: &Table) -> String {
    table_text(&table.flatten().expect("a table").engine().expect("made"))
}

/// Compares a result with table text without keys, in which blanks do not count, nor how whole numbers are spelled.
#[track_caller]
pub fn check(result: &Table, expected: &str) {
    let bare = |word: &str| word.strip_suffix(".0").unwrap_or(word).to_owned();
    let words =
        |line: &str, skipped| line.split_whitespace().skip(skipped).map(bare).collect::<Vec<_>>().join(" ");
    let found: Vec<String> = text(result).lines().map(|line| words(line, 1)).collect();
    let expected: Vec<String> =
        expected.lines().filter(|line| !line.trim().is_empty()).map(|line| words(line, 0)).collect();
    assert_eq!(found, expected);
}

#[expect(clippy::unnecessary_wraps, reason = "as fields of messages want it")]
pub fn column(name: &str) -> Option<Value> {
    Some(Value { data: Some(value::Data::Reference(Reference { column_name: name.to_owned() })) })
}

#[expect(clippy::unnecessary_wraps, reason = "as fields of messages want it")]
pub fn reference(name: &str) -> Option<Reference> {
    Some(Reference { column_name: name.to_owned() })
}

#[expect(clippy::unnecessary_wraps, reason = "as fields of messages want it")]
pub fn constant(value: literal::Value) -> Option<Value> {
    Some(Value { data: Some(value::Data::Literal(Literal { value: Some(value) })) })
}

pub fn string(text: &str) -> Option<Value> {
    constant(literal::Value::StringValue(text.to_owned()))
}

pub fn long(number: i64) -> Option<Value> {
    constant(literal::Value::LongValue(number))
}

pub fn double(number: f64) -> Option<Value> {
    constant(literal::Value::DoubleValue(number))
}

pub fn condition(data: condition::Data) -> Condition {
    Condition { data: Some(data) }
}

#[expect(clippy::unnecessary_wraps, reason = "as fields of messages want it")]
pub fn spec(spec: kinetable_wire::grpc::agg_spec::Type) -> Option<AggSpec> {
    Some(AggSpec { r#type: Some(spec) })
}
