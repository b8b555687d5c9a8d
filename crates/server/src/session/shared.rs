//! Tickets that sessions share: bytes that a client chose, and the export they stand for.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tonic::Status;

use super::exports::{Export, Stage};

/// Bytes of a shared ticket, at most.
const TICKET_BYTES_MAX: usize = 1024;

/// Shared tickets there may be.
const TICKETS_MAX: usize = 100_000;

/// Shared tickets. One holds for as long as the export it was published from: it does not keep it.
#[derive(Debug, Default)]
pub struct SharedTickets(Mutex<HashMap<Vec<u8>, Arc<Export>>>);

impl SharedTickets {
    /// Shares an export.
    ///
    /// # Errors
    /// If the ticket is taken or too long, or there are too many.
    pub fn publish(&self, ticket: &[u8], export: Arc<Export>) -> Result<(), Status> {
        if ticket.is_empty() || ticket.len() > TICKET_BYTES_MAX {
            let message = format!("a shared ticket has 1 to {TICKET_BYTES_MAX} bytes after its \"h\"");
            return Err(Status::invalid_argument(message));
        }
        let mut tickets = self.0.lock();
        if tickets.get(ticket).is_some_and(|export| is_alive(export)) {
            return Err(Status::already_exists("this shared ticket is in use: choose another one"));
        }
        if tickets.len() >= TICKETS_MAX {
            tickets.retain(|_, export| is_alive(export));
        }
        if tickets.len() >= TICKETS_MAX {
            return Err(Status::resource_exhausted(format!(
                "there are {TICKETS_MAX} shared tickets already"
            )));
        }
        tickets.insert(ticket.to_vec(), export);
        Ok(())
    }

    /// The export that a ticket stands for.
    ///
    /// # Errors
    /// If there is none, or it was let go.
    pub fn get(&self, ticket: &[u8]) -> Result<Arc<Export>, Status> {
        let mut tickets = self.0.lock();
        match tickets.get(ticket) {
            Some(export) if is_alive(export) => Ok(export.clone()),
            found => {
                if found.is_some() {
                    tickets.remove(ticket);
                }
                Err(Status::not_found("there is no such shared ticket, or its publisher has let it go"))
            }
        }
    }

    /// Forgets tickets whose exports are gone.
    pub fn sweep(&self) {
        self.0.lock().retain(|_, export| is_alive(export));
    }
}

fn is_alive(export: &Export) -> bool {
    export.stage() != Stage::Released
}
