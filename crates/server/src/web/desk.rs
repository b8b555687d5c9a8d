//! What one page looks at.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use arrow_schema::ArrowError;
use tokio::sync::{Notify, mpsc};

use super::ask::{self, Ask, Fetch, Op, Open, Want};
use super::derived::Derived;
use super::difference::{Difference, difference};
use super::frame;
use super::listing::{self, clock};
use super::sheet::Sheet;
use super::subscription::{Subscription, pause};
use super::tell::{Fault, Header, Listed, Tell, Vars};
use super::work::{self, Done, allowed, guarded};
use crate::access::User;
use crate::services::Shared;

/// Fetches of a page that wait.
const FETCHES_MAX: usize = 64;

/// A message to the browser.
pub(super) enum Out {
    Text(Tell),
    Frame(Vec<u8>),
}

/// What a desk works with as long as its page is connected.
pub(super) struct Means {
    pub(super) shared: Arc<Shared>,
    pub(super) done: mpsc::UnboundedSender<Done>,
}

/// What one page looks at.
pub(super) struct Desk {
    user: User,
    /// Rung when a table changed.
    pub(super) wake: Arc<Notify>,
    subs: BTreeMap<u32, Subscription>,
    fetches: VecDeque<Fetch>,
    is_fetching: bool,
    listed: Option<Vec<Listed>>,
    is_listing: bool,
    out: Vec<Out>,
}

impl Desk {
    /// Of a user who looks at nothing yet.
    pub(super) fn new(user: User) -> Desk {
        Desk {
            user,
            wake: Arc::default(),
            subs: BTreeMap::new(),
            fetches: VecDeque::new(),
            is_fetching: false,
            listed: None,
            is_listing: false,
            out: Vec::new(),
        }
    }

    pub(super) fn user(&self) -> &User {
        &self.user
    }

    /// Whether it is of no use to keep it.
    pub(super) fn is_empty(&self) -> bool {
        self.subs.is_empty()
    }

    /// The page is back: nothing of what was sent or begun counts.
    pub(super) fn resume(&mut self, means: &Means) {
        self.fetches.clear();
        (self.is_fetching, self.is_listing) = (false, false);
        self.listed = None;
        self.out.clear();
        let subs: Vec<u32> = self.subs.keys().copied().collect();
        for sub in subs {
            let Some(one) = self.subs.get_mut(&sub) else { continue };
            one.resume();
            // An answer that was awaited went to the connection that was lost.
            if std::mem::take(&mut one.is_deriving) {
                self.derive(sub, means);
            }
        }
    }

    /// What is to be told now.
    pub(super) fn out(&mut self) -> Vec<Out> {
        std::mem::take(&mut self.out)
    }

    fn tell(&mut self, message: Tell) {
        self.out.push(Out::Text(message));
    }

    pub(super) fn refuse(&mut self, fault: Fault) {
        self.tell(Tell::Error(fault));
    }

    /// Takes a message of the page.
    pub(super) fn hear(&mut self, text: &str, means: &Means) {
        match serde_json::from_str(text) {
            Ok(ask) => self.take(ask, means),
            Err(error) => self.refuse(Fault::invalid(format!("a message cannot be read: {error}"))),
        }
    }

    /// Does what the page asks.
    fn take(&mut self, ask: Ask, means: &Means) {
        match ask {
            Ask::Hello(_) => self.refuse(Fault::invalid("hello was said already")),
            Ask::Open(open) => self.open(open, means),
            Ask::Viewport(asked) => {
                if let Some(one) = self.of(asked.sub) {
                    let derived = one.shown.as_ref().map(|shown| shown.derived.clone());
                    match may(derived.as_deref(), &asked.want) {
                        Ok(()) => one.look_at(asked.vp, asked.want),
                        Err(fault) => self.refuse(Fault { vp: Some(asked.vp), ..fault.of(asked.sub) }),
                    }
                }
            }
            Ask::Ops(asked) => {
                if let Err(fault) = may(None, &asked.want).and_then(|()| few(&asked.ops)) {
                    return self.refuse(Fault { vp: Some(asked.vp), ..fault.of(asked.sub) });
                }
                if let Some(one) = self.of(asked.sub) {
                    one.look_at(asked.vp, asked.want);
                    one.ops = asked.ops;
                    self.derive(asked.sub, means);
                }
            }
            Ask::Rate { sub, max_hz } => {
                if let Some(one) = self.of(sub) {
                    one.pause = pause(max_hz);
                }
            }
            // Of a subscription that ended, frames may still be painted.
            Ask::Ack { sub, seq } => {
                if let Some(one) = self.subs.get_mut(&sub) {
                    one.ack(seq);
                }
            }
            Ask::Close { sub } => drop(self.subs.remove(&sub)),
            Ask::Fetch(fetch) if self.fetches.len() >= FETCHES_MAX => {
                self.refuse(Fault { id: Some(fetch.id), ..Fault::limit("too many fetches wait") });
            }
            Ask::Fetch(fetch) => {
                self.fetches.push_back(fetch);
                self.fetch(means);
            }
        }
    }

    fn of(&mut self, sub: u32) -> Option<&mut Subscription> {
        if !self.subs.contains_key(&sub) {
            self.refuse(Fault::invalid(format!("there is no subscription {sub}")).of(sub));
        }
        self.subs.get_mut(&sub)
    }

    fn open(&mut self, open: Open, means: &Means) {
        let refused = if open.sub == 0 || open.sub > i32::MAX as u32 {
            Err(Fault::invalid("a subscription's number is from 1 to 2147483647"))
        } else if self.subs.contains_key(&open.sub) {
            Err(Fault::invalid(format!("subscription {} is open already", open.sub)))
        } else if self.subs.len() >= ask::SUBS_MAX {
            Err(Fault::limit(format!("more than {} subscriptions", ask::SUBS_MAX)))
        } else {
            may(None, &open.want).and_then(|()| few(&open.ops))
        };
        if let Err(fault) = refused {
            return self.refuse(fault.of(open.sub));
        }
        self.subs.insert(open.sub, Subscription::new(open.table, open.ops, open.want, open.max_hz));
        self.derive(open.sub, means);
    }

    /// Has the table made that a subscription asks for; if one is being made, then after that.
    fn derive(&mut self, sub: u32, means: &Means) {
        let Some(one) = self.subs.get_mut(&sub) else { return };
        one.asked += 1;
        if std::mem::replace(&mut one.is_deriving, true) {
            return;
        }
        let (name, ops, asked) = (one.name.clone(), one.ops.clone(), one.asked);
        let (user, wake) = (self.user.clone(), self.wake.clone());
        let (shared, done) = (means.shared.clone(), means.done.clone());
        tokio::task::spawn_blocking(move || {
            let result = guarded(|| work::derive(&shared, &user, &name, &ops, &wake));
            // An error says that the page has gone.
            let _ = done.send(Done::Derived { sub, asked, result });
        });
    }

    fn fetch(&mut self, means: &Means) {
        while !self.is_fetching {
            let Some(fetch) = self.fetches.pop_front() else { return };
            let Some(derived) = self.subs.get(&fetch.sub).and_then(|one| one.shown.as_ref()) else {
                let fault = Fault::invalid(format!("there is no subscription {}", fetch.sub));
                self.refuse(Fault { id: Some(fetch.id), ..fault.of(fetch.sub) });
                continue;
            };
            let (derived, done) = (derived.derived.clone(), means.done.clone());
            self.is_fetching = true;
            tokio::task::spawn_blocking(move || {
                let result = guarded(|| work::fetch(&derived, &fetch.want, ask::FETCH_CELLS_MAX));
                let _ = done.send(Done::Fetched { id: fetch.id, sub: fetch.sub, result });
            });
        }
    }

    /// Looks at the tables there are.
    pub(super) fn list(&mut self, means: &Means) {
        if std::mem::replace(&mut self.is_listing, true) {
            return;
        }
        let (shared, user, done) = (means.shared.clone(), self.user.clone(), means.done.clone());
        tokio::task::spawn_blocking(move || {
            let _ = done.send(Done::Listed(listing::listed(&shared, &user)));
        });
    }

    /// Has read what is to be read; when that is to be looked at again.
    pub(super) fn pump(&mut self, now: Instant, means: &Means) -> Option<Instant> {
        let mut next: Option<Instant> = None;
        for (sub, one) in &mut self.subs {
            match one.due(now) {
                Some(due) if due <= now => {
                    let Some(shown) = &one.shown else { continue };
                    one.is_reading = true;
                    let (sub, asked, vp, want) = (*sub, one.asked, one.vp, one.want.clone());
                    let (derived, mark, done) =
                        (shown.derived.clone(), shown.mark.clone(), means.done.clone());
                    tokio::task::spawn_blocking(move || {
                        mark.take();
                        let result = guarded(|| {
                            allowed(&derived, &want, ask::ROWS_MAX, ask::CELLS_MAX)?;
                            work::read(&derived, &want)
                        });
                        let _ = done.send(Done::Read { sub, asked, vp, result });
                    });
                }
                Some(due) => next = Some(next.map_or(due, |next| next.min(due))),
                None => {}
            }
        }
        next
    }

    /// Tells what came of work.
    pub(super) fn done(&mut self, done: Done, means: &Means) {
        match done {
            Done::Derived { sub, asked, result } => {
                let Some(one) = self.subs.get_mut(&sub) else { return };
                one.is_deriving = false;
                if asked != one.asked {
                    one.asked -= 1;
                    return self.derive(sub, means);
                }
                let vp = one.vp;
                match result {
                    Ok((shown, schema)) => {
                        one.shown = Some(shown);
                        one.last = None;
                        one.owes_snap = true;
                        self.tell(Tell::Schema(super::tell::Schema { sub, vp, ..schema }));
                    }
                    Err(fault) => {
                        if one.shown.is_none() {
                            self.subs.remove(&sub);
                        }
                        self.refuse(Fault { vp: Some(vp), ..fault.of(sub) });
                    }
                }
            }
            Done::Read { sub, asked, vp, result } => self.read(sub, (asked, vp), result),
            Done::Fetched { id, sub, result } => {
                self.is_fetching = false;
                match result {
                    Ok(sheet) => {
                        let header = Header { id: Some(id), total: None, ..header(sub, &sheet, 0) };
                        let bytes = frame::whole("page", &header, &sheet);
                        self.push(sub, bytes);
                    }
                    Err(fault) => self.refuse(Fault { id: Some(id), ..fault.of(sub) }),
                }
                self.fetch(means);
            }
            Done::Listed(list) => {
                self.is_listing = false;
                let vars = match &self.listed {
                    None => Some(Vars { full: true, added: list.clone(), changed: vec![], removed: vec![] }),
                    Some(before) => listing::difference(before, &list),
                };
                self.listed = Some(list);
                if let Some(vars) = vars {
                    self.tell(Tell::Vars(vars));
                }
            }
        }
    }

    fn read(&mut self, sub: u32, (asked, vp): (u64, u64), result: Result<(Sheet, u64), Fault>) {
        let Some(one) = self.subs.get_mut(&sub) else { return };
        one.is_reading = false;
        if (asked, vp) != (one.asked, one.vp) || one.is_deriving {
            // Another page is owed by now.
            return;
        }
        let (sheet, total) = match result {
            Ok(read) => read,
            Err(fault) => {
                self.subs.remove(&sub);
                let code = if fault.code == "limit" { fault.code } else { "gone" };
                return self.refuse(Fault { code, vp: Some(vp), ..fault.of(sub) });
            }
        };
        let header = Header {
            vp: Some(vp),
            seq: Some(one.seq + 1),
            base: Some(one.seq),
            ..header(sub, &sheet, total)
        };
        let before = one.last.as_ref().filter(|_| !one.owes_snap);
        let led = before.map_or(Difference::Whole, |(before, told)| match difference(before, &sheet) {
            Difference::None if *told != total => Difference::Size,
            other => other,
        });
        let snap = Header { base: None, ..header.clone() };
        let message = match led {
            Difference::None => {
                // The versions may differ where the page does not.
                return;
            }
            Difference::Size => Ok(Out::Text(Tell::Size(header))),
            Difference::Part(part) => frame::part(&header, &sheet, &part).map(Out::Frame),
            Difference::Whole => frame::whole("snap", &snap, &sheet).map(Out::Frame),
        };
        one.owes_snap = false;
        one.last = Some((sheet, total));
        one.seq += 1;
        one.sent_at = Some(Instant::now());
        match message {
            Ok(message) => self.out.push(message),
            Err(error) => self.push(sub, Err(error)),
        }
    }

    fn push(&mut self, sub: u32, bytes: Result<Vec<u8>, ArrowError>) {
        match bytes {
            Ok(bytes) => self.out.push(Out::Frame(bytes)),
            Err(error) => {
                self.subs.remove(&sub);
                self.refuse(Fault::new("internal", error.to_string()).of(sub));
            }
        }
    }
}

fn header(sub: u32, sheet: &Sheet, total: u64) -> Header {
    Header {
        sub,
        rows: sheet.rows,
        total: Some(total),
        first: sheet.first,
        n: sheet.n,
        step: sheet.step,
        at: clock(),
        ..Header::default()
    }
}

/// Whether a window is one that may be asked for, of a table if it is known.
fn may(derived: Option<&Derived>, want: &Want) -> Result<(), Fault> {
    if want.n > ask::ROWS_MAX {
        let message = format!("{} rows are more than a page may have", want.n);
        let hint = Some(format!("at most {}", ask::ROWS_MAX));
        return Err(Fault { hint, ..Fault::limit(message) });
    }
    if want.first > ask::POSITION_MAX {
        return Err(Fault::invalid(format!("position {} is beyond 2^53 - 1", want.first)));
    }
    derived.map_or(Ok(()), |derived| allowed(derived, want, ask::ROWS_MAX, ask::CELLS_MAX))
}

fn few(ops: &[Op]) -> Result<(), Fault> {
    if ops.len() > ask::OPS_MAX {
        return Err(Fault::limit(format!("more than {} operations", ask::OPS_MAX)));
    }
    Ok(())
}
