//! The registry's answers, as Confluent's clients expect them.

use kinetable_broker::Registry;
use serde_json::{Value, json};

const LONG: &str = r#"{"type":"record","name":"A","fields":[{"name":"x","type":"long"}]}"#;
const SPACED: &str =
    r#"{ "type": "record", "name": "A", "fields": [ {"name": "x", "type": {"type":"long"}} ] }"#;
const TEXT: &str = r#"{"type":"record","name":"A","fields":[{"name":"x","type":"string"}]}"#;
const MORE: &str =
    r#"{"type":"record","name":"A","fields":[{"name":"x","type":"long"},{"name":"y","type":"int"}]}"#;
const WITH_DEFAULT: &str = r#"{"type":"record","name":"A","fields":[{"name":"x","type":"long"},{"name":"y","type":"int","default":0}]}"#;

struct Client(Registry);

impl Client {
    fn new() -> Self {
        Self(Registry::start(0).expect("the registry starts"))
    }

    fn send(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.0.url()))
            .header("Content-Type", "application/vnd.schemaregistry.v1+json")
            .body(body.map(|body| body.to_string()).unwrap_or_default())
            .expect("a request");
        let config =
            ureq::Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true);
        let mut answer = config.build().new_agent().run(request).expect("an answer");
        let text = answer.body_mut().read_to_string().expect("a body");
        let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
        (answer.status().as_u16(), value)
    }

    fn get(&self, path: &str) -> (u16, Value) {
        self.send("GET", path, None)
    }

    fn post(&self, path: &str, schema: &str) -> (u16, Value) {
        self.send("POST", path, Some(json!({ "schema": schema })))
    }

    fn code(&self, answer: (u16, Value)) -> (u16, u64) {
        (answer.0, answer.1["error_code"].as_u64().unwrap_or(0))
    }
}

#[test]
fn a_schema_has_one_number_in_every_subject() {
    let client = Client::new();
    assert_eq!(client.post("/subjects/t-value/versions", LONG), (200, json!({ "id": 1 })));
    assert_eq!(client.post("/subjects/t-value/versions", SPACED), (200, json!({ "id": 1 })));
    assert_eq!(client.post("/subjects/u-value/versions", LONG), (200, json!({ "id": 1 })));
    assert_eq!(client.post("/subjects/t-value/versions", WITH_DEFAULT), (200, json!({ "id": 2 })));
    assert_eq!(client.get("/subjects"), (200, json!(["t-value", "u-value"])));
    assert_eq!(client.get("/subjects/t-value/versions"), (200, json!([1, 2])));
    assert_eq!(
        client.get("/schemas/ids/1/versions").1,
        json!([
            { "subject": "t-value", "version": 1 }, { "subject": "u-value", "version": 1 }
        ])
    );
    let expected = json!({ "subject": "t-value", "version": 2, "id": 2, "schema": WITH_DEFAULT });
    assert_eq!(client.get("/subjects/t-value/versions/latest"), (200, expected.clone()));
    assert_eq!(client.post("/subjects/t-value", WITH_DEFAULT), (200, expected));
    assert_eq!(client.get("/schemas/ids/1"), (200, json!({ "schema": LONG })));
}

#[test]
fn what_is_not_there_has_its_own_code() {
    let client = Client::new();
    assert_eq!(client.code(client.get("/subjects/none/versions/1")), (404, 40401));
    assert_eq!(client.code(client.post("/subjects/none", LONG)), (404, 40401));
    client.post("/subjects/t/versions", LONG);
    assert_eq!(client.code(client.get("/subjects/t/versions/9")), (404, 40402));
    assert_eq!(client.code(client.get("/subjects/t/versions/0")), (422, 42202));
    assert_eq!(client.code(client.get("/subjects/t/versions/new")), (422, 42202));
    assert_eq!(client.code(client.get("/schemas/ids/99")), (404, 40403));
    assert_eq!(client.code(client.post("/subjects/t", TEXT)), (404, 40403));
    assert_eq!(client.code(client.get("/nothing")), (404, 404));
}

#[test]
fn a_bad_schema_is_refused() {
    let client = Client::new();
    assert_eq!(client.code(client.post("/subjects/t/versions", r#"{"type":"recrd"}"#)), (422, 42201));
    assert_eq!(client.code(client.post("/subjects/t/versions", "")), (422, 42201));
    let other = json!({ "schema": "{}", "schemaType": "THRIFT" });
    assert_eq!(client.code(client.send("POST", "/subjects/t/versions", Some(other))), (422, 42201));
    assert_eq!(client.get("/subjects"), (200, json!([])));
}

#[test]
fn schemas_refer_to_others_and_keep_their_kind() {
    let client = Client::new();
    let within = r#"{"type":"record","name":"n.In","fields":[{"name":"x","type":"long"}]}"#;
    client.post("/subjects/in/versions", within);
    let outer =
        r#"{"type":"record","name":"n.Out","fields":[{"name":"a","type":"In"},{"name":"b","type":"n.In"}]}"#;
    let references = json!([{ "name": "n.In", "subject": "in", "version": 1 }]);
    let post = |references: &Value| {
        let body = json!({ "schema": outer, "references": references });
        client.send("POST", "/subjects/out/versions", Some(body))
    };
    assert_eq!(client.code(client.post("/subjects/out/versions", outer)), (422, 42201), "In is not known");
    assert_eq!(client.code(post(&json!([{ "name": "n.In", "subject": "in", "version": 7 }]))), (404, 40402));
    assert_eq!(post(&references), (200, json!({ "id": 2 })));
    assert_eq!(client.get("/schemas/ids/2").1, json!({ "schema": outer, "references": references }));
    let text = json!({ "schema": "syntax = \"proto3\";", "schemaType": "PROTOBUF" });
    assert_eq!(client.send("POST", "/subjects/p/versions", Some(text)), (200, json!({ "id": 3 })));
    assert_eq!(client.get("/subjects/p/versions/1").1["schemaType"], "PROTOBUF");
}

#[test]
fn compatibility_is_checked_as_set() {
    let client = Client::new();
    let level = |level: &str| json!({ "compatibility": level });
    assert_eq!(client.get("/config"), (200, json!({ "compatibilityLevel": "BACKWARD" })));
    client.post("/subjects/t/versions", LONG);
    assert_eq!(client.code(client.post("/subjects/t/versions", TEXT)), (409, 409));
    assert_eq!(client.code(client.post("/subjects/t/versions", MORE)), (409, 409), "no default for old data");
    let check = client.post("/compatibility/subjects/t/versions/latest", TEXT);
    assert_eq!((check.0, &check.1["is_compatible"]), (200, &json!(false)));
    assert_eq!(client.code(client.get("/config/t")), (404, 40408));
    assert_eq!(client.get("/config/t?defaultToGlobal=true").1, json!({ "compatibilityLevel": "BACKWARD" }));
    assert_eq!(client.send("PUT", "/config/t", Some(level("forward"))).1, level("FORWARD"));
    assert_eq!(client.post("/subjects/t/versions", MORE).0, 200, "old readers skip the new field");
    assert_eq!(client.send("PUT", "/config/t", Some(level("NONE"))).0, 200);
    assert_eq!(client.post("/subjects/t/versions", TEXT).0, 200);
    assert_eq!(client.code(client.send("PUT", "/config", Some(level("LOOSE")))), (422, 42203));
}

#[test]
fn transitive_levels_look_at_every_version() {
    let first = r#"{"type":"record","name":"A","fields":[{"name":"x","type":"long"}]}"#;
    let second = r#"{"type":"record","name":"A","fields":[{"name":"y","type":"int","default":1}]}"#;
    let third = r#"{"type":"record","name":"A","fields":[{"name":"x","type":"string","default":""}]}"#;
    for (level, status) in [("BACKWARD", 200), ("BACKWARD_TRANSITIVE", 409)] {
        let client = Client::new();
        client.send("PUT", "/config", Some(json!({ "compatibility": level })));
        assert_eq!(client.post("/subjects/t/versions", first).0, 200);
        assert_eq!(client.post("/subjects/t/versions", second).0, 200);
        assert_eq!(client.post("/subjects/t/versions", third).0, status, "{level}");
    }
}

#[test]
fn a_read_only_subject_takes_nothing_new() {
    let client = Client::new();
    let mode = |mode: &str| Some(json!({ "mode": mode }));
    assert_eq!(client.get("/mode"), (200, json!({ "mode": "READWRITE" })));
    assert_eq!(client.code(client.get("/mode/t")), (404, 40409));
    client.post("/subjects/t/versions", LONG);
    assert_eq!(client.send("PUT", "/mode/t", mode("READONLY")).0, 200);
    assert_eq!(client.code(client.post("/subjects/t/versions", WITH_DEFAULT)), (422, 42205));
    assert_eq!(client.post("/subjects/t/versions", LONG).0, 200, "what is there is found");
    assert_eq!(client.code(client.send("PUT", "/mode", mode("OFF"))), (422, 42204));
}

#[test]
fn a_deleted_version_is_hidden_and_its_number_not_used_again() {
    let client = Client::new();
    client.post("/subjects/t/versions", LONG);
    client.post("/subjects/t/versions", WITH_DEFAULT);
    assert_eq!(client.send("DELETE", "/subjects/t/versions/2", None), (200, json!(2)));
    assert_eq!(client.get("/subjects/t/versions"), (200, json!([1])));
    assert_eq!(client.code(client.get("/subjects/t/versions/2")), (404, 40402));
    client.post("/subjects/t/versions", WITH_DEFAULT);
    assert_eq!(client.get("/subjects/t/versions"), (200, json!([1, 3])));
    assert_eq!(client.code(client.send("DELETE", "/subjects/t?permanent=true", None)), (404, 40405));
    assert_eq!(client.send("DELETE", "/subjects/t", None), (200, json!([1, 3])));
    assert_eq!(client.code(client.get("/subjects/t/versions")), (404, 40401));
    assert_eq!(client.send("DELETE", "/subjects/t?permanent=true", None), (200, json!([1, 2, 3])));
    assert_eq!(client.get("/schemas/ids/1"), (200, json!({ "schema": LONG })), "data of old still decodes");
}

#[test]
fn a_stopped_registry_comes_back_with_its_schemas() {
    let client = Client::new();
    client.post("/subjects/t/versions", LONG);
    let url = client.0.url();
    client.0.stop();
    assert!(ureq::get(&url).call().is_err());
    client.0.restart().expect("the port is free");
    assert_eq!(client.0.url(), url);
    assert_eq!(client.get("/schemas/ids/1"), (200, json!({ "schema": LONG })));
    assert!(client.0.requests() >= 2);
}
