//! Actions: statements are prepared, and let go.

use std::sync::Arc;

use arrow_flight::sql::{ActionCreatePreparedStatementResult, Command, ProstMessageExt};
use arrow_flight::{Action, ActionType};
use prost::Message;
use tonic::Status;

use super::ask::{parsed, without_transaction};
use crate::services::Shared;
use crate::session::Session;

/// The actions that there are, and what they do.
const ACTIONS: [(&str, &str); 2] = [
    (
        "CreatePreparedStatement",
        "Keeps a query under a handle. Request: ActionCreatePreparedStatementRequest.",
    ),
    ("ClosePreparedStatement", "Lets go of a handle. Request: ActionClosePreparedStatementRequest."),
];

/// Does an action; gives the body of its answer, if there is one.
///
/// # Errors
/// If there is no such action, its body is no request of it, or the statement is wrong.
pub async fn act(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    action: &Action,
) -> Result<Option<arrow_flight::Result>, Status> {
    if !ACTIONS.iter().any(|(name, _)| *name == action.r#type) {
        let message = format!("No action resolver found for action type '{}'", action.r#type.escape_debug());
        return Err(Status::unimplemented(message));
    }
    match (action.r#type.as_str(), parsed(&action.body)?) {
        ("CreatePreparedStatement", Command::ActionCreatePreparedStatementRequest(request)) => {
            without_transaction(request.transaction_id.as_deref())?;
            let schema = super::answers::columns(shared, session, request.query.clone()).await?;
            let result = ActionCreatePreparedStatementResult {
                prepared_statement_handle: session.statements().prepare(request.query)?,
                dataset_schema: kinetable_wire::schema::encapsulated(&schema),
                parameter_schema: Default::default(),
            };
            Ok(Some(arrow_flight::Result { body: result.as_any().encode_to_vec().into() }))
        }
        ("ClosePreparedStatement", Command::ActionClosePreparedStatementRequest(request)) => {
            session.statements().close(&request.prepared_statement_handle)?;
            Ok(None)
        }
        (name, _) => Err(Status::failed_precondition(format!(
            "Flight SQL: the body of the action is no request of {name}"
        ))),
    }
}

/// The actions as clients are told of them.
pub fn action_types() -> Vec<ActionType> {
    let told = |(name, about): &(&str, &str)| ActionType {
        r#type: (*name).to_owned(),
        description: (*about).to_owned(),
    };
    ACTIONS.iter().map(told).collect()
}
