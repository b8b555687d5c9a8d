//! Tickets: the bytes that name a value, and the paths of Flight that name the same.
//!
//! | first byte | then | path |
//! |---|---|---|
//! | `e` | `i32`, little-endian | `export`, decimal |
//! | `s` | `/`, a variable's name | `scope`, name |
//! | `a` | `/`, application, `/f/`, field | `app`, application, `field`, field |
//! | `h` | bytes of the client's choice | `shared`, hexadecimal |

use std::fmt::Write;

use kinetable_wire::grpc::Ticket;
use tonic::Status;

/// What a ticket names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// An export of the session.
    Export(i32),
    /// A variable of the scripts.
    Scope(String),
    /// A field of an application.
    Field {
        /// The application's id.
        application: String,
        /// The field's name.
        field: String,
    },
    /// What some session shares.
    Shared(Vec<u8>),
}

impl Reference {
    /// What a ticket's bytes name.
    ///
    /// # Errors
    /// If they are no ticket.
    pub fn parse(bytes: &[u8]) -> Result<Reference, Status> {
        let Some((kind, rest)) = bytes.split_first() else {
            return Err(Status::failed_precondition("the ticket is empty"));
        };
        match kind {
            b'e' => {
                let id: [u8; 4] = rest.try_into().map_err(|_| {
                    let message = format!("an export's ticket has 5 bytes, not {}", bytes.len());
                    Status::failed_precondition(message)
                })?;
                Ok(Reference::Export(i32::from_le_bytes(id)))
            }
            b's' => Ok(Reference::Scope(name(rest.strip_prefix(b"/"), "s/name")?.to_owned())),
            b'a' => field(name(rest.strip_prefix(b"/"), "a/application/f/field")?),
            b'h' if !rest.is_empty() => Ok(Reference::Shared(rest.to_vec())),
            b'h' => Err(Status::failed_precondition("a shared ticket has bytes after its \"h\"")),
            other => {
                let shown = char::from(*other).escape_default();
                Err(Status::failed_precondition(format!(
                    "a ticket begins with e, s, a or h, and this one with \"{shown}\""
                )))
            }
        }
    }

    /// What an optional ticket of a message names; `what` is the message's field.
    ///
    /// # Errors
    /// If it is missing or no ticket.
    pub fn of(ticket: Option<&Ticket>, what: &str) -> Result<Reference, Status> {
        let ticket = ticket.filter(|ticket| !ticket.ticket.is_empty());
        let ticket = ticket.ok_or_else(|| Status::failed_precondition(format!("No {what} supplied")))?;
        Reference::parse(&ticket.ticket)
    }

    /// The id under which a result is to be exported.
    ///
    /// # Errors
    /// If it is missing or no export's ticket.
    pub fn result(ticket: Option<&Ticket>) -> Result<i32, Status> {
        match Reference::of(ticket, "result ticket")? {
            Reference::Export(id) => Ok(id),
            _ => Err(Status::failed_precondition("the result ticket has to be an export's: e and an id")),
        }
    }

    /// What a path of Flight names.
    ///
    /// # Errors
    /// If it names nothing.
    pub fn of_path(path: &[String]) -> Result<Reference, Status> {
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["export", id] => id.parse().map(Reference::Export).map_err(|_| {
                Status::failed_precondition(format!(
                    "the path's export id \"{}\" is no number",
                    id.escape_debug()
                ))
            }),
            ["scope", name] if !name.is_empty() => Ok(Reference::Scope((*name).to_owned())),
            ["app", application, "field", field] => {
                Ok(Reference::Field { application: (*application).to_owned(), field: (*field).to_owned() })
            }
            ["shared", hex] => match from_hex(hex) {
                Some(bytes) if !bytes.is_empty() => Ok(Reference::Shared(bytes)),
                _ => Err(Status::failed_precondition("the path's shared ticket is not hexadecimal")),
            },
            _ => Err(Status::failed_precondition(
                "the path names nothing: it is scope/NAME, export/ID, app/ID/field/NAME or shared/HEX",
            )),
        }
    }

    /// The ticket's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Reference::Export(id) => [b"e".as_slice(), &id.to_le_bytes()].concat(),
            Reference::Scope(name) => [b"s/", name.as_bytes()].concat(),
            Reference::Field { application, field } => format!("a/{application}/f/{field}").into_bytes(),
            Reference::Shared(bytes) => [b"h", bytes.as_slice()].concat(),
        }
    }

    /// The ticket.
    pub fn ticket(&self) -> Ticket {
        Ticket { ticket: self.bytes() }
    }

    /// The path of Flight.
    pub fn path(&self) -> Vec<String> {
        match self {
            Reference::Export(id) => vec!["export".into(), id.to_string()],
            Reference::Scope(name) => vec!["scope".into(), name.clone()],
            Reference::Field { application, field } => {
                vec!["app".into(), application.clone(), "field".into(), field.clone()]
            }
            Reference::Shared(bytes) => vec!["shared".into(), to_hex(bytes)],
        }
    }
}

fn name<'a>(bytes: Option<&'a [u8]>, form: &str) -> Result<&'a str, Status> {
    let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).filter(|text| !text.is_empty());
    text.ok_or_else(|| Status::failed_precondition(format!("the ticket is not of the form {form}")))
}

fn field(text: &str) -> Result<Reference, Status> {
    match text.split_once("/f/") {
        Some((application, field)) if !application.is_empty() && !field.is_empty() => {
            Ok(Reference::Field { application: application.to_owned(), field: field.to_owned() })
        }
        _ => Err(Status::failed_precondition("the ticket is not of the form a/application/f/field")),
    }
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::Reference;

    fn all() -> Vec<Reference> {
        vec![
            Reference::Export(1),
            Reference::Export(-1),
            Reference::Export(i32::MAX),
            Reference::Scope("prices".into()),
            Reference::Field { application: "app".into(), field: "prices".into() },
            Reference::Shared(vec![0, 255, b'/']),
        ]
    }

    #[test]
    fn bytes_and_paths_go_both_ways() {
        for reference in all() {
            assert_eq!(Reference::parse(&reference.bytes()).expect("a ticket"), reference);
            assert_eq!(Reference::of_path(&reference.path()).expect("a path"), reference);
        }
        assert_eq!(Reference::Export(-1).bytes(), b"e\xff\xff\xff\xff");
    }

    #[test]
    fn what_is_no_ticket_is_refused() {
        let wrong: [&[u8]; 11] =
            [b"", b"e", b"e123", b"e12345", b"s", b"s/", b"s/\xff", b"a/x", b"a/x/f/", b"h", b"x"];
        for bytes in wrong {
            let status = Reference::parse(bytes).expect_err("no ticket");
            assert_eq!(status.code(), tonic::Code::FailedPrecondition, "{bytes:?}");
        }
        for path in [
            &["export", "x"][..],
            &["scope", ""],
            &["shared", "0"],
            &["shared", "zz"],
            &["shared", "é0"],
            &[],
        ] {
            let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
            assert!(Reference::of_path(&path).is_err(), "{path:?}");
        }
    }

    #[test]
    fn random_bytes_are_read_or_refused() {
        let mut random = StdRng::seed_from_u64(7);
        for _ in 0..20_000 {
            let mut bytes: Vec<u8> = (0..random.random_range(0..12)).map(|_| random.random()).collect();
            if let Some(first) = bytes.first_mut() {
                *first = b"esahq"[random.random_range(0..5)];
            }
            if let Ok(reference) = Reference::parse(&bytes) {
                assert_eq!(reference.bytes(), bytes);
            }
        }
    }
}
