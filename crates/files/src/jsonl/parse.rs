//! Lines of JSON as cells of columns, without a tree between.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    Null,
    Boolean(bool),
    Long(i64),
    Double(f64),
    Text(Box<str>),
    List(Box<[Value]>),
}

/// Cells of one path, as far as records had it; those after the last are null.
#[derive(Debug)]
pub struct Cells {
    /// Names of the fields on the way to it.
    pub path: Vec<String>,
    pub cells: Vec<Scalar>,
    /// Whether an object was found here, whose fields are columns of their own.
    pub has_fields: bool,
}

/// Cells of some lines, by path.
#[derive(Debug, Default)]
pub struct Lines {
    nodes: Vec<Node>,
    roots: Fields,
    rows: usize,
}

#[derive(Debug)]
struct Node {
    cells: Cells,
    fields: Fields,
}

/// Fields of one object by name. Records tend to have them in the same order, so the next one is guessed first.
#[derive(Debug, Default)]
struct Fields {
    names: Vec<(String, usize)>,
    by_name: HashMap<String, usize>,
    next: usize,
}

impl Lines {
    /// Takes one line.
    pub fn take(&mut self, line: &str) -> Result<(), serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(line);
        let taken = Object { lines: self, node: None }.deserialize(&mut deserializer);
        if let Err(error) = taken.and_then(|()| deserializer.end()) {
            self.forget_row();
            return Err(error);
        }
        self.rows += 1;
        Ok(())
    }

    /// The paths in the order in which they came, and the number of rows.
    pub fn into_cells(self) -> (usize, Vec<Cells>) {
        (self.rows, self.nodes.into_iter().map(|node| node.cells).collect())
    }

    /// What a broken line left.
    fn forget_row(&mut self) {
        for node in &mut self.nodes {
            node.cells.cells.truncate(self.rows);
        }
    }

    fn fields(&mut self, node: Option<usize>) -> &mut Fields {
        match node {
            Some(node) => &mut self.nodes[node].fields,
            None => &mut self.roots,
        }
    }

    fn field(&mut self, node: Option<usize>, name: &str) -> usize {
        let next = self.nodes.len();
        let fields = self.fields(node);
        if let Some(found) = fields.find(name) {
            return found;
        }
        fields.names.push((name.to_owned(), next));
        fields.by_name.insert(name.to_owned(), fields.names.len() - 1);
        let mut path = node.map(|node| self.nodes[node].cells.path.clone()).unwrap_or_default();
        path.push(name.to_owned());
        let cells = Cells { path, cells: Vec::new(), has_fields: false };
        self.nodes.push(Node { cells, fields: Fields::default() });
        next
    }

    /// The cell of a path in the row at hand; of a field that is there twice, the last counts.
    fn put(&mut self, node: usize, scalar: Scalar) {
        let row = self.rows;
        let cells = &mut self.nodes[node].cells.cells;
        cells.truncate(row);
        cells.resize(row, Scalar::Null);
        cells.push(scalar);
    }
}

impl Fields {
    fn find(&mut self, name: &str) -> Option<usize> {
        let guess = self.next;
        let place = match self.names.get(guess) {
            Some((found, _)) if found == name => guess,
            _ => *self.by_name.get(name)?,
        };
        self.next = if place + 1 == self.names.len() { 0 } else { place + 1 };
        Some(self.names[place].1)
    }
}

/// An object: the record itself, or the value of a field.
struct Object<'a> {
    lines: &'a mut Lines,
    node: Option<usize>,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Object<'_> {
    /// A value that is no object, in a field; records are objects.
    fn put<E: serde::de::Error>(self, scalar: Scalar) -> Result<(), E> {
        let Some(node) = self.node else {
            return Err(E::custom("a record is an object, in braces"));
        };
        self.lines.put(node, scalar);
        Ok(())
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if let Some(node) = self.node {
            self.lines.nodes[node].cells.has_fields = true;
        }
        self.lines.fields(self.node).next = 0;
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            let field = self.lines.field(self.node, &name);
            map.next_value_seed(Object { lines: self.lines, node: Some(field) })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element::<Value>()? {
            items.push(item);
        }
        self.put(Scalar::List(items.into()))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.put(Scalar::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.put(Scalar::Boolean(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.put(Scalar::Long(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        match i64::try_from(value) {
            Ok(value) => self.put(Scalar::Long(value)),
            Err(_) => self.put(Scalar::Double(value as f64)),
        }
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.put(Scalar::Double(value))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.put(Scalar::Text(value.into()))
    }
}
