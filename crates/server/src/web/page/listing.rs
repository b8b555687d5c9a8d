//! The tables there are, and how the engine does: looked at once a second while somebody looks.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kinetable::Table;
use parking_lot::Mutex;

use super::outbox::Means;
use super::turns::Work;
use crate::access::{Right, User};
use crate::host::{Object, Variable};
use crate::services::{Shared, memory_used};
use crate::session::Reference;
use crate::web::messages::tell::{EngineStatus, Fault, Listed, Tell, Vars};
use crate::web::tables::{Done, guarded, is_shown};

/// The zone in which times are shown as long as nobody says another.
pub(in crate::web) const ZONE: &str = "UTC";

/// What a table is, in a word.
pub(in crate::web) fn kind(table: &Table) -> &'static str {
    let properties = table.definition().properties;
    match () {
        () if table.input().is_some() => "input",
        () if properties.blink => "blink",
        () if properties.append_only && table.is_live() => "append",
        () => "table",
    }
}

/// How long a look is good for: pages ask once a second, each for itself.
const FRESH: Duration = Duration::from_millis(500);

/// The tables there were when somebody looked last.
#[derive(Default)]
pub(in crate::web) struct Look(Mutex<Option<(Instant, Arc<[Listed]>)>>);

impl Look {
    /// The tables there are; who asks while another one looks waits for him.
    fn at(&self, shared: &Shared) -> Arc<[Listed]> {
        let mut last = self.0.lock();
        match &*last {
            Some((when, list)) if when.elapsed() < FRESH => list.clone(),
            _ => {
                let list: Arc<[Listed]> = all(shared).into();
                *last = Some((Instant::now(), list.clone()));
                list
            }
        }
    }
}

/// The tables that are shown to a user, in order of name. It may wait for the host.
pub(in crate::web) fn listed(shared: &Shared, user: &User) -> Vec<Listed> {
    let is_shown = |one: &&Listed| user.may(Right::List, &Reference::Scope(one.name.clone()));
    shared.web.look.at(shared).iter().filter(is_shown).cloned().collect()
}

fn all(shared: &Shared) -> Vec<Listed> {
    let variables = shared.host.variables().into_iter().filter(|one| one.application.is_none());
    variables.filter_map(|variable| look(shared, variable)).collect()
}

fn look(shared: &Shared, variable: Variable) -> Option<Listed> {
    let id = variable.identity.to_string();
    if variable.kind != "Table" {
        let kind = kind_word(&variable.kind);
        return Some(Listed { name: variable.name, id, kind, live: true, rows: None, columns: None });
    }
    let Object::Table(table) = shared.host.variable(&variable.name)? else { return None };
    // A listing of files is not read for the sake of a number.
    let rows = if table.files().is_some() { None } else { table.size().ok() };
    Some(Listed {
        id,
        kind: kind(&table).into(),
        live: table.is_live(),
        rows,
        columns: Some(table.schema().fields().iter().filter(|field| is_shown(field)).count()),
        name: variable.name,
    })
}

/// What pages call a kind of objects.
pub(in crate::web) fn kind_word(kind: &str) -> Cow<'static, str> {
    match kind {
        "Figure" => "figure".into(),
        "Dashboard" => "dashboard".into(),
        "PartitionedTable" => "partitioned".into(),
        other => other.to_owned().into(),
    }
}

/// What a page knows of the tables there are.
#[derive(Default)]
pub(in crate::web) struct Listing {
    listed: Option<Arc<[Listed]>>,
    is_looking: bool,
}

impl Listing {
    /// Looks at the tables there are.
    pub(in crate::web) fn look(&mut self, means: &Means) {
        if !std::mem::replace(&mut self.is_looking, true) {
            let before = self.listed.clone();
            means.work(Work::Read, move |shared, user| {
                Done::Listed(guarded(|| {
                    let list: Arc<[Listed]> = listed(shared, user).into();
                    let vars = match &before {
                        None => {
                            Some(Vars { full: true, added: list.to_vec(), changed: vec![], removed: vec![] })
                        }
                        Some(before) => difference(before, &list),
                    };
                    Ok((list, vars))
                }))
            });
        }
    }

    /// What is to be told of these tables; if looking at them failed, they are looked at again.
    pub(in crate::web) fn told(
        &mut self,
        looked: Result<(Arc<[Listed]>, Option<Vars>), Fault>,
    ) -> Option<Tell> {
        self.is_looking = false;
        let (list, vars) = looked.ok()?;
        self.listed = Some(list);
        vars.map(Tell::Vars)
    }
}

/// What has to be told to somebody who knows `before`; nothing, if nothing changed. Both are in order of name: once through them.
pub(in crate::web) fn difference(before: &[Listed], after: &[Listed]) -> Option<Vars> {
    let mut vars = Vars { full: false, added: Vec::new(), changed: Vec::new(), removed: Vec::new() };
    let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.name.cmp(&new.name),
        };
        match order {
            Ordering::Less => vars.removed.extend(old.next().map(|one| one.name.clone())),
            Ordering::Greater => vars.added.extend(new.next().cloned()),
            Ordering::Equal => {
                let (old, new) = (old.next(), new.next());
                vars.changed.extend(new.filter(|_| old != new).cloned());
            }
        }
    }
    let says_something = !(vars.added.is_empty() && vars.changed.is_empty() && vars.removed.is_empty());
    says_something.then_some(vars)
}

/// What was known of the engine a second ago.
pub(in crate::web) struct Pulse {
    at: Instant,
    step: u64,
    busy: u64,
}

impl Pulse {
    pub(in crate::web) fn new(shared: &Shared) -> Pulse {
        let graph = shared.host.session();
        let graph = graph.graph();
        Pulse { at: Instant::now(), step: graph.step(), busy: graph.busy() }
    }

    /// How the engine did since.
    pub(in crate::web) fn status(&mut self, shared: &Shared) -> EngineStatus {
        let now = Pulse::new(shared);
        let seconds = (now.at - self.at).as_secs_f64();
        let cycles = now.step.saturating_sub(self.step);
        let busy = now.busy.saturating_sub(self.busy) as f64 / 1e6;
        *self = now;
        EngineStatus {
            at: clock(),
            step: self.step,
            cycles: if seconds > 0.0 { cycles as f64 / seconds } else { 0.0 },
            cycle_ms: (cycles > 0).then(|| busy / cycles as f64),
            memory: memory_used(),
            zone: ZONE.to_owned(),
        }
    }
}

/// Now, ns since the epoch, as text.
pub(in crate::web) fn clock() -> String {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(name: &str, rows: u64) -> Listed {
        Listed {
            name: name.into(),
            id: "1".into(),
            kind: "table".into(),
            live: true,
            rows: Some(rows),
            columns: Some(1),
        }
    }

    #[test]
    fn tells_what_came_changed_and_went() {
        let vars = difference(&[listed("a", 1), listed("b", 1)], &[listed("b", 2), listed("c", 1)]).unwrap();
        assert_eq!(
            (vars.added, vars.changed, vars.removed),
            (vec![listed("c", 1)], vec![listed("b", 2)], vec!["a".to_owned()])
        );
        assert!(difference(&[listed("a", 1)], &[listed("a", 1)]).is_none());
        let vars = difference(&[listed("b", 1), listed("c", 1)], &[listed("a", 1), listed("b", 1)]).unwrap();
        assert_eq!((vars.added, vars.removed), (vec![listed("a", 1)], vec!["c".to_owned()]));
        let vars = difference(&[], &[listed("a", 1)]).unwrap();
        assert_eq!((vars.added.len(), vars.full), (1, false));
    }
}
