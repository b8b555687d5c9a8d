//! The decoder of a topic's Protobuf side: sees that a record is of the table's message, and runs the layout over it.
//!
//! **State**: one compiled file per schema id, and one verdict per id and place ever seen, shared by all workers; each worker remembers the last.

use std::collections::HashMap;
use std::sync::Arc;

use kinetable_engine::Result;
use parking_lot::RwLock;
use prost_reflect::{FileDescriptor, MessageDescriptor};

use super::descriptor::{self, ProtobufProtocol, ProtobufSpec, Sources};
use super::frame::{self, Framed};
use super::include::Include;
use super::layout::Layout;
use super::program::State;
use crate::decode::{ColumnBuilder, Reason};
use crate::registry::Registry;

/// What was found of the schema of an id and of the place of a message in it.
type Verdicts = HashMap<(u32, Vec<u8>), Result<(), Reason>>;

/// How the Protobuf records of a topic fill columns.
pub(crate) struct ProtobufPlan {
    message: MessageDescriptor,
    layout: Layout,
    protocol: ProtobufProtocol,
    /// Without one all records are taken to be of our message.
    registry: Option<Arc<Registry>>,
    files: Files,
    verdicts: RwLock<Verdicts>,
}

/// What came of compiling the schema of an id. Garbage can have any place: each is looked up in a file that is compiled once.
#[derive(Default)]
struct Files(RwLock<HashMap<u32, Result<FileDescriptor, Reason>>>);

/// What a worker keeps from record to record.
#[derive(Default)]
pub(crate) struct Scratch {
    state: Option<State>,
    /// The last schema and place that were good.
    last: Option<(u32, Vec<u8>)>,
}

/// Garbage can have any id: so many verdicts are remembered.
const VERDICTS_MAX: usize = 10_000;
/// And so many files.
const FILES_MAX: usize = 1_000;

impl ProtobufPlan {
    /// The plan of a spec.
    pub(crate) fn new(spec: &ProtobufSpec, registry: Option<&Arc<Registry>>) -> Result<ProtobufPlan> {
        let file = descriptor::resolve(&spec.schema, registry)?;
        let message = descriptor::message(&file, spec.message.as_deref())?;
        let include = Include::new(spec.include.as_deref())?;
        let layout = Layout::new(&message, &include, &spec.delimiter)?;
        Ok(ProtobufPlan {
            message,
            layout,
            protocol: spec.protocol,
            registry: registry.cloned(),
            files: Files::default(),
            verdicts: RwLock::default(),
        })
    }

    /// Where writers' schemas come from.
    pub(crate) fn registry(&self) -> Option<&Registry> {
        self.registry.as_deref()
    }

    /// The columns it fills.
    pub(crate) fn fields(&self) -> Vec<arrow_schema::Field> {
        self.layout.fields.clone()
    }

    /// Decodes one record. What is pushed of a refused one is left to the caller to take back.
    pub(crate) fn decode(
        &self,
        bytes: &[u8],
        columns: &mut [ColumnBuilder],
        scratch: &mut Scratch,
    ) -> Result<(), Reason> {
        let state = scratch.state.get_or_insert_with(|| State::of(&self.layout));
        let body = match self.protocol {
            ProtobufProtocol::Raw => bytes,
            ProtobufProtocol::Serdes => {
                let framed = frame::split(bytes)?;
                let is_last = scratch
                    .last
                    .as_ref()
                    .is_some_and(|(id, place)| *id == framed.schema && place == framed.place);
                if !is_last {
                    self.check(&framed)?;
                    scratch.last = Some((framed.schema, framed.place.to_vec()));
                }
                framed.body
            }
        };
        self.layout.run(body, columns, state)
    }

    /// Whether a record's message is ours.
    fn check(&self, framed: &Framed<'_>) -> Result<(), Reason> {
        let Some(registry) = &self.registry else {
            return Ok(());
        };
        let key = (framed.schema, framed.place.to_vec());
        if let Some(verdict) = self.verdicts.read().get(&key) {
            return verdict.clone();
        }
        let verdict = match self.files.get(framed.schema, || descriptor::by_id(registry, framed.schema))? {
            Ok(file) => self.judge(&file, framed),
            Err(reason) => Err(reason),
        };
        let mut verdicts = self.verdicts.write();
        if verdicts.len() >= VERDICTS_MAX {
            verdicts.clear();
        }
        verdicts.insert(key, verdict.clone());
        verdict
    }

    fn judge(&self, file: &FileDescriptor, framed: &Framed<'_>) -> Result<(), Reason> {
        let id = framed.schema;
        let found = descriptor::at_place(file, &frame::steps(framed.place));
        if found.iter().any(|message| message.full_name() == self.message.full_name()) {
            return Ok(());
        }
        let wanted = self.message.full_name();
        Err(match found.first() {
            Some(message) => {
                format!("it is a message \"{}\", but the table is of \"{wanted}\"", message.full_name())
            }
            None => format!("schema {id} has no message at the place that the record says"),
        }
        .into())
    }
}

impl Files {
    /// The file of an id, or why its texts are none; an error of its own if there are no texts now.
    fn get(
        &self,
        id: u32,
        sources: impl FnOnce() -> Result<Sources, Reason>,
    ) -> Result<Result<FileDescriptor, Reason>, Reason> {
        if let Some(file) = self.0.read().get(&id) {
            return Ok(file.clone());
        }
        let file = descriptor::compile(sources()?)
            .map_err(|error| Reason::from(format!("schema {id}: {}", error.message())));
        let mut files = self.0.write();
        if files.len() >= FILES_MAX {
            files.clear();
        }
        files.insert(id, file.clone());
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn the_schema_of_an_id_is_compiled_once() {
        let (files, asked) = (Files::default(), Cell::new(0));
        let get = |id, text: &str| {
            files.get(id, || {
                asked.set(asked.get() + 1);
                Ok(Sources { text: text.to_owned(), imports: std::collections::BTreeMap::new() })
            })
        };
        for _ in 0..3 {
            let file = get(1, "syntax = \"proto3\"; message M {}").unwrap().unwrap();
            assert_eq!(file.messages().count(), 1);
            assert!(get(2, "?").unwrap().unwrap_err().contains("schema 2: "));
        }
        assert_eq!(asked.get(), 2);
        // Texts that are not there may be there the next time.
        assert!(files.get(3, || Err("no registry".into())).is_err());
        assert!(get(3, "syntax = \"proto3\";").unwrap().is_ok());
    }
}
