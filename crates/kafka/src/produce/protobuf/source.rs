//! Where the message of a publication comes from, and what stands before it.

use kinetable_engine::{Error, Result};
use prost_reflect::MessageDescriptor;
use prost_reflect::prost::Message;

use crate::base64;
use crate::produce::avro::Destination;
use crate::protobuf::{self, ProtobufProtocol, ProtobufSchema, ProtobufSpec};
use crate::registry::Kind;

/// The message of a spec, and the bytes before each record.
pub(super) fn open(spec: &ProtobufSpec, to: &Destination<'_>) -> Result<(MessageDescriptor, Vec<u8>)> {
    if let (ProtobufSchema::Subject { name, version }, Some(registry)) = (&spec.schema, &to.registry) {
        let (id, sources) = protobuf::by_subject(registry, name, version)?;
        let file = protobuf::compile(sources)?;
        let message = protobuf::message(&file, spec.message.as_deref())?;
        return with_header(spec, message, || Ok(id));
    }
    let file = protobuf::resolve(&spec.schema, None)?;
    let message = protobuf::message(&file, spec.message.as_deref())?;
    with_header(spec, message, || {
        let registry = to.registry.as_ref().ok_or_else(|| {
            Error::invalid(
                "a Protobuf message is written behind the id of its schema, but there is no registry",
            )
            .with_hint("set \"schema.registry.url\", or write it alone: ProtobufProtocol.raw()")
        })?;
        let topic = to.topic.ok_or_else(|| {
            Error::invalid("a schema that is given is registered under its topic, but none is given")
                .with_hint("give a topic, or the subject of the schema")
        })?;
        let text = match &spec.schema {
            ProtobufSchema::Text(text) => text.clone(),
            _ => {
                if let Some(other) =
                    file.dependencies().find(|file| !file.name().starts_with("google/protobuf/"))
                {
                    return Err(Error::invalid(format!(
                        "the schema imports \"{}\", and is not registered by us for that",
                        other.name()
                    ))
                    .with_hint("register it, and give its subject"));
                }
                base64::encode(&file.file_descriptor_proto().encode_to_vec())
            }
        };
        if !to.may_register {
            return Err(Error::invalid(
                "a schema that is given is registered, but \"auto.register.schemas\" forbids it",
            )
            .with_hint("give the subject of the schema"));
        }
        registry.register(&format!("{topic}-{}", to.side), Kind::Protobuf, &text)
    })
}

fn with_header(
    spec: &ProtobufSpec,
    message: MessageDescriptor,
    id: impl FnOnce() -> Result<u32>,
) -> Result<(MessageDescriptor, Vec<u8>)> {
    let mut header = Vec::new();
    if spec.protocol == ProtobufProtocol::Serdes {
        protobuf::put_frame(&mut header, id()?, &protobuf::place_of(&message));
    }
    Ok((message, header))
}
