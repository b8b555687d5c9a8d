//! A door for measurements and fuzzing: decoders alone, without broker and threads. Not part of the interface.

use std::collections::BTreeMap;
use std::sync::Arc;

use kinetable_engine::Result;

use crate::avro::{AvroPlan, Reader};
use crate::decode::{Decoder, Side, SideDecoder};
use crate::settings::Settings;
use crate::{AvroSchema, Spec};

/// One worker's decoder of the values of a spec.
pub struct SideBench(SideDecoder);

/// A decoder of Avro records of one schema, read by another; the records are not framed.
pub struct AvroEvolution(SideDecoder);

impl SideBench {
    /// A decoder without a registry.
    ///
    /// # Errors
    /// If the spec is wrong.
    pub fn new(spec: &Spec) -> Result<SideBench> {
        let settings = Settings::new(&BTreeMap::new());
        let own = settings.value()?;
        Ok(SideBench(spec.resolve(&own, &settings, None)?.decoder()))
    }

    /// A decoder of Avro records that are all of one schema.
    ///
    /// # Panics
    /// If the schema is wrong.
    pub fn avro(schema: &str) -> SideBench {
        let schema = AvroSchema::Inline(schema.to_owned());
        let spec = Spec::Avro { schema, mapping: BTreeMap::new(), mapped_only: false };
        SideBench::new(&spec).expect("the schema parses")
    }

    /// Decodes a batch; gives the rows it became.
    pub fn decode<Bytes: AsRef<[u8]>>(&mut self, records: &[Bytes]) -> usize {
        decode(&mut self.0, records)
    }
}

impl AvroEvolution {
    /// A decoder of what `writer` wrote, as `reader` wants it.
    ///
    /// # Errors
    /// If a schema does not parse or the two do not fit.
    pub fn new(writer: &str, reader: &str) -> Result<AvroEvolution> {
        let reader = Reader::new(reader, &[], &BTreeMap::new(), false)?;
        let plan = Arc::new(AvroPlan::between(writer, reader)?);
        Ok(AvroEvolution(Side { fields: plan.fields(), decoder: Decoder::Avro(plan) }.decoder()))
    }

    /// Decodes one record; gives whether it became a row.
    pub fn decode(&mut self, record: &[u8]) -> bool {
        decode(&mut self.0, &[record]) == 1
    }
}

fn decode<Bytes: AsRef<[u8]>>(decoder: &mut SideDecoder, records: &[Bytes]) -> usize {
    let good = records.iter().filter(|record| decoder.decode(Some(record.as_ref())).is_ok()).count();
    let columns = decoder.finish();
    assert!(columns.iter().all(|column| column.len() == good), "whole rows");
    good
}
