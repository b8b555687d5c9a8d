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
    /// The first row that has an object here, whose fields are columns of their own.
    pub fields_since: Option<usize>,
}

/// Files with more fields are refused: each takes a cell of every record.
pub const COLUMNS_MAX: usize = 4096;

/// Why a line was not taken.
#[derive(Debug)]
pub enum Refused {
    /// It is no record.
    Line(serde_json::Error),
    /// With it there are more fields than [`COLUMNS_MAX`].
    Columns,
}

/// Cells of some lines, by path.
#[derive(Debug, Default)]
pub struct Lines {
    nodes: Vec<Node>,
    roots: Fields,
    rows: usize,
    /// Nodes that the line at hand has come by.
    touched: Vec<usize>,
    is_full: bool,
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
    /// Takes one line. One that is refused leaves nothing.
    pub fn take(&mut self, line: &str) -> Result<(), Refused> {
        let known = self.nodes.len();
        self.touched.clear();
        let mut deserializer = serde_json::Deserializer::from_str(line);
        let taken = Object { lines: self, node: None }.deserialize(&mut deserializer);
        if let Err(error) = taken.and_then(|()| deserializer.end()) {
            self.forget_row(known);
            return Err(if self.is_full { Refused::Columns } else { Refused::Line(error) });
        }
        self.rows += 1;
        Ok(())
    }

    /// Whether a line was refused because there are too many fields.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// The paths in the order in which they came, and the number of rows.
    pub fn into_cells(self) -> (usize, Vec<Cells>) {
        (self.rows, self.nodes.into_iter().map(|node| node.cells).collect())
    }

    /// Takes back what a broken line left: its cells, and the fields that nothing before it had.
    fn forget_row(&mut self, known: usize) {
        self.nodes.truncate(known);
        self.roots.forget(known);
        for node in std::mem::take(&mut self.touched) {
            let Some(node) = self.nodes.get_mut(node) else { continue };
            node.cells.cells.truncate(self.rows);
            node.cells.fields_since = node.cells.fields_since.filter(|row| *row < self.rows);
            node.fields.forget(known);
        }
    }

    fn fields(&mut self, node: Option<usize>) -> &mut Fields {
        match node {
            Some(node) => &mut self.nodes[node].fields,
            None => &mut self.roots,
        }
    }

    /// The node of a field of an object; `None` if there are too many.
    fn field(&mut self, node: Option<usize>, name: &str) -> Option<usize> {
        let next = self.nodes.len();
        let fields = self.fields(node);
        if let Some(found) = fields.find(name) {
            return Some(found);
        }
        if next == COLUMNS_MAX {
            self.is_full = true;
            return None;
        }
        fields.names.push((name.to_owned(), next));
        fields.by_name.insert(name.to_owned(), fields.names.len() - 1);
        let mut path = node.map(|node| self.nodes[node].cells.path.clone()).unwrap_or_default();
        path.push(name.to_owned());
        let cells = Cells { path, cells: Vec::new(), fields_since: None };
        self.nodes.push(Node { cells, fields: Fields::default() });
        Some(next)
    }

    /// The cell of a path in the row at hand; of a field that is there twice, the last counts.
    fn put(&mut self, node: usize, scalar: Scalar) {
        let row = self.rows;
        self.touched.push(node);
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

    /// Forgets the fields whose nodes are not among the first.
    fn forget(&mut self, known: usize) {
        while let Some((name, _)) = self.names.pop_if(|(_, node)| *node >= known) {
            self.by_name.remove(&name);
        }
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
            let row = self.lines.rows;
            self.lines.touched.push(node);
            self.lines.nodes[node].cells.fields_since.get_or_insert(row);
        }
        self.lines.fields(self.node).next = 0;
        while let Some(field) = map.next_key_seed(Key { lines: self.lines, node: self.node })? {
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

/// The name of a field, which is looked up as it is read: most are known, and need no text of their own.
struct Key<'a> {
    lines: &'a mut Lines,
    node: Option<usize>,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<usize, E> {
        self.lines.field(self.node, name).ok_or_else(|| E::custom("too many fields"))
    }
}
