//! Subscriptions, snapshots and `DoGet`, case by case as the protocol has them.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_flight::{FlightData, FlightDescriptor};
use futures_util::StreamExt;
use kinetable::engine::{Retention, RowSet};
use kinetable::{NoNames, Table};
use kinetable_server::subscriptions::{Settings, get, table_schema};
use kinetable_wire::barrage::{Request, RequestKind};
use tonic::Code;

use super::support::{
    Client, asking, batch, fixed, keyed_schema, lists_of_objects, objects, request, rows, session,
};

/// `count` rows with ids from `first` on.
fn some_rows(first: i64, count: i64) -> Vec<(String, arrow_array::ArrayRef)> {
    let ids: Vec<i64> = (first..first + count).collect();
    let names = ids.iter().map(|id| Some(format!("row {id}"))).collect();
    let values = ids.iter().map(|id| Some(id * 10)).collect();
    rows(ids, names, values)
}

fn ids(cells: &arrow_array::ArrayRef) -> Vec<i64> {
    cells.as_primitive::<Int64Type>().values().to_vec()
}

fn snapshot_request() -> Request {
    Request { kind: RequestKind::Snapshot, ..request() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_static_table_has_a_snapshot_and_stays_open() {
    let table = fixed(&session(), some_rows(0, 3));
    let mut client = Client::ask(&table, &request(), Settings::default());
    let first = client.update().await;
    assert!(first.metadata.is_snapshot);
    assert_eq!((first.metadata.first_seq, first.metadata.last_seq), (-1, -1));
    assert_eq!(first.metadata.added_rows, Some(RowSet::flat(3)));
    assert_eq!(first.metadata.added_rows_included, Some(RowSet::flat(3)));
    assert_eq!(first.metadata.effective_viewport, None);
    assert_eq!(first.metadata.effective_column_set, Some(RowSet::flat(3)));
    assert_eq!(ids(&first.added[0]), [0, 1, 2]);
    assert!(tokio::time::timeout(Duration::from_millis(50), client.next()).await.is_err(), "it stays open");
    client.close();
    assert!(client.next().await.is_none(), "it ends without an error");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_cycle_of_a_blink_table_is_told_as_rows_from_0() {
    let session = session();
    let (table, publisher) = session.stream(keyed_schema(), Retention::BLINK);
    let asked = Request {
        options: kinetable_wire::barrage::ExchangeOptions {
            min_update_interval_ms: 60_000,
            ..request().options
        },
        ..request()
    };
    let mut slow = Client::ask(&table, &asked, Settings::default());
    assert_eq!(slow.update().await.metadata.added_rows, Some(RowSet::empty()));
    let mut client = Client::ask(&table, &request(), Settings::default());
    assert_eq!(client.update().await.metadata.added_rows, Some(RowSet::empty()));
    let mut seen = Vec::new();
    let mut had = RowSet::empty();
    for round in 0..5 {
        publisher.publish(batch(some_rows(round * 10, 3))).expect("rows");
        session.flush().expect("a cycle");
        if round % 2 == 0 {
            continue;
        }
        while seen.len() < (round as usize + 1) * 3 {
            let update = client.update().await;
            assert_eq!(update.metadata.removed_rows, Some(had));
            had = update.metadata.added_rows.clone().expect("rows");
            assert_eq!(had, RowSet::flat(had.len()));
            seen.extend(ids(&update.added[0]));
        }
    }
    let expected: Vec<i64> = (0..4).flat_map(|round| round * 10..round * 10 + 3).collect();
    assert_eq!(seen[..12], expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_blink_table_that_pass_within_an_interval_are_told() {
    let session = session();
    let (table, publisher) = session.stream(keyed_schema(), Retention::BLINK);
    let options =
        kinetable_wire::barrage::ExchangeOptions { min_update_interval_ms: 150, ..request().options };
    let mut client = Client::ask(&table, &Request { options, ..request() }, Settings::default());
    client.update().await;
    for round in 0..6 {
        publisher.publish(batch(some_rows(round * 10, 2))).expect("rows");
        session.flush().expect("a cycle");
    }
    let mut seen = Vec::new();
    while seen.len() < 12 {
        seen.extend(ids(&client.update().await.added[0]));
    }
    assert_eq!(seen, [0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worked_sequence_of_a_viewport() {
    let session = session();
    let (table, publisher) = session.stream(keyed_schema(), Retention::Append);
    publisher.publish(batch(some_rows(0, 1))).expect("rows");
    session.flush().expect("a cycle");
    let asked = Request { viewport: Some(RowSet::flat(51)), ..request() };
    let mut client = Client::ask(&table, &asked, Settings::default());
    let first = client.update().await.metadata;
    assert_eq!((first.added_rows, first.table_size), (Some(RowSet::single(0)), 1));
    assert_eq!((first.shift_data, first.added_rows_included), (None, None));
    publisher.publish(batch(some_rows(1, 3))).expect("rows");
    let next = client.update().await;
    assert_eq!(next.metadata.added_rows, Some(RowSet::from_range(1..4)));
    assert_eq!((next.metadata.shift_data, next.metadata.effective_viewport), (None, None));
    assert_eq!(ids(&next.added[0]), [1, 2, 3]);
    // Another viewport with other columns: all its rows are sent anew.
    client.send(asking(&Request {
        viewport: Some(RowSet::from_range(1..4)),
        columns: Some(RowSet::single(0)),
        ..asked
    }));
    let other = client.update().await.metadata;
    assert!(other.is_snapshot);
    assert_eq!(other.removed_rows, Some(RowSet::flat(4)));
    assert_eq!(other.added_rows, Some(RowSet::flat(3)));
    assert_eq!(other.effective_column_set, Some(RowSet::single(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn snapshots_come_one_after_the_other() {
    let table = fixed(&session(), some_rows(0, 100));
    let mut asked = snapshot_request();
    let mut client = Client::ask(&table, &asked, Settings::default());
    let all = client.update().await;
    assert_eq!(
        (all.added[0].len(), all.metadata.removed_rows, all.metadata.mod_column_nodes),
        (100, None, None)
    );
    asked.viewport = Some(RowSet::from_range(10..12));
    asked.columns = Some(RowSet::single(0));
    client.send(asking(&asked));
    let some = client.update().await;
    assert_eq!((ids(&some.added[0]), some.added[1].len()), (vec![10, 11], 0));
    assert_eq!(some.metadata.added_rows_included, Some(RowSet::from_range(10..12)));
    asked.reverse_viewport = true;
    asked.viewport = Some(RowSet::flat(2));
    client.send(asking(&asked));
    assert_eq!(ids(&client.update().await.added[0]), [98, 99]);
    client.close();
    assert!(client.next().await.is_none());
}

async fn refusal(table: &Table, messages: &[FlightData]) -> (Code, String) {
    let mut client = Client::open(table, false, Settings::default());
    for message in messages {
        client.send(message.clone());
    }
    loop {
        match client.next().await.expect("an answer") {
            Ok(_) => {}
            Err(status) => return (status.code(), status.message().to_owned()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_requests_are_refused() {
    let session = session();
    let table = fixed(&session, some_rows(0, 3));
    let hello =
        FlightData { flight_descriptor: Some(FlightDescriptor::new_cmd("dphn")), ..FlightData::default() };
    let (code, text) = refusal(&table, &[hello.clone(), hello.clone()]).await;
    assert_eq!(
        (code, text.as_str()),
        (Code::InvalidArgument, "a message has no app_metadata with a request")
    );
    let (code, text) = refusal(&table, &[hello, asking(&Request { ticket: None, ..request() })]).await;
    assert_eq!((code, text.as_str()), (Code::InvalidArgument, "Ticket not specified."));
    let unknown = asking(&Request { ticket: Some(b"s/nonesuch".to_vec()), ..request() });
    let (code, text) = refusal(&table, &[unknown]).await;
    assert_eq!(code, Code::NotFound);
    assert_eq!(text, "Could not resolve 'table: variable 'nonesuch' not found'");
    let garbage = FlightData { app_metadata: vec![1, 2, 3].into(), ..FlightData::default() };
    assert_eq!(refusal(&table, &[garbage]).await.0, Code::InvalidArgument);
    let viewport = Request { viewport: Some(RowSet::flat(3)), ..request() };
    for pair in [[request(), viewport.clone()], [viewport, request()], [request(), snapshot_request()]] {
        assert_eq!(refusal(&table, &pair.map(|request| asking(&request))).await.0, Code::InvalidArgument);
    }
    let columns = asking(&Request { columns: Some(RowSet::single(3)), ..request() });
    assert_eq!(refusal(&table, &[columns]).await.1, "column 3 is asked for; the table has 3");
    let (blink, _publisher) = session.stream(keyed_schema(), Retention::BLINK);
    let reverse = Request { viewport: Some(RowSet::flat(3)), reverse_viewport: true, ..request() };
    assert_eq!(refusal(&blink, &[asking(&reverse)]).await.0, Code::InvalidArgument);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_fails_ends_its_stream() {
    let session = session();
    let (table, publisher) = session.stream(keyed_schema(), Retention::Append);
    let below = table.where_(&["Value >= 0".into()], &NoNames).expect("a filter");
    let mut client = Client::ask(&below, &request(), Settings::default());
    client.update().await;
    publisher.publish(batch(some_rows(0, 2))).expect("rows");
    publisher.fail(kinetable::Error::source("the feed is gone"));
    assert_eq!(client.update().await.added[0].len(), 2);
    let status = client.next().await.expect("an answer").expect_err("a failure");
    assert_eq!(status.code(), Code::Internal);
    assert!(status.message().contains("the feed is gone"), "{status}");
    assert_eq!(
        refusal(&below, &[asking(&request())]).await,
        (Code::FailedPrecondition, "Table is already failed".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn do_get_streams_the_rows_of_one_version() {
    let session = session();
    let table = session.empty_table(200_000).update(&["A = ii".into(), "B = `x` + ii".into()], &NoNames);
    let table = table.expect("a table");
    let messages: Vec<FlightData> = get(&table).map(|message| message.expect("no error")).collect().await;
    let read = arrow_flight::utils::flight_data_to_batches(&messages).expect("batches");
    assert_eq!(read.iter().map(|batch| batch.num_rows()).sum::<usize>(), 200_000);
    assert_eq!(read[0].schema(), table_schema(&table));
    assert_eq!(read[3].column(0).as_primitive::<Int64Type>().value(0), 3 << 16);
    assert_eq!(read[3].column(1).as_string::<i32>().value(0), format!("x{}", 3 << 16));
    let empty = session.empty_table(0).update(&["A = ii".into()], &NoNames).expect("a table");
    let messages: Vec<FlightData> = get(&empty).map(|message| message.expect("no error")).collect().await;
    let read = arrow_flight::utils::flight_data_to_batches(&messages).expect("batches");
    assert_eq!(read.iter().map(|batch| batch.num_rows()).sum::<usize>(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_uploaded_table_goes_back_under_its_types() {
    use arrow_schema::{DataType, Field, Schema};
    let given = Arc::new(Schema::new(vec![Field::new("Id", DataType::UInt32, true)]));
    let table = fixed(&session(), some_rows(0, 3)).given_as(given);
    let messages: Vec<FlightData> = get(&table).map(|message| message.expect("no error")).collect().await;
    let read = arrow_flight::utils::flight_data_to_batches(&messages).expect("batches");
    assert_eq!(read[0].schema().field(0).data_type(), &DataType::UInt32);
    let made = table.where_(&["Id >= 0".into()], &NoNames).expect("a filter");
    assert_eq!(table_schema(&made).field(0).data_type(), &DataType::Int64);
}

#[tokio::test]
async fn objects_and_lists_of_them_are_told_as_texts() {
    let columns = vec![("O".to_owned(), objects()), ("L".to_owned(), lists_of_objects())];
    let table = session().new_table(columns).expect("a table");
    let shown = |cells: &arrow_array::ArrayRef| {
        let shown = (0..cells.len()).map(|row| arrow_cast::display::array_value_to_string(cells, row));
        shown.collect::<Result<Vec<_>, _>>().expect("texts")
    };
    let mut asked = request();
    for (limit, lists) in [(0, ["[<1>]", "[]", "[, <3>]"]), (1, ["[<1>]", "[]", "[]"])] {
        asked.options.preview_list_length_limit = limit;
        let told = Client::ask(&table, &asked, Settings::default()).update().await;
        assert_eq!(shown(&told.added[0]), ["<1>", "", "<3>"]);
        assert_eq!(shown(&told.added[1]), lists);
    }
}
