//! Tables that are sent: whole streams, streams in halves, and bytes that are no table.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{Int32Array, RecordBatch, StringArray};
use arrow_flight::flight_service_client::FlightServiceClient;
use arrow_flight::utils::batches_to_flight_data;
use arrow_flight::{FlightData, FlightDescriptor};
use arrow_schema::{DataType, Field, Schema};
use bytes::Bytes;
use kinetable_server::host::Host;
use kinetable_wire::flightjs::browser_flight_service_client::BrowserFlightServiceClient;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tonic::{Code, Request};

use super::support::{authorized, call, connect, settings, start, with_key};

const LONG: Duration = Duration::from_secs(300);

/// A table of two batches as it is sent to a variable.
fn messages(name: &str) -> Vec<FlightData> {
    let fields = vec![Field::new("X", DataType::Int32, true), Field::new("S", DataType::Utf8, true)];
    let schema = Arc::new(Schema::new(fields));
    let batch = |from: i32| {
        let numbers = Int32Array::from_iter((from..from + 3).map(Some));
        let texts = StringArray::from(vec![Some("a"), None, Some("c")]);
        RecordBatch::try_new(schema.clone(), vec![Arc::new(numbers), Arc::new(texts)]).expect("a batch")
    };
    let mut messages = batches_to_flight_data(&schema, &[batch(0), batch(3)]).expect("messages");
    messages[0].flight_descriptor = Some(FlightDescriptor::new_path(vec!["scope".into(), name.into()]));
    messages
}

async fn token(channel: &tonic::transport::Channel) -> String {
    let path = "/io.deephaven.proto.backplane.grpc.ConfigService/GetConfigurationConstants";
    let answer = call(channel, path, Some(&with_key())).await.expect("the key fits");
    answer.metadata().get("authorization").expect("a token").to_str().expect("text").to_owned()
}

/// A call of a stream in halves.
fn half(
    message: FlightData,
    token: &str,
    ticket: &str,
    sequence: &str,
    is_last: bool,
) -> Request<FlightData> {
    let mut request = authorized(message, token);
    let metadata = request.metadata_mut();
    metadata.insert("x-deephaven-stream-ticket", ticket.parse().expect("a header"));
    metadata.insert("x-deephaven-stream-sequence", sequence.parse().expect("a header"));
    if is_last {
        metadata.insert("x-deephaven-stream-halfclose", "true".parse().expect("a header"));
    }
    request
}

#[tokio::test]
async fn a_stream_in_halves_is_put_together_in_order() {
    let (server, host) = start(settings(LONG));
    let channel = connect(&server).await;
    let token = token(&channel).await;
    let mut browser = BrowserFlightServiceClient::new(channel);
    let [schema, first, second] = messages("sent").try_into().expect("three messages");
    let opened = browser.open_do_put(half(schema.clone(), &token, "7", "0", false)).await.expect("opens");
    let mut words = opened.into_inner();
    let again = browser.open_do_put(half(schema, &token, "7", "0", false)).await.expect_err("in use");
    assert_eq!(again.code(), Code::InvalidArgument);
    // The end and the second batch come before the first.
    browser.next_do_put(half(FlightData::default(), &token, "7", "3", true)).await.expect("waits");
    browser.next_do_put(half(second.clone(), &token, "7", "2", false)).await.expect("waits");
    let twice = browser.next_do_put(half(second, &token, "7", "2", false)).await.expect_err("twice");
    assert_eq!(twice.code(), Code::OutOfRange);
    browser.next_do_put(half(first.clone(), &token, "7", "1", false)).await.expect("goes on");
    let mut count = 0;
    while words.message().await.expect("a word").is_some() {
        count += 1;
    }
    assert_eq!(count, 2);
    let table = host.variable("sent").expect("a variable");
    let rows = table.table().expect("a table").batch(0..10, None).expect("rows");
    assert_eq!(rows.num_rows(), 6);
    assert_eq!(rows.column(0).as_ref(), &Int32Array::from_iter(0..6));
    let late = browser.next_do_put(half(first.clone(), &token, "7", "4", false)).await.expect_err("over");
    assert_eq!(late.code(), Code::Aborted);
    let mut lone = authorized(first, &token);
    lone.metadata_mut().insert("x-deephaven-stream-ticket", "7".parse().expect("a header"));
    assert_eq!(browser.next_do_put(lone).await.expect_err("no number").code(), Code::InvalidArgument);
}

#[tokio::test]
async fn bytes_that_are_no_table_are_refused_and_nothing_else_happens() {
    let (server, host) = start(settings(LONG));
    let channel = connect(&server).await;
    let token = token(&channel).await;
    let mut flight = FlightServiceClient::new(channel);
    let mut random = StdRng::seed_from_u64(11);
    let mut refused = 0;
    for round in 0..300 {
        let mut sent = messages(&format!("t{round}"));
        let index = random.random_range(0..sent.len());
        let message = &mut sent[index];
        let part = if random.random_bool(0.7) { &mut message.data_header } else { &mut message.data_body };
        let mut bytes = part.to_vec();
        for _ in 0..random.random_range(1..4) {
            let at = random.random_range(0..bytes.len().max(1));
            match (random.random_range(0..3), bytes.get_mut(at)) {
                (0, Some(byte)) => *byte ^= 1 << random.random_range(0..8),
                (1, Some(byte)) => *byte = random.random(),
                _ => bytes.truncate(at),
            }
        }
        *part = Bytes::from(bytes);
        let answer = flight.do_put(authorized(tokio_stream::iter(sent), &token)).await.expect("begins");
        let mut words = answer.into_inner();
        loop {
            match words.message().await {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => {
                    refused += 1;
                    break;
                }
            }
        }
    }
    assert!(refused > 100, "{refused}");
    let answer =
        flight.do_put(authorized(tokio_stream::iter(messages("whole")), &token)).await.expect("begins");
    let mut words = answer.into_inner();
    while words.message().await.expect("a word").is_some() {}
    assert_eq!(host.variable("whole").and_then(|it| it.table()?.size().ok()), Some(6));
}
