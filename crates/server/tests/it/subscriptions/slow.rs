//! Subscribers who do not take what waits for them.

use std::time::Duration;

use kinetable::engine::Retention;
use kinetable_server::subscriptions::Settings;
use kinetable_wire::barrage::{ExchangeOptions, Request};
use tonic::Code;

use super::support::{Client, History, Model, batch, keyed_schema, request, rows, session};

fn many(count: i64) -> arrow_array::RecordBatch {
    let ids: Vec<i64> = (0..count).collect();
    batch(rows(
        ids.clone(),
        ids.iter().map(|id| Some(format!("{id}"))).collect(),
        vec![Some(1); count as usize],
    ))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cycles_do_not_wait_for_a_client_that_takes_nothing() {
    let session = session();
    let (table, publisher) = session.stream(keyed_schema(), Retention::Ring(500));
    let history = History::of(&table);
    let asked = Request {
        options: ExchangeOptions { batch_size: 10, min_update_interval_ms: 1, ..request().options },
        ..request()
    };
    // Cycles that waited for it would wait for as long as this.
    let settings = Settings { patience: Duration::from_secs(600), ..Settings::default() };
    let mut idle = Client::ask(&table, &asked, settings);
    let mut model = Model::default();
    model.apply(&idle.update().await);
    for _ in 0..200 {
        publisher.publish(many(50)).expect("rows");
        session.flush().expect("a cycle");
    }
    // It takes up again, and has the table, after fewer messages than there were cycles.
    let last = table.version().expect("a version");
    let mut updates = 0;
    loop {
        let update = idle.update().await;
        model.apply(&update);
        let version = history.at(update.metadata.last_seq);
        model.check(&version, version.rows(), "after a pause");
        updates += 1;
        if update.metadata.last_seq as u64 == last.step() {
            break;
        }
    }
    assert!(updates < 10, "{updates} updates");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_takes_nothing_for_too_long_is_let_go_with_a_reason() {
    let session = session();
    let (table, publisher) = session.stream(keyed_schema(), Retention::Append);
    let settings = Settings { patience: Duration::from_secs(5), ..Settings::default() };
    let asked = Request { options: ExchangeOptions { batch_size: 10, ..request().options }, ..request() };
    let mut idle = Client::ask(&table, &asked, settings);
    idle.update().await;
    publisher.publish(many(200)).expect("rows");
    session.flush().expect("a cycle");
    tokio::time::timeout(Duration::from_secs(300), idle.is_let_go()).await.expect("an end");
    loop {
        match idle.message().await.expect("a reason") {
            Ok(_) => {}
            Err(status) => {
                assert_eq!(status.code(), Code::ResourceExhausted);
                assert!(status.message().starts_with("the client took nothing for 5 s"), "{status}");
                break;
            }
        }
    }
    assert!(idle.message().await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_for_which_too_much_is_pending_is_let_go_with_a_reason() {
    let session = session();
    let (table, publisher) = session.stream(keyed_schema(), Retention::BLINK);
    let settings = Settings { pending_rows_max: 100, ..Settings::default() };
    let asked = Request {
        options: ExchangeOptions { min_update_interval_ms: 5_000, ..request().options },
        ..request()
    };
    let mut client = Client::ask(&table, &asked, settings);
    client.update().await;
    let mut ended = None;
    for _ in 0..10 {
        for _ in 0..4 {
            publisher.publish(many(40)).expect("rows");
            session.flush().expect("a cycle");
        }
        ended = client.next().await.expect("a reason").err();
        // Else the interval was over before all of them were there.
        if ended.is_some() {
            break;
        }
    }
    let status = ended.expect("too much");
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(status.message().starts_with("more is pending"), "{status}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_goes_away_is_forgotten() {
    let session = session();
    let (table, publisher) = session.stream(keyed_schema(), Retention::Append);
    let weak = table.engine().expect("a table").weak();
    let mut client = Client::ask(&table, &request(), Settings::default());
    client.update().await;
    drop(table);
    publisher.publish(many(3)).expect("rows");
    client.update().await;
    drop(client);
    for _ in 0..6_000 {
        if weak.upgrade().is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the table is still held");
}
