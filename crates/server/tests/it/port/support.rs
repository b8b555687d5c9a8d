//! A server to test, and calls of any rpc.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, BufMut};
use http::uri::PathAndQuery;
use kinetable::{Session, SessionConfig};
use kinetable_server::access::{Access, Door};
use kinetable_server::host::Variables;
use kinetable_server::port::{Server, Settings};
use kinetable_server::session::Lifetime;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

/// The key of servers that ask for one.
pub const KEY: &str = "the key";

/// The header of who has the key.
pub fn with_key() -> String {
    format!("io.deephaven.authentication.psk.PskAuthenticationHandler {KEY}")
}

/// Settings of a server on a free port.
pub fn settings(session: Duration) -> Settings {
    Settings {
        port: 0,
        access: Access::new(vec![Door::Key(KEY.to_owned())]),
        lifetime: Lifetime { duration: session, ..Lifetime::default() },
        ..Settings::default()
    }
}

/// A server with these settings, and variables of its own.
pub fn start(settings: Settings) -> (Server, Arc<Variables>) {
    let session =
        Session::start(SessionConfig { threads: 1, ..SessionConfig::default() }).expect("a session");
    let host = Arc::new(Variables::new(session));
    (Server::start(settings, host.clone()).expect("a server"), host)
}

/// A connection.
pub async fn connect(server: &Server) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{}", server.address())).expect("an address");
    endpoint.connect().await.expect("a connection")
}

/// A request with a header of authorization.
pub fn authorized<T>(message: T, authorization: &str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", authorization.parse().expect("a header"));
    request
}

/// Calls an rpc with an empty message, which can be read as any. The answer may be a stream: its first message counts.
pub async fn call(
    channel: &Channel,
    path: &str,
    authorization: Option<&str>,
) -> Result<Response<()>, Status> {
    let request = match authorization {
        Some(authorization) => authorized((), authorization),
        None => Request::new(()),
    };
    let mut grpc = Grpc::new(channel.clone());
    grpc.ready().await.expect("a connection");
    let path = PathAndQuery::try_from(path).expect("a path");
    let request = request.map(|()| tokio_stream::once(()));
    let answer = grpc.streaming(request, path, ProstCodec::<(), ()>::default()).await?;
    let (metadata, mut stream, extensions) = answer.into_parts();
    // A stream that stays open has nothing to say yet.
    match tokio::time::timeout(Duration::from_millis(100), stream.message()).await {
        Ok(Err(mut status)) => {
            // What the answer began with is lost else.
            if let Some(authorization) = metadata.get("authorization") {
                status.metadata_mut().insert("authorization", authorization.clone());
            }
            Err(status)
        }
        _ => Ok(Response::from_parts(metadata, (), extensions)),
    }
}

/// Calls an rpc with a message's bytes. The answer may be a stream: its first message counts.
pub async fn send(
    channel: &Channel,
    path: &str,
    authorization: &str,
    message: Vec<u8>,
) -> Result<Vec<u8>, Status> {
    let mut grpc = Grpc::new(channel.clone());
    grpc.ready().await.expect("a connection");
    let request = authorized(message, authorization).map(tokio_stream::once);
    let path = PathAndQuery::try_from(path).expect("a path");
    let mut stream = grpc.streaming(request, path, Plain).await?.into_inner();
    // A stream that stays open has nothing to say yet; others do, also when the machine does much else.
    match tokio::time::timeout(Duration::from_secs(3), stream.message()).await {
        Ok(answer) => Ok(answer?.unwrap_or_default()),
        Err(_) => Ok(Vec::new()),
    }
}

/// Messages as their bytes.
struct Plain;

impl Codec for Plain {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Plain;
    type Decoder = Plain;

    fn encoder(&mut self) -> Plain {
        Plain
    }

    fn decoder(&mut self) -> Plain {
        Plain
    }
}

impl Encoder for Plain {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, message: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&message);
        Ok(())
    }
}

impl Decoder for Plain {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining()).to_vec()))
    }
}
