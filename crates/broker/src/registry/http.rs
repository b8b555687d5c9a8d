//! The registry's paths.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::compatibility::Level;
use super::failure::Failure;
use super::posted::Posted;
use super::store::{Store, parse_mode};

/// What every request sees.
#[derive(Clone, Default)]
pub(super) struct Shared {
    pub(super) store: Arc<Mutex<Store>>,
    pub(super) requests: Arc<AtomicU64>,
}

type Answer = Result<Json<Value>, Failure>;
type At = State<Shared>;

/// All paths over `shared`.
pub(super) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/", get(|| async { Json(json!({})) }))
        .route("/subjects", get(list_subjects))
        .route("/subjects/{subject}", post(look_up).delete(delete_subject))
        .route("/subjects/{subject}/versions", get(list_versions).post(register))
        .route("/subjects/{subject}/versions/{version}", get(version).delete(delete_version))
        .route("/subjects/{subject}/versions/{version}/schema", get(version_schema))
        .route("/schemas/types", get(|| async { Json(json!(["AVRO", "PROTOBUF", "JSON"])) }))
        .route("/schemas/ids/{id}", get(schema))
        .route("/schemas/ids/{id}/schema", get(schema_text))
        .route("/schemas/ids/{id}/subjects", get(schema_subjects))
        .route("/schemas/ids/{id}/versions", get(schema_versions))
        .route("/compatibility/subjects/{subject}/versions", post(compatible_with_all))
        .route("/compatibility/subjects/{subject}/versions/{version}", post(compatible))
        .route("/config", get(config).put(set_config))
        .route("/config/{subject}", get(subject_config).put(set_subject_config).delete(unset_subject_config))
        .route("/mode", get(mode).put(set_mode))
        .route("/mode/{subject}", get(subject_mode).put(set_subject_mode).delete(unset_subject_mode))
        .fallback(|| async { Failure::new(404, "HTTP 404 Not Found") })
        .layer(from_fn_with_state(shared.clone(), count))
        .with_state(shared)
}

/// Counts each request, and names the content as Confluent's registry does.
async fn count(State(shared): At, request: Request, next: Next) -> Response {
    shared.requests.fetch_add(1, Ordering::Relaxed);
    let mut response = next.run(request).await;
    let kind = axum::http::HeaderValue::from_static("application/vnd.schemaregistry.v1+json");
    response.headers_mut().insert(axum::http::header::CONTENT_TYPE, kind);
    response
}

async fn list_subjects(State(at): At, RawQuery(query): RawQuery) -> Answer {
    let prefix = parameter(query.as_deref(), "subjectPrefix").unwrap_or_default();
    let store = at.store.lock();
    let subjects = store.subjects();
    let wanted: Vec<_> = subjects.into_iter().filter(|subject| subject.starts_with(&prefix)).collect();
    Ok(Json(json!(wanted)))
}

async fn register(State(at): At, Path(subject): Path<String>, body: Bytes) -> Answer {
    let posted = Posted::read(&body)?;
    let id = at.store.lock().register(&subject, posted)?;
    Ok(Json(json!({ "id": id })))
}

async fn look_up(State(at): At, Path(subject): Path<String>, body: Bytes) -> Answer {
    let posted = Posted::read(&body)?;
    at.store.lock().look_up(&subject, &posted).map(Json)
}

async fn delete_subject(State(at): At, Path(subject): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let is_permanent = parameter(query.as_deref(), "permanent").as_deref() == Some("true");
    let numbers = at.store.lock().delete_subject(&subject, is_permanent)?;
    Ok(Json(json!(numbers)))
}

async fn list_versions(State(at): At, Path(subject): Path<String>) -> Answer {
    let numbers = at.store.lock().version_numbers(&subject)?;
    Ok(Json(json!(numbers)))
}

async fn version(State(at): At, Path((subject, version)): Path<(String, String)>) -> Answer {
    at.store.lock().describe_version(&subject, &version).map(Json)
}

async fn version_schema(
    State(at): At,
    Path((subject, version)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let described = at.store.lock().describe_version(&subject, &version)?;
    Ok(described["schema"].as_str().unwrap_or_default().to_owned().into_response())
}

async fn delete_version(State(at): At, Path((subject, version)): Path<(String, String)>) -> Answer {
    let number = at.store.lock().delete_version(&subject, &version)?;
    Ok(Json(json!(number)))
}

async fn schema(State(at): At, Path(id): Path<String>) -> Answer {
    at.store.lock().describe_schema(&id).map(Json)
}

async fn schema_text(State(at): At, Path(id): Path<String>) -> Result<Response, Failure> {
    let text = at.store.lock().text(&id)?.to_owned();
    Ok(text.into_response())
}

async fn schema_subjects(State(at): At, Path(id): Path<String>) -> Answer {
    let store = at.store.lock();
    let subjects: Vec<_> = store.uses(&id)?.into_iter().map(|(subject, _)| subject).collect();
    Ok(Json(json!(subjects)))
}

async fn schema_versions(State(at): At, Path(id): Path<String>) -> Answer {
    let store = at.store.lock();
    let uses = store.uses(&id)?.into_iter();
    let uses: Vec<_> =
        uses.map(|(subject, version)| json!({ "subject": subject, "version": version })).collect();
    Ok(Json(json!(uses)))
}

async fn compatible(State(at): At, Path((subject, version)): Path<(String, String)>, body: Bytes) -> Answer {
    let posted = Posted::read(&body)?;
    let reasons = at.store.lock().objections_to(&subject, &version, &posted)?;
    Ok(Json(json!({ "is_compatible": reasons.is_empty(), "messages": reasons })))
}

async fn compatible_with_all(State(at): At, Path(subject): Path<String>, body: Bytes) -> Answer {
    let posted = Posted::read(&body)?;
    let reasons = at.store.lock().objections_to_all(&subject, &posted)?;
    Ok(Json(json!({ "is_compatible": reasons.is_empty(), "messages": reasons })))
}

async fn config(State(at): At) -> Answer {
    let level = at.store.lock().own_settings(None).level.unwrap_or(Level::DEFAULT);
    Ok(Json(json!({ "compatibilityLevel": level.name() })))
}

async fn set_config(State(at): At, body: Bytes) -> Answer {
    let level = Level::parse(&setting(&body, "compatibility")?)?;
    at.store.lock().settings_mut(None).level = Some(level);
    Ok(Json(json!({ "compatibility": level.name() })))
}

async fn subject_config(State(at): At, Path(subject): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let store = at.store.lock();
    let own = store.own_settings(Some(&subject)).level;
    let level = match own {
        None if !falls_back(query.as_deref()) => {
            let text = "does not have subject-level compatibility configured";
            return Err(Failure::new(40408, format!("Subject '{subject}' {text}")));
        }
        own => own.or(store.settings(&subject).level).unwrap_or(Level::DEFAULT),
    };
    Ok(Json(json!({ "compatibilityLevel": level.name() })))
}

async fn set_subject_config(State(at): At, Path(subject): Path<String>, body: Bytes) -> Answer {
    let level = Level::parse(&setting(&body, "compatibility")?)?;
    at.store.lock().settings_mut(Some(&subject)).level = Some(level);
    Ok(Json(json!({ "compatibility": level.name() })))
}

async fn unset_subject_config(State(at): At, Path(subject): Path<String>) -> Answer {
    let old = at.store.lock().settings_mut(Some(&subject)).level.take();
    let level = old.ok_or_else(|| Failure::subject_not_found(&subject))?;
    Ok(Json(json!({ "compatibilityLevel": level.name() })))
}

async fn mode(State(at): At) -> Answer {
    let mode = at.store.lock().own_settings(None).mode;
    Ok(Json(json!({ "mode": mode.unwrap_or("READWRITE") })))
}

async fn set_mode(State(at): At, body: Bytes) -> Answer {
    let mode = parse_mode(&setting(&body, "mode")?)?;
    at.store.lock().settings_mut(None).mode = Some(mode);
    Ok(Json(json!({ "mode": mode })))
}

async fn subject_mode(State(at): At, Path(subject): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let store = at.store.lock();
    let own = store.own_settings(Some(&subject)).mode;
    if own.is_none() && !falls_back(query.as_deref()) {
        let text = "does not have subject-level mode configured";
        return Err(Failure::new(40409, format!("Subject '{subject}' {text}")));
    }
    let mode = own.or(store.settings(&subject).mode);
    Ok(Json(json!({ "mode": mode.unwrap_or("READWRITE") })))
}

async fn set_subject_mode(State(at): At, Path(subject): Path<String>, body: Bytes) -> Answer {
    let mode = parse_mode(&setting(&body, "mode")?)?;
    at.store.lock().settings_mut(Some(&subject)).mode = Some(mode);
    Ok(Json(json!({ "mode": mode })))
}

async fn unset_subject_mode(State(at): At, Path(subject): Path<String>) -> Answer {
    let old = at.store.lock().settings_mut(Some(&subject)).mode.take();
    let mode = old.ok_or_else(|| Failure::subject_not_found(&subject))?;
    Ok(Json(json!({ "mode": mode })))
}

/// Whether a subject without a setting of its own answers with everybody's.
fn falls_back(query: Option<&str>) -> bool {
    parameter(query, "defaultToGlobal").as_deref() == Some("true")
}

fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let pairs = query?.split('&').filter_map(|pair| pair.split_once('='));
    pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

fn setting(body: &[u8], name: &str) -> Result<String, Failure> {
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| Failure::new(400, format!("the body is not JSON: {error}")))?;
    let value = body[name].as_str();
    value.map(str::to_owned).ok_or_else(|| Failure::new(400, format!("the body has no \"{name}\"")))
}
