//! The messages of the gRPC, Flight and Barrage protocol, and their encodings.
//!
//! | module | what |
//! |---|---|
//! | [`schema`] | names and types of columns as clients read them, and the bytes of an Arrow schema |
//! | [`looks`] | hidden columns that say how others look |
//! | [`columns`] | the engine's arrays as the arrays clients know, and back |
//! | [`barrage`] | what subscribers ask and are told: requests, row sets, shifts, batches |
//!
//! The services and messages of `proto/` are in [`grpc`], [`script`] and [`flightjs`], as the package of each is called; those of
//! Arrow Flight are the crate `arrow-flight`'s. Nested messages are written flat there: on the wire there is no difference.

mod error;

pub mod schema;

pub mod looks;

pub mod columns;

pub mod barrage;

pub use error::{Error, Result};

pub use backplane::grpc;
pub use backplane::script::grpc as script;

/// Modules as deep as the packages, since what is made refers to them by their depth.
mod backplane {
    /// Sessions, tickets, tables and their operations.
    pub mod grpc {
        #![expect(missing_docs, clippy::allow_attributes, reason = "made from the definitions")]
        tonic::include_proto!("io.deephaven.proto.backplane.grpc");
    }

    pub mod script {
        /// Code run in the server.
        pub mod grpc {
            #![expect(missing_docs, clippy::allow_attributes, reason = "made from the definitions")]
            tonic::include_proto!("io.deephaven.proto.backplane.script.grpc");
        }
    }
}

/// Streams for browsers.
pub mod flightjs {
    #![expect(missing_docs, clippy::allow_attributes, reason = "made from the definitions")]
    tonic::include_proto!("io.deephaven.flightjs.protocol");
}
