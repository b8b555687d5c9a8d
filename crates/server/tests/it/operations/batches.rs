//! Batches: which operation takes which result, and in what order.

use kinetable_server::operations::batch::{Source, plan};
use kinetable_wire::grpc::operation::Op;
use kinetable_wire::grpc::table_reference::Ref;
use kinetable_wire::grpc::{
    BatchTableRequest, EmptyTableRequest, FlattenRequest, MergeTablesRequest, Operation, TableReference,
    Ticket,
};
use tonic::Code;

fn ticket(id: u8) -> Ticket {
    Ticket { ticket: vec![b'e', id, 0, 0, 0] }
}

fn named(id: u8) -> TableReference {
    TableReference { r#ref: Some(Ref::Ticket(ticket(id))) }
}

fn at(offset: i32) -> TableReference {
    TableReference { r#ref: Some(Ref::BatchOffset(offset)) }
}

fn empty(result: Option<u8>) -> Op {
    Op::EmptyTable(EmptyTableRequest { result_id: result.map(ticket), size: 1 })
}

fn flatten(source: TableReference, result: Option<u8>) -> Op {
    Op::Flatten(FlattenRequest { source_id: Some(source), result_id: result.map(ticket) })
}

fn batch(ops: Vec<Op>) -> BatchTableRequest {
    BatchTableRequest { ops: ops.into_iter().map(|op| Operation { op: Some(op) }).collect() }
}

fn refusal(request: &BatchTableRequest) -> Code {
    plan(request).expect_err("the batch is refused").code()
}

#[test]
fn results_are_taken_by_place_and_by_ticket() {
    let merge =
        Op::Merge(MergeTablesRequest { source_ids: vec![at(0), named(9), named(2)], ..Default::default() });
    let request = batch(vec![empty(None), flatten(at(0), Some(2)), merge]);
    let plan = plan(&request).expect("a batch");
    assert_eq!(plan.steps.iter().map(|step| step.index).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(plan.steps[1].result, Some(&ticket(2)));
    assert_eq!(plan.sources[2], [Source::Result(0), Source::Ticket(&ticket(9)), Source::Result(1)]);
}

#[test]
fn a_ticket_may_be_used_before_it_is_made() {
    let request = batch(vec![flatten(named(2), Some(1)), empty(Some(2)), flatten(named(1), None)]);
    let plan = plan(&request).expect("a batch");
    assert_eq!(plan.steps.iter().map(|step| step.index).collect::<Vec<_>>(), [1, 0, 2]);
    assert_eq!(plan.sources[0], [Source::Result(1)]);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    assert_eq!(refusal(&batch(Vec::new())), Code::InvalidArgument);
    for offset in [1, 5, -1, i32::MIN] {
        assert_eq!(refusal(&batch(vec![empty(None), flatten(at(offset), None)])), Code::InvalidArgument);
    }
    assert_eq!(refusal(&batch(vec![empty(Some(1)), empty(Some(1))])), Code::InvalidArgument);
    assert_eq!(refusal(&batch(vec![flatten(named(1), Some(1))])), Code::InvalidArgument);
    let circle = vec![flatten(named(2), Some(1)), flatten(named(1), Some(2))];
    assert_eq!(refusal(&batch(circle)), Code::InvalidArgument);
    let request = BatchTableRequest { ops: vec![Operation { op: None }] };
    assert_eq!(refusal(&request), Code::FailedPrecondition);
    let nothing = flatten(TableReference { r#ref: None }, None);
    assert_eq!(refusal(&batch(vec![nothing])), Code::FailedPrecondition);
}

#[test]
fn long_chains_take_no_depth() {
    let mut ops = vec![empty(None)];
    ops.extend((0..9_000).map(|index| flatten(at(index), None)));
    assert_eq!(plan(&batch(ops)).expect("a batch").steps.len(), 9_001);
}
