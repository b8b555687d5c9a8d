//! Messages of the definitions, with a ticket in every place for one.

use std::collections::BTreeMap;
use std::path::Path;

/// How deep messages in messages are filled.
const DEPTH_MAX: usize = 3;

/// A field of a message.
struct Field {
    name: String,
    kind: String,
    number: u64,
    /// Which of the message's choices it is in.
    choice: Option<usize>,
}

/// The messages there are, and what each rpc takes.
pub struct Definitions {
    messages: BTreeMap<String, Vec<Field>>,
    /// Paths of rpcs, and the names of their requests.
    pub rpcs: Vec<(String, String)>,
}

impl Definitions {
    /// Those of the folder of definitions, and the rpcs of Flight.
    pub fn read() -> Definitions {
        let mut all = Definitions { messages: BTreeMap::new(), rpcs: Vec::new() };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wire/proto");
        for entry in std::fs::read_dir(folder).expect("definitions") {
            all.take(&std::fs::read_to_string(entry.expect("a file").path()).expect("text"));
        }
        let flight = [
            ("GetFlightInfo", "FlightDescriptor"),
            ("GetSchema", "FlightDescriptor"),
            ("DoGet", "Ticket"),
            ("DoPut", "FlightData"),
            ("GetFlightInfo", "SqlDescriptor"),
            ("GetSchema", "SqlDescriptor"),
            ("DoAction", "SqlAction"),
        ];
        for (method, request) in flight {
            all.rpcs.push((format!("/arrow.flight.protocol.FlightService/{method}"), request.to_owned()));
        }
        all
    }

    fn take(&mut self, text: &str) {
        let package = text.lines().find_map(|line| line.strip_prefix("package ")).expect("a package");
        let package = package.trim_end_matches(';');
        // Blocks that are open: of a message its name, of others nothing.
        let (mut service, mut open, mut choice) = (String::new(), Vec::<Option<String>>::new(), 0);
        for line in text.lines().map(str::trim) {
            let words: Vec<&str> = line.split([' ', '(', ')', ';']).filter(|word| !word.is_empty()).collect();
            match words.as_slice() {
                ["message", name, rest @ ..] => {
                    self.messages.entry((*name).to_owned()).or_default();
                    if *rest == ["{"] {
                        open.push(Some((*name).to_owned()));
                    }
                }
                ["service", name, "{"] => {
                    service = (*name).to_owned();
                    open.push(None);
                }
                ["oneof" | "enum", _, "{"] => {
                    choice += 1;
                    open.push(None);
                }
                ["rpc", method, "stream", request, ..] | ["rpc", method, request, ..] => {
                    self.rpcs.push((format!("/{package}.{service}/{method}"), last(request)));
                }
                ["}"] => drop(open.pop()),
                ["repeated" | "optional", kind, name, "=", number, ..] | [kind, name, "=", number, ..] => {
                    let choice = matches!(open.last(), Some(None)).then_some(choice);
                    let (Some(message), Ok(number)) =
                        (open.iter().rev().flatten().next(), number.parse::<u64>())
                    else {
                        continue;
                    };
                    let field = Field { name: (*name).to_owned(), kind: last(kind), number, choice };
                    self.messages.entry(message.clone()).or_default().push(field);
                }
                _ => {}
            }
        }
    }

    /// A message in which each source is the variable of this name, and each result the export of this id; none, if it has no place
    /// for a source.
    pub fn filled(&self, message: &str, variable: &str, id: i32) -> Option<Vec<u8>> {
        let (bytes, names_it) = self.fill(message, variable, id, 0);
        names_it.then_some(bytes)
    }

    /// The message, and whether it names the variable.
    fn fill(&self, message: &str, variable: &str, id: i32, depth: usize) -> (Vec<u8>, bool) {
        let ticket = member(1, format!("s/{variable}").as_bytes());
        match message {
            "Ticket" => return (ticket, true),
            "TableReference" => return (member(1, &ticket), true),
            "TypedTicket" => return ([member(1, &ticket), member(2, b"Table")].concat(), true),
            "FlightDescriptor" => {
                let kind_of_path = vec![8, 1];
                return ([kind_of_path, member(3, b"scope"), member(3, variable.as_bytes())].concat(), true);
            }
            "SqlDescriptor" => {
                let kind_of_command = vec![8, 2];
                let command = of_sql("CommandStatementQuery", variable);
                return ([kind_of_command, member(2, &command)].concat(), true);
            }
            "SqlAction" => {
                let body = of_sql("ActionCreatePreparedStatementRequest", variable);
                return ([member(1, b"CreatePreparedStatement"), member(2, &body)].concat(), true);
            }
            _ => {}
        }
        let (mut bytes, mut names_it, mut chosen) = (Vec::new(), false, Vec::new());
        for field in self.messages.get(message).into_iter().flatten() {
            let is_chosen = field.choice.is_some_and(|choice| chosen.contains(&choice));
            if depth >= DEPTH_MAX || is_chosen || !self.messages.contains_key(&field.kind) {
                continue;
            }
            let is_result = ["result", "console", "command"].iter().any(|word| field.name.starts_with(word));
            let (part, names) = match field.kind.as_str() {
                "Ticket" if is_result => (member(1, &[b"e".as_slice(), &id.to_le_bytes()].concat()), false),
                kind => self.fill(kind, variable, id, depth + 1),
            };
            // Of a choice, the first that names the variable.
            if !part.is_empty() && (names || field.choice.is_none()) {
                chosen.extend(field.choice);
                names_it |= names;
                bytes.extend(member(field.number, &part));
            }
        }
        (bytes, names_it)
    }
}

/// A message of Flight SQL with a query of a variable.
fn of_sql(message: &str, variable: &str) -> Vec<u8> {
    let query = member(1, format!("SELECT COUNT(*) FROM {variable}").as_bytes());
    let name = format!("type.googleapis.com/arrow.flight.protocol.sql.{message}");
    [member(1, name.as_bytes()), member(2, &query)].concat()
}

/// The last part of a name.
fn last(name: &str) -> String {
    name.rsplit('.').next().unwrap_or_default().to_owned()
}

/// A member that is bytes, a text or a message.
fn member(number: u64, bytes: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    prost::encoding::encode_varint((number << 3) | 2, &mut all);
    prost::encoding::encode_varint(bytes.len() as u64, &mut all);
    all.extend_from_slice(bytes);
    all
}
