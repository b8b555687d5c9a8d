//! A model subscriber, and a table whose every version is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array, ListArray, RecordBatch, StringViewArray, StructArray};
use arrow_buffer::OffsetBuffer;
use arrow_flight::FlightData;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use futures_util::{Stream, StreamExt};
use kinetable::engine::{Change, Listener, ListenerHandle, RowSet, Version};
use kinetable::{Error, Session, SessionConfig, Table};
use kinetable_server::access::Right;
use kinetable_server::subscriptions::{Resolve, Settings, exchange_with, spell_objects_with};
use kinetable_wire::barrage::{Assembler, Delivered, ExchangeOptions, Request, RequestKind, UpdateMetadata};
use kinetable_wire::columns::{to_wire, without_sentinels};
use kinetable_wire::schema::wire_type;
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::Status;

/// A session whose cycles follow one another fast.
pub fn session() -> Session {
    let min_interval = std::time::Duration::from_millis(1);
    Session::start(SessionConfig { threads: 2, min_interval, ..SessionConfig::default() }).expect("a session")
}

/// The rows of keyed tables in these tests.
pub fn rows(ids: Vec<i64>, names: Vec<Option<String>>, values: Vec<Option<i64>>) -> Vec<(String, ArrayRef)> {
    let names: StringViewArray = names.into_iter().collect();
    vec![
        ("Id".to_owned(), Arc::new(Int64Array::from(ids)) as ArrayRef),
        ("Name".to_owned(), Arc::new(names)),
        ("Value".to_owned(), Arc::new(Int64Array::from(values))),
    ]
}

/// Cells that hold objects of a host, which are known by number.
pub fn objects() -> ArrayRef {
    spell_objects_with(|cells| {
        let numbers = cells.as_struct().column(0).as_primitive::<Int64Type>().clone();
        let text = |row| cells.is_valid(row).then(|| format!("<{}>", numbers.value(row)));
        Ok(Arc::new((0..cells.len()).map(text).collect::<StringViewArray>()))
    });
    let fields = vec![Field::new("object", DataType::Int64, true)].into();
    let numbers = Arc::new(Int64Array::from(vec![1, 2, 3]));
    Arc::new(StructArray::new(fields, vec![numbers], Some(vec![true, false, true].into())))
}

/// Lists of [`objects`].
pub fn lists_of_objects() -> ArrayRef {
    let objects = objects();
    let item = Arc::new(Field::new_list_field(objects.data_type().clone(), true));
    let offsets = OffsetBuffer::from_lengths([1, 0, 2]);
    Arc::new(ListArray::new(item, offsets, objects, None))
}

/// The schema of [`rows`].
pub fn keyed_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("Id", DataType::Int64, true),
        Field::new("Name", DataType::Utf8View, true),
        Field::new("Value", DataType::Int64, true),
    ]))
}

/// Finds one table, whatever the ticket.
pub struct One(pub Table);

#[tonic::async_trait]
impl Resolve for One {
    async fn table(&self, ticket: &[u8], _: Right) -> Result<Table, Status> {
        match ticket {
            b"s/t" => Ok(self.0.clone()),
            _ => Err(Status::not_found("Could not resolve 'table: variable 'nonesuch' not found'")),
        }
    }
}

/// Every version a table had.
pub struct History {
    versions: Arc<Versions>,
    _listening: ListenerHandle,
}

#[derive(Default)]
struct Versions(Mutex<BTreeMap<u64, Version>>);

impl Listener for Versions {
    fn on_update(&self, change: &Arc<Change>) {
        self.0.lock().insert(change.after.step(), change.after.clone());
    }

    fn on_failure(&self, _: &Error) {}
}

impl History {
    /// Keeps every version of a table from now on.
    pub fn of(table: &Table) -> History {
        let versions = Arc::new(Versions::default());
        let (version, listening) = table.listen(versions.clone()).expect("a live table");
        versions.0.lock().insert(version.step(), version);
        History { versions, _listening: listening }
    }

    /// The version at a step. The subscriber may be told before the listener here is.
    pub fn at(&self, step: i64) -> Version {
        for _ in 0..120_000 {
            if let Some(version) = self.versions.0.lock().get(&(step as u64)) {
                return version.clone();
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        panic!("the table had no step {step}");
    }
}

/// A subscription request to `t`.
pub fn request() -> Request {
    Request {
        kind: RequestKind::Subscription,
        ticket: Some(b"s/t".to_vec()),
        columns: None,
        viewport: None,
        reverse_viewport: false,
        options: ExchangeOptions {
            use_deephaven_nulls: true,
            min_update_interval_ms: 1,
            ..ExchangeOptions::default()
        },
    }
}

/// A message that asks.
pub fn asking(request: &Request) -> FlightData {
    FlightData { app_metadata: request.to_bytes().into(), ..FlightData::default() }
}

/// A stream to a server.
pub struct Client {
    requests: Option<mpsc::UnboundedSender<Result<FlightData, Status>>>,
    messages: std::pin::Pin<Box<dyn Stream<Item = Result<FlightData, Status>> + Send>>,
    assembler: Assembler,
}

impl Client {
    /// Opens a stream, and asks.
    pub fn ask(table: &Table, request: &Request, settings: Settings) -> Client {
        let client = Client::open(table, request.options.columns_as_list, settings);
        client.send(asking(request));
        client
    }

    /// Opens a stream.
    pub fn open(table: &Table, columns_as_list: bool, settings: Settings) -> Client {
        let (sender, receiver) = mpsc::unbounded_channel();
        let requests = UnboundedReceiverStream::new(receiver);
        let messages = exchange_with(requests, Arc::new(One(table.clone())), settings);
        Client {
            requests: Some(sender),
            messages: Box::pin(messages),
            assembler: Assembler::new(columns_as_list),
        }
    }

    /// Sends a message.
    pub fn send(&self, message: FlightData) {
        self.requests.as_ref().expect("an open stream").send(Ok(message)).expect("a server");
    }

    /// Says that nothing more will be asked.
    pub fn close(&mut self) {
        self.requests = None;
    }

    /// Waits until the server reads nothing more from it.
    pub async fn is_let_go(&self) {
        self.requests.as_ref().expect("an open stream").closed().await;
    }

    /// The next message as it comes.
    pub async fn message(&mut self) -> Option<Result<FlightData, Status>> {
        self.messages.next().await
    }

    /// The next update; none when the stream ended.
    pub async fn next(&mut self) -> Option<Result<Delivered, Status>> {
        loop {
            let message = match self.messages.next().await? {
                Ok(message) => message,
                Err(status) => return Some(Err(status)),
            };
            if let Some(update) = self.assembler.push(&message).expect("a message in its place") {
                return Some(Ok(update));
            }
        }
    }

    /// The next update.
    pub async fn update(&mut self) -> Delivered {
        self.next().await.expect("an open stream").expect("no error")
    }
}

/// What a subscriber has: rows by key, or by place in its viewport; a cell is an array of one.
#[derive(Default)]
pub struct Model {
    pub rows: BTreeMap<u64, Vec<Option<ArrayRef>>>,
    /// How many snapshots came: one for each request.
    pub snapshots: usize,
    columns: Option<RowSet>,
    by_place: bool,
}

fn cell(cells: &ArrayRef, at: usize) -> ArrayRef {
    without_sentinels(&cells.slice(at, 1))
}

impl Model {
    /// A subscriber by place.
    pub fn by_place() -> Model {
        Model { by_place: true, ..Model::default() }
    }

    /// Does what an update says, in the order of the protocol.
    pub fn apply(&mut self, update: &Delivered) {
        let said = &update.metadata;
        if said.is_snapshot {
            self.snapshots += 1;
            self.columns.clone_from(&said.effective_column_set);
        }
        let none = RowSet::empty();
        let removed = said.removed_rows.as_ref().unwrap_or(&none);
        for key in removed.iter() {
            self.rows.remove(&key).unwrap_or_else(|| panic!("row {key} is removed and was not there"));
        }
        let added = said.added_rows.as_ref().expect("added rows");
        match self.by_place {
            true => self.make_room(added),
            false => self.shift(said),
        }
        for (at, key) in added.iter().enumerate() {
            let cells = update.added.iter().map(|cells| (!cells.is_empty()).then(|| cell(cells, at)));
            assert!(self.rows.insert(key, cells.collect()).is_none(), "row {key} is added and was there");
        }
        for (column, rows) in said.mod_column_nodes.iter().flatten().enumerate() {
            for (at, key) in rows.iter().enumerate() {
                let row =
                    self.rows.get_mut(&key).unwrap_or_else(|| panic!("row {key} is modified, not there"));
                row[column] = Some(cell(&update.modified[column], at));
            }
        }
    }

    fn shift(&mut self, said: &UpdateMetadata) {
        let shifts = said.shift_data.clone().expect("shifts");
        let rows = std::mem::take(&mut self.rows);
        let count = rows.len();
        self.rows = rows.into_iter().map(|(key, row)| (shifts.shift_key(key), row)).collect();
        assert_eq!(self.rows.len(), count, "rows met when they were shifted");
    }

    /// Rows that stay are counted anew, around those that come.
    fn make_room(&mut self, added: &RowSet) {
        let stay = std::mem::take(&mut self.rows).into_values();
        let places = (0..).filter(|place| !added.contains(*place));
        self.rows = places.zip(stay).collect();
    }

    /// Checks that the subscriber has just these rows of a version, numbered by key or by place.
    pub fn check(&self, version: &Version, keys: &RowSet, context: &str) {
        if let Some(difference) = self.difference(version, keys) {
            panic!("{context}: {difference}");
        }
    }

    /// What the subscriber has otherwise than these rows of a version, if anything.
    pub fn difference(&self, version: &Version, keys: &RowSet) -> Option<String> {
        let numbers: Vec<u64> = match self.by_place {
            true => (0..keys.len()).collect(),
            false => keys.to_vec(),
        };
        let found: Vec<u64> = self.rows.keys().copied().collect();
        if found != numbers {
            return Some(format!("rows {found:?}, not {numbers:?}"));
        }
        for column in 0..version.columns().len() {
            let has = self.columns.as_ref().is_none_or(|columns| columns.contains(column as u64));
            if !has || keys.is_empty() {
                continue;
            }
            let cells = version.read(column, keys).expect("cells");
            let cells = to_wire(&cells, &wire_type(cells.data_type())).expect("cells for clients");
            for (at, (key, row)) in self.rows.iter().enumerate() {
                let (found, expected) = (row[column].as_ref(), &cells.slice(at, 1));
                if found.is_none_or(|found| found != expected) {
                    return Some(format!("row {key}, column {column}: {found:?}, not {expected:?}"));
                }
            }
        }
        None
    }
}

/// A static table of some rows.
pub fn fixed(session: &Session, columns: Vec<(String, ArrayRef)>) -> Table {
    session.new_table(columns).expect("a table")
}

/// Rows for a stream of [`keyed_schema`].
pub fn batch(columns: Vec<(String, ArrayRef)>) -> RecordBatch {
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    RecordBatch::try_new(keyed_schema(), columns).expect("rows")
}
