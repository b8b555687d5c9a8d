//! `DoExchange`: requests in, messages out.

use std::sync::Arc;
use std::time::Duration;

use arrow_flight::FlightData;
use arrow_schema::Schema;
use futures_util::Stream;
use kinetable::Table;
use kinetable::engine::{ListenerHandle, RowSet, Shifts, Version};
use kinetable::figures::Subscriber;
use kinetable_wire::barrage::{Layout, Request, RequestKind, UpdateMetadata};
use kinetable_wire::schema::{as_lists, message};
use tokio::time::Instant;
use tonic::Status;

use super::Settings;
use super::cells::Shape;
use super::full::Full;
use super::inbox::{Inbox, Pending};
use super::messages::{Limits, Messages};
use super::outlet::{Outgoing, Outlet, Stop, blocking};
use super::requests::Requests;
use super::schema::exchange_schema;
use super::told::{Told, sequence};
use super::viewport::{Viewport, Window};
use crate::access::Right;

/// Finds what tickets name, and lets in who may read it.
#[tonic::async_trait]
pub trait Resolve: Send + Sync {
    /// The table of a ticket that a client has this right to; waits if it is not defined yet.
    async fn table(&self, ticket: &[u8], right: Right) -> Result<Table, Status>;

    /// Who the client is, for the table of subscribers.
    fn user(&self) -> String {
        String::new()
    }

    /// The table's columns as the client is to know them, where they say more than the table does.
    async fn schema(&self, _: &[u8]) -> Option<Arc<Schema>> {
        None
    }
}

/// Answers the requests of one stream, with the usual [`Settings`].
pub fn exchange<R>(requests: R, resolver: Arc<dyn Resolve>) -> Outgoing
where
    R: Stream<Item = Result<FlightData, Status>> + Send + 'static,
{
    exchange_with(requests, resolver, Settings::default())
}

/// Answers the requests of one stream. Must be called in a runtime of tokio.
pub fn exchange_with<R>(requests: R, resolver: Arc<dyn Resolve>, settings: Settings) -> Outgoing
where
    R: Stream<Item = Result<FlightData, Status>> + Send + 'static,
{
    Outlet::run(settings.patience, move |outlet| async move {
        let mut requests = Requests::new(requests);
        let Some(request) = requests.next().await? else { return Ok(()) };
        let exchange = Exchange { outlet, resolver, settings };
        match request.kind {
            RequestKind::Subscription => exchange.subscribe(request, requests).await,
            RequestKind::Snapshot => exchange.snapshots(request, requests).await,
        }
    })
}

/// One stream.
struct Exchange {
    outlet: Outlet,
    resolver: Arc<dyn Resolve>,
    settings: Settings,
}

impl Exchange {
    async fn table(&self, request: &Request) -> Result<(Table, Arc<Schema>), Status> {
        let right = match request.kind {
            RequestKind::Subscription => Right::Subscribe,
            RequestKind::Snapshot => Right::Read,
        };
        match request.ticket.as_deref() {
            None | Some([]) => Err(Status::invalid_argument("Ticket not specified.")),
            Some(ticket) => {
                let table = self.resolver.table(ticket, right).await?;
                let schema = self.resolver.schema(ticket).await;
                let schema = schema.unwrap_or_else(|| exchange_schema(&table));
                Ok((table, schema))
            }
        }
    }

    async fn subscribe<R>(&self, request: Request, mut requests: Requests<R>) -> Result<(), Stop>
    where
        R: Stream<Item = Result<FlightData, Status>> + Send,
    {
        let (table, schema) = self.table(&request).await?;
        let shape = shape(schema, &request)?;
        let subscriber = table.session().followed(&table, "barrage", self.resolver.user(), String::new());
        let begun = Subscription::begin((table, shape), &request, &self.settings, subscriber);
        let mut subscription = begun.await?;
        self.send_schema(&subscription.shape.schema, subscription.layout).await?;
        let first = subscription.first();
        self.send_all(&subscription, vec![first]).await?;
        let mut next = Instant::now() + subscription.interval;
        loop {
            tokio::select! {
                () = self.outlet.closed() => return Err(Stop::Gone),
                request = requests.next() => match request? {
                    None => return Ok(()),
                    Some(request) => {
                        let told = subscription.answer(request).await?;
                        self.send_all(&subscription, told).await?;
                    }
                },
                () = subscription.due(next) => {
                    let told = subscription.pending().await?;
                    let is_news = !told.is_empty();
                    self.send_all(&subscription, told).await?;
                    if is_news {
                        next = Instant::now() + subscription.interval;
                    }
                }
            }
        }
    }

    async fn snapshots<R>(&self, request: Request, mut requests: Requests<R>) -> Result<(), Stop>
    where
        R: Stream<Item = Result<FlightData, Status>> + Send,
    {
        let mut request = request;
        let mut first = true;
        loop {
            let (table, schema) = self.table(&request).await?;
            let shape = shape(schema, &request)?;
            let layout = layout(&request);
            if std::mem::take(&mut first) {
                self.send_schema(&shape.schema, layout).await?;
            }
            let version = blocking(move || table.version()).await?;
            let version = version.map_err(|error| Status::internal(error.to_string()))?;
            let told = snapshot(&version, &request, &shape)?;
            let limits = Limits::of(&request.options, self.settings.message_bytes_max);
            self.send(Messages::new(told, &shape, layout, limits), |_| ()).await?;
            let next = tokio::select! {
                () = self.outlet.closed() => return Err(Stop::Gone),
                request = requests.next() => request?,
            };
            match next {
                None => return Ok(()),
                Some(next) if next.kind != RequestKind::Snapshot => return Err(another_kind()),
                Some(next) => request = next,
            }
        }
    }

    async fn send_schema(&self, schema: &Schema, layout: Layout) -> Result<(), Stop> {
        let header = if layout.columns_as_list { message(&as_lists(schema)) } else { message(schema) };
        self.outlet.send(FlightData { data_header: header, ..FlightData::default() }).await
    }

    async fn send_all(&self, subscription: &Subscription, told: Vec<Told>) -> Result<(), Stop> {
        for told in told {
            subscription.subscriber.rows(told.rows());
            self.send(subscription.messages(told), |bytes| subscription.subscriber.message(bytes)).await?;
        }
        subscription.subscriber.tell(subscription.version.step());
        Ok(())
    }

    /// Sends messages as the client takes them; says the bytes of each.
    async fn send(&self, mut messages: Messages, taken: impl Fn(usize)) -> Result<(), Stop> {
        while messages.is_more() {
            let (message, rest) = blocking(move || (messages.next(), messages)).await?;
            let message = message?;
            let bytes = message.data_body.len() + message.data_header.len() + message.app_metadata.len();
            self.outlet.send(message).await?;
            taken(bytes);
            messages = rest;
        }
        Ok(())
    }
}

/// What one client is told of one table.
struct Subscription {
    shape: Shape,
    layout: Layout,
    limits: Limits,
    interval: Duration,
    inbox: Arc<Inbox>,
    /// The version that the client knows, or is about to.
    version: Version,
    knows: Knows,
    blink: bool,
    subscriber: Arc<Subscriber>,
    /// Ends the updates when it is dropped.
    _listening: ListenerHandle,
}

enum Knows {
    All(Full),
    Window(Window),
}

impl Subscription {
    async fn begin(
        (table, shape): (Table, Shape),
        request: &Request,
        settings: &Settings,
        subscriber: Arc<Subscriber>,
    ) -> Result<Subscription, Status> {
        let ensure_alive = |table: &Table| match table.failure() {
            Some(_) => Err(Status::failed_precondition("Table is already failed")),
            None => Ok(()),
        };
        ensure_alive(&table)?;
        let blink = table.definition().properties.blink;
        ensure_direction(blink, request)?;
        let each_cycle = blink && request.viewport.is_none();
        let inbox = Inbox::new(each_cycle, settings.pending_rows_max, subscriber.clone());
        subscriber.look_at(request.viewport.as_ref().map(RowSet::len));
        let (listened, listener) = (table.clone(), inbox.clone());
        // Waits for the cycle under way.
        let listening = blocking(move || listened.listen(listener)).await?;
        let (version, listening) = listening.map_err(|error| Status::internal(error.to_string()))?;
        // If that cycle failed the table, no listener will be told any more.
        ensure_alive(&table)?;
        ensure_keys(&version)?;
        let knows = match viewport(request) {
            None => Knows::All(Full::new(blink)),
            Some(viewport) => Knows::Window(Window::new(viewport, shape.columns.clone())),
        };
        let interval = u64::try_from(request.options.min_update_interval_ms).unwrap_or(0);
        Ok(Subscription {
            shape,
            layout: layout(request),
            limits: Limits::of(&request.options, settings.message_bytes_max),
            interval: if interval == 0 { settings.interval } else { Duration::from_millis(interval) },
            inbox,
            version,
            knows,
            blink,
            subscriber,
            _listening: listening,
        })
    }

    fn first(&mut self) -> Told {
        match &mut self.knows {
            Knows::All(full) => full.snapshot(&self.version, &self.shape),
            Knows::Window(window) => {
                let wanted = window.wanted();
                window.snapshot(&self.version, None, wanted, &self.shape)
            }
        }
    }

    fn messages(&self, told: Told) -> Messages {
        Messages::new(told, &self.shape, self.layout, self.limits)
    }

    /// Waits until something is pending and the interval is over.
    async fn due(&self, next: Instant) {
        self.inbox.wait().await;
        tokio::time::sleep_until(next).await;
    }

    /// What there is to tell after what is pending.
    async fn pending(&mut self) -> Result<Vec<Told>, Status> {
        let pending = self.take().await?;
        let told = match (pending, &mut self.knows) {
            (Pending::Cycles(cycles), Knows::All(full)) => full.cycles(cycles, &self.shape),
            (Pending::Change(merged), knows) => {
                self.version = merged.after.clone();
                ensure_keys(&self.version)?;
                match knows {
                    Knows::All(full) => full.change(*merged, &self.shape),
                    Knows::Window(window) => window.change(*merged, &self.shape),
                }
            }
            _ => None,
        };
        Ok(told.into_iter().collect())
    }

    /// What there is to tell after a request for other columns or another viewport.
    async fn answer(&mut self, request: Request) -> Result<Vec<Told>, Stop> {
        if request.kind != RequestKind::Subscription {
            return Err(another_kind());
        }
        ensure_direction(self.blink, &request)?;
        let columns = request.columns.clone();
        if let Knows::All(_) = self.knows {
            // What is pending is told of the columns before, at a version the snapshot then starts from.
            let mut told = self.pending().await?;
            self.shape.columns = columns;
            let Knows::All(full) = &mut self.knows else { return Err(switched()) };
            if request.viewport.is_some() {
                return Err(switched());
            }
            told.push(full.snapshot(&self.version, &self.shape));
            return Ok(told);
        }
        let Some(wanted) = viewport(&request) else { return Err(switched()) };
        let merged = match self.take().await? {
            Pending::Change(merged) => {
                self.version = merged.after.clone();
                Some(*merged)
            }
            _ => None,
        };
        self.shape.columns = columns;
        match &mut self.knows {
            Knows::Window(window) => Ok(vec![window.snapshot(&self.version, merged, wanted, &self.shape)]),
            Knows::All(_) => Err(switched()),
        }
    }

    async fn take(&self) -> Result<Pending, Status> {
        let inbox = self.inbox.clone();
        match blocking(move || inbox.take()).await? {
            Pending::Failed(error) => Err(Status::internal(format!("the table has failed: {error}"))),
            Pending::TooMuch => Err(Status::resource_exhausted(
                "more is pending for the client than a server keeps, so the stream is ended: take updates faster, or \
                 subscribe to a viewport",
            )),
            pending => Ok(pending),
        }
    }
}

/// What a request for a snapshot is answered.
fn snapshot(version: &Version, request: &Request, shape: &Shape) -> Result<Told, Status> {
    ensure_keys(version)?;
    let viewport = viewport(request);
    let keys = viewport.as_ref().map_or_else(|| version.rows().clone(), |v| v.keys(version.rows()));
    let metadata = UpdateMetadata {
        first_seq: sequence(version.step()),
        last_seq: sequence(version.step()),
        is_snapshot: true,
        effective_viewport: request.viewport.clone(),
        effective_reverse_viewport: request.reverse_viewport,
        effective_column_set: Some(shape.delivered()),
        added_rows: Some(version.rows().clone()),
        shift_data: Some(Shifts::empty()),
        added_rows_included: Some(keys.clone()),
        ..UpdateMetadata::default()
    };
    let added = vec![(version.clone(), keys)];
    Ok(Told { columns: shape.columns.clone(), metadata, added, modified: None })
}

fn viewport(request: &Request) -> Option<Viewport> {
    let positions = request.viewport.clone()?;
    Some(Viewport { positions, reverse: request.reverse_viewport })
}

fn shape(schema: Arc<Schema>, request: &Request) -> Result<Shape, Status> {
    let width = schema.fields().len() as u64;
    if let Some(columns) = request.columns.as_ref().filter(|columns| columns.end() > width) {
        let last = columns.end() - 1;
        let message = format!("column {last} is asked for; the table has {width}");
        return Err(Status::invalid_argument(message));
    }
    let preview = request.options.preview_list_length_limit;
    Ok(Shape { schema, columns: request.columns.clone(), preview })
}

fn layout(request: &Request) -> Layout {
    let options = &request.options;
    Layout { sentinels: options.use_deephaven_nulls, columns_as_list: options.columns_as_list }
}

fn ensure_direction(blink: bool, request: &Request) -> Result<(), Status> {
    if blink && request.reverse_viewport {
        return Err(Status::invalid_argument("a blink table has no viewport that counts from the last row"));
    }
    Ok(())
}

/// Row keys are signed numbers on the wire.
fn ensure_keys(version: &Version) -> Result<(), Status> {
    let signed = RowSet::from_range(0..1 << 63);
    if version.rows().end() > signed.end() {
        return Err(Status::failed_precondition(
            "the table has row keys that clients cannot read; flatten it first",
        ));
    }
    Ok(())
}

fn another_kind() -> Stop {
    Status::invalid_argument("a stream has requests of one kind").into()
}

fn switched() -> Stop {
    Status::invalid_argument("a stream cannot change between all rows and a viewport").into()
}
