//! One pass over a JSON text, by its plan.
//!
//! **Invariant**: a shape that was read, or was absent by its rules, has added one cell to each of its columns.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor, value,
};
use serde_json::Value;

use super::declared::Repeated;
use super::plan::{Absent, Form, Object, Shape, ShapePlan, Typed};
use crate::decode::{ColumnBuilder, Reason};

/// Cells that a record of so many bytes may become: an item may be three bytes and have a hundred columns.
pub(super) fn cells_max(bytes: usize) -> usize {
    (1 << 20) + 8 * bytes
}

impl ShapePlan {
    /// Decodes one record. What is pushed of a refused record is left to the caller to take back.
    pub(crate) fn decode(&self, bytes: &[u8], columns: &mut [ColumnBuilder]) -> Result<(), Reason> {
        let mut text = serde_json::Deserializer::from_slice(bytes);
        let mut cells_left = cells_max(bytes.len());
        let row = Row { columns, cells_left: &mut cells_left, depth: 0 };
        let whole = At { shape: &self.top, row }.deserialize(&mut text).and_then(|()| text.end());
        whole.map_err(|error| Reason::from(error.to_string()))
    }
}

/// The cells under construction, and in how many lists we are.
struct Row<'a> {
    columns: &'a mut [ColumnBuilder],
    cells_left: &'a mut usize,
    depth: usize,
}

impl Row<'_> {
    fn column(&mut self, column: usize) -> &mut ColumnBuilder {
        let mut at = &mut self.columns[column];
        for _ in 0..self.depth {
            at = at.items();
        }
        at
    }

    fn again(&mut self) -> Row<'_> {
        Row { columns: self.columns, cells_left: self.cells_left, depth: self.depth }
    }

    fn items(&mut self) -> Row<'_> {
        Row { columns: self.columns, cells_left: self.cells_left, depth: self.depth + 1 }
    }

    fn nulls(&mut self, shape: &Shape) {
        shape.columns.clone().for_each(|column| self.column(column).push_null());
    }

    fn end_lists(&mut self, shape: &Shape) -> Result<(), Reason> {
        shape.columns.clone().try_for_each(|column| self.column(column).end_list())
    }

    /// Room for one more item of a list.
    fn admit(&mut self, shape: &Shape) -> Result<(), Reason> {
        let left = self.cells_left.checked_sub(shape.columns.len());
        *self.cells_left = left.ok_or("the record's lists are too long")?;
        Ok(())
    }

    /// Does what the rules say where there is no value.
    fn absent(&mut self, shape: &Shape, rule: &Absent, what: &str) -> Result<(), Reason> {
        match rule {
            Absent::Null => {
                self.nulls(shape);
                Ok(())
            }
            Absent::Refuse => Err(format!("it is {what}, which is not allowed").into()),
            Absent::Instead(value) => {
                let at = At { shape, row: self.again() };
                at.deserialize(value).map_err(|error| Reason::from(error.to_string()))
            }
        }
    }
}

/// Reads a value of a shape.
struct At<'a, 'b> {
    shape: &'a Shape,
    row: Row<'b>,
}

impl<'de> DeserializeSeed<'de> for At<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        match &self.shape.form {
            Form::Any => {
                let value = <Value as serde::Deserialize>::deserialize(deserializer)?;
                if value.is_null() {
                    return self.visit_unit();
                }
                let column = self.row.column(self.shape.columns.start);
                column.push_text(&value.to_string());
                Ok(())
            }
            Form::Skip => deserializer.deserialize_any(IgnoredAny).map(drop),
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl At<'_, '_> {
    fn scalar<E: serde::de::Error>(
        mut self,
        what: &str,
        push: impl FnOnce(&super::scalar::Scalar, &mut ColumnBuilder) -> Result<(), Reason>,
    ) -> Result<(), E> {
        match &self.shape.form {
            Form::Scalar(scalar) => {
                push(scalar, self.row.column(self.shape.columns.start)).map_err(E::custom)
            }
            form => Err(E::custom(format_args!("{what} where {} is expected", form.name()))),
        }
    }
}

impl Form {
    fn name(&self) -> &'static str {
        match self {
            Form::Scalar(_) => "a scalar",
            Form::Any | Form::Skip => "anything",
            Form::Object(_) | Form::Typed(_) | Form::Entries(..) => "an object",
            Form::Array(_) | Form::Tuple(_) => "an array",
        }
    }
}

impl<'de> Visitor<'de> for At<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shape.form.name())
    }

    fn visit_unit<E: serde::de::Error>(mut self) -> Result<(), E> {
        let shape = self.shape;
        self.row.absent(shape, &shape.on_null, "null").map_err(E::custom)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.scalar("a bool", |scalar, column| scalar.bool(column, value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.scalar("a number", |scalar, column| scalar.integer(column, value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => self.scalar("a number", |scalar, column| scalar.unsigned(column, value)),
        }
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.scalar("a number", |scalar, column| scalar.float(column, value))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.scalar("text", |scalar, column| scalar.text(column, value))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        match &self.shape.form {
            Form::Object(object) => read_object(object, self.row, map),
            Form::Typed(typed) => {
                // No map: of fields that come twice, the rules of each say which counts.
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry::<String, Value>()? {
                    fields.push(field);
                }
                read_typed(typed, self.row, fields)
            }
            Form::Entries(key_shape, value_shape) => {
                while let Some(key) = map.next_key::<String>()? {
                    let mut items = self.row.items();
                    items
                        .admit(key_shape)
                        .and_then(|()| items.admit(value_shape))
                        .map_err(A::Error::custom)?;
                    read_key(key_shape, items.again(), &key)?;
                    let at = At { shape: value_shape, row: items };
                    map.next_value_seed(at).map_err(|error| named(&key, error))?;
                }
                self.row.end_lists(self.shape).map_err(A::Error::custom)
            }
            _ => self.scalar("an object", |_, _| Err("an object where a scalar is expected".into())),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        match &self.shape.form {
            Form::Array(element) => {
                loop {
                    let mut items = self.row.items();
                    items.admit(element).map_err(A::Error::custom)?;
                    if seq.next_element_seed(At { shape: element, row: items })?.is_none() {
                        break;
                    }
                }
                self.row.end_lists(self.shape).map_err(A::Error::custom)
            }
            Form::Tuple(items) => {
                for (index, item) in items.iter().enumerate() {
                    let at = At { shape: item, row: self.row.again() };
                    if seq.next_element_seed(at)?.is_none() {
                        let missing = self.row.absent(item, &item.on_missing, "missing");
                        missing.map_err(|reason| A::Error::custom(format_args!("item {index}: {reason}")))?;
                    }
                }
                match seq.next_element::<IgnoredAny>()? {
                    None => Ok(()),
                    Some(_) => {
                        Err(A::Error::custom(format_args!("more than {} items in a tuple", items.len())))
                    }
                }
            }
            _ => self.scalar("an array", |_, _| Err("an array where a scalar is expected".into())),
        }
    }
}

fn read_object<'de, A: MapAccess<'de>>(
    object: &Object,
    mut row: Row<'_>,
    mut map: A,
) -> Result<(), A::Error> {
    let mut seen = vec![false; object.fields.len()];
    let mut expected = 0;
    while let Some(found) = map.next_key_seed(Key { object, expected })? {
        let index = match found {
            Ok(index) => index,
            Err(_) if object.allow_unknown => {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            Err(unknown) => return Err(A::Error::custom(format_args!("the unknown field \"{unknown}\""))),
        };
        expected = index + 1;
        let field = &object.fields[index];
        if std::mem::replace(&mut seen[index], true) {
            match field.repeated {
                Repeated::Error => {
                    return Err(A::Error::custom(format_args!("field \"{}\" comes twice", field.name)));
                }
                Repeated::UseFirst => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
                Repeated::UseLast => {
                    for column in field.shape.columns.clone() {
                        let column = row.column(column);
                        column.truncate(column.len() - 1);
                    }
                }
            }
        }
        let at = At { shape: &field.shape, row: row.again() };
        map.next_value_seed(at).map_err(|error| named(&field.name, error))?;
    }
    for (field, _) in object.fields.iter().zip(seen).filter(|(_, seen)| !seen) {
        let missing = row.absent(&field.shape, &field.shape.on_missing, "missing");
        missing.map_err(|reason| A::Error::custom(format_args!("field \"{}\": {reason}", field.name)))?;
    }
    Ok(())
}

/// Reads an object in variants, of which the type may come anywhere.
fn read_typed<E: serde::de::Error>(
    typed: &Typed,
    mut row: Row<'_>,
    fields: Vec<(String, Value)>,
) -> Result<(), E> {
    let named_type = |reason: Reason| E::custom(format_args!("field \"{}\": {reason}", typed.type_name));
    let is_type = |(key, _): &(String, Value)| typed.type_names.find(key, 0).is_some();
    let (kinds, fields): (Vec<_>, Vec<_>) = fields.into_iter().partition(is_type);
    let kind = match (kinds.len(), typed.type_repeated) {
        (2.., Repeated::Error) => return Err(named_type("it comes twice".into())),
        (_, Repeated::UseLast) => kinds.last(),
        _ => kinds.first(),
    };
    let kind = kind.map(|(_, value)| value);
    let shape = &typed.type_shape;
    let told = match kind {
        Some(value) => At { shape, row: row.again() }.deserialize(value).map_err(|e| e.to_string().into()),
        None => row.absent(shape, &shape.on_missing, "missing"),
    };
    told.map_err(named_type)?;
    let kind = match typed.kind(kind) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Null) | None => None,
        Some(other) => Some(other.to_string()),
    };
    let variant = typed.variants.iter().find(|(name, _)| Some(name) == kind.as_ref());
    if variant.is_none() && !typed.allow_unknown {
        let kind = kind.unwrap_or_else(|| "null".to_owned());
        return Err(E::custom(format_args!("the unknown type \"{kind}\"")));
    }
    let object = variant.map_or(&typed.shared, |(_, object)| object);
    let map = value::MapDeserializer::new(fields.into_iter());
    read_object(object, row.again(), map).map_err(|error: serde_json::Error| E::custom(error))?;
    // Columns of the other variants.
    let filled: Vec<_> = object.fields.iter().map(|field| field.shape.columns.clone()).collect();
    for column in typed.own.clone() {
        if !filled.iter().any(|range| range.contains(&column)) {
            row.column(column).push_null();
        }
    }
    Ok(())
}

impl Typed {
    /// The value that says which variant it is: what stands there, or what its rules put in the place of null and of nothing.
    fn kind<'a>(&'a self, found: Option<&'a Value>) -> Option<&'a Value> {
        let instead = |rule: &'a Absent| if let Absent::Instead(value) = rule { Some(value) } else { None };
        let found = found.or_else(|| instead(&self.type_shape.on_missing));
        match found {
            Some(Value::Null) => instead(&self.type_shape.on_null),
            found => found,
        }
    }
}

/// The name of an entry as a cell: text, or the value it writes.
fn read_key<E: serde::de::Error>(shape: &Shape, mut row: Row<'_>, key: &str) -> Result<(), E> {
    let Form::Scalar(_) = &shape.form else { unreachable!("the plan checks that keys are scalars") };
    crate::decode::json_text(row.column(shape.columns.start), key)
        .map_err(|reason| E::custom(format_args!("the name \"{key}\": {reason}")))
}

fn named<E: serde::de::Error>(name: &str, error: E) -> E {
    E::custom(format_args!("field \"{name}\": {error}"))
}

/// Finds which field a key names; a key that names none is given back.
struct Key<'a> {
    object: &'a Object,
    expected: usize,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Result<usize, String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Result<usize, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Self::Value, E> {
        let found = self.object.names.find(key, self.expected);
        Ok(found.ok_or_else(|| if self.object.allow_unknown { String::new() } else { key.to_owned() }))
    }
}
