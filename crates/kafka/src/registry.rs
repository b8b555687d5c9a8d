//! The client of a schema registry: schemas by id and by subject, kept for ever once found.
//!
//! A schema that is not there is asked for again after a second at the earliest. A registry that does not answer is waited for
//! (30 s, then its records are refused with that reason, their bytes kept); [`Registry::outage`] says so meanwhile.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use kinetable_engine::{Error, Result};
use parking_lot::Mutex;
use serde::Deserialize;

use crate::base64;

const MISSING_AGAIN: Duration = Duration::from_secs(1);
const RETRY: Duration = Duration::from_millis(200);
const TIMEOUT: Duration = Duration::from_secs(5);
/// So many ids that are not there are remembered.
const MISSING_MAX: usize = 10_000;

/// What is known of a schema id.
pub(crate) enum Lookup {
    /// Its text.
    Found(String),
    /// Why there is none now.
    Missing(String),
}

/// A schema registry with Confluent's interface.
pub(crate) struct Registry {
    urls: Vec<String>,
    authorization: Option<String>,
    agent: ureq::Agent,
    wait: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    found: HashMap<u32, String>,
    missing: HashMap<u32, (Instant, String)>,
    down: Option<(Instant, String)>,
}

/// Why a request gave nothing.
enum Failure {
    /// The registry answered that it has no such thing.
    Missing(String),
    /// It did not answer, or not properly.
    Down(String),
}

#[derive(Deserialize)]
struct SchemaReply {
    schema: String,
    #[serde(rename = "schemaType")]
    schema_type: Option<String>,
    #[serde(default)]
    references: Vec<serde_json::Value>,
}

impl Registry {
    /// The registry that a client's configuration names, if any.
    pub(crate) fn from_settings(settings: &BTreeMap<String, String>) -> Result<Option<Registry>> {
        let Some(urls) = settings.get("schema.registry.url") else {
            return Ok(None);
        };
        let mut authorization = credentials(settings).map(|user| basic(&user));
        let mut plain = Vec::new();
        for url in urls.split(',').map(str::trim).filter(|url| !url.is_empty()) {
            let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
            if scheme != "http" {
                return Err(Error::invalid(format!(
                    "\"schema.registry.url\" is of scheme \"{scheme}\", but only http is spoken"
                ))
                .with_hint("put a proxy that speaks TLS beside it"));
            }
            let rest = match rest.split_once('@') {
                Some((user, rest)) => {
                    authorization.get_or_insert_with(|| basic(user));
                    rest
                }
                None => rest,
            };
            plain.push(format!("{scheme}://{}", rest.trim_end_matches('/')));
        }
        if plain.is_empty() {
            return Err(Error::invalid("\"schema.registry.url\" is empty"));
        }
        let wait = match settings.get("kinetable.registry.wait.ms") {
            Some(text) => text.parse().map_err(|_| {
                Error::invalid(format!(
                    "\"kinetable.registry.wait.ms\" is \"{text}\", not a number of milliseconds"
                ))
            })?,
            None => 30_000,
        };
        let config =
            ureq::Agent::config_builder().timeout_global(Some(TIMEOUT)).http_status_as_error(false).build();
        Ok(Some(Registry {
            urls: plain,
            authorization,
            agent: config.new_agent(),
            wait: Duration::from_millis(wait),
            state: Mutex::default(),
        }))
    }

    /// The schema of an id; waits for a registry that is down.
    pub(crate) fn schema(&self, id: u32) -> Lookup {
        let mut state = self.state.lock();
        if let Some(text) = state.found.get(&id) {
            return Lookup::Found(text.clone());
        }
        if let Some((when, reason)) = state.missing.get(&id)
            && when.elapsed() < MISSING_AGAIN
        {
            return Lookup::Missing(reason.clone());
        }
        drop(state);
        let answer = self.ask_until_answered(&format!("/schemas/ids/{id}"));
        state = self.state.lock();
        match answer {
            Ok(text) => {
                state.found.insert(id, text.clone());
                state.missing.remove(&id);
                Lookup::Found(text)
            }
            Err(failure) => {
                let reason = match failure {
                    Failure::Missing(answer) => format!("the registry has no schema {id}: {answer}"),
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

    /// The schema of a subject's version (a number or `latest`).
    pub(crate) fn subject(&self, subject: &str, version: &str) -> Result<String> {
        let path = format!("/subjects/{}/versions/{}", encode(subject), encode(version));
        self.ask(&path).map_err(|failure| match failure {
            Failure::Missing(answer) => Error::invalid(format!(
                "the registry has no version \"{version}\" of subject \"{subject}\": {answer}"
            )),
            Failure::Down(reason) => Error::source(format!("the schema registry does not answer: {reason}"))
                .with_hint("check \"schema.registry.url\""),
        })
    }

    /// Since when and why the registry does not answer.
    pub(crate) fn outage(&self) -> Option<(Duration, String)> {
        let state = self.state.lock();
        state.down.as_ref().map(|(since, reason)| (since.elapsed(), reason.clone()))
    }

    fn ask_until_answered(&self, path: &str) -> Result<String, Failure> {
        loop {
            let failure = match self.ask(path) {
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

    /// Asks one registry after the other.
    fn ask(&self, path: &str) -> Result<String, Failure> {
        let mut last = Failure::Down("there is no registry".into());
        for url in &self.urls {
            match self.ask_one(&format!("{url}{path}")) {
                Err(Failure::Down(reason)) => last = Failure::Down(reason),
                answered => return answered,
            }
        }
        Err(last)
    }

    fn ask_one(&self, url: &str) -> Result<String, Failure> {
        let down = |error: &dyn std::fmt::Display| Failure::Down(format!("{url}: {error}"));
        let mut request = self.agent.get(url);
        request = request.header("Accept", "application/vnd.schemaregistry.v1+json, application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header("Authorization", authorization);
        }
        let mut response = request.call().map_err(|error| down(&error))?;
        let status = response.status().as_u16();
        let body = response.body_mut().read_to_string().map_err(|error| down(&error))?;
        match status {
            200 => {}
            404 => return Err(Failure::Missing(body.chars().take(200).collect())),
            401 | 403 => return Err(down(&format!("access refused ({status})"))),
            _ => return Err(down(&format!("status {status}"))),
        }
        let reply: SchemaReply = serde_json::from_str(&body).map_err(|error| down(&error))?;
        match reply.schema_type.as_deref() {
            None | Some("AVRO") if reply.references.is_empty() => Ok(reply.schema),
            None | Some("AVRO") => {
                Err(Failure::Missing("the schema refers to other subjects, which is not supported".into()))
            }
            Some(other) => Err(Failure::Missing(format!("it is a schema of {other}, not of Avro"))),
        }
    }
}

fn credentials(settings: &BTreeMap<String, String>) -> Option<String> {
    let keys = ["basic.auth.user.info", "schema.registry.basic.auth.user.info"];
    keys.iter().find_map(|key| settings.get(*key)).cloned()
}

fn basic(user: &str) -> String {
    format!("Basic {}", base64::encode(user.as_bytes()))
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
    fn only_http_is_spoken() {
        let settings = BTreeMap::from([("schema.registry.url".to_owned(), "https://x".to_owned())]);
        let error = Registry::from_settings(&settings).err().unwrap();
        assert!(error.message().contains("only http"), "{error}");
        assert!(Registry::from_settings(&BTreeMap::new()).unwrap().is_none());
    }
}
