//! The binary, driven as another process drives it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

struct Served {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    ready: Value,
}

impl Served {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_kinetable-broker"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("an output"));
        let mut served = Self { child, input, output, ready: Value::Null };
        served.ready = served.line();
        served
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    fn ask(&mut self, command: Value) -> Value {
        let input = self.input.as_mut().expect("the input is open");
        writeln!(input, "{command}").expect("the process reads");
        self.line()
    }

    fn asked(&mut self, command: Value) -> Value {
        let answer = self.ask(command.clone());
        assert_eq!(answer["ok"], json!(true), "{command}: {answer}");
        answer
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.input.take());
        let status = self.child.wait().expect("it ends when its input does");
        assert!(status.success() || std::thread::panicking(), "{status}");
    }
}

#[test]
fn a_session_from_ready_to_quit() {
    let mut served =
        Served::start(&["serve", "--trades", "3000", "--partitions", "2", "--garbage", "0.01", "--proxy"]);
    assert_eq!((&served.ready["ready"], &served.ready["broker"]), (&json!(true), &json!("embedded")));
    assert_eq!(served.ready["trades"]["records"], 3000);
    let planted = served.ready["trades"]["garbage"].as_array().expect("a list").len();
    assert!(planted > 0);

    let more = served.asked(json!({ "cmd": "produce_trades", "count": 500, "id": 7 }));
    assert_eq!((&more["id"], &more["records"], &more["seed"]), (&json!(7), &json!(500), &json!(2)));
    let ends = served.asked(json!({ "cmd": "end_offsets", "topic": "crypto.trades" }));
    let ends = ends["offsets"].as_object().expect("offsets");
    assert_eq!(ends.values().filter_map(Value::as_i64).sum::<i64>(), 3500);

    served.asked(json!({ "cmd": "kill9" }));
    served.asked(json!({ "cmd": "restart" }));
    served.asked(json!({ "cmd": "fault", "kind": "delay", "ms": 5 }));
    served.asked(json!({ "cmd": "fault", "kind": "none" }));
    let read = served.asked(json!({ "cmd": "consume", "topic": "crypto.trades" }));
    let read = read["records"].as_array().expect("records");
    assert_eq!(read.iter().filter(|record| record["value_is"] == "avro").count(), 3500 - planted);
    served.asked(json!({ "cmd": "quit" }));
}

#[test]
fn any_record_can_be_produced_and_read_back() {
    let mut served = Served::start(&["serve"]);
    let created = served.asked(json!({ "cmd": "create_topic", "topic": "out", "partitions": 2 }));
    assert_eq!(created["created"], true);
    served.asked(json!({ "cmd": "add_partitions", "topic": "out", "partitions": 3 }));
    let records = json!([
        { "key": "k", "value": "{\"a\":1}", "partition": 2, "timestamp": 5 },
        { "value_hex": "00ff", "partition": 0 },
        { "key_hex": "", "partition": 2 },
    ]);
    let places = served.asked(json!({ "cmd": "produce", "topic": "out", "records": records }));
    assert_eq!(places["records"][2], json!({ "partition": 2, "offset": 1 }));
    let read = served.asked(json!({ "cmd": "consume", "topic": "out", "count": 3 }));
    let mut read = read["records"].as_array().expect("records").clone();
    read.sort_by_key(|record| (record["partition"].as_i64(), record["offset"].as_i64()));
    assert_eq!((&read[0]["value"], &read[0]["value_is"]), (&json!("00ff"), &json!("hex")));
    let expected = json!({
        "partition": 2, "offset": 0, "timestamp": 5, "key": "k", "key_is": "text",
        "value": "{\"a\":1}", "value_is": "text",
    });
    assert_eq!(read[1], expected);
    assert_eq!((&read[2]["key"], &read[2]["value_is"]), (&json!(""), &json!("null")));
    served.asked(json!({ "cmd": "delete_topic", "topic": "out" }));
    assert_eq!(served.ask(json!({ "cmd": "end_offsets", "topic": "out" }))["ok"], false);
}

#[test]
fn services_and_their_anomalies_agree() {
    let mut served = Served::start(&["serve", "--service", "a", "--service", "b", "--service-days", "1"]);
    let begun = served.ready["services"].clone();
    assert_eq!(begun["records"], 2 * 8640);
    let asked = json!({ "cmd": "anomalies", "services": ["a", "b"], "from": "2026-10-01T00:00:00Z", "to": 1_790_899_200_000i64 });
    let anomalies = served.asked(asked)["anomalies"].clone();
    assert_eq!(anomalies, begun["anomalies"]);
    assert!(anomalies.as_array().expect("a list").len() >= 6);
}

#[test]
fn a_feed_runs_in_the_background_until_it_is_stopped() {
    let mut served = Served::start(&["serve", "--rate", "1000"]);
    let feed = served.ready["trades_feed"].clone();
    let other =
        served.asked(json!({ "cmd": "produce_trades", "topic": "t", "count": 100, "background": true }));
    let report = served.asked(json!({ "cmd": "wait", "feed": other["feed"] }));
    assert_eq!(report["records"], 100);
    let status = served.asked(json!({ "cmd": "feeds" }));
    assert_eq!(status["feeds"].as_array().expect("a list").len(), 1);
    let report = served.asked(json!({ "cmd": "stop", "feed": feed }));
    let ends = served.asked(json!({ "cmd": "end_offsets", "topic": "crypto.trades" }));
    assert_eq!(ends["offsets"]["0"], report["records"]);
}

#[test]
fn a_mistake_is_answered_and_does_not_end_the_session() {
    let mut served = Served::start(&["serve"]);
    for (line, word) in [
        (json!({ "cmd": "dance" }), "dance"),
        (json!({ "cmd": "kill9", "why": 1 }), "why"),
        (json!({ "cmd": "end_offsets", "topic": "none" }), "none"),
        (json!({ "cmd": "fault", "kind": "cut" }), "--proxy"),
        (json!({ "cmd": "wait", "feed": 9 }), "9"),
        (json!({ "cmd": "produce_trades", "kinds": ["odd"] }), "odd"),
    ] {
        let answer = served.ask(line.clone());
        let error = answer["error"].as_str().unwrap_or_default();
        assert!(answer["ok"] == false && error.contains(word), "{line}: {answer}");
    }
    assert_eq!(served.ask(json!("text"))["ok"], false);
}

#[test]
fn the_user_s_own_broker_is_fed_but_not_killed() {
    let mut own = Served::start(&["serve"]);
    let (bootstrap, registry) = (own.ready["bootstrap"].clone(), own.ready["registry"].clone());
    let (bootstrap, registry) = (bootstrap.as_str().expect("text"), registry.as_str().expect("text"));
    let mut feed =
        Served::start(&["feed", "--bootstrap", bootstrap, "--registry", registry, "--trades", "100"]);
    assert_eq!(feed.ready["broker"], "foreign");
    assert_eq!(feed.ask(json!({ "cmd": "kill9" }))["ok"], false);
    assert_eq!(own.asked(json!({ "cmd": "end_offsets", "topic": "crypto.trades" }))["offsets"]["0"], 100);
}
