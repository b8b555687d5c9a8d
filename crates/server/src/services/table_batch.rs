//! A batch: operations that take one another's results, each answered when it is done.

use std::sync::Arc;

use kinetable_wire::grpc::operation::Op;
use kinetable_wire::grpc::table_reference::Ref;
use kinetable_wire::grpc::{BatchTableRequest, ExportedTableCreationResponse, TableReference, Ticket};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::shared::{Answers, Shared, blocking, creation, echo, until_end};
use super::table::{context, make, named};
use crate::operations::batch::{self, Source};
use crate::session::{Granted, Reference, Session, Slot};

/// Answers that wait for a slow reader.
const ANSWERS_WAITING: usize = 64;

/// One operation of a batch, on its way.
struct Step {
    index: usize,
    op: Op,
    sources: Vec<Owned>,
    result: Option<Ticket>,
    slot: Option<Slot>,
}

enum Owned {
    Result(usize),
    Ticket(Ticket),
}

/// Begins a batch; its answers come as they are there, and after all of them the first failure.
///
/// # Errors
/// If the batch cannot be meant, or a result's id is taken: then nothing is done.
pub fn run(
    shared: Arc<Shared>,
    session: Arc<Session>,
    request: BatchTableRequest,
) -> Result<Answers<ExportedTableCreationResponse>, Status> {
    let steps = steps(&session, &request)?;
    let count = request.ops.len();
    let (answers, receiver) = mpsc::channel(ANSWERS_WAITING);
    let worker = session.clone();
    tokio::spawn(async move {
        let mut results: Vec<Option<Result<Granted, Status>>> = vec![None; count];
        let mut first = None;
        for step in steps {
            let (index, reference) = (step.index, reference(&step));
            let (answer, result) = match perform(&shared, &worker, step, &results).await {
                Ok((granted, answer)) => (answer, Ok(granted)),
                Err(status) => (failed(reference, &status), Err(status)),
            };
            if let (None, Err(status)) = (&first, &result) {
                first = Some(status.clone());
            }
            results[index] = Some(result);
            tell(&worker, &answers, Ok(answer)).await;
            if worker.has_ended() {
                break;
            }
        }
        if let Some(status) = first {
            tell(&worker, &answers, Err(status)).await;
        }
        // The intermediate tables are dropped where that may take its time.
        let _ = blocking(move || {
            drop(results);
            Ok(())
        })
        .await;
    });
    Ok(until_end(session, ReceiverStream::new(receiver), None))
}

/// Hands an answer to the reader. He may have gone, and others may wait for the exports; or he may read nothing, but then the batch
/// goes no further than his session.
async fn tell(
    session: &Session,
    answers: &mpsc::Sender<Result<ExportedTableCreationResponse, Status>>,
    answer: Result<ExportedTableCreationResponse, Status>,
) {
    tokio::select! {
        _ = answers.send(answer) => {}
        () = session.ended() => {}
    }
}

fn steps(session: &Session, request: &BatchTableRequest) -> Result<Vec<Step>, Status> {
    let plan = batch::plan(request)?;
    let step = |step: &batch::Step<'_>| {
        let result = step.result.filter(|ticket| !ticket.ticket.is_empty()).cloned();
        let slot = match &result {
            Some(ticket) => Some(session.exports().begin(Reference::result(Some(ticket))?)?),
            None => None,
        };
        let sources = plan.sources[step.index].iter().map(|source| match source {
            Source::Result(index) => Owned::Result(*index),
            Source::Ticket(ticket) => Owned::Ticket((*ticket).clone()),
        });
        Ok(Step { index: step.index, op: step.op.clone(), sources: sources.collect(), result, slot })
    };
    plan.steps.iter().map(step).collect()
}

fn reference(step: &Step) -> Ref {
    match &step.result {
        Some(ticket) => echo(Some(ticket)),
        None => Ref::BatchOffset(i32::try_from(step.index).unwrap_or(i32::MAX)),
    }
}

async fn perform(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    step: Step,
    results: &[Option<Result<Granted, Status>>],
) -> Result<(Granted, ExportedTableCreationResponse), Status> {
    let reference = reference(&step);
    let made = match inputs(shared, session, &step.sources, results).await {
        Ok(inputs) => {
            let (op, shared, session) = (step.op, shared.clone(), session.clone());
            blocking(move || {
                let (table, granted) = make(&op, &inputs, &context(&shared, &session))?;
                Ok((granted, creation(&table, reference)?))
            })
            .await
        }
        Err(status) => Err(status),
    };
    if let Some(slot) = step.slot {
        slot.settle(made.as_ref().map(|(granted, _)| granted.clone()).map_err(Clone::clone));
    }
    made
}

async fn inputs(
    shared: &Arc<Shared>,
    session: &Session,
    sources: &[Owned],
    results: &[Option<Result<Granted, Status>>],
) -> Result<Vec<Granted>, Status> {
    let mut inputs = Vec::with_capacity(sources.len());
    for source in sources {
        inputs.push(match source {
            Owned::Ticket(ticket) => named(shared, session, ticket).await?,
            Owned::Result(index) => match results.get(*index) {
                Some(Some(Ok(granted))) => granted.clone(),
                Some(Some(Err(status))) => {
                    let message = format!("operation {index} of the batch failed: {}", status.message());
                    return Err(Status::failed_precondition(message));
                }
                _ => {
                    return Err(Status::invalid_argument(format!(
                        "operation {index} of the batch comes later"
                    )));
                }
            },
        });
    }
    Ok(inputs)
}

fn failed(reference: Ref, status: &Status) -> ExportedTableCreationResponse {
    ExportedTableCreationResponse {
        result_id: Some(TableReference { r#ref: Some(reference) }),
        success: false,
        error_info: status.message().to_owned(),
        ..ExportedTableCreationResponse::default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use kinetable::SessionConfig;
    use kinetable_wire::grpc::{BatchTableRequest, EmptyTableRequest, Operation};

    use super::{ANSWERS_WAITING, Op, run};
    use crate::access::{Access, Gate, User};
    use crate::host::Variables;
    use crate::services::Shared;
    use crate::session::{Lifetime, Sessions};

    #[tokio::test]
    async fn a_batch_whose_answers_nobody_reads_ends_with_its_session() {
        let config = SessionConfig { threads: 1, ..SessionConfig::default() };
        let host = Arc::new(Variables::new(kinetable::Session::start(config).expect("a session")));
        let gate = Gate { access: Access::default(), sessions: Sessions::new(Lifetime::default()) };
        let shared = Arc::new(Shared::new(host, gate, 1 << 20, None));
        let session = shared.gate.sessions.open(User::anonymous(), Instant::now()).expect("room");
        let op = Op::EmptyTable(EmptyTableRequest { result_id: None, size: 1 });
        let request = BatchTableRequest { ops: vec![Operation { op: Some(op) }; 2 * ANSWERS_WAITING] };
        let answers = run(shared.clone(), session.clone(), request).expect("begins");
        let others = Arc::strong_count(&session);
        shared.gate.sessions.close(&session);
        // The token's and the worker's are let go: the latter holds the tables.
        let is_over = async {
            while Arc::strong_count(&session) > others - 2 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), is_over).await.expect("the worker ends");
        drop(answers);
    }
}
