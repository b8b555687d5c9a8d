//! Lookups, what is kept of them, and the way from one address to the next.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kinetable_engine::{Error, Result};
use parking_lot::Mutex;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::access::{self, Access};
use super::document::{Document, Kind, Reference, ReferenceReply, SchemaReply};
use super::http::{Failure, request};

const MISSING_AGAIN: Duration = Duration::from_secs(1);
const RETRY: Duration = Duration::from_millis(200);
/// So many ids that are not there are remembered.
const MISSING_MAX: usize = 10_000;
/// A schema refers to so many others at most.
const REFERENCES_MAX: usize = 1_000;

/// What is known of a schema id.
pub(crate) enum Lookup {
    Found(Arc<Document>),
    /// Why there is none now.
    Missing(String),
}

/// A schema registry with Confluent's interface.
pub(crate) struct Registry {
    urls: Vec<String>,
    /// The address that answered last.
    answering: AtomicUsize,
    access: Access,
    wait: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    found: HashMap<u32, Arc<Document>>,
    missing: HashMap<u32, (Instant, String)>,
    down: Option<(Instant, String)>,
}

#[derive(Deserialize)]
struct IdReply {
    id: u32,
}

impl Registry {
    /// The registry that a client's configuration names, if any.
    pub(crate) fn from_settings(settings: &BTreeMap<String, String>) -> Result<Option<Registry>> {
        let Some(urls) = settings.get("schema.registry.url") else {
            return Ok(None);
        };
        let (urls, access) = access::open(urls, settings)?;
        let wait = match settings.get("kinetable.registry.wait.ms") {
            Some(text) => text.parse().map_err(|_| {
                Error::invalid(format!(
                    "\"kinetable.registry.wait.ms\" is \"{text}\", not a number of milliseconds"
                ))
            })?,
            None => 30_000,
        };
        Ok(Some(Registry {
            urls,
            answering: AtomicUsize::new(0),
            access,
            wait: Duration::from_millis(wait),
            state: Mutex::default(),
        }))
    }

    /// The schema of an id; waits for a registry that is down.
    pub(crate) fn schema(&self, id: u32) -> Lookup {
        let mut state = self.state.lock();
        if let Some(document) = state.found.get(&id) {
            return Lookup::Found(document.clone());
        }
        if let Some((when, reason)) = state.missing.get(&id)
            && when.elapsed() < MISSING_AGAIN
        {
            return Lookup::Missing(reason.clone());
        }
        drop(state);
        let answer = self.until_answered(|| self.document(&format!("/schemas/ids/{id}"), Some(id)));
        state = self.state.lock();
        match answer {
            Ok(document) => {
                let document = Arc::new(document);
                state.found.insert(id, document.clone());
                state.missing.remove(&id);
                Lookup::Found(document)
            }
            Err(failure) => {
                let reason = match failure {
                    Failure::Missing(answer) | Failure::Refused(answer) => {
                        format!("the registry has no schema {id}: {answer}")
                    }
                    Failure::Down(reason) => {
                        format!("schema {id} is not known and the registry does not answer: {reason}")
                    }
                };
                if state.missing.len() >= MISSING_MAX {
                    state.missing.clear();
                }
                state.missing.insert(id, (Instant::now(), reason.clone()));
                Lookup::Missing(reason)
            }
        }
    }

    /// The schema of an id, if it was found before.
    pub(crate) fn found(&self, id: u32) -> Option<Arc<Document>> {
        self.state.lock().found.get(&id).cloned()
    }

    /// Asks anew, at once, for schemas that were not there.
    pub(crate) fn forget_missing(&self) {
        self.state.lock().missing.clear();
    }

    /// The schema of a subject's version (a number or `latest`).
    pub(crate) fn subject(&self, subject: &str, version: &str) -> Result<Arc<Document>> {
        let path = format!("/subjects/{}/versions/{}", encode(subject), encode(version));
        let found = self.document(&path, None).map_err(|failure| {
            failed(failure, &format!("the registry has no version \"{version}\" of subject \"{subject}\""))
        })?;
        let found = Arc::new(found);
        self.state.lock().found.insert(found.id, found.clone());
        Ok(found)
    }

    /// All versions of a subject, the newest first, a hundred at most. What cannot be had is left out.
    pub(crate) fn versions(&self, subject: &str) -> Vec<Arc<Document>> {
        let numbers: Vec<i64> =
            self.get(&format!("/subjects/{}/versions", encode(subject))).unwrap_or_default();
        let newest = numbers.iter().rev().take(100);
        newest.filter_map(|number| self.subject(subject, &number.to_string()).ok()).collect()
    }

    /// The number of a schema under a subject, where it is added as the next version if it is not there yet.
    pub(crate) fn register(&self, subject: &str, kind: Kind, text: &str) -> Result<u32> {
        let mut body = serde_json::json!({ "schema": text });
        if kind != Kind::Avro {
            body["schemaType"] = kind.name().into();
        }
        self.number(&format!("/subjects/{}/versions", encode(subject)), subject, &body)
    }

    /// The number of an Avro schema under a subject, where it has to be.
    pub(crate) fn known(&self, subject: &str, text: &str) -> Result<u32> {
        let body = serde_json::json!({ "schema": text });
        self.number(&format!("/subjects/{}", encode(subject)), subject, &body)
    }

    fn number(&self, path: &str, subject: &str, body: &serde_json::Value) -> Result<u32> {
        let reply = self.ask(path, Some(&body.to_string())).map_err(|failure| {
            failed(failure, &format!("the registry does not take the schema for subject \"{subject}\""))
        })?;
        let reply: std::result::Result<IdReply, _> = serde_json::from_str(&reply);
        reply
            .map(|reply| reply.id)
            .map_err(|error| Error::source(format!("the registry's answer has no id: {error}")))
    }

    /// Since when and why the registry does not answer.
    pub(crate) fn outage(&self) -> Option<(Duration, String)> {
        let state = self.state.lock();
        state.down.as_ref().map(|(since, reason)| (since.elapsed(), reason.clone()))
    }

    fn until_answered<T>(&self, ask: impl Fn() -> Result<T, Failure>) -> Result<T, Failure> {
        loop {
            let failure = match ask() {
                Err(Failure::Down(reason)) => reason,
                answered => {
                    self.state.lock().down = None;
                    return answered;
                }
            };
            let since = {
                let mut state = self.state.lock();
                state.down.get_or_insert_with(|| (Instant::now(), failure.clone())).0
            };
            if since.elapsed() >= self.wait {
                return Err(Failure::Down(failure));
            }
            std::thread::sleep(RETRY);
        }
    }

    /// A schema with all that it refers to.
    fn document(&self, path: &str, id: Option<u32>) -> Result<Document, Failure> {
        let reply: SchemaReply = self.get(path)?;
        let id = reply.id.or(id).ok_or_else(|| Failure::Down(format!("{path}: the answer has no id")))?;
        let kind = reply.kind().map_err(Failure::Refused)?;
        let mut references = Vec::new();
        self.collect(&reply.references, &mut HashSet::new(), &mut references)?;
        Ok(Document { id, kind, text: reply.schema, references })
    }

    fn collect(
        &self,
        wanted: &[ReferenceReply],
        seen: &mut HashSet<(String, String, i64)>,
        found: &mut Vec<Reference>,
    ) -> Result<(), Failure> {
        for reference in wanted {
            let ReferenceReply { name, subject, version } = reference;
            if !seen.insert((name.clone(), subject.clone(), *version)) {
                continue;
            }
            if seen.len() > REFERENCES_MAX {
                let text = format!("it refers to more than {REFERENCES_MAX} other schemas");
                return Err(Failure::Refused(text));
            }
            let reply: SchemaReply =
                self.get(&format!("/subjects/{}/versions/{version}", encode(subject)))?;
            self.collect(&reply.references, seen, found)?;
            found.push(Reference { name: name.clone(), text: reply.schema });
        }
        Ok(())
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        let body = self.ask(path, None)?;
        serde_json::from_str(&body).map_err(|error| Failure::Down(format!("{path}: {error}")))
    }

    /// Asks one registry after the other, the one that answered last first.
    fn ask(&self, path: &str, body: Option<&str>) -> Result<String, Failure> {
        let first = self.answering.load(Ordering::Relaxed);
        let mut reasons = Vec::new();
        for turn in 0..self.urls.len() {
            let index = (first + turn) % self.urls.len();
            match request(&self.access, &format!("{}{path}", self.urls[index]), body) {
                Err(Failure::Down(reason)) => reasons.push(reason),
                answered => {
                    self.answering.store(index, Ordering::Relaxed);
                    return answered;
                }
            }
        }
        Err(Failure::Down(reasons.join("; ")))
    }
}

fn failed(failure: Failure, what: &str) -> Error {
    match failure {
        Failure::Missing(answer) | Failure::Refused(answer) => Error::invalid(format!("{what}: {answer}")),
        Failure::Down(reason) => Error::source(format!("the schema registry does not answer: {reason}"))
            .with_hint("check \"schema.registry.url\" and the credentials for it"),
    }
}

/// Percent-encodes a path segment.
fn encode(segment: &str) -> String {
    let mut text = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_encoded() {
        assert_eq!(encode("crypto.trades-value"), "crypto.trades-value");
        assert_eq!(encode("a/b c"), "a%2Fb%20c");
    }

    #[test]
    fn without_an_address_there_is_none() {
        assert!(Registry::from_settings(&BTreeMap::new()).unwrap().is_none());
        let empty = BTreeMap::from([("schema.registry.url".to_owned(), " ,".to_owned())]);
        assert!(Registry::from_settings(&empty).err().unwrap().to_string().contains("empty"));
    }
}
