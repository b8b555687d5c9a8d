//! What commands and tickets of Flight SQL ask for: bytes of a client, read with care.

use arrow_flight::sql::{
    Any, Command, CommandGetSqlInfo, CommandGetTables, CommandGetXdbcTypeInfo, ProstMessageExt,
    TicketStatementQuery,
};
use bytes::Bytes;
use prost::Message;
use tonic::Status;

/// A command.
#[derive(Debug, Clone)]
pub enum Ask {
    /// A statement.
    Statement(String),
    /// The prepared statement of a handle.
    Prepared(Bytes),
    /// A question about tables, or the server.
    Catalogue(Question),
}

/// A question about tables, or the server.
#[derive(Debug, Clone)]
pub enum Question {
    /// Catalogues, of which there are none.
    Catalogs,
    /// Schemas, of which there are none.
    Schemas,
    /// Tables.
    Tables(CommandGetTables),
    /// Kinds of tables.
    TableTypes,
    /// What the server can do.
    Info(CommandGetSqlInfo),
    /// Types of columns.
    Types(CommandGetXdbcTypeInfo),
    /// Primary keys, of which there are none.
    PrimaryKeys,
    /// Keys between tables, of which there are none.
    ForeignKeys,
}

/// What a ticket names.
#[derive(Debug, Clone)]
pub enum Named {
    /// A result that waits.
    Result(Bytes),
    /// What a command asks for.
    Ask(Ask),
}

/// What a command asks for.
///
/// # Errors
/// If it is none, or one that is not offered.
pub fn command(bytes: &[u8]) -> Result<Ask, Status> {
    match parsed(bytes)? {
        Command::CommandStatementQuery(query) => {
            without_transaction(query.transaction_id.as_deref())?;
            Ok(Ask::Statement(query.query))
        }
        Command::CommandPreparedStatementQuery(query) => Ok(Ask::Prepared(query.prepared_statement_handle)),
        Command::CommandGetCatalogs(_) => Ok(Ask::Catalogue(Question::Catalogs)),
        Command::CommandGetDbSchemas(_) => Ok(Ask::Catalogue(Question::Schemas)),
        Command::CommandGetTables(which) => Ok(Ask::Catalogue(Question::Tables(which))),
        Command::CommandGetTableTypes(_) => Ok(Ask::Catalogue(Question::TableTypes)),
        Command::CommandGetSqlInfo(which) => Ok(Ask::Catalogue(Question::Info(which))),
        Command::CommandGetXdbcTypeInfo(which) => Ok(Ask::Catalogue(Question::Types(which))),
        Command::CommandGetPrimaryKeys(_) => Ok(Ask::Catalogue(Question::PrimaryKeys)),
        Command::CommandGetExportedKeys(_)
        | Command::CommandGetImportedKeys(_)
        | Command::CommandGetCrossReference(_) => Ok(Ask::Catalogue(Question::ForeignKeys)),
        other => {
            let name = other.type_url().rsplit('.').next().unwrap_or_default().escape_debug().to_string();
            Err(Status::unimplemented(format!(
                "Flight SQL: \"{name}\" is not offered: queries are, tables are written by other means"
            )))
        }
    }
}

/// What a ticket names: `q`, then a message.
///
/// # Errors
/// If it is no ticket of SQL.
pub fn named(ticket: &[u8]) -> Result<Named, Status> {
    let bytes = ticket.strip_prefix(b"q").ok_or_else(|| unreadable("a ticket of SQL begins with q"))?;
    match parsed(bytes)? {
        Command::TicketStatementQuery(query) => Ok(Named::Result(query.statement_handle)),
        Command::Unknown(_) => Err(unreadable("the ticket holds no message of Flight SQL")),
        _ => command(bytes).map(Named::Ask),
    }
}

/// The ticket of a result that waits.
pub fn ticket(handle: Bytes) -> Vec<u8> {
    let any = TicketStatementQuery { statement_handle: handle }.as_any();
    [b"q".as_slice(), &any.encode_to_vec()].concat()
}

/// The message within `google.protobuf.Any`.
///
/// # Errors
/// If it is none.
pub fn parsed(bytes: &[u8]) -> Result<Command, Status> {
    let any = Any::decode(bytes).map_err(|_| unreadable("the bytes are no google.protobuf.Any"))?;
    Command::try_from(any).map_err(|error| unreadable(&error.to_string()))
}

/// Refuses a transaction: there are none.
///
/// # Errors
/// If there is one.
pub fn without_transaction(id: Option<&[u8]>) -> Result<(), Status> {
    match id {
        None => Ok(()),
        Some(_) => Err(Status::invalid_argument(
            "Flight SQL: there are no transactions, so leave transaction_id out",
        )),
    }
}

fn unreadable(why: &str) -> Status {
    Status::failed_precondition(format!("Flight SQL: {why}"))
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn random_bytes_are_read_or_refused() {
        let mut random = StdRng::seed_from_u64(69);
        let whole =
            arrow_flight::sql::CommandStatementQuery { query: "SELECT 1".into(), transaction_id: None };
        let whole = whole.as_any().encode_to_vec();
        for _ in 0..20_000 {
            let mut bytes = whole.clone();
            for _ in 0..random.random_range(0..4) {
                let place = random.random_range(0..bytes.len());
                bytes[place] = random.random();
            }
            bytes.truncate(random.random_range(0..=bytes.len()));
            let _ = command(&bytes);
            bytes.insert(0, b'q');
            let _ = named(&bytes);
        }
        assert!(matches!(command(&whole), Ok(Ask::Statement(text)) if text == "SELECT 1"));
        assert!(
            matches!(named(&ticket(Bytes::from_static(b"x"))), Ok(Named::Result(handle)) if handle == "x")
        );
        for wrong in [b"q".as_slice(), b"", b"s/x", b"q\xff\xff"] {
            assert_eq!(
                named(wrong).expect_err("no ticket").code(),
                tonic::Code::FailedPrecondition,
                "{wrong:?}"
            );
        }
    }
}
