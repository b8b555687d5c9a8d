//! What the registry answers when it does not do what was asked: an HTTP status, a code and a sentence.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A refused request.
#[derive(Debug)]
pub(super) struct Failure {
    /// Confluent's error code; its first three digits are the HTTP status.
    pub(super) code: u32,
    pub(super) message: String,
}

impl Failure {
    pub(super) fn new(code: u32, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(super) fn subject_not_found(subject: &str) -> Self {
        Self::new(40401, format!("Subject '{subject}' not found."))
    }

    pub(super) fn version_not_found(version: impl std::fmt::Display) -> Self {
        Self::new(40402, format!("Version {version} not found."))
    }

    pub(super) fn schema_not_found() -> Self {
        Self::new(40403, "Schema not found")
    }

    pub(super) fn invalid_schema(reason: impl std::fmt::Display) -> Self {
        Self::new(42201, format!("Invalid schema: {reason}"))
    }

    pub(super) fn incompatible(reasons: &[String]) -> Self {
        let reasons = reasons.join("; ");
        let text = "Schema being registered is incompatible with an earlier schema for the subject";
        Self::new(409, format!("{text}: {reasons}"))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = if self.code < 1000 { self.code } else { self.code / 100 };
        let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let body = json!({ "error_code": self.code, "message": self.message });
        (status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), Json(body)).into_response()
    }
}
