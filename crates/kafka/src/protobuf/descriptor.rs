//! Which message a topic's records are: from a subject of the registry, `.proto` text or a descriptor set.

use std::collections::BTreeMap;
use std::sync::Arc;

use kinetable_engine::{Error, Result};
use prost_reflect::prost::Message;
use prost_reflect::prost_types::{FileDescriptorProto, FileDescriptorSet};
use prost_reflect::{DescriptorPool, FileDescriptor, MessageDescriptor};
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};

use crate::base64;
use crate::decode::Reason;
use crate::registry::{Document, Kind, Lookup, Registry};

/// What Protobuf records become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtobufSpec {
    /// Where the schema comes from.
    pub schema: ProtobufSchema,
    /// The message: its full name, or its name within the schema's package. `None`: the schema's first.
    pub message: Option<String>,
    /// Paths of fields, `/foo/bar`, or of all below a message, `/foo/*`. `None`: all.
    pub include: Option<Vec<String>>,
    /// What is before the message in a record.
    pub protocol: ProtobufProtocol,
    /// Between the names of a message and of a field in it, `__` mostly.
    pub delimiter: String,
}

impl ProtobufSpec {
    /// All fields of the first message of a schema; framed if it is a subject's.
    pub fn new(schema: ProtobufSchema) -> ProtobufSpec {
        let protocol = match schema {
            ProtobufSchema::Subject { .. } => ProtobufProtocol::Serdes,
            ProtobufSchema::Text(_) | ProtobufSchema::Descriptors(_) => ProtobufProtocol::Raw,
        };
        ProtobufSpec { schema, message: None, include: None, protocol, delimiter: "__".to_owned() }
    }
}

/// Where a Protobuf schema comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProtobufSchema {
    /// A subject of the registry.
    Subject {
        /// The subject's name, `TOPIC-value` say.
        name: String,
        /// A number or `latest`.
        version: String,
    },
    /// The text of a `.proto` file. It may import those of `google/protobuf`.
    Text(String),
    /// A `FileDescriptorSet`, as `protoc --descriptor_set_out` writes it, or a single `FileDescriptorProto`.
    Descriptors(Vec<u8>),
}

/// What is before the message in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtobufProtocol {
    /// A zero, the id of the schema, the place of the message in it: what Confluent's serializers write.
    Serdes,
    /// Nothing.
    Raw,
}

/// The text of a schema and of those it imports, by the names it imports them by.
pub(crate) struct Sources {
    pub(crate) text: String,
    pub(crate) imports: BTreeMap<String, String>,
}

/// The name of the file that a schema's own text is.
const OWN: &str = "schema.proto";
/// Braces and brackets within each other; real schemas have a handful.
const NESTED_MAX: usize = 64;
const TEXT_MAX: usize = 8 << 20;

/// The file of a schema.
pub(crate) fn resolve(schema: &ProtobufSchema, registry: Option<&Arc<Registry>>) -> Result<FileDescriptor> {
    match (schema, registry) {
        (ProtobufSchema::Text(text), _) => compile(Sources { text: text.clone(), imports: BTreeMap::new() }),
        (ProtobufSchema::Descriptors(bytes), _) => read_descriptors(bytes),
        (ProtobufSchema::Subject { name, version }, Some(registry)) => {
            compile(by_subject(registry, name, version)?.1)
        }
        (ProtobufSchema::Subject { name, .. }, None) => Err(Error::invalid(format!(
            "the schema of subject \"{name}\" cannot be found without a registry"
        ))
        .with_hint("set \"schema.registry.url\", or give the schema's text or descriptors")),
    }
}

/// The newest or another version of a subject: its id and texts.
pub(crate) fn by_subject(registry: &Registry, name: &str, version: &str) -> Result<(u32, Sources)> {
    let document = registry.subject(name, version)?;
    document.expect(Kind::Protobuf).map_err(|reason| {
        Error::invalid(format!("subject \"{name}\": {reason}")).with_hint("use the spec of its kind")
    })?;
    Ok((document.id, sources(&document)))
}

/// The texts of a schema.
pub(super) fn by_id(registry: &Registry, id: u32) -> std::result::Result<Sources, Reason> {
    match registry.schema(id) {
        Lookup::Found(document) => {
            document.expect(Kind::Protobuf)?;
            Ok(sources(&document))
        }
        Lookup::Missing(reason) => Err(reason.into()),
    }
}

fn sources(document: &Document) -> Sources {
    let imports = document.references.iter().map(|known| (known.name.clone(), known.text.clone()));
    Sources { text: document.text.clone(), imports: imports.collect() }
}

/// Compiles `.proto` text.
pub(crate) fn compile(sources: Sources) -> Result<FileDescriptor> {
    for text in std::iter::once(&sources.text).chain(sources.imports.values()) {
        check_text(text)?;
    }
    let mut files = ChainFileResolver::new();
    files.add(Known { own: sources.text, imports: sources.imports });
    files.add(GoogleFileResolver::new());
    let mut compiler = protox::Compiler::with_file_resolver(files);
    compiler.include_imports(true);
    compiler.open_file(OWN).map_err(|error| {
        let place = format!("{error:?}");
        let detail = if place.len() < 500 { place } else { error.to_string() };
        Error::invalid(format!("the Protobuf schema cannot be read: {detail}"))
    })?;
    let pool = compiler.descriptor_pool();
    Ok(pool.get_file_by_name(OWN).expect("the file was compiled"))
}

/// Reads a descriptor set, or the descriptor of one file; the last file is the schema's own.
fn read_descriptors(bytes: &[u8]) -> Result<FileDescriptor> {
    let wrong = |reason: &dyn std::fmt::Display| {
        Error::invalid(format!("the Protobuf descriptors cannot be read: {reason}"))
            .with_hint("write them with protoc --include_imports --descriptor_set_out=FILE")
    };
    let whole = FileDescriptorSet::decode(bytes)
        .ok()
        .filter(|set| set.file.iter().all(|file| file.name.is_some()) && !set.file.is_empty());
    let files = match whole {
        Some(set) => set.file,
        None => vec![FileDescriptorProto::decode(bytes).map_err(|error| wrong(&error))?],
    };
    files.iter().try_for_each(check_syntax).map_err(|reason| wrong(&reason))?;
    let own = files.last().map(|file| file.name().to_owned()).unwrap_or_default();
    let mut pool = DescriptorPool::global();
    pool.add_file_descriptor_protos(files).map_err(|error| wrong(&error))?;
    pool.get_file_by_name(&own).ok_or_else(|| wrong(&"there is no file in it"))
}

/// The message of a name; without one the first.
pub(crate) fn message(file: &FileDescriptor, name: Option<&str>) -> Result<MessageDescriptor> {
    let pool = file.parent_pool();
    let Some(name) = name else {
        return file.messages().next().ok_or_else(|| {
            Error::invalid("the Protobuf schema has no message").with_hint("name one of those it imports")
        });
    };
    let package = file.package_name();
    let within = if package.is_empty() { name.to_owned() } else { format!("{package}.{name}") };
    let found = pool.get_message_by_name(&within).or_else(|| pool.get_message_by_name(name));
    found.ok_or_else(|| {
        let names: Vec<String> = file.messages().map(|message| message.full_name().to_owned()).collect();
        Error::invalid(format!("the Protobuf schema has no message \"{name}\""))
            .with_hint(format!("messages: {}", names.join(", ")))
    })
}

/// The messages that steps may lead to; two, as some writers count the hidden messages of maps and some do not.
pub(super) fn at_place(file: &FileDescriptor, steps: &[usize]) -> Vec<MessageDescriptor> {
    let walk = |count_entries: bool| {
        let (first, rest) = steps.split_first()?;
        let mut message = file.messages().nth(*first)?;
        for step in rest {
            let inner =
                message.child_messages().filter(|inner| count_entries || !inner.is_map_entry()).nth(*step)?;
            message = inner;
        }
        Some(message)
    };
    [walk(true), walk(false)].into_iter().flatten().collect()
}

/// The steps to a message from its file.
pub(crate) fn place_of(message: &MessageDescriptor) -> Vec<usize> {
    let mut steps = Vec::new();
    let mut at = message.clone();
    while let Some(outer) = at.parent_message() {
        let place =
            outer.child_messages().filter(|inner| !inner.is_map_entry()).position(|inner| inner == at);
        steps.push(place.unwrap_or(0));
        at = outer;
    }
    steps.push(at.parent_file().messages().position(|other| other == at).unwrap_or(0));
    steps.reverse();
    steps
}

/// Refuses text on which a parser might run out of stack.
fn check_text(text: &str) -> Result<()> {
    if text.len() > TEXT_MAX {
        return Err(Error::invalid(format!("the Protobuf schema has {} bytes, over {TEXT_MAX}", text.len())));
    }
    let mut depth = 0usize;
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > NESTED_MAX {
            return Err(Error::invalid("the Protobuf schema is nested too deep"));
        }
    }
    Ok(())
}

/// Refuses a syntax that the library does not know: where it would say so itself it panics (prost-reflect 0.16.5).
fn check_syntax(file: &FileDescriptorProto) -> std::result::Result<(), String> {
    match file.syntax.as_deref() {
        None | Some("proto2" | "proto3") => Ok(()),
        Some(other) => {
            let other: String = other.chars().take(40).flat_map(char::escape_debug).collect();
            Err(format!("a file has the syntax \"{other}\", and proto2 and proto3 are read"))
        }
    }
}

/// The descriptor that is a schema's text, in base64, where Python's serializers have registered it.
fn serialized(text: &str) -> Option<FileDescriptorProto> {
    if text.contains([' ', ';', '{']) {
        return None;
    }
    let file = FileDescriptorProto::decode(&base64::decode(text.trim())?[..]).ok()?;
    file.name.is_some().then_some(file)
}

/// Finds the texts we were given.
struct Known {
    own: String,
    imports: BTreeMap<String, String>,
}

impl FileResolver for Known {
    fn open_file(&self, name: &str) -> std::result::Result<File, protox::Error> {
        let text = if name == OWN { Some(&self.own) } else { self.imports.get(name) };
        match text {
            Some(text) => match serialized(text) {
                Some(mut file) => {
                    check_syntax(&file).map_err(protox::Error::new)?;
                    file.name = Some(name.to_owned());
                    Ok(File::from_file_descriptor_proto(file))
                }
                None => File::from_source(name, text),
            },
            None => Err(protox::Error::file_not_found(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use prost_reflect::prost::Message;
    use prost_reflect::prost_types::{FileDescriptorProto, FileDescriptorSet};

    use super::{ProtobufSchema, resolve};
    use crate::base64;

    #[test]
    fn descriptors_of_another_syntax_are_refused() {
        let file = |syntax: Option<&str>| FileDescriptorProto {
            name: Some("a.proto".into()),
            syntax: syntax.map(Into::into),
            ..FileDescriptorProto::default()
        };
        for syntax in [Some("editions"), Some("M\n")] {
            let set = FileDescriptorSet { file: vec![file(None), file(syntax)] }.encode_to_vec();
            let alone = file(syntax).encode_to_vec();
            let text = ProtobufSchema::Text(base64::encode(&alone));
            for schema in [ProtobufSchema::Descriptors(set), ProtobufSchema::Descriptors(alone), text] {
                let error = resolve(&schema, None).expect_err("it is not read").to_string();
                assert!(error.contains("proto2 and proto3 are read"), "{error}");
            }
        }
        let known = ProtobufSchema::Descriptors(file(Some("proto3")).encode_to_vec());
        assert_eq!(resolve(&known, None).expect("it is read").name(), "a.proto");
    }
}
