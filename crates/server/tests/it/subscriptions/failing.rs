//! A table that fails while it is subscribed to.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{ArrayRef, Int64Array};
use arrow_schema::DataType;
use kinetable::engine::Retention;
use kinetable::formula::{self, UserFunction, Variable};
use kinetable::{Error, Names, Session, SessionConfig};
use kinetable_server::subscriptions::Settings;
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tonic::Code;

use super::support::{Client, batch, keyed_schema, request, rows};

/// A function that says that it was called, and waits for a word.
struct Waiting {
    called: mpsc::UnboundedSender<()>,
    word: Mutex<std::sync::mpsc::Receiver<()>>,
}

impl UserFunction for Waiting {
    fn name(&self) -> &str {
        "waiting"
    }

    fn check(&self, _: &[DataType]) -> Result<DataType, String> {
        Ok(DataType::Int64)
    }

    fn call(&self, _: &[ArrayRef], rows: usize) -> Result<ArrayRef, formula::Error> {
        if rows > 0 {
            self.called.send(()).expect("a test");
            self.word.lock().recv().expect("a word");
        }
        Ok(Arc::new(Int64Array::from(vec![0; rows])))
    }
}

/// Names it.
struct Known(Arc<Waiting>);

impl Names for Known {
    fn variable(&self, name: &str) -> Option<Variable> {
        (name == "waiting").then(|| Variable::Function(self.0.clone()))
    }

    fn names(&self) -> Vec<String> {
        vec!["waiting".to_owned()]
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_fails_in_the_cycle_that_a_subscriber_waits_for_is_told_as_failed() {
    let session = Session::start(SessionConfig { threads: 2, ..SessionConfig::default() });
    let session = session.expect("a session");
    let (table, publisher) = session.stream(keyed_schema(), Retention::Append);
    let (other, written) = session.stream(keyed_schema(), Retention::Append);
    let (called, mut calls) = mpsc::unbounded_channel();
    let (say, word) = std::sync::mpsc::channel();
    let names = Known(Arc::new(Waiting { called, word: Mutex::new(word) }));
    let _below = other.update(&["Waits = waiting(Id)".to_owned()], &names).expect("a table");
    publisher.publish(batch(rows(vec![1], vec![None], vec![None]))).expect("rows");
    while table.size().expect("a size") == 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // What is done while the lock is held is of one cycle.
    session.graph().lock().expect("nobody holds it");
    publisher.fail(Error::source("the feed is gone"));
    written.publish(batch(rows(vec![2], vec![None], vec![None]))).expect("rows");
    session.graph().unlock().expect("it is held");
    calls.recv().await.expect("a cycle");
    assert!(table.failure().is_none(), "the cycle that fails it is under way");
    let mut client = Client::ask(&table, &request(), Settings::default());
    let early = tokio::time::timeout(Duration::from_millis(100), client.next()).await;
    assert!(early.is_err(), "it waits for the cycle");
    say.send(()).expect("a cycle that waits");
    let status = client.next().await.expect("a reason").expect_err("a failure");
    assert_eq!((status.code(), status.message()), (Code::FailedPrecondition, "Table is already failed"));
}
