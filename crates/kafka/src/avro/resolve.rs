//! Which types can be read as which, and how: the table of Avro's promotions, and what of structures it means.

use std::collections::HashSet;

use super::compile::{Compiler, alternatives};
use super::program::{Decimal, Read};
use super::schema::{IntKind, LongKind, Measure, Node, NodeId};
use crate::decode::Reason;

/// Types within types, deeper than any that a record may have.
const DEPTH_MAX: usize = 256;

impl Compiler<'_> {
    /// How values of a writer's type become cells of a reader's.
    pub(super) fn read(&self, written: NodeId, wanted: NodeId, is_nullable: bool) -> Result<Read, Reason> {
        self.count()?;
        match (self.writer.node(written), self.reader.node(wanted)) {
            (Node::Union(branches), _) => {
                let reads = branches.iter().map(|branch| self.read(*branch, wanted, is_nullable));
                Ok(Read::Union(alternatives(reads.collect(), Read::Refuse)?))
            }
            (Node::Null, _) if is_nullable => Ok(Read::Null),
            (Node::Array(from), Node::Array(to)) => {
                let (to, is_nullable) = self.reader.without_null(*to);
                Ok(Read::List(Box::new(self.read(*from, to, is_nullable)?)))
            }
            (from, to) => scalar(from, to).ok_or_else(|| self.mismatch(written, wanted)),
        }
    }

    /// Whether values of a writer's type, of whatever structure, can be shown as a reader's.
    pub(super) fn fit(&self, written: NodeId, wanted: NodeId, path: &str) -> Result<(), Reason> {
        let fitted = self.structure(written, wanted, &mut HashSet::new(), 0);
        fitted.map_err(|reason| format!("field \"{path}\": {reason}").into())
    }

    fn structure(
        &self,
        written: NodeId,
        wanted: NodeId,
        seen: &mut HashSet<(NodeId, NodeId)>,
        depth: usize,
    ) -> Result<(), Reason> {
        self.count()?;
        if depth > DEPTH_MAX {
            return Err("the schema is nested too deep".into());
        }
        // Types that refer to themselves fit if all the rest does.
        if !seen.insert((written, wanted)) {
            return Ok(());
        }
        match (self.writer.node(written), self.reader.node(wanted)) {
            (Node::Union(branches), _) => {
                let fitted = branches.iter().map(|branch| self.structure(*branch, wanted, seen, depth + 1));
                alternatives(fitted.collect(), |_| ()).map(drop)
            }
            (_, Node::Union(branches)) => {
                let fitted = branches.iter().map(|branch| self.structure(written, *branch, seen, depth + 1));
                alternatives(fitted.collect(), |_| ()).map(drop).map_err(|_| self.mismatch(written, wanted))
            }
            (Node::Null, Node::Null) => Ok(()),
            (Node::Array(from), Node::Array(to)) | (Node::Map(from), Node::Map(to)) => {
                self.structure(*from, *to, seen, depth + 1)
            }
            (Node::Record { fields: from, .. }, Node::Record { fields: to, .. }) => {
                for read in to {
                    let is_it = |name: &String| *name == read.name || read.aliases.contains(name);
                    match from.iter().find(|written| is_it(&written.name)) {
                        Some(written) => self.structure(written.node, read.node, seen, depth + 1)?,
                        None if read.default.is_some() => {}
                        None => {
                            return Err(format!("\"{}\" is missing and has no default", read.name).into());
                        }
                    }
                }
                Ok(())
            }
            (from, to) => scalar(from, to).map(drop).ok_or_else(|| self.mismatch(written, wanted)),
        }
    }

    fn mismatch(&self, written: NodeId, wanted: NodeId) -> Reason {
        let (from, to) = (self.writer.type_name(written), self.reader.type_name(wanted));
        format!("{from} cannot be read as {to}").into()
    }
}

/// Whether one value of one type can be read as another.
pub(super) fn can_read(from: &Node, to: &Node) -> bool {
    match (from, to) {
        (Node::Null, Node::Null) | (Node::Enum { .. }, Node::Enum { .. } | Node::String) => true,
        (Node::Enum { .. }, _) => false,
        (from, to) => scalar(from, to).is_some(),
    }
}

/// How one value of one type is read as another, if it can be.
fn scalar(from: &Node, to: &Node) -> Option<Read> {
    Some(match (from, to) {
        (Node::Boolean, Node::Boolean) => Read::Bool,
        (Node::Int(from), to) => return int(*from, to),
        (Node::Long(from), to) => return long(*from, to),
        (Node::Float, Node::Float) => Read::Float,
        (Node::Float, Node::Double) => Read::FloatAsDouble,
        (Node::Double, Node::Double) => Read::Double,
        (Node::String | Node::Bytes, Node::String) | (Node::String, Node::Enum { .. } | Node::Uuid) => {
            Read::Text
        }
        (Node::String | Node::Bytes | Node::Decimal { fixed: None, .. }, Node::Bytes) => Read::Bytes,
        (Node::Enum { symbols, .. }, Node::Enum { .. } | Node::String) => Read::Enum(symbols.clone()),
        (Node::Uuid | Node::Fixed(16), Node::Uuid) | (Node::Uuid, Node::String) => Read::Uuid,
        (Node::Duration | Node::Fixed(12), Node::Duration) => Read::Duration,
        (_, Node::Decimal { .. }) => return decimal(from, to),
        (from, Node::Fixed(wanted)) => {
            let size = match from {
                Node::Fixed(size) | Node::Decimal { fixed: Some(size), .. } => *size,
                Node::Uuid => 16,
                Node::Duration => 12,
                _ => return None,
            };
            return (size == *wanted).then_some(Read::Fixed(size));
        }
        _ => return None,
    })
}

fn int(from: IntKind, to: &Node) -> Option<Read> {
    Some(match to {
        Node::Int(to) if from == *to || from == IntKind::Plain || *to == IntKind::Plain => match to {
            IntKind::Plain => Read::Int,
            IntKind::Byte | IntKind::Short | IntKind::Char => Read::Small,
            IntKind::Date => Read::Date,
            IntKind::TimeMillis => Read::Time(1_000_000),
        },
        Node::Int(to) if from.is_number() && to.is_number() => Read::Small,
        Node::Long(LongKind::Plain) => Read::Long(1),
        Node::Long(LongKind::TimeMicros) if from == IntKind::TimeMillis => Read::Time(1_000_000),
        Node::Long(LongKind::TimeMicros) if from.is_number() => Read::Time(1_000),
        Node::Long(to) if from.is_number() => Read::Long(to.factor()),
        Node::Float => Read::IntegerAsFloat,
        Node::Double => Read::IntegerAsDouble,
        _ => return None,
    })
}

fn long(from: LongKind, to: &Node) -> Option<Read> {
    Some(match to {
        Node::Long(LongKind::Plain) => Read::Long(1),
        Node::Long(to) => {
            let unit = match from {
                LongKind::Plain => *to,
                from if from.measure() == to.measure() => from,
                _ => return None,
            };
            match to.measure() {
                Measure::TimeOfDay => Read::Time(unit.factor()),
                _ => Read::Long(unit.factor()),
            }
        }
        Node::Float => Read::IntegerAsFloat,
        Node::Double => Read::IntegerAsDouble,
        _ => return None,
    })
}

fn decimal(from: &Node, to: &Node) -> Option<Read> {
    let Node::Decimal { precision, scale: wanted, .. } = to else {
        return None;
    };
    let (size, scale) = match from {
        Node::Decimal { scale, fixed, .. } => (*fixed, *scale),
        Node::Bytes => (None, *wanted),
        Node::Fixed(size) => (Some(*size), *wanted),
        _ => return None,
    };
    let zeros = u32::try_from(wanted - scale).ok()?;
    let decimal = Decimal { size, zeros, digits: *precision };
    Some(if *precision > 38 { Read::WideDecimal(decimal) } else { Read::Decimal(decimal) })
}
