//! The key or the value of a topic's records: which columns it fills, and how.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::Field;

use super::{ColumnBuilder, JsonPlan, Reason, SimpleType};
use crate::avro::AvroPlan;
use crate::protobuf::{ProtobufPlan, Scratch};
use crate::shape::ShapePlan;

/// What one side of a record becomes. Shared by all workers.
#[derive(Clone)]
pub(crate) struct Side {
    /// The columns it fills.
    pub(crate) fields: Vec<Field>,
    /// How.
    pub(crate) decoder: Decoder,
}

/// How a side is decoded.
#[derive(Clone)]
pub(crate) enum Decoder {
    /// Not at all.
    Ignore,
    /// One value, one column.
    Simple(SimpleType),
    /// One JSON object, a column each field.
    Json(Arc<JsonPlan>),
    /// An Avro record behind the id of its schema.
    Avro(Arc<AvroPlan>),
    /// A Protobuf message.
    Protobuf(Arc<ProtobufPlan>),
    /// A JSON value of a declared shape.
    Shape(Arc<ShapePlan>),
}

/// The columns of one side under construction, of one worker.
pub(crate) struct SideDecoder {
    side: Side,
    columns: Vec<ColumnBuilder>,
    rows: usize,
    avro: crate::avro::PlanCache,
    protobuf: Scratch,
}

impl Side {
    /// A side that fills no column.
    pub(crate) fn ignored() -> Side {
        Side { fields: Vec::new(), decoder: Decoder::Ignore }
    }

    /// What has been found out since the last time.
    pub(crate) fn notices(&self) -> Vec<super::Notice> {
        match &self.decoder {
            Decoder::Avro(plan) => plan.notices(),
            _ => Vec::new(),
        }
    }

    /// A worker's decoder of this side.
    pub(crate) fn decoder(&self) -> SideDecoder {
        let column = |field: &Field| ColumnBuilder::new(field.data_type()).expect("specs check their types");
        SideDecoder {
            side: self.clone(),
            columns: self.fields.iter().map(column).collect(),
            rows: 0,
            avro: crate::avro::PlanCache::default(),
            protobuf: Scratch::default(),
        }
    }
}

impl SideDecoder {
    /// Decodes one record; a refused one leaves no trace. Null bytes are a row of nulls.
    pub(crate) fn decode(&mut self, bytes: Option<&[u8]>) -> Result<(), Reason> {
        let result = match bytes {
            None => {
                self.columns.iter_mut().for_each(ColumnBuilder::push_null);
                Ok(())
            }
            Some(bytes) => match &self.side.decoder {
                Decoder::Ignore => Ok(()),
                Decoder::Simple(simple) => simple.decode(bytes, &mut self.columns[0]),
                Decoder::Json(plan) => plan.decode(bytes, &mut self.columns),
                Decoder::Shape(plan) => plan.decode(bytes, &mut self.columns),
                Decoder::Avro(plan) => plan.decode(bytes, &mut self.columns, &mut self.avro),
                Decoder::Protobuf(plan) => plan.decode(bytes, &mut self.columns, &mut self.protobuf),
            },
        };
        match result {
            Ok(()) => {
                self.rows += 1;
                debug_assert!(
                    self.columns.iter().all(|column| column.len() == self.rows),
                    "a record fills every column once"
                );
                Ok(())
            }
            Err(reason) => {
                self.truncate();
                Err(reason)
            }
        }
    }

    /// Takes the last record back, because the other side of it was refused.
    pub(crate) fn take_back(&mut self) {
        self.rows -= 1;
        self.truncate();
    }

    /// The arrays of the records decoded since the last time.
    pub(crate) fn finish(&mut self) -> Vec<ArrayRef> {
        self.rows = 0;
        self.columns.iter_mut().map(ColumnBuilder::finish).collect()
    }

    fn truncate(&mut self) {
        let rows = self.rows;
        self.columns.iter_mut().for_each(|column| column.truncate(rows));
    }
}
