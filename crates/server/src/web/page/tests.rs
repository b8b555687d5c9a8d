//! A desk whose host fails, and one that is let go of.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kinetable::{Names, Result, Session, SessionConfig};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::desk::Desk;
use super::outbox::{Means, Out};
use crate::access::{Access, Gate, User};
use crate::host::{Completion, Host, Object, Outcome, Variable, Variables};
use crate::run::Run;
use crate::services::Shared;
use crate::session::{Lifetime, Sessions};
use crate::web::messages::tell::{Fault, Tell};
use crate::web::tables::Done;

/// A host that panics the first time that it is asked for names, and for completions.
struct Fails {
    variables: Variables,
    has_listed: AtomicBool,
    has_completed: AtomicBool,
}

impl Host for Fails {
    fn session(&self) -> Session {
        self.variables.session()
    }

    fn names(&self) -> Arc<dyn Names + Send + Sync> {
        self.variables.names()
    }

    fn variable(&self, name: &str) -> Option<Object> {
        self.variables.variable(name)
    }

    fn field(&self, application: &str, field: &str) -> Option<Object> {
        self.variables.field(application, field)
    }

    fn variables(&self) -> Vec<Variable> {
        assert!(self.has_listed.swap(true, Ordering::Relaxed), "the first look fails");
        self.variables.variables()
    }

    fn assign(&self, name: &str, object: &Object) -> Result<()> {
        self.variables.assign(name, object)
    }

    fn language(&self) -> Option<&str> {
        None
    }

    fn run(&self, code: &str, run: &Arc<Run>) -> Outcome {
        self.variables.run(code, run)
    }

    fn interrupt(&self, run: u64) {
        self.variables.interrupt(run);
    }

    fn complete(&self, text: &str, _: u32, _: u32) -> Vec<Completion> {
        assert!(self.has_completed.swap(true, Ordering::Relaxed), "the first completion fails");
        vec![Completion { text: text.to_owned(), start: 0, detail: String::new() }]
    }
}

/// A desk of somebody who may run code.
fn desk() -> (Desk, Means, mpsc::UnboundedReceiver<Done>) {
    let config = SessionConfig { threads: 1, ..SessionConfig::default() };
    let variables = Variables::new(Session::start(config).expect("a session"));
    let host = Fails { variables, has_listed: AtomicBool::default(), has_completed: AtomicBool::default() };
    let gate = Gate { access: Access::default(), sessions: Sessions::new(Lifetime::default()) };
    let shared = Arc::new(Shared::new(Arc::new(host), gate, 1 << 20, None));
    let user = User { console: true, ..User::anonymous() };
    let desk = Desk::new(user.clone());
    let (done, results) = mpsc::unbounded_channel();
    let means = Means { shared, user, wake: desk.wake.clone(), done, turns: desk.turns.clone() };
    (desk, means, results)
}

#[tokio::test]
async fn what_waits_for_its_turn_does_not_begin_when_the_desk_is_let_go() {
    let (mut desk, means, _results) = desk();
    let turn = means.shared.commands.clone().lock_owned().await;
    desk.hear(r#"{"type":"exec","id":1,"code":"x"}"#, &means);
    drop(desk);
    // As long as somebody else has the turn, this is rung by an end alone.
    timeout(Duration::from_secs(60), means.wake.notified()).await.expect("ends before its turn");
    drop(turn);
}

#[tokio::test]
async fn what_fails_once_is_asked_again() {
    let (mut desk, means, mut results) = desk();
    let mut told = Vec::new();
    for _ in 0..2 {
        desk.list(&means);
        let done = timeout(Duration::from_secs(60), results.recv()).await.expect("in time").expect("an end");
        desk.done(done, &means);
        told.push(desk.out());
    }
    assert!(told[0].is_empty());
    assert!(matches!(told[1].as_slice(), [Out::Text(Tell::Vars(_))]));
    told.clear();
    for id in 1..=2 {
        let asked = format!(r#"{{"type":"complete","id":{id},"text":"x","line":0,"character":1}}"#);
        desk.hear(&asked, &means);
        let done = timeout(Duration::from_secs(60), results.recv()).await.expect("in time").expect("an end");
        desk.done(done, &means);
        told.push(desk.out());
    }
    assert!(matches!(
        told[0].as_slice(),
        [Out::Text(Tell::Error(Fault { code: "internal", id: Some(1), .. }))]
    ));
    assert!(
        matches!(told[1].as_slice(), [Out::Text(Tell::Completions { id: 2, items })] if items.len() == 1)
    );
}
