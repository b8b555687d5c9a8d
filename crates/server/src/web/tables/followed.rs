//! The tables that one page follows.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use arrow_schema::ArrowError;

use super::derived::Derived;
use super::difference::{Difference, difference};
use super::frame;
use super::sheet::Sheet;
use super::subscription::{Shown, Subscription, pause};
use super::work::{self, Done, allowed, guarded};
use crate::web::let_go::LetGo;
use crate::web::messages::ask::{self, Fetch, Op, Open, Ops, Viewport, Want};
use crate::web::messages::tell::{Fault, Header, Schema, Tell};
use crate::web::page::{Means, Outbox, Work, clock};

/// Fetches of a page that wait.
const FETCHES_MAX: usize = 64;

/// The tables that one page follows.
#[derive(Default)]
pub(in crate::web) struct Followed {
    subs: BTreeMap<u32, Subscription>,
    fetches: VecDeque<Fetch>,
    is_fetching: bool,
    /// Counts tables that were asked for and readings, of all subscriptions: numbers of subscriptions come again.
    count: u64,
}

impl Followed {
    /// Whether there are none.
    pub(in crate::web) fn is_empty(&self) -> bool {
        self.subs.is_empty()
    }

    /// The table that a subscription shows, once it is there.
    pub(in crate::web) fn shown(&self, sub: u32) -> Result<Arc<Derived>, Fault> {
        let shown = self.subs.get(&sub).and_then(|one| one.shown.as_ref());
        let none = || Fault::invalid(format!("there is no subscription {sub}")).of(sub);
        shown.map(|shown| shown.derived.clone()).ok_or_else(none)
    }

    /// The name of the table that a subscription is of.
    pub(in crate::web) fn name(&self, sub: u32) -> Option<String> {
        self.subs.get(&sub).map(|one| one.name.clone())
    }

    /// The page is back: nothing of what was sent or begun counts.
    pub(in crate::web) fn resume(&mut self, means: &Means) {
        self.fetches.clear();
        self.is_fetching = false;
        let subs: Vec<u32> = self.subs.keys().copied().collect();
        for sub in subs {
            let Some(one) = self.subs.get_mut(&sub) else { continue };
            one.resume();
            // An answer that was awaited went to the connection that was lost.
            if one.deriving.take().is_some() {
                self.derive(sub, means);
            }
        }
    }

    /// Another window.
    pub(in crate::web) fn viewport(&mut self, asked: Viewport, out: &mut Outbox) {
        // It may have ended while this was on its way; so below.
        let Some(one) = self.subs.get_mut(&asked.sub) else { return };
        let derived = one.shown.as_ref().map(|shown| shown.derived.clone());
        match may(derived.as_deref(), &asked.want) {
            Ok(()) => one.look_at(asked.vp, asked.want),
            Err(fault) => out.refuse(Fault { vp: Some(asked.vp), ..fault.of(asked.sub) }),
        }
    }

    /// Other operations.
    pub(in crate::web) fn ops(&mut self, asked: Ops, means: &Means, out: &mut Outbox) {
        let allowed = may(None, &asked.want).and_then(|()| few(&asked.ops)).and_then(|()| means.may_ask());
        if let Err(fault) = allowed {
            return out.refuse(Fault { vp: Some(asked.vp), ..fault.of(asked.sub) });
        }
        if let Some(one) = self.subs.get_mut(&asked.sub) {
            one.look_at(asked.vp, asked.want);
            one.ops = asked.ops;
            self.derive(asked.sub, means);
        }
    }

    /// Frames a second at most.
    pub(in crate::web) fn rate(&mut self, sub: u32, max_hz: f64) {
        if let Some(one) = self.subs.get_mut(&sub) {
            one.pause = pause(max_hz);
        }
    }

    /// Frames were painted. Of a subscription that ended, some may still be.
    pub(in crate::web) fn ack(&mut self, sub: u32, seq: u64) {
        if let Some(one) = self.subs.get_mut(&sub) {
            one.ack(seq);
        }
    }

    /// Ends a subscription.
    pub(in crate::web) fn close(&mut self, sub: u32) {
        self.subs.remove(&sub);
    }

    /// A page of cells, once.
    pub(in crate::web) fn fetch(&mut self, fetch: Fetch, means: &Means, out: &mut Outbox) {
        if self.fetches.len() >= FETCHES_MAX {
            return out.refuse(Fault { id: Some(fetch.id), ..Fault::limit("too many fetches wait") });
        }
        self.fetches.push_back(fetch);
        self.next_fetch(means, out);
    }

    /// Begins a subscription.
    pub(in crate::web) fn open(&mut self, open: Open, means: &Means, out: &mut Outbox) {
        let refused = if open.sub == 0 || open.sub > i32::MAX as u32 {
            Err(Fault::invalid("a subscription's number is from 1 to 2147483647"))
        } else if self.subs.contains_key(&open.sub) {
            Err(Fault::invalid(format!("subscription {} is open already", open.sub)))
        } else if self.subs.len() >= ask::SUBS_MAX {
            Err(Fault::limit(format!("more than {} subscriptions", ask::SUBS_MAX)))
        } else {
            may(None, &open.want).and_then(|()| few(&open.ops)).and_then(|()| means.may_ask())
        };
        if let Err(fault) = refused {
            return out.refuse(fault.of(open.sub));
        }
        self.subs.insert(open.sub, Subscription::new(open.table, open.ops, open.want, open.max_hz));
        self.derive(open.sub, means);
    }

    /// Has the table made that a subscription asks for; if one is being made, then after that.
    fn derive(&mut self, sub: u32, means: &Means) {
        self.count += 1;
        let Some(one) = self.subs.get_mut(&sub) else { return };
        one.asked = self.count;
        if one.deriving.is_none() {
            self.begin(sub, means);
        }
    }

    /// Has the table made that a subscription asks for now.
    fn begin(&mut self, sub: u32, means: &Means) {
        let Some(one) = self.subs.get_mut(&sub) else { return };
        one.deriving = Some(one.asked);
        let (name, ops, asked) = (one.name.clone(), one.ops.clone(), one.asked);
        let standing = one.shown.as_ref().and_then(|shown| shown.standing());
        let wake = means.wake.clone();
        means.work(Work::Question, move |shared, user| {
            let result = guarded(|| work::derive(shared, user, &name, &ops, &wake, standing));
            Done::Derived { sub, asked, result }
        });
    }

    fn next_fetch(&mut self, means: &Means, out: &mut Outbox) {
        while !self.is_fetching {
            let Some(fetch) = self.fetches.pop_front() else { return };
            let derived = match self.shown(fetch.sub) {
                Ok(derived) => derived,
                Err(fault) => {
                    out.refuse(Fault { id: Some(fetch.id), ..fault });
                    continue;
                }
            };
            self.is_fetching = true;
            means.work(Work::Read, move |_, _| {
                let result = guarded(|| work::fetch(&derived, &fetch.want, ask::FETCH_CELLS_MAX));
                Done::Fetched { id: fetch.id, sub: fetch.sub, result }
            });
        }
    }

    /// Has read what is to be read; when that is to be looked at again.
    pub(in crate::web) fn pump(&mut self, now: Instant, means: &Means) -> Option<Instant> {
        let mut next: Option<Instant> = None;
        for (sub, one) in &mut self.subs {
            match one.due(now) {
                Some(due) if due <= now => {
                    let Some(shown) = &one.shown else { continue };
                    self.count += 1;
                    one.reading = Some(self.count);
                    one.read_at = Some(now);
                    let (sub, reading, vp, want) = (*sub, self.count, one.vp, one.want.clone());
                    let (derived, mark) = (shown.derived.clone(), shown.mark.clone());
                    means.work(Work::Read, move |_, _| {
                        mark.take();
                        let result = guarded(|| {
                            allowed(&derived, &want, ask::ROWS_MAX, ask::CELLS_MAX)?;
                            work::read(&derived, &want)
                        });
                        Done::Read { sub, reading, vp, result }
                    });
                }
                Some(due) => next = Some(next.map_or(due, |next| next.min(due))),
                None => {}
            }
        }
        next
    }

    /// A table was made.
    pub(in crate::web) fn derived(
        &mut self,
        sub: u32,
        asked: u64,
        result: Result<(LetGo<Shown>, Schema), Fault>,
        means: &Means,
        out: &mut Outbox,
    ) {
        let Some(one) = self.subs.get_mut(&sub) else { return };
        if one.deriving != Some(asked) {
            // Of a subscription that had this number before.
            return;
        }
        one.deriving = None;
        if asked != one.asked {
            return self.begin(sub, means);
        }
        // What is being read is another table.
        one.reading = None;
        let vp = one.vp;
        match result {
            Ok((shown, schema)) => {
                one.shown = Some(shown);
                one.note();
                one.last = None;
                one.owes_snap = true;
                out.tell(Tell::Schema(Schema { sub, vp, ..schema }));
            }
            Err(fault) => {
                if one.shown.is_none() {
                    self.subs.remove(&sub);
                }
                out.refuse(Fault { vp: Some(vp), ..fault.of(sub) });
            }
        }
    }

    /// Cells that were asked for once are there.
    pub(in crate::web) fn fetched(
        &mut self,
        id: u64,
        sub: u32,
        result: Result<Sheet, Fault>,
        means: &Means,
        out: &mut Outbox,
    ) {
        self.is_fetching = false;
        match result {
            Ok(sheet) => {
                let header = Header { id: Some(id), total: None, ..header(sub, &sheet, 0) };
                let bytes = frame::whole("page", &header, &sheet);
                self.push(sub, bytes, out);
            }
            Err(fault) => out.refuse(Fault { id: Some(id), ..fault.of(sub) }),
        }
        self.next_fetch(means, out);
    }

    /// A page was read.
    pub(in crate::web) fn was_read(
        &mut self,
        sub: u32,
        (reading, vp): (u64, u64),
        result: Result<(Sheet, u64), Fault>,
        out: &mut Outbox,
    ) {
        let Some(one) = self.subs.get_mut(&sub) else { return };
        if one.reading != Some(reading) {
            // Of another table than now, or of a subscription that had this number before.
            return;
        }
        one.reading = None;
        if vp != one.vp || one.deriving.is_some() {
            // Another page is owed by now.
            return;
        }
        let (sheet, total) = match result {
            Ok(read) => read,
            Err(fault) => {
                self.subs.remove(&sub);
                let code = if fault.code == "limit" { fault.code } else { "gone" };
                return out.refuse(Fault { code, vp: Some(vp), ..fault.of(sub) });
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
        let (bytes, rows) = match led {
            // The versions may differ where the page does not.
            Difference::None => return one.note(),
            Difference::Size => (None, 0),
            Difference::Part(part) => (Some(frame::part(&header, &sheet, &part)), part.rows()),
            Difference::Whole => (Some(frame::whole("snap", &snap, &sheet)), sheet.n),
        };
        one.owes_snap = false;
        one.last = Some((sheet, total));
        one.seq += 1;
        one.sent(bytes.as_ref().and_then(|bytes| bytes.as_ref().ok()).map_or(0, Vec::len), rows);
        match bytes {
            Some(bytes) => self.push(sub, bytes, out),
            None => out.tell(Tell::Size(Box::new(header))),
        }
    }

    fn push(&mut self, sub: u32, bytes: Result<Vec<u8>, ArrowError>, out: &mut Outbox) {
        match bytes {
            Ok(bytes) => out.frame(bytes),
            Err(error) => {
                self.subs.remove(&sub);
                out.refuse(Fault::new("internal", error.to_string()).of(sub));
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
