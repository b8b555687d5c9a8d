//! Writer's schema + reader's targets → program: Avro's schema resolution, done once per writer schema.
//!
//! Beyond Avro's rules, enum symbols the reader does not know are kept as text, timestamps of another unit are converted,
//! decimals gain digits after the point, and a logical type gets on with the type it is written as.

use std::cell::{Cell, RefCell};

use super::constant::Constant;
use super::program::{Program, Read, Step};
use super::reader::{Reader, Target, Wanted};
use super::schema::{Field, Node, NodeId, Schema};
use super::text::default_text;
use crate::decode::Reason;

/// Places of schemas looked at for one program; more is what only a hostile schema needs.
const STEPS_MAX: usize = 1_000_000;

/// Compiles a writer's schema.
///
/// # Errors
/// If no record of it can be read as the reader wants: a field is missing and has no default, or has another type.
pub(super) fn compile(writer: Schema, reader: &Reader) -> Result<Program, Reason> {
    let compiler = Compiler::new(&writer, &reader.schema);
    let top = compiler.step(writer.root(), &reader.target, "")?;
    let unknown = compiler.unknown.into_inner();
    Ok(Program { writer, top, unknown })
}

/// Whether values of a writer's type can be read as a reader's.
pub(super) fn fits(writer: &Schema, written: NodeId, reader: &Schema, wanted: NodeId) -> bool {
    Compiler::new(writer, reader).fit(written, wanted, "").is_ok()
}

pub(super) struct Compiler<'a> {
    pub(super) writer: &'a Schema,
    pub(super) reader: &'a Schema,
    steps: Cell<usize>,
    unknown: RefCell<Vec<String>>,
}

impl<'a> Compiler<'a> {
    fn new(writer: &'a Schema, reader: &'a Schema) -> Compiler<'a> {
        Compiler { writer, reader, steps: Cell::new(0), unknown: RefCell::default() }
    }

    /// Counts a place looked at.
    pub(super) fn count(&self) -> Result<(), Reason> {
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > STEPS_MAX {
            return Err("the schemas are too intricate".into());
        }
        Ok(())
    }

    fn step(&self, node: NodeId, target: &Target, path: &str) -> Result<Step, Reason> {
        self.count()?;
        let at = |reason: Reason| Reason::from(format!("field \"{path}\": {reason}"));
        match &target.wanted {
            Wanted::Text(column) => {
                self.fit(node, target.node, path)?;
                Ok(Step::Read(*column, Read::Json(node, target.node)))
            }
            Wanted::Column(column) => {
                let read = self.read(node, target.node, target.is_nullable).map_err(at)?;
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
        self.count()?;
        match self.writer.node(node) {
            Node::Union(branches) => {
                let steps = branches.iter().map(|branch| self.parts(*branch, target, fields, path));
                alternatives(steps.collect(), Step::Refuse).map(Step::Union)
            }
            // A record that may be null has nulls in all of its columns, whatever its own fields allow.
            Node::Null if target.is_nullable => Ok(Step::Nulls(target.columns())),
            Node::Record { fields: written, .. } => self.record(written, target.node, fields, path),
            _ => {
                let (found, wanted) = (self.writer.type_name(node), self.reader.type_name(target.node));
                Err(format!("field \"{path}\" is of {found}, where {wanted} is expected").into())
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
            let is_it = |read: &Field| read.name == field.name || read.aliases.contains(&field.name);
            match wanted.iter().position(|(index, _)| is_it(&read[*index])) {
                Some(at) if !found[at] => {
                    found[at] = true;
                    steps.push(self.step(field.node, &wanted[at].1, &full(&field.name))?);
                }
                _ => {
                    if !read.iter().any(is_it) {
                        self.unknown.borrow_mut().push(full(&field.name));
                    }
                    steps.push(Step::Skip(field.node));
                }
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
                    other => Constant::Text(default_text(self.reader, target.node, other)?),
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
}

/// The branches of a union: those that cannot be read refuse the record, if there is one that can.
pub(super) fn alternatives<T>(
    branches: Vec<Result<T, Reason>>,
    refuse: fn(Reason) -> T,
) -> Result<Vec<T>, Reason> {
    if branches.iter().all(Result::is_err) {
        let first = branches.into_iter().find_map(Result::err);
        return Err(first.unwrap_or("an empty union".into()));
    }
    Ok(branches.into_iter().map(|branch| branch.unwrap_or_else(refuse)).collect())
}
