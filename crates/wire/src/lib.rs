//! The messages of the gRPC, Flight and Barrage protocol, and their encodings.
