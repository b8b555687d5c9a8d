//! Random adds, removes, modifies and shifts, with random viewports, intervals, batch sizes and conflation.

use std::time::Duration;

use kinetable::engine::{RowSet, RowSetBuilder, Version};
use kinetable::{InputTable, NoNames, Session, Table};
use kinetable_server::subscriptions::Settings;
use kinetable_wire::barrage::{ExchangeOptions, Request};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::support::{Client, History, Model, asking, fixed, keyed_schema, request, rows, session};

/// Ids of rows.
const IDS: i64 = 60;
/// How long is waited for what is to come.
const PATIENCE: Duration = Duration::from_secs(120);
/// Kinds of [`Subject`].
pub const KINDS: u64 = 6;

/// A table that is written by key, and one of those made from it: in order of a value, without some rows, flat, the last row first.
pub struct Subject {
    pub session: Session,
    input: InputTable,
    pub table: Table,
}

impl Subject {
    /// By key, in order of a value, that flat, flat without some rows, flat in the other order, or by key in the other order.
    pub fn new(kind: u64) -> Subject {
        let session = session();
        let input = session.input_table(keyed_schema(), vec!["Id".into()]).expect("a table");
        let keyed = input.table().clone();
        let by_value = || keyed.sort(&[("Value".to_owned(), kinetable::Order::Ascending)]).expect("a sort");
        let table = match kind {
            0 => keyed,
            1 => by_value(),
            2 => by_value().flatten().expect("a flat table"),
            4 => by_value().flatten().and_then(|flat| flat.reverse()).expect("a reversed table"),
            5 => keyed.reverse().expect("a reversed table"),
            _ => {
                let some = keyed.where_(&["Value % 3 != 0".into()], &NoNames).expect("a filter");
                some.flatten().expect("a flat table")
            }
        };
        Subject { session, input, table }
    }

    /// Writes some rows, and deletes others.
    pub fn change(&self, random: &mut StdRng) {
        let mut ids = |most: usize| -> Vec<i64> {
            let mut ids: Vec<i64> =
                (0..random.random_range(0..=most)).map(|_| random.random_range(0..IDS)).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let (written, deleted) = (ids(8), ids(5));
        let value = |random: &mut StdRng| random.random_bool(0.9).then(|| random.random_range(0..40));
        let values = written.iter().map(|_| value(random)).collect();
        let names =
            written.iter().map(|id| (id % 7 != 0).then(|| format!("{id} {}", random.random_range(0..3))));
        let added = fixed(&self.session, rows(written.clone(), names.collect(), values));
        self.input.add(&added).expect("rows");
        if random.random_bool(0.4) {
            self.session.flush().expect("a cycle");
        }
        let none = |_: &i64| None;
        let nothing = deleted.iter().map(none).collect();
        let deleted =
            fixed(&self.session, rows(deleted.clone(), nothing, deleted.iter().map(|_| None).collect()));
        self.input.delete(&deleted).expect("rows");
        if random.random_bool(0.4) {
            self.session.flush().expect("a cycle");
        }
    }
}

fn options(random: &mut StdRng) -> ExchangeOptions {
    ExchangeOptions {
        use_deephaven_nulls: random.random_bool(0.5),
        min_update_interval_ms: random.random_range(1..12),
        batch_size: [0, 1, 3, 4096][random.random_range(0..4)],
        max_message_size: [0, 0, 40, 1000][random.random_range(0..4)],
        columns_as_list: random.random_bool(0.5),
        preview_list_length_limit: 0,
    }
}

fn some_columns(random: &mut StdRng) -> Option<RowSet> {
    let chosen = |random: &mut StdRng| (0..3).filter(|_| random.random_bool(0.6)).collect::<Vec<_>>();
    let columns = RowSet::from_sorted(chosen(random));
    (random.random_bool(0.7) && !columns.is_empty()).then_some(columns)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_of_all_rows_has_the_table() {
    for seed in 0..24 {
        let mut random = StdRng::seed_from_u64(seed);
        let subject = Subject::new(seed % KINDS);
        for _ in 0..random.random_range(0..6) {
            subject.change(&mut random);
        }
        subject.session.flush().expect("a cycle");
        let history = History::of(&subject.table);
        let mut asked =
            Request { columns: some_columns(&mut random), options: options(&mut random), ..request() };
        let mut client = Client::ask(&subject.table, &asked, Settings::default());
        let mut model = Model::default();
        let mut requests = 1;
        for _ in 0..30 {
            for _ in 0..random.random_range(0..6) {
                subject.change(&mut random);
            }
            if random.random_bool(0.2) {
                asked.columns = some_columns(&mut random);
                client.send(asking(&asked));
                requests += 1;
            }
            while let Ok(Some(update)) = tokio::time::timeout(Duration::from_millis(8), client.next()).await {
                let update = update.expect("no error");
                model.apply(&update);
                let version = history.at(update.metadata.last_seq.max(0));
                model.check(&version, version.rows(), &format!("seed {seed}"));
                assert_eq!(update.metadata.table_size as u64, version.rows().len());
                if random.random_bool(0.3) {
                    break;
                }
            }
        }
        subject.session.flush().expect("a cycle");
        let last = subject.table.version().expect("a version");
        settle(&mut client, &mut model, requests, |model| model.difference(&last, last.rows())).await;
        model.check(&last, last.rows(), &format!("seed {seed}, at the end"));
    }
}

/// Takes what is left until so many requests are answered and nothing differs any more, and what comes after that until the end.
async fn settle(
    client: &mut Client,
    model: &mut Model,
    requests: usize,
    difference: impl Fn(&Model) -> Option<String>,
) {
    while model.snapshots < requests || difference(model).is_some() {
        // If nothing comes, what differs is told by the check that follows.
        let Ok(update) = tokio::time::timeout(PATIENCE, client.next()).await else { break };
        model.apply(&update.expect("an open stream").expect("no error"));
    }
    client.close();
    while let Some(update) = client.next().await {
        model.apply(&update.expect("no error"));
    }
    assert_eq!(model.snapshots, requests, "one for each request");
}

/// The keys at a viewport's positions, by going through the rows.
fn keys_of(request: &Request, version: &Version) -> RowSet {
    let viewport = request.viewport.as_ref().expect("a viewport");
    let all = version.rows().to_vec();
    let count = all.len() as u64;
    let mut builder = RowSetBuilder::new();
    for (position, key) in all.iter().enumerate() {
        let position = position as u64;
        let counted = if request.reverse_viewport { count - 1 - position } else { position };
        if viewport.contains(counted) {
            builder.push(*key);
        }
    }
    builder.finish()
}

fn random_viewport(random: &mut StdRng) -> RowSet {
    let start = random.random_range(0..40);
    let first = start..start + random.random_range(0..20);
    let gap = first.end + random.random_range(1..9);
    let second = gap..gap + random.random_range(1..6);
    match random.random_range(0..3) {
        0 => RowSet::from_range(0..random.random_range(1..12)),
        1 => RowSet::from_range(first),
        _ => RowSet::from_ranges([first, second]),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_of_a_viewport_has_what_is_in_it() {
    for seed in 100..130 {
        let mut random = StdRng::seed_from_u64(seed);
        let subject = Subject::new(seed % KINDS);
        for _ in 0..random.random_range(0..9) {
            subject.change(&mut random);
        }
        subject.session.flush().expect("a cycle");
        let history = History::of(&subject.table);
        let mut asked = Request {
            columns: some_columns(&mut random),
            viewport: Some(random_viewport(&mut random)),
            reverse_viewport: random.random_bool(0.3),
            options: options(&mut random),
            ..request()
        };
        let mut client = Client::ask(&subject.table, &asked, Settings::default());
        let mut model = Model::by_place();
        let mut current = asked.clone();
        let mut waiting = std::collections::VecDeque::from([asked.clone()]);
        let mut requests = 1;
        for _ in 0..30 {
            for _ in 0..random.random_range(0..5) {
                subject.change(&mut random);
            }
            if random.random_bool(0.3) {
                asked.viewport = Some(random_viewport(&mut random));
                if random.random_bool(0.3) {
                    asked.reverse_viewport ^= true;
                }
                if random.random_bool(0.3) {
                    asked.columns = some_columns(&mut random);
                }
                client.send(asking(&asked));
                waiting.push_back(asked.clone());
                requests += 1;
            }
            while let Ok(Some(update)) = tokio::time::timeout(Duration::from_millis(8), client.next()).await {
                let update = update.expect("no error");
                if update.metadata.is_snapshot {
                    current = waiting.pop_front().expect("a request that is answered");
                    assert_eq!(update.metadata.effective_viewport, current.viewport);
                }
                model.apply(&update);
                let version = history.at(update.metadata.last_seq.max(0));
                model.check(&version, &keys_of(&current, &version), &format!("seed {seed}"));
                if random.random_bool(0.3) {
                    break;
                }
            }
        }
        subject.session.flush().expect("a cycle");
        let last = subject.table.version().expect("a version");
        let keys = keys_of(&asked, &last);
        settle(&mut client, &mut model, requests, |model| model.difference(&last, &keys)).await;
        model.check(&last, &keys, &format!("seed {seed}, at the end"));
    }
}
