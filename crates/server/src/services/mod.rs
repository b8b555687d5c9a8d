//! The services of gRPC: one file each. They resolve tickets, hand work to threads that may block, and answer.
//!
//! ```text
//!  request ─▶ session (of the gate) ─▶ tickets ─▶ objects ─▶ operations | subscriptions | host ─▶ export ─▶ response
//! ```
//!
//! **Invariants**
//! 1. Nothing that may wait for the engine, the interpreter or a file runs on a thread of the runtime: see [`shared::blocking`].
//! 2. A panic of ours ends its call with `INTERNAL`, and nothing else.
//! 3. Every stream ends when its session does.

mod application;
mod browser;
mod completion;
mod config;
mod console;
mod fields;
mod flight;
mod flight_put;
mod halves;
mod hierarchical;
mod input;
mod memory;
mod object;
mod partitioned;
mod session;
mod shared;
mod sql;
mod storage;
mod table;
mod table_batch;
mod table_updates;
mod talk;
mod uploads;

pub use fields::Fields;
pub use memory::used as memory_used;
pub use shared::Shared;

use std::sync::Arc;

use arrow_flight::flight_service_server::FlightServiceServer;
use kinetable_wire::flightjs::browser_flight_service_server::BrowserFlightServiceServer;
use kinetable_wire::grpc::{
    application_service_server::ApplicationServiceServer, config_service_server::ConfigServiceServer,
    hierarchical_table_service_server::HierarchicalTableServiceServer,
    input_table_service_server::InputTableServiceServer, object_service_server::ObjectServiceServer,
    partitioned_table_service_server::PartitionedTableServiceServer,
    session_service_server::SessionServiceServer, storage_service_server::StorageServiceServer,
    table_service_server::TableServiceServer,
};
use kinetable_wire::script::console_service_server::ConsoleServiceServer;
use tonic::service::Routes;

/// All services, which read messages of at most so many bytes.
pub fn routes(shared: &Arc<Shared>, message_bytes_max: usize) -> Routes {
    let shared = || shared.clone();
    let mut routes = Routes::builder();
    routes
        .add_service(ConfigServiceServer::new(config::Config(shared())))
        .add_service(SessionServiceServer::new(session::Sessions(shared())))
        .add_service(ApplicationServiceServer::new(application::Applications(shared())))
        .add_service(
            TableServiceServer::new(table::Tables(shared())).max_decoding_message_size(message_bytes_max),
        )
        .add_service(
            ConsoleServiceServer::new(console::Consoles(shared()))
                .max_decoding_message_size(message_bytes_max),
        )
        .add_service(InputTableServiceServer::new(input::Inputs(shared())))
        .add_service(StorageServiceServer::new(storage::Storage(shared())))
        .add_service(ObjectServiceServer::new(object::Objects(shared())))
        .add_service(PartitionedTableServiceServer::new(partitioned::Partitioned(shared())))
        .add_service(HierarchicalTableServiceServer::new(hierarchical::Hierarchies(shared())))
        .add_service(
            BrowserFlightServiceServer::new(browser::Browsers(shared()))
                .max_decoding_message_size(message_bytes_max),
        )
        .add_service(
            FlightServiceServer::new(flight::Flights(shared()))
                .max_decoding_message_size(message_bytes_max)
                .max_encoding_message_size(usize::MAX),
        );
    routes.routes().prepare()
}
