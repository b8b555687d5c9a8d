//! What a page has asked: each question has an `id`, and one answer.
//!
//! **State** of a page: the numbers of questions that are worked on, and exports that it has asked for and not yet fetched to the end.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::export::Told;
use super::{edit, export, files, find, value};
use crate::access::User;
use crate::services::Shared;
use crate::web::messages::ask::{Edit, Export, Find, Load, Move, Save};
use crate::web::messages::tell::{Fault, Tell};
use crate::web::page::{Means, Outbox, Work};
use crate::web::tables::{Derived, Done, guarded};

/// Questions of a page that are worked on.
const QUESTIONS_MAX: usize = 64;

/// A question: its number, which may be that of another one once this is answered or given up, and whether it was given up.
#[derive(Clone)]
pub(in crate::web) struct Question {
    id: u64,
    given_up: Arc<AtomicBool>,
}

impl Question {
    fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }
}

/// What a page has asked.
#[derive(Default)]
pub(in crate::web) struct Once {
    asked: HashMap<u64, Question>,
    exports: Vec<Told>,
}

impl Once {
    /// The page is back: who asked something asks again. Files are fetched beside the connection.
    pub(in crate::web) fn resume(&mut self) {
        self.asked.drain().for_each(|(_, question)| question.give_up());
    }

    /// Looks for a row.
    pub(in crate::web) fn find(
        &mut self,
        shown: Result<Arc<Derived>, Fault>,
        asked: Find,
        means: &Means,
        out: &mut Outbox,
    ) {
        let id = asked.id;
        self.ask(id, means, out, move |shared, user| {
            find::find(&*shown?, &asked, shared.names(user).as_ref())
        });
    }

    /// Offers a file.
    pub(in crate::web) fn export(
        &mut self,
        shown: Result<Arc<Derived>, Fault>,
        name: Option<String>,
        asked: Export,
        means: &Means,
        out: &mut Outbox,
    ) {
        let (id, wake) = (asked.id, means.wake.clone());
        let name = name.unwrap_or_default();
        self.ask(id, means, out, move |shared, _| {
            let job = export::offered(&*shown?, name, &asked, wake)?;
            shared.web.exports.offer(id, job)
        });
    }

    /// Adds rows to an input table.
    pub(in crate::web) fn put(&mut self, asked: Edit, means: &Means, out: &mut Outbox) {
        self.ask(asked.id, means, out, move |shared, user| edit::put(shared, user, &asked));
    }

    /// Deletes rows of an input table.
    pub(in crate::web) fn remove(&mut self, asked: Edit, means: &Means, out: &mut Outbox) {
        self.ask(asked.id, means, out, move |shared, user| edit::remove(shared, user, &asked));
    }

    /// What a directory holds.
    pub(in crate::web) fn files(&mut self, id: u64, path: String, means: &Means, out: &mut Outbox) {
        self.ask(id, means, out, move |shared, user| files::list(shared, user, id, &path));
    }

    /// The text of a file.
    pub(in crate::web) fn load(&mut self, asked: Load, means: &Means, out: &mut Outbox) {
        self.ask(asked.id, means, out, move |shared, user| files::load(shared, user, &asked));
    }

    /// Writes a file.
    pub(in crate::web) fn save(&mut self, asked: Save, means: &Means, out: &mut Outbox) {
        self.ask(asked.id, means, out, move |shared, user| files::save(shared, user, &asked));
    }

    /// Moves a file.
    pub(in crate::web) fn rename(&mut self, asked: Move, means: &Means, out: &mut Outbox) {
        self.ask(asked.id, means, out, move |shared, user| files::rename(shared, user, &asked));
    }

    /// Deletes a file.
    pub(in crate::web) fn discard(&mut self, asked: Load, means: &Means, out: &mut Outbox) {
        self.ask(asked.id, means, out, move |shared, user| files::discard(shared, user, &asked));
    }

    /// What a variable shows that is no table.
    pub(in crate::web) fn value(&mut self, id: u64, name: String, means: &Means, out: &mut Outbox) {
        self.ask(id, means, out, move |shared, user| value::value(shared, user, id, name));
    }

    /// Gives up what was asked: nothing more is said of it.
    pub(in crate::web) fn cancel(&mut self, id: u64, means: &Means) {
        if let Some(question) = self.asked.remove(&id) {
            question.give_up();
        }
        for told in self.exports.extract_if(.., |told| told.id == id) {
            means.shared.web.exports.cancel(&told);
        }
    }

    /// Has a question worked on.
    fn ask(
        &mut self,
        id: u64,
        means: &Means,
        out: &mut Outbox,
        work: impl FnOnce(&Arc<Shared>, &User) -> Result<Tell, Fault> + Send + 'static,
    ) {
        let refused = match self.asked.len() {
            QUESTIONS_MAX.. => Some(Fault::limit(format!("{QUESTIONS_MAX} questions wait already"))),
            _ if self.asked.contains_key(&id) => Some(Fault::invalid(format!("question {id} waits already"))),
            _ => means.may_ask().err(),
        };
        if let Some(fault) = refused {
            return out.refuse(Fault { id: Some(id), ..fault });
        }
        let question = Question { id, given_up: Arc::default() };
        self.asked.insert(id, question.clone());
        means.work(Work::Question, move |shared, user| {
            let given_up = || Fault::new("cancelled", "it was given up");
            let result = match question.is_given_up() {
                true => Err(given_up()),
                false => guarded(|| work(shared, user)),
            };
            Done::Answered { question, result }
        });
    }

    /// An answer is there.
    pub(in crate::web) fn answered(
        &mut self,
        question: &Question,
        answer: Result<Tell, Fault>,
        means: &Means,
        out: &mut Outbox,
    ) {
        if question.is_given_up() {
            if let Ok(answer) = &answer {
                means.shared.web.exports.take_back(answer);
            }
            return;
        }
        let id = question.id;
        self.asked.remove(&id);
        match answer {
            Ok(answer) => {
                self.exports.extend(means.shared.web.exports.told(&answer));
                out.tell(answer);
            }
            Err(fault) => out.refuse(Fault { id: Some(id), ..fault }),
        }
    }

    /// Tells how far exports are; when that is to be looked at again.
    pub(in crate::web) fn pump(&mut self, now: Instant, out: &mut Outbox) -> Option<Instant> {
        let mut next = None;
        self.exports.retain_mut(|told| {
            let due = told.pump(now, out);
            next = next.into_iter().chain(due).min();
            due.is_some()
        });
        next
    }
}
