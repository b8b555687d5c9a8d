//! A declared shape made ready: which scalar is which column.

use std::ops::Range;
use std::sync::Arc;

use arrow_schema::{DataType, Field};
use kinetable_engine::{Error, Result};
use serde_json::Value;

use super::declared::{self, Declared, JsonShape, Kind, Repeated};
use super::names::Names;
use super::scalar::{Accept, Scalar};

/// How JSON values of one shape fill columns.
#[derive(Debug)]
pub(crate) struct ShapePlan {
    pub(super) top: Shape,
    fields: Vec<Field>,
}

/// A value, its columns and its rules.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) form: Form,
    /// All columns at and below it.
    pub(super) columns: Range<usize>,
    pub(super) on_missing: Absent,
    pub(super) on_null: Absent,
}

/// What is done where there is no value.
#[derive(Debug)]
pub(super) enum Absent {
    /// Its columns are null.
    Null,
    /// The record is refused.
    Refuse,
    /// This is read in its place.
    Instead(Value),
}

#[derive(Debug)]
pub(super) enum Form {
    Scalar(Scalar),
    Any,
    Skip,
    Object(Object),
    Typed(Typed),
    Entries(Box<Shape>, Box<Shape>),
    Array(Box<Shape>),
    Tuple(Vec<Shape>),
}

#[derive(Debug)]
pub(super) struct Object {
    pub(super) names: Names,
    pub(super) fields: Vec<ObjectField>,
    pub(super) allow_unknown: bool,
}

#[derive(Debug)]
pub(super) struct ObjectField {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) repeated: Repeated,
}

/// An object in variants.
#[derive(Debug)]
pub(super) struct Typed {
    /// The names of the field that says which.
    pub(super) type_names: Names,
    pub(super) type_name: String,
    pub(super) type_shape: Box<Shape>,
    pub(super) type_repeated: Repeated,
    pub(super) allow_unknown: bool,
    pub(super) variants: Vec<(String, Object)>,
    /// What there is of every variant; read alone where the variant is not known.
    pub(super) shared: Object,
    /// The columns of all variants, without those that are shared.
    pub(super) own: Range<usize>,
}

const COLUMNS_MAX: usize = 4096;

impl ShapePlan {
    pub(crate) fn new(shape: &JsonShape) -> Result<ShapePlan> {
        let mut planner = Planner { fields: Vec::new(), path: Vec::new(), lists: 0 };
        let top = planner.shape(&shape.0)?;
        if planner.fields.is_empty() {
            return Err(Error::invalid("the JSON shape has no columns"));
        }
        Ok(ShapePlan { top, fields: planner.fields })
    }

    /// The columns it fills.
    pub(crate) fn fields(&self) -> Vec<Field> {
        self.fields.clone()
    }
}

struct Planner {
    fields: Vec<Field>,
    path: Vec<String>,
    /// How many arrays we are in.
    lists: usize,
}

impl Planner {
    fn shape(&mut self, declared: &Declared) -> Result<Shape> {
        let first = self.fields.len();
        let form = self.form(&declared.kind)?;
        let absent = |allow: bool, instead: &Option<Value>| match instead {
            Some(value) => Absent::Instead(value.clone()),
            None if allow => Absent::Null,
            None => Absent::Refuse,
        };
        Ok(Shape {
            form,
            columns: first..self.fields.len(),
            on_missing: absent(declared.allow_missing, &declared.on_missing),
            on_null: absent(declared.allow_null, &declared.on_null),
        })
    }

    fn form(&mut self, kind: &Kind) -> Result<Form> {
        Ok(match kind {
            Kind::Scalar { data_type, accept, unit } => {
                let scalar = Scalar::new(data_type, Accept::new(accept)?, unit.as_deref())?;
                self.column(scalar.data_type.clone())?;
                Form::Scalar(scalar)
            }
            Kind::Any => {
                self.column(DataType::Utf8View)?;
                Form::Any
            }
            Kind::Skip => Form::Skip,
            Kind::Object { fields, allow_unknown } => {
                let fields = fields.iter().map(|field| self.field(field)).collect::<Result<Vec<_>>>()?;
                Form::Object(object(fields, *allow_unknown)?)
            }
            Kind::Typed { type_field, shared, objects, allow_unknown } => {
                self.typed(type_field, shared, objects, *allow_unknown)?
            }
            Kind::Entries { key, value } => {
                self.lists += 1;
                let key = self.named("Key", key)?;
                let value = self.named("Value", value)?;
                self.lists -= 1;
                if !matches!(key.form, Form::Scalar(_)) {
                    return Err(Error::invalid("the names of an object's entries are scalars"));
                }
                Form::Entries(Box::new(key), Box::new(value))
            }
            Kind::Array { element } => {
                self.lists += 1;
                let element = self.shape(element)?;
                self.lists -= 1;
                Form::Array(Box::new(element))
            }
            Kind::Tuple { items } => {
                let items = items.iter().map(|(name, item)| self.named(name, item));
                Form::Tuple(items.collect::<Result<_>>()?)
            }
        })
    }

    fn typed(
        &mut self,
        type_field: &declared::Field,
        shared: &[declared::Field],
        objects: &std::collections::BTreeMap<String, Vec<declared::Field>>,
        allow_unknown: bool,
    ) -> Result<Form> {
        let type_shape = Box::new(self.named(&type_field.name, &type_field.value)?);
        if !matches!(type_shape.form, Form::Scalar(_)) {
            return Err(Error::invalid("the field that says an object's type is a scalar"));
        }
        // Each variant reads the shared fields too, into the same columns.
        let before = self.fields.len();
        let of_shared = |planner: &mut Planner| {
            shared.iter().map(|field| planner.field(field)).collect::<Result<Vec<_>>>()
        };
        let alone = of_shared(self)?;
        let own_first = self.fields.len();
        let mut variants = Vec::new();
        for (name, fields) in objects {
            let mut aside = Planner {
                fields: self.fields[..before].to_vec(),
                path: self.path.clone(),
                lists: self.lists,
            };
            let mut all = of_shared(&mut aside)?;
            self.path.push(name.clone());
            for field in fields {
                all.push(self.field(field)?);
            }
            self.path.pop();
            // The type's own field is read apart.
            variants.push((name.clone(), object(all, true)?));
        }
        Ok(Form::Typed(Typed {
            type_names: names([type_field].into_iter())?,
            type_name: type_field.name.clone(),
            type_shape,
            type_repeated: type_field.repeated,
            allow_unknown,
            variants,
            shared: object(alone, true)?,
            own: own_first..self.fields.len(),
        }))
    }

    fn field(&mut self, field: &declared::Field) -> Result<(ObjectField, declared::Field)> {
        let shape = self.named(&field.name, &field.value)?;
        let planned = ObjectField { name: field.name.clone(), shape, repeated: field.repeated };
        Ok((planned, field.clone()))
    }

    fn named(&mut self, name: &str, declared: &Declared) -> Result<Shape> {
        self.path.push(name.to_owned());
        let shape = self.shape(declared);
        self.path.pop();
        shape
    }

    fn column(&mut self, data_type: DataType) -> Result<()> {
        let name = if self.path.is_empty() { "Value".to_owned() } else { self.path.join("_") };
        if self.fields.iter().any(|field| *field.name() == name) {
            return Err(Error::invalid(format!("two values of the JSON shape become column \"{name}\"")));
        }
        if self.fields.len() >= COLUMNS_MAX {
            return Err(Error::invalid(format!("the JSON shape has more than {COLUMNS_MAX} columns")));
        }
        let list_of = |item, _| DataType::List(Arc::new(Field::new_list_field(item, true)));
        let data_type = (0..self.lists).fold(data_type, list_of);
        self.fields.push(Field::new(name, data_type, true));
        Ok(())
    }
}

fn object(fields: Vec<(ObjectField, declared::Field)>, allow_unknown: bool) -> Result<Object> {
    let names = names(fields.iter().map(|(_, declared)| declared))?;
    Ok(Object { names, fields: fields.into_iter().map(|(field, _)| field).collect(), allow_unknown })
}

fn names<'a>(fields: impl Iterator<Item = &'a declared::Field>) -> Result<Names> {
    let all = fields.map(|field| {
        let names = std::iter::once(&field.name).chain(&field.aliases);
        (names.map(String::as_str).collect(), field.case_sensitive)
    });
    Names::new(all).map_err(Error::invalid)
}
