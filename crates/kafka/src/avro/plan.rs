//! The decoder of a topic's Avro side: finds the program of each record's writer schema, and runs it.
//!
//! **State**: one program per schema id ever seen, shared by all workers; each worker remembers the last.

use std::collections::HashMap;
use std::sync::Arc;

use kinetable_engine::Result;
use parking_lot::RwLock;

use super::compile::compile;
use super::program::Program;
use super::reader::Reader;
use super::schema::Schema;
use crate::decode::{ColumnBuilder, Reason};
use crate::registry::{Lookup, Registry};

/// How the Avro records of a topic fill columns.
pub(crate) struct AvroPlan {
    reader: Reader,
    /// Without a registry every record is of the reader's own schema.
    registry: Option<Arc<Registry>>,
    programs: RwLock<HashMap<u32, Result<Arc<Program>, Reason>>>,
    own: Option<Arc<Program>>,
}

/// The program a worker used last.
#[derive(Default)]
pub(crate) struct PlanCache(Option<(u32, Arc<Program>)>);

impl AvroPlan {
    /// A plan for the columns a reader has chosen.
    pub(crate) fn new(reader: Reader, registry: Option<Arc<Registry>>) -> AvroPlan {
        let own = registry
            .is_none()
            .then(|| compile(reader.schema.clone(), &reader).expect("a schema can be read as itself"));
        AvroPlan { reader, registry, programs: RwLock::default(), own: own.map(Arc::new) }
    }

    /// The columns it fills.
    pub(crate) fn fields(&self) -> Vec<arrow_schema::Field> {
        self.reader.fields.clone()
    }

    /// Decodes one framed record. What is pushed of a refused record is left to the caller to take back.
    pub(crate) fn decode(
        &self,
        bytes: &[u8],
        columns: &mut [ColumnBuilder],
        cache: &mut PlanCache,
    ) -> Result<(), Reason> {
        let (id, body) = split_frame(bytes)?;
        if let Some((last, program)) = &cache.0
            && *last == id
        {
            return program.run(body, columns);
        }
        let program = self.program(id)?;
        let result = program.run(body, columns);
        cache.0 = Some((id, program));
        result
    }

    fn program(&self, id: u32) -> Result<Arc<Program>, Reason> {
        if let Some(own) = &self.own {
            return Ok(own.clone());
        }
        if let Some(known) = self.programs.read().get(&id) {
            return known.clone();
        }
        let registry = self.registry.as_ref().expect("there is a registry or an own program");
        let text = match registry.schema(id) {
            Lookup::Found(text) => text,
            Lookup::Missing(reason) => return Err(reason.into()),
        };
        let compiled = Schema::parse(&text)
            .map_err(|error| Reason::from(error.to_string()))
            .and_then(|writer| compile(writer, &self.reader));
        let compiled = compiled
            .map(Arc::new)
            .map_err(|reason| Reason::from(format!("schema {id} does not fit the table: {reason}")));
        self.programs.write().insert(id, compiled.clone());
        compiled
    }
}

/// A zero, the schema's id, the record: Confluent's framing.
fn split_frame(bytes: &[u8]) -> Result<(u32, &[u8]), Reason> {
    match bytes {
        [0, a, b, c, d, body @ ..] => Ok((u32::from_be_bytes([*a, *b, *c, *d]), body)),
        [] => Err("no bytes, where a zero and a schema id begin an Avro record".into()),
        [0, ..] => Err("the record ends in the middle of its schema id".into()),
        [first, ..] => {
            Err(format!("it begins with {first:#04x}, where a zero and a schema id begin an Avro record")
                .into())
        }
    }
}
