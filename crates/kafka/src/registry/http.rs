//! One request to one registry, and what its answer means.

use serde::Deserialize;

use super::access::Access;

const MEDIA: &str = "application/vnd.schemaregistry.v1+json";

/// Why a request gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The registry answered that it has no such thing.
    Missing(String),
    /// The registry does not do what was asked.
    Refused(String),
    /// It did not answer, or not properly.
    Down(String),
}

/// What a registry says when it does not do what was asked.
#[derive(Deserialize)]
struct Refusal {
    error_code: i64,
    #[serde(default)]
    message: String,
}

/// Sends a GET, or a POST if there is a body; gives the body of the answer.
pub(super) fn request(access: &Access, url: &str, body: Option<&str>) -> Result<String, Failure> {
    let down = |error: &dyn std::fmt::Display| Failure::Down(format!("{url}: {error}"));
    let accept = format!("{MEDIA}, application/json");
    let sent = match body {
        None => {
            let mut request = access.agent.get(url).header("Accept", accept);
            for (name, value) in &access.headers {
                request = request.header(*name, value);
            }
            request.call()
        }
        Some(body) => {
            let mut request = access.agent.post(url).header("Accept", accept).header("Content-Type", MEDIA);
            for (name, value) in &access.headers {
                request = request.header(*name, value);
            }
            request.send(body)
        }
    };
    let mut response = sent.map_err(|error| down(&error))?;
    let status = response.status().as_u16();
    let body = response.body_mut().read_to_string().map_err(|error| down(&error))?;
    if (200..300).contains(&status) {
        return Ok(body);
    }
    let said: Option<Refusal> = serde_json::from_str(&body).ok();
    let text = said.as_ref().map_or_else(
        || body.chars().take(200).collect(),
        |said| format!("{} (code {})", said.message, said.error_code),
    );
    Err(match (status, said) {
        (401 | 403, _) => down(&format!("access refused ({status})")),
        // A path that no registry knows is one of another server.
        (404, Some(Refusal { error_code: 40_400.., .. })) => Failure::Missing(text),
        (409 | 422, _) => Failure::Refused(text),
        _ => down(&format!("status {status}: {text}")),
    })
}
