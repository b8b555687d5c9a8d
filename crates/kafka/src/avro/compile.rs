//! Writer's schema + reader's targets → program: Avro's schema resolution, done once per writer schema.
//!
//! Beyond Avro's rules, enum symbols the reader does not know are kept as text, and timestamps of another unit are
//! converted.

use super::constant::{Constant, factor};
use super::program::{Program, Read, Step};
use super::reader::{Reader, Target, Wanted};
use super::schema::{Field, LongKind, Node, NodeId, Schema};
use crate::decode::Reason;

/// Compiles a writer's schema.
///
/// # Errors
/// If no record of it can be read as the reader wants: a field is missing and has no default, or has another type.
pub(super) fn compile(writer: Schema, reader: &Reader) -> Result<Program, Reason> {
    let compiler = Compiler { writer: &writer, reader: &reader.schema };
    let top = compiler.step(writer.root(), &reader.target, "")?;
    Ok(Program { writer, top })
}

struct Compiler<'a> {
    writer: &'a Schema,
    reader: &'a Schema,
}

impl Compiler<'_> {
    fn step(&self, node: NodeId, target: &Target, path: &str) -> Result<Step, Reason> {
        match &target.wanted {
            Wanted::Text(column) => Ok(Step::Read(*column, Read::Json(node))),
            Wanted::Column(column) => {
                let read = self.read(node, target.node, target.is_nullable);
                let read = read.map_err(|reason| Reason::from(format!("field \"{path}\": {reason}")))?;
                Ok(Step::Read(*column, read))
            }
            Wanted::Fields(fields) => self.parts(node, target, fields, path),
        }
    }

    fn parts(
        &self,
        node: NodeId,
        target: &Target,
        fields: &[(usize, Target)],
        path: &str,
    ) -> Result<Step, Reason> {
        match self.writer.node(node) {
            Node::Union(branches) => {
                let steps = branches.iter().map(|branch| self.parts(*branch, target, fields, path));
                alternatives(steps.collect(), Step::Refuse).map(Step::Union)
            }
            // A record that may be null has nulls in all of its columns, whatever its own fields allow.
            Node::Null if target.is_nullable => Ok(Step::Nulls(target.columns())),
            Node::Record { fields: written, .. } => self.record(written, target.node, fields, path),
            _ => {
                let found = self.writer.type_name(node);
                Err(format!("field \"{path}\" is of {found}, not a record").into())
            }
        }
    }

    fn record(
        &self,
        written: &[Field],
        reader_node: NodeId,
        wanted: &[(usize, Target)],
        path: &str,
    ) -> Result<Step, Reason> {
        let Node::Record { fields: read, .. } = self.reader.node(reader_node) else {
            panic!("only records are wanted in parts");
        };
        let full = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let mut found = vec![false; wanted.len()];
        let mut steps = Vec::new();
        for field in written {
            let is_it = |(index, _): &(usize, Target)| {
                let wanted = &read[*index];
                wanted.name == field.name || wanted.aliases.contains(&field.name)
            };
            match wanted.iter().position(is_it) {
                Some(at) if !found[at] => {
                    found[at] = true;
                    steps.push(self.step(field.node, &wanted[at].1, &full(&field.name))?);
                }
                _ => steps.push(Step::Skip(field.node)),
            }
        }
        let missing = wanted.iter().zip(found).filter(|(_, found)| !found);
        for ((index, target), _) in missing {
            let field = &read[*index];
            let Some(default) = &field.default else {
                let name = full(&field.name);
                return Err(format!("field \"{name}\" is missing and has no default").into());
            };
            self.defaults(target, default, &mut steps)?;
        }
        Ok(Step::Record(steps))
    }

    fn defaults(
        &self,
        target: &Target,
        default: &serde_json::Value,
        steps: &mut Vec<Step>,
    ) -> Result<(), Reason> {
        match &target.wanted {
            Wanted::Column(column) => {
                let constant = Constant::of(self.reader, target.node, default)?;
                steps.push(Step::Constant(*column, constant));
            }
            Wanted::Text(column) => {
                let constant = match default {
                    serde_json::Value::Null => Constant::Null,
                    other => Constant::Text(other.to_string()),
                };
                steps.push(Step::Constant(*column, constant));
            }
            Wanted::Fields(_) if default.is_null() => steps.push(Step::Nulls(target.columns())),
            Wanted::Fields(fields) => {
                let Node::Record { fields: read, .. } = self.reader.node(target.node) else {
                    panic!("only records are wanted in parts");
                };
                for (index, target) in fields {
                    let field = &read[*index];
                    let value = default.get(&field.name).or(field.default.as_ref());
                    let value = value.ok_or_else(|| {
                        Reason::from(format!("the default of field \"{}\" is missing", field.name))
                    })?;
                    self.defaults(target, value, steps)?;
                }
            }
        }
        Ok(())
    }

    fn read(&self, written: NodeId, wanted: NodeId, is_nullable: bool) -> Result<Read, Reason> {
        let mismatch = || {
            let (from, to) = (self.writer.type_name(written), self.reader.type_name(wanted));
            Reason::from(format!("{from} cannot be read as {to}"))
        };
        Ok(match (self.writer.node(written), self.reader.node(wanted)) {
            (Node::Union(branches), _) => {
                let reads = branches.iter().map(|branch| self.read(*branch, wanted, is_nullable));
                Read::Union(alternatives(reads.collect(), Read::Refuse)?)
            }
            (Node::Null, _) if is_nullable => Read::Null,
            (Node::Boolean, Node::Boolean) => Read::Bool,
            (Node::Int, Node::Int) => Read::Int,
            (Node::Int, Node::Long(kind)) => Read::Long(factor(*kind)),
            (Node::Long(from), Node::Long(to)) => Read::Long(match (from, to) {
                (_, LongKind::Plain) => 1,
                (LongKind::Plain, to) => factor(*to),
                (from, _) => factor(*from),
            }),
            (Node::Int | Node::Long(_), Node::Float) => Read::IntegerAsFloat,
            (Node::Int | Node::Long(_), Node::Double) => Read::IntegerAsDouble,
            (Node::Float, Node::Float) => Read::Float,
            (Node::Float, Node::Double) => Read::FloatAsDouble,
            (Node::Double, Node::Double) => Read::Double,
            (Node::String | Node::Bytes, Node::String) => Read::Text,
            (Node::String | Node::Bytes, Node::Bytes) => Read::Bytes,
            (Node::Enum { symbols, .. }, Node::Enum { .. } | Node::String) => Read::Enum(symbols.clone()),
            (Node::String, Node::Enum { .. }) => Read::Text,
            (Node::Fixed(from), Node::Fixed(to)) if from == to => Read::Fixed(*from),
            (Node::Decimal { scale: from, fixed, .. }, Node::Decimal { scale: to, .. }) if from == to => {
                Read::Decimal(*fixed)
            }
            (Node::Array(from), Node::Array(to)) => {
                let (to, is_nullable) = self.reader.without_null(*to);
                Read::List(Box::new(self.read(*from, to, is_nullable)?))
            }
            _ => return Err(mismatch()),
        })
    }
}

/// The branches of a union: those that cannot be read refuse the record, if there is one that can.
fn alternatives<T>(branches: Vec<Result<T, Reason>>, refuse: fn(Reason) -> T) -> Result<Vec<T>, Reason> {
    if branches.iter().all(Result::is_err) {
        let first = branches.into_iter().find_map(Result::err);
        return Err(first.unwrap_or("an empty union".into()));
    }
    Ok(branches.into_iter().map(|branch| branch.unwrap_or_else(refuse)).collect())
}
