//! The two calls to a registry that the feeds and the reader need.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::target::Target;

/// Registers an Avro schema under `subject`, and returns its number.
pub fn register_schema(target: &Target, subject: &str, schema: &str) -> Result<i32> {
    let url = format!("{}/subjects/{subject}/versions", target.registry);
    let answer = agent()
        .post(&url)
        .header("Content-Type", "application/vnd.schemaregistry.v1+json")
        .send(json!({ "schema": schema }).to_string())
        .with_context(|| format!("the schema registry at {} does not answer", target.registry))?;
    let body = read_body(answer)?;
    let id = body["id"].as_i64().and_then(|id| i32::try_from(id).ok());
    id.with_context(|| format!("the registry gave no number for a schema of \"{subject}\": {body}"))
}

/// The text of the schema with this number.
pub fn fetch_schema(target: &Target, id: u32) -> Result<String> {
    let url = format!("{}/schemas/ids/{id}", target.registry);
    let answer = agent().get(&url).call();
    let body =
        read_body(answer.with_context(|| format!("the registry at {} does not answer", target.registry))?)?;
    Ok(body["schema"].as_str().with_context(|| format!("schema {id} has no text"))?.to_owned())
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().new_agent()
}

fn read_body(mut answer: ureq::http::Response<ureq::Body>) -> Result<Value> {
    let body: Value = answer.body_mut().read_json()?;
    if !answer.status().is_success() {
        bail!("the registry refused: {} (code {})", body["message"], body["error_code"]);
    }
    Ok(body)
}
