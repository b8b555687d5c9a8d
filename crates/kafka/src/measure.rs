//! A door for measurements: decoders alone, without broker and threads. Not part of the interface.

use std::collections::BTreeMap;

use crate::decode::SideDecoder;
use crate::settings::Settings;
use crate::{AvroSchema, Spec};

/// One worker's Avro decoder.
pub struct AvroBench(SideDecoder);

impl AvroBench {
    /// A decoder of records that are all of one schema.
    ///
    /// # Panics
    /// If the schema is wrong.
    pub fn new(schema: &str) -> AvroBench {
        let settings = Settings::new(&BTreeMap::new());
        let spec = Spec::Avro {
            schema: AvroSchema::Inline(schema.to_owned()),
            mapping: BTreeMap::new(),
            mapped_only: false,
        };
        let own = settings.value().expect("there are no settings to be wrong");
        let side = spec.resolve(&own, &settings, None).expect("the schema parses");
        AvroBench(side.decoder())
    }

    /// Decodes a batch; gives the rows it became.
    pub fn decode(&mut self, records: &[Vec<u8>]) -> usize {
        let good = records.iter().filter(|record| self.0.decode(Some(record)).is_ok()).count();
        let columns = self.0.finish();
        assert!(columns.iter().all(|column| column.len() == good), "whole rows");
        good
    }
}

/// One worker's decoder of any spec that needs no registry.
pub struct SpecBench(SideDecoder);

impl SpecBench {
    /// A decoder of records of this spec.
    ///
    /// # Panics
    /// If the spec is wrong.
    pub fn new(spec: &Spec) -> SpecBench {
        let settings = Settings::new(&BTreeMap::new());
        let own = settings.value().expect("there are no settings to be wrong");
        SpecBench(spec.resolve(&own, &settings, None).expect("the spec is right").decoder())
    }

    /// Decodes a batch; gives the rows it became.
    pub fn decode(&mut self, records: &[Vec<u8>]) -> usize {
        let good = records.iter().filter(|record| self.0.decode(Some(record)).is_ok()).count();
        let columns = self.0.finish();
        assert!(columns.iter().all(|column| column.len() == good), "whole rows");
        good
    }
}
