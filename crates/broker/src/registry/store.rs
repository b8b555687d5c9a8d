//! The registry's state: schemas by number, versions by subject, settings.
//!
//! **Invariants**
//! 1. Equal schemas have one number, in whatever subjects; a number is never given twice.
//! 2. A subject's versions only grow; a deleted one is hidden, and its number never used again unless the whole subject is
//!    deleted for good.

use std::collections::BTreeMap;

use apache_avro::Schema;
use serde_json::{Value, json};

use super::compatibility::Level;
use super::failure::Failure;
use super::posted::{Parsed, Posted, Reference};

type Result<T> = std::result::Result<T, Failure>;

/// Who may write.
const MODES: [&str; 4] = ["READWRITE", "READONLY", "READONLY_OVERRIDE", "IMPORT"];

/// All that the registry knows.
#[derive(Default)]
pub(super) struct Store {
    schemas: Vec<Registered>,
    subjects: BTreeMap<String, Subject>,
    global: Settings,
    per_subject: BTreeMap<String, Settings>,
}

struct Registered {
    posted: Posted,
    parsed: Parsed,
}

#[derive(Default)]
struct Subject {
    versions: Vec<Version>,
}

struct Version {
    number: i32,
    id: i32,
    is_deleted: bool,
}

/// What may be set for all subjects, or for one.
#[derive(Clone, Default)]
pub(super) struct Settings {
    pub(super) level: Option<Level>,
    pub(super) mode: Option<&'static str>,
}

impl Store {
    /// Adds `posted` as the next version of `subject`, unless it is there already; returns its number.
    pub(super) fn register(&mut self, subject: &str, posted: Posted) -> Result<i32> {
        let parsed = self.parse(&posted)?;
        let known = self.find(&parsed.identity);
        if let Some(id) = known
            && self.versions(subject).any(|version| version.id == id)
        {
            return Ok(id);
        }
        let settings = self.settings(subject);
        if settings.mode.is_some_and(|mode| mode.starts_with("READONLY")) {
            return Err(Failure::new(42205, format!("Subject {subject} is in read-only mode")));
        }
        let reasons = self.objections(subject, &parsed);
        if !reasons.is_empty() {
            return Err(Failure::incompatible(&reasons));
        }
        let id = known.unwrap_or_else(|| {
            self.schemas.push(Registered { posted, parsed });
            self.schemas.len() as i32
        });
        let versions = &mut self.subjects.entry(subject.to_owned()).or_default().versions;
        let number = versions.last().map_or(1, |version| version.number + 1);
        versions.push(Version { number, id, is_deleted: false });
        Ok(id)
    }

    /// The version of `subject` that holds `posted`.
    pub(super) fn look_up(&self, subject: &str, posted: &Posted) -> Result<Value> {
        self.existing(subject)?;
        let id = self.find(&self.parse(posted)?.identity).ok_or_else(Failure::schema_not_found)?;
        let version = self.versions(subject).find(|version| version.id == id);
        Ok(self.describe(subject, version.ok_or_else(Failure::schema_not_found)?))
    }

    /// Why a schema may not be the next version of `subject`; empty when it may. Of Avro's only anything is known.
    fn objections(&self, subject: &str, parsed: &Parsed) -> Vec<String> {
        let earlier: Vec<_> = self.versions(subject).filter_map(|version| self.schema(version.id)).collect();
        let level = self.settings(subject).level.unwrap_or(Level::DEFAULT);
        parsed.schema.as_ref().map_or(Vec::new(), |schema| level.objections(schema, &earlier))
    }

    /// Why `posted` does not get on with one version of `subject`; empty when it does.
    pub(super) fn objections_to(&self, subject: &str, version: &str, posted: &Posted) -> Result<Vec<String>> {
        let version = self.version(subject, version)?;
        let level = self.settings(subject).level.unwrap_or(Level::DEFAULT);
        let (new, old) = (self.parse(posted)?.schema, self.schema(version.id));
        Ok(new.zip(old).map_or(Vec::new(), |(new, old)| level.objections(&new, &[old])))
    }

    pub(super) fn objections_to_all(&self, subject: &str, posted: &Posted) -> Result<Vec<String>> {
        self.existing(subject)?;
        Ok(self.objections(subject, &self.parse(posted)?))
    }

    pub(super) fn subjects(&self) -> Vec<&str> {
        let subjects = self.subjects.keys().map(String::as_str);
        subjects.filter(|subject| self.versions(subject).next().is_some()).collect()
    }

    pub(super) fn version_numbers(&self, subject: &str) -> Result<Vec<i32>> {
        self.existing(subject)?;
        Ok(self.versions(subject).map(|version| version.number).collect())
    }

    pub(super) fn describe_version(&self, subject: &str, version: &str) -> Result<Value> {
        Ok(self.describe(subject, self.version(subject, version)?))
    }

    /// The text of a schema by number.
    pub(super) fn text(&self, id: &str) -> Result<&str> {
        self.registered(id).map(|registered| registered.posted.text.as_str())
    }

    /// A schema by number, with its kind and what it refers to.
    pub(super) fn describe_schema(&self, id: &str) -> Result<Value> {
        Ok(describe(self.registered(id)?, json!({})))
    }

    fn registered(&self, id: &str) -> Result<&Registered> {
        let index = id.parse::<usize>().ok().and_then(|id| id.checked_sub(1));
        index.and_then(|index| self.schemas.get(index)).ok_or_else(Failure::schema_not_found)
    }

    fn parse(&self, posted: &Posted) -> Result<Parsed> {
        let mut referred = Vec::new();
        self.collect(&posted.references, &mut referred)?;
        posted.parse(&referred)
    }

    /// Names and texts of schemas that are referred to, directly or not.
    fn collect(&self, references: &[Reference], referred: &mut Vec<(String, String)>) -> Result<()> {
        for Reference { name, subject, version } in references {
            let version = self.version(subject, &version.to_string())?;
            let posted = &self.schemas[version.id as usize - 1].posted;
            if referred.iter().all(|(known, _)| known != name) {
                referred.push((name.clone(), posted.text.clone()));
                self.collect(&posted.references, referred)?;
            }
        }
        Ok(())
    }

    /// Where a schema is used, as (subject, version).
    pub(super) fn uses(&self, id: &str) -> Result<Vec<(&str, i32)>> {
        self.text(id)?;
        let uses = self.subjects.iter().flat_map(|(subject, state)| {
            let versions = state.versions.iter().filter(|version| !version.is_deleted);
            versions
                .filter(|version| version.id.to_string() == id)
                .map(|version| (subject.as_str(), version.number))
        });
        Ok(uses.collect())
    }

    pub(super) fn delete_subject(&mut self, subject: &str, is_permanent: bool) -> Result<Vec<i32>> {
        let state = self.subjects.get_mut(subject).ok_or_else(|| Failure::subject_not_found(subject))?;
        let is_live = state.versions.iter().any(|version| !version.is_deleted);
        let affected = |version: &&mut Version| version.is_deleted == is_permanent;
        let mut numbers = Vec::new();
        match (is_permanent, is_live) {
            (true, true) => {
                let text =
                    format!("Subject '{subject}' was not deleted first before being permanently deleted");
                return Err(Failure::new(40405, text));
            }
            (false, false) => return Err(Failure::subject_not_found(subject)),
            _ => {}
        }
        for version in state.versions.iter_mut().filter(affected) {
            version.is_deleted = true;
            numbers.push(version.number);
        }
        if is_permanent {
            self.subjects.remove(subject);
            self.per_subject.remove(subject);
        }
        Ok(numbers)
    }

    pub(super) fn delete_version(&mut self, subject: &str, version: &str) -> Result<i32> {
        let number = self.version(subject, version)?.number;
        let state = self.subjects.get_mut(subject).ok_or_else(|| Failure::subject_not_found(subject))?;
        for version in state.versions.iter_mut().filter(|version| version.number == number) {
            version.is_deleted = true;
        }
        Ok(number)
    }

    /// The settings in force for `subject`.
    pub(super) fn settings(&self, subject: &str) -> Settings {
        let own = self.own_settings(Some(subject));
        Settings { level: own.level.or(self.global.level), mode: own.mode.or(self.global.mode) }
    }

    /// What is set for `subject` itself, or for all subjects.
    pub(super) fn own_settings(&self, subject: Option<&str>) -> Settings {
        match subject {
            Some(subject) => self.per_subject.get(subject).cloned().unwrap_or_default(),
            None => self.global.clone(),
        }
    }

    /// The same, to be changed.
    pub(super) fn settings_mut(&mut self, subject: Option<&str>) -> &mut Settings {
        match subject {
            Some(subject) => self.per_subject.entry(subject.to_owned()).or_default(),
            None => &mut self.global,
        }
    }

    fn find(&self, identity: &str) -> Option<i32> {
        let index = self.schemas.iter().position(|registered| registered.parsed.identity == identity)?;
        Some(index as i32 + 1)
    }

    fn schema(&self, id: i32) -> Option<&Schema> {
        self.schemas[id as usize - 1].parsed.schema.as_ref()
    }

    /// The versions of `subject` that are not deleted, oldest first.
    fn versions(&self, subject: &str) -> impl DoubleEndedIterator<Item = &Version> {
        let versions = self.subjects.get(subject).map_or(&[][..], |subject| &subject.versions);
        versions.iter().filter(|version| !version.is_deleted)
    }

    fn existing(&self, subject: &str) -> Result<()> {
        let first = self.versions(subject).next();
        first.map(drop).ok_or_else(|| Failure::subject_not_found(subject))
    }

    fn version(&self, subject: &str, version: &str) -> Result<&Version> {
        let number = match version {
            "latest" | "-1" => None,
            text => Some(text.parse::<i32>().ok().filter(|number| *number > 0).ok_or_else(|| {
                let rule = "is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\"";
                Failure::new(42202, format!("The specified version '{text}' {rule}"))
            })?),
        };
        self.existing(subject)?;
        let found = match number {
            Some(number) => self.versions(subject).find(|version| version.number == number),
            None => self.versions(subject).next_back(),
        };
        found.ok_or_else(|| Failure::version_not_found(version))
    }

    fn describe(&self, subject: &str, version: &Version) -> Value {
        let place = json!({ "subject": subject, "version": version.number, "id": version.id });
        describe(&self.schemas[version.id as usize - 1], place)
    }
}

/// Adds to an answer what a schema is. Avro is not named, and what is empty is left out.
fn describe(registered: &Registered, mut answer: Value) -> Value {
    let Posted { kind, text, references } = &registered.posted;
    answer["schema"] = json!(text);
    if *kind != "AVRO" {
        answer["schemaType"] = json!(kind);
    }
    if !references.is_empty() {
        answer["references"] = json!(references);
    }
    answer
}

/// The mode of that name.
pub(super) fn parse_mode(name: &str) -> Result<&'static str> {
    MODES
        .into_iter()
        .find(|mode| mode.eq_ignore_ascii_case(name))
        .ok_or_else(|| Failure::new(42204, format!("Invalid mode. Valid values are {}", MODES.join(", "))))
}
