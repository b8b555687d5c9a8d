//! Columns: chosen, computed, dropped, told about.

use kinetable_wire::grpc::operation::Op;
use kinetable_wire::grpc::{DropColumnsRequest, SelectDistinctRequest, SelectOrUpdateRequest};
use tonic::Code;

use super::support::{check, made, refused, some, table, texts};

fn request<const N: usize>(specs: [&str; N]) -> SelectOrUpdateRequest {
    SelectOrUpdateRequest { source_id: some(), column_specs: texts(specs), result_id: None }
}

#[test]
fn columns_are_chosen_and_computed() {
    let rows = table("A:i32 B:str\n 1 x\n 2 y");
    let specs = ["C = A * 2", "D = B + `!`"];
    let added = "A:i32 B:str C:i32 D:str\n 1 x 2 x!\n 2 y 4 y!";
    let chosen = "C:i32 D:str\n 2 x!\n 4 y!";
    check(&made(Op::Update(request(specs)), &[&rows]), added);
    check(&made(Op::LazyUpdate(request(specs)), &[&rows]), added);
    check(&made(Op::UpdateView(request(specs)), &[&rows]), added);
    check(&made(Op::View(request(specs)), &[&rows]), chosen);
    check(&made(Op::Select(request(specs)), &[&rows]), chosen);
    check(&made(Op::Select(request([])), &[&rows]), "A:i32 B:str\n 1 x\n 2 y");
    check(&made(Op::View(request(["New = B", "A"])), &[&rows]), "New:str A:i32\n x 1\n y 2");
}

#[test]
fn a_wrong_formula_is_told() {
    let rows = table("A:i32\n 1");
    let (code, message) = refused(Op::Update(request(["B = Missing + 1"])), &[&rows]);
    assert_eq!(code, Code::InvalidArgument);
    assert!(message.contains("Missing"), "{message}");
}

#[test]
fn columns_are_dropped_and_rows_made_distinct() {
    let rows = table("A:i32 B:str\n 1 x\n 2 y\n 1 x");
    let drop = |names: Vec<String>| {
        Op::DropColumns(DropColumnsRequest { source_id: some(), column_names: names, result_id: None })
    };
    check(&made(drop(texts(["A"])), &[&rows]), "B:str\n x\n y\n x");
    let (code, message) = refused(drop(texts(["A", "Q"])), &[&rows]);
    assert_eq!(code, Code::FailedPrecondition);
    assert!(message.starts_with("column(s) not found: Q"), "{message}");
    let distinct = |names: Vec<String>| {
        Op::SelectDistinct(SelectDistinctRequest { source_id: some(), column_names: names, result_id: None })
    };
    check(&made(distinct(Vec::new()), &[&rows]), "A:i32 B:str\n 1 x\n 2 y");
    check(&made(distinct(texts(["B"])), &[&rows]), "B:str\n x\n y");
    check(&made(distinct(texts(["Parity = A % 2"])), &[&rows]), "Parity:i32\n 1\n 0");
    assert_eq!(refused(distinct(texts(["Q"])), &[&rows]).0, Code::FailedPrecondition);
}
