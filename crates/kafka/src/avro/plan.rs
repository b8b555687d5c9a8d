//! The decoder of a topic's Avro side: finds the program of each record's writer schema, and runs it.
//!
//! **State**: one program per schema ever seen, shared by all workers; each worker remembers the last; what is to be told of
//! schemas, until it is.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kinetable_engine::{Error, Result};
use parking_lot::{Mutex, RwLock};

use super::canonical::fingerprint;
use super::compile::compile;
use super::program::Program;
use super::reader::Reader;
use super::schema::Schema;
use crate::decode::{ColumnBuilder, Notice, Reason};
use crate::registry::{Document, Kind, Lookup, Registry};
use crate::settings::Settings;

/// A subject is searched for unknown fingerprints so often at most.
const SEARCH_AGAIN: Duration = Duration::from_secs(1);
/// So many characters of a schema are shown.
const SHOWN: usize = 600;

/// How the Avro records of a topic fill columns.
pub(crate) struct AvroPlan {
    reader: Reader,
    framing: Framing,
    /// Without a registry every record is of the reader's own schema.
    registry: Option<Arc<Registry>>,
    /// Whose versions writers of single objects may have.
    subject: Option<String>,
    own: Result<Arc<Program>, Reason>,
    programs: RwLock<HashMap<Key, Result<Arc<Program>, Reason>>>,
    searched: Mutex<Option<Instant>>,
    notices: Mutex<Vec<Notice>>,
}

/// What stands before a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// A zero and the id of the schema. Single objects are read all the same.
    Schema,
    /// Avro's single-object header: two bytes, and the fingerprint of the schema.
    SingleObject,
    /// Nothing: records are of the reader's schema.
    Bare,
}

impl Framing {
    /// What a client's settings say.
    pub(crate) fn of(settings: &Settings) -> Result<Framing> {
        match settings.text("kinetable.avro.framing") {
            None | Some("schema") => Ok(Framing::Schema),
            Some("single_object") => Ok(Framing::SingleObject),
            Some("none") => Ok(Framing::Bare),
            Some(other) => Err(Error::invalid(format!("\"kinetable.avro.framing\" is \"{other}\""))
                .with_hint("before a record stands its schema's id (\"schema\"), its fingerprint (\"single_object\"), or nothing (\"none\")")),
        }
    }
}

/// What names a writer's schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    /// Its number in the registry.
    Id(u32),
    /// The fingerprint of its canonical form.
    Fingerprint(u64),
}

/// The program a worker used last.
#[derive(Default)]
pub(crate) struct PlanCache(Option<(Key, Arc<Program>)>);

impl AvroPlan {
    /// A plan for the columns a reader has chosen.
    pub(crate) fn new(
        reader: Reader,
        framing: Framing,
        registry: Option<Arc<Registry>>,
        subject: Option<String>,
    ) -> AvroPlan {
        let own = compile(reader.own.clone(), &reader).map(Arc::new);
        let mut programs = HashMap::new();
        if let Some(own_print) = fingerprint(&reader.text) {
            programs.insert(Key::Fingerprint(own_print), own.clone());
        }
        AvroPlan {
            reader,
            framing,
            registry,
            subject,
            own,
            programs: RwLock::new(programs),
            searched: Mutex::default(),
            notices: Mutex::default(),
        }
    }

    /// A plan for records that are all of one writer's schema, and nothing before them.
    pub(crate) fn between(writer: &str, reader: Reader) -> Result<AvroPlan> {
        let own = compile(Schema::parse(writer)?, &reader).map(Arc::new);
        if let Err(reason) = own {
            return Err(Error::invalid(reason.into_owned()));
        }
        Ok(AvroPlan { own, ..AvroPlan::new(reader, Framing::Bare, None, None) })
    }

    /// The columns it fills.
    pub(crate) fn fields(&self) -> Vec<arrow_schema::Field> {
        self.reader.fields.clone()
    }

    /// Where writers' schemas come from.
    pub(crate) fn registry(&self) -> Option<&Registry> {
        self.registry.as_deref()
    }

    /// What has been found out about schemas since the last time.
    pub(crate) fn notices(&self) -> Vec<Notice> {
        std::mem::take(&mut *self.notices.lock())
    }

    /// Decodes one record. What is pushed of a refused record is left to the caller to take back.
    pub(crate) fn decode(
        &self,
        bytes: &[u8],
        columns: &mut [ColumnBuilder],
        cache: &mut PlanCache,
    ) -> Result<(), Reason> {
        if self.framing == Framing::Bare {
            return self.own.clone()?.run(bytes, &self.reader.schema, columns);
        }
        let (key, body) = split_frame(bytes)?;
        if let Some((last, program)) = &cache.0
            && *last == key
        {
            return program.run(body, &self.reader.schema, columns);
        }
        let program = self.program(key)?;
        let result = program.run(body, &self.reader.schema, columns);
        cache.0 = Some((key, program));
        result
    }

    fn program(&self, key: Key) -> Result<Arc<Program>, Reason> {
        if let Some(known) = self.programs.read().get(&key) {
            return known.clone();
        }
        match (key, &self.registry) {
            (Key::Id(_), None) => self.own.clone(),
            (Key::Id(id), Some(registry)) => match registry.schema(id) {
                Lookup::Found(document) => self.compile(key, &document),
                Lookup::Missing(reason) => Err(reason.into()),
            },
            (Key::Fingerprint(print), _) => self.search(print),
        }
    }

    /// Compiles what is written with a schema, once.
    fn compile(&self, key: Key, document: &Document) -> Result<Arc<Program>, Reason> {
        let id = document.id;
        let references: Vec<&str> = document.references.iter().map(|known| known.text.as_str()).collect();
        let compiled = document.expect(Kind::Avro).map_err(Reason::from).and_then(|()| {
            let writer = Schema::parse_with(&document.text, &references);
            compile(writer.map_err(|error| Reason::from(error.to_string()))?, &self.reader)
        });
        let compiled = compiled
            .map(Arc::new)
            .map_err(|reason| Reason::from(format!("schema {id} does not fit the table: {reason}")));
        let known = self.programs.write().insert(key, compiled.clone());
        if known.is_none() {
            self.notices.lock().extend(self.notice(&compiled, document));
        }
        compiled
    }

    /// What there is to be told of a schema that is seen for the first time.
    fn notice(&self, compiled: &Result<Arc<Program>, Reason>, document: &Document) -> Option<Notice> {
        let id = document.id;
        match compiled {
            Ok(program) if program.unknown.is_empty() => None,
            Ok(program) => {
                let names: Vec<_> = program.unknown.iter().map(|name| format!("\"{name}\"")).collect();
                let (noun, verb) = if names.len() == 1 { ("field", "is") } else { ("fields", "are") };
                let names = cut(&names.join(", "));
                Some(Notice {
                    state: "SCHEMA CHANGED",
                    key: format!("schema {id}"),
                    detail: format!("{noun} {names} of schema {id} {verb} available, not selected"),
                })
            }
            Err(reason) => Some(Notice {
                state: "ATTENTION",
                key: format!("schema {id}"),
                detail: format!(
                    "{reason}; its records go to errors; expected {}, found {}",
                    cut(&self.reader.text),
                    cut(&document.text)
                ),
            }),
        }
    }

    /// Looks for a fingerprint among the versions of the subject, the newest first.
    fn search(&self, print: u64) -> Result<Arc<Program>, Reason> {
        let unknown = || Reason::from(format!("no schema is known of fingerprint {print:#018x}"));
        let (Some(registry), Some(subject)) = (&self.registry, &self.subject) else {
            return Err(unknown());
        };
        let mut searched = self.searched.lock();
        if let Some(known) = self.programs.read().get(&Key::Fingerprint(print)) {
            return known.clone();
        }
        if searched.is_some_and(|when| when.elapsed() < SEARCH_AGAIN) {
            return Err(unknown());
        }
        for document in registry.versions(subject) {
            let key = fingerprint(&document.text).map(Key::Fingerprint);
            if let Some(key) = key.filter(|key| !self.programs.read().contains_key(key)) {
                // One that does not fit is refused when a record of it comes.
                let _refused = self.compile(key, &document);
            }
        }
        *searched = Some(Instant::now());
        self.programs.read().get(&Key::Fingerprint(print)).cloned().unwrap_or_else(|| Err(unknown()))
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A zero, the schema's id, the record: Confluent's framing. Or `c3 01`, the schema's fingerprint, the record: Avro's single objects.
fn split_frame(bytes: &[u8]) -> Result<(Key, &[u8]), Reason> {
    match bytes {
        [0, a, b, c, d, body @ ..] => Ok((Key::Id(u32::from_be_bytes([*a, *b, *c, *d])), body)),
        [0xc3, 0x01, rest @ ..] => {
            let split = rest.split_first_chunk::<8>();
            let (print, body) = split.ok_or("the record ends in the middle of its schema's fingerprint")?;
            Ok((Key::Fingerprint(u64::from_le_bytes(*print)), body))
        }
        [] => Err("no bytes, where a zero and a schema id begin an Avro record".into()),
        [0, ..] => Err("the record ends in the middle of its schema id".into()),
        [first, ..] => {
            Err(format!("it begins with {first:#04x}, where a zero and a schema id begin an Avro record")
                .into())
        }
    }
}
