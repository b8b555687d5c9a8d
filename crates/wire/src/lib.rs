//! The messages of the gRPC, Flight and Barrage protocol, and their encodings.
//!
//! The services and messages of `proto/` are in [`grpc`], [`script`] and [`flightjs`], as the package of each is called; those of
//! Arrow Flight are the crate `arrow-flight`'s. Nested messages are written flat there: on the wire there is no difference.

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
