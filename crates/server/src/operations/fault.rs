//! Why an operation cannot be done, as a status.

use kinetable::ErrorKind;
use tonic::Status;

/// A status on its way out: also an error of the engine becomes one.
#[derive(Debug)]
pub(super) struct Fault(Status);

/// What a step of an operation gives.
pub(super) type Outcome<T> = Result<T, Fault>;

/// The message holds something that cannot be meant.
pub(super) fn invalid(message: impl Into<String>) -> Fault {
    Fault(Status::invalid_argument(message))
}

/// The message lacks what has to be there.
pub(super) fn unmet(message: impl Into<String>) -> Fault {
    Fault(Status::failed_precondition(message))
}

/// The operation is not offered.
pub(super) fn unsupported(message: impl Into<String>) -> Fault {
    Fault(Status::unimplemented(message))
}

/// A list that must not be empty.
pub(super) fn not_empty<'a, T>(list: &'a [T], message: &str, field: &str) -> Outcome<&'a [T]> {
    match list {
        [] => Err(invalid(format!("{message} must have at least one {field}"))),
        list => Ok(list),
    }
}

/// The variant that an enumeration's number stands for.
pub(super) fn variant<E: TryFrom<i32>>(number: i32, what: &str) -> Outcome<E> {
    E::try_from(number).map_err(|_| invalid(format!("{number} stands for no {what}")))
}

impl From<kinetable::Error> for Fault {
    fn from(error: kinetable::Error) -> Fault {
        Fault(match error.kind() {
            ErrorKind::Internal => Status::internal(error.to_string()),
            _ => Status::invalid_argument(error.to_string()),
        })
    }
}

impl From<Fault> for Status {
    fn from(Fault(status): Fault) -> Status {
        status
    }
}
