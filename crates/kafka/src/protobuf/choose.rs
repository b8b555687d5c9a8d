//! Which columns a message becomes.
//!
//! Nested messages are flattened, field `p` of `n` becoming column `n__p`; repeated values become lists, repeated messages
//! a list for each of their columns. Maps, messages within themselves, `google.protobuf.Struct` and `Value`, and what is
//! repeated within what is repeated become JSON text.

use std::sync::Arc;

use arrow_schema::{DataType, Field};
use kinetable_engine::{Error, Result};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::include::Include;
use super::layout::{Action, Layout, Scope, Step};
use super::scalar::Scalar;

/// A table of more columns is a mistake: small descriptors can say very many.
const COLUMNS_MAX: usize = 4096;
/// Messages nested deeper are shown as text.
const LEVELS_MAX: usize = 24;

impl Layout {
    /// The columns of a message.
    pub(super) fn new(message: &MessageDescriptor, include: &Include, delimiter: &str) -> Result<Layout> {
        let mut chooser = Chooser {
            include,
            delimiter,
            fields: Vec::new(),
            path: Vec::new(),
            within: Vec::new(),
            is_item: false,
            messages: 0,
            oneofs: 0,
            texts: 0,
        };
        let top = chooser.scope(message)?;
        if let Some(unmet) = include.unmet() {
            let names: Vec<String> = message.fields().map(|field| format!("/{}", field.name())).collect();
            return Err(Error::invalid(format!("no field of \"{}\" is \"{unmet}\"", message.full_name()))
                .with_hint(format!("fields: {}; of a message all with {unmet}/*", names.join(", "))));
        }
        if chooser.fields.is_empty() {
            return Err(Error::invalid(format!("message \"{}\" has no fields", message.full_name())));
        }
        let Chooser { fields, messages, oneofs, texts, .. } = chooser;
        Ok(Layout { fields, top, messages, oneofs, texts })
    }
}

struct Chooser<'a> {
    include: &'a Include,
    delimiter: &'a str,
    fields: Vec<Field>,
    path: Vec<String>,
    /// The messages we are in, by name.
    within: Vec<String>,
    /// Whether we are in a repeated message.
    is_item: bool,
    messages: usize,
    oneofs: usize,
    texts: usize,
}

impl Chooser<'_> {
    fn scope(&mut self, message: &MessageDescriptor) -> Result<Scope> {
        self.within.push(message.full_name().to_owned());
        let first_column = self.fields.len();
        let first_oneof = self.oneofs;
        let oneofs: Vec<String> = message
            .oneofs()
            .filter(|oneof| !oneof.is_synthetic())
            .map(|oneof| oneof.full_name().to_owned())
            .collect();
        self.oneofs += oneofs.len();
        let last_oneof = self.oneofs;
        let mut steps = Vec::new();
        // In the order of the text, which is not that of the numbers.
        for declared in &message.descriptor_proto().field {
            let number = u32::try_from(declared.number()).unwrap_or(0);
            let Some(field) = message.get_field(number) else { continue };
            let oneof = field.containing_oneof().and_then(|oneof| {
                let at = oneofs.iter().position(|name| *name == oneof.full_name())?;
                Some(first_oneof + at)
            });
            self.path.push(field.name().to_owned());
            let action = self.action(&field)?;
            self.path.pop();
            if oneof.is_some() || !matches!(action, Action::Nothing) {
                steps.push(Step { number, name: field.name().into(), oneof, action });
            }
        }
        steps.sort_by_key(|step| step.number);
        self.within.pop();
        Ok(Scope {
            steps,
            columns: (first_column..self.fields.len()).collect(),
            oneofs: first_oneof..last_oneof,
        })
    }

    fn action(&mut self, field: &FieldDescriptor) -> Result<Action> {
        let scalar = if field.is_map() { None } else { Scalar::of(&field.kind()) };
        let Some(scalar) = scalar else {
            return self.structure(field);
        };
        if !self.include.wants(&self.path) {
            return Ok(Action::Nothing);
        }
        if !field.is_list() {
            let column = self.column(scalar.column_type())?;
            return Ok(Action::Cell { column, scalar, has_presence: field.supports_presence() });
        }
        if self.is_item {
            return self.text(field);
        }
        let column = self.column(list_of(scalar.column_type()))?;
        Ok(Action::List { column, scalar })
    }

    /// A map or message.
    fn structure(&mut self, field: &FieldDescriptor) -> Result<Action> {
        let message = match field.kind() {
            Kind::Message(message) if !field.is_map() => message,
            _ => return self.wanted_text(field),
        };
        let name = message.full_name();
        let is_free =
            matches!(name, "google.protobuf.Struct" | "google.protobuf.Value" | "google.protobuf.ListValue");
        let is_recursive = self.within.iter().any(|outer| outer == name);
        let is_repeated = field.is_list();
        if is_free || is_recursive || (is_repeated && self.is_item) || self.path.len() >= LEVELS_MAX {
            return self.wanted_text(field);
        }
        if !self.include.enters(&self.path) {
            return Ok(Action::Nothing);
        }
        let is_group = field.is_group();
        if is_repeated {
            self.is_item = true;
            let scope = self.scope(&message)?;
            self.is_item = false;
            return Ok(if scope.columns.is_empty() {
                Action::Nothing
            } else {
                Action::Items { scope, is_group }
            });
        }
        let place = self.messages;
        self.messages += 1;
        let scope = self.scope(&message)?;
        Ok(if scope.columns.is_empty() {
            Action::Nothing
        } else {
            Action::Message { place, scope, is_group }
        })
    }

    fn wanted_text(&mut self, field: &FieldDescriptor) -> Result<Action> {
        if self.include.wants(&self.path) { self.text(field) } else { Ok(Action::Nothing) }
    }

    fn text(&mut self, field: &FieldDescriptor) -> Result<Action> {
        let column = self.column(DataType::Utf8View)?;
        let place = self.texts;
        self.texts += 1;
        Ok(Action::Text { column, place, field: field.clone() })
    }

    fn column(&mut self, data_type: DataType) -> Result<usize> {
        let name = self.path.join(self.delimiter);
        if self.fields.iter().any(|field| *field.name() == name) {
            return Err(Error::invalid(format!("two fields of the message become column \"{name}\""))
                .with_hint("give another \"nested_delim\""));
        }
        if self.fields.len() >= COLUMNS_MAX {
            return Err(Error::invalid(format!("the message has more than {COLUMNS_MAX} columns"))
                .with_hint("choose some of its fields with \"include\""));
        }
        let data_type = if self.is_item { list_of(data_type) } else { data_type };
        self.fields.push(Field::new(name, data_type, true));
        Ok(self.fields.len() - 1)
    }
}

fn list_of(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(item, true)))
}
