//! A server of one table that can be cut off and come back.

use std::net::{SocketAddr, TcpListener as StdListener};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_flight::flight_service_server::{FlightService, FlightServiceServer};
use arrow_flight::{
    Action, ActionType, Criteria, Empty, FlightData, FlightDescriptor, FlightInfo, HandshakeRequest,
    HandshakeResponse, PollInfo, PutResult, SchemaResult, Ticket,
};
use futures_util::Stream;
use kinetable::Table;
use kinetable_server::remote::{Address, RemoteSession};
use kinetable_server::subscriptions::{Resolve, Settings, exchange_with};
use kinetable_wire::grpc::config_service_server::{ConfigService, ConfigServiceServer};
use kinetable_wire::grpc::{
    AuthenticationConstantsRequest, AuthenticationConstantsResponse, ConfigValue,
    ConfigurationConstantsRequest, ConfigurationConstantsResponse, config_value,
};
use parking_lot::Mutex;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, Streaming};

use crate::subscriptions::support::One;

type Sent<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// A server, until it is dropped.
pub struct Server {
    pub address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Server {
    /// Serves a table as `s/t` on a free port.
    pub fn start(table: &Table) -> Server {
        Server::of(Arc::new(One(table.clone())))
    }

    /// Serves the tables that are found on a free port.
    pub fn of(tables: Arc<dyn Resolve>) -> Server {
        let runtime = Runtime::new().expect("a runtime");
        let listener = StdListener::bind(("127.0.0.1", 0)).expect("a port");
        listener.set_nonblocking(true).expect("a listener");
        let address = listener.local_addr().expect("an address");
        let services = Services { tables };
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).expect("a listener");
            let served = tonic::transport::Server::builder()
                .add_service(FlightServiceServer::new(services))
                .add_service(ConfigServiceServer::new(Config))
                .serve_with_incoming(TcpListenerStream::new(listener));
            served.await.expect("a server");
        });
        Server { address, runtime: Some(runtime) }
    }

    /// A session in it.
    pub fn session(&self) -> RemoteSession {
        session_at(self.address)
    }
}

fn session_at(address: SocketAddr) -> RemoteSession {
    RemoteSession::connect(Address::anonymous("127.0.0.1", address.port(), None)).expect("a session")
}

impl Drop for Server {
    fn drop(&mut self) {
        self.runtime.take().expect("it runs").shutdown_timeout(Duration::from_millis(200));
    }
}

/// A port that stays, behind which servers come and go: one that a server let go of may be another test's by then.
pub struct Front {
    address: SocketAddr,
    behind: Arc<Mutex<Option<SocketAddr>>>,
    _runtime: Runtime,
}

impl Front {
    /// A port that leads to a server.
    pub fn of(server: &Server) -> Front {
        let runtime = Runtime::new().expect("a runtime");
        let bound = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)));
        let listener = bound.expect("a port");
        let address = listener.local_addr().expect("an address");
        let behind = Arc::new(Mutex::new(Some(server.address)));
        let leads = behind.clone();
        runtime.spawn(async move {
            loop {
                let (client, _) = listener.accept().await.expect("a connection");
                let to = *leads.lock();
                // Nothing is behind it: it hangs up.
                if let Some(to) = to {
                    tokio::spawn(passed_on(client, to));
                }
            }
        });
        Front { address, behind, _runtime: runtime }
    }

    /// Takes the server away, and ends it.
    pub fn end(&self, server: Server) {
        *self.behind.lock() = None;
        drop(server);
    }

    /// Leads to another server from now on.
    pub fn leads_to(&self, server: &Server) {
        *self.behind.lock() = Some(server.address);
    }

    /// A session in whatever is behind it.
    pub fn session(&self) -> RemoteSession {
        session_at(self.address)
    }
}

async fn passed_on(mut client: TcpStream, to: SocketAddr) {
    if let Ok(mut server) = TcpStream::connect(to).await {
        // Either may go at any time.
        let _ = copy_bidirectional(&mut client, &mut server).await;
    }
}

/// Waits until there is an answer.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(began.elapsed() < Duration::from_secs(120), "{what}: not within two minutes");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until a table has the rows of another, in their order.
pub fn until_equal(found: &Table, expected: &Table) {
    until("the rows are those of the other table", || {
        let expected = expected.batch(0..u64::MAX, None).expect("rows");
        (found.batch(0..u64::MAX, None).expect("rows").columns() == expected.columns()).then_some(())
    });
}

struct Services {
    tables: Arc<dyn Resolve>,
}

struct Config;

#[tonic::async_trait]
impl ConfigService for Config {
    async fn get_authentication_constants(
        &self,
        _: Request<AuthenticationConstantsRequest>,
    ) -> Result<Response<AuthenticationConstantsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_configuration_constants(
        &self,
        request: Request<ConfigurationConstantsRequest>,
    ) -> Result<Response<ConfigurationConstantsResponse>, Status> {
        let said = request.metadata().get("authorization").cloned();
        let value = config_value::Kind::StringValue("10000".to_owned());
        let values = [("http.session.durationMs".to_owned(), ConfigValue { kind: Some(value) })];
        let mut answer = Response::new(ConfigurationConstantsResponse { config_values: values.into() });
        match said.as_ref().and_then(|said| said.to_str().ok()) {
            Some("Anonymous" | "Bearer token") => {
                let token = "Bearer token".parse().expect("a header");
                answer.metadata_mut().insert("authorization", token);
                Ok(answer)
            }
            _ => Err(Status::unauthenticated("Authentication details invalid")),
        }
    }
}

#[tonic::async_trait]
impl FlightService for Services {
    type HandshakeStream = Sent<HandshakeResponse>;
    type ListFlightsStream = Sent<FlightInfo>;
    type DoGetStream = Sent<FlightData>;
    type DoPutStream = Sent<PutResult>;
    type DoActionStream = Sent<arrow_flight::Result>;
    type ListActionsStream = Sent<ActionType>;
    type DoExchangeStream = Sent<FlightData>;

    async fn do_exchange(
        &self,
        request: Request<Streaming<FlightData>>,
    ) -> Result<Response<Self::DoExchangeStream>, Status> {
        match request.metadata().get("authorization").and_then(|said| said.to_str().ok()) {
            Some("Bearer token") => {}
            _ => return Err(Status::unauthenticated("Authentication details invalid")),
        }
        let often = Settings { interval: Duration::from_millis(3), ..Settings::default() };
        let sent = exchange_with(request.into_inner(), self.tables.clone(), often);
        Ok(Response::new(Box::pin(sent)))
    }

    async fn handshake(
        &self,
        _: Request<Streaming<HandshakeRequest>>,
    ) -> Result<Response<Self::HandshakeStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_flights(&self, _: Request<Criteria>) -> Result<Response<Self::ListFlightsStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_flight_info(&self, _: Request<FlightDescriptor>) -> Result<Response<FlightInfo>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn poll_flight_info(&self, _: Request<FlightDescriptor>) -> Result<Response<PollInfo>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_schema(&self, _: Request<FlightDescriptor>) -> Result<Response<SchemaResult>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn do_get(&self, _: Request<Ticket>) -> Result<Response<Self::DoGetStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn do_put(&self, _: Request<Streaming<FlightData>>) -> Result<Response<Self::DoPutStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn do_action(&self, _: Request<Action>) -> Result<Response<Self::DoActionStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_actions(&self, _: Request<Empty>) -> Result<Response<Self::ListActionsStream>, Status> {
        Err(Status::unimplemented(""))
    }
}
