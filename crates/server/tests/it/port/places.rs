//! The places of a port: who holds one has to say something.

use std::time::Duration;

use kinetable_server::port::{Server, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::{call, connect, settings, start, with_key};

const LONG: Duration = Duration::from_secs(300);

const SHORT: Duration = Duration::from_millis(200);

/// How long a client may be silent that has something to say first: longer than a machine that does much else keeps it from that.
const LONGER: Duration = Duration::from_secs(3);

/// A test's patience.
const PATIENCE: Duration = Duration::from_secs(120);

/// Settings of a server that has one place.
fn narrow() -> Settings {
    Settings { connections_max: 1, ..settings(LONG) }
}

async fn open(server: &Server) -> TcpStream {
    TcpStream::connect(server.address()).await.expect("a connection")
}

/// What is read until the other side goes.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = async {
        let mut some = [0; 1024];
        // A connection that is turned away may be reset.
        while let Ok(count) = stream.read(&mut some).await
            && count > 0
        {
            bytes.extend_from_slice(&some[..count]);
        }
    };
    tokio::time::timeout(PATIENCE, read).await.expect("the server closes");
    bytes
}

/// Whether there is a place now.
async fn has_room(server: &Server) -> bool {
    let mut stream = open(server).await;
    let page = "GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    // A connection that is turned away may be gone by then.
    let _ = stream.write_all(page.as_bytes()).await;
    rest(&mut stream).await.ends_with(b"ok\n")
}

async fn until_room(server: &Server) {
    let is_there = async {
        while !has_room(server).await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, is_there).await.expect("there is a place again");
}

/// A WebSocket, its answer read. Who had the place before may still be about to leave it.
async fn socket(server: &Server) -> TcpStream {
    let is_open = async {
        loop {
            match asked_for_socket(server).await {
                Some(stream) => break stream,
                None => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    };
    tokio::time::timeout(PATIENCE, is_open).await.expect("there is a place for it")
}

/// A WebSocket, unless the connection is turned away.
async fn asked_for_socket(server: &Server) -> Option<TcpStream> {
    let mut stream = open(server).await;
    let asked = "GET /x HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
                 sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
                 sec-websocket-protocol: grpc-websockets-multiplex\r\n\r\n";
    stream.write_all(asked.as_bytes()).await.ok()?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&head));
    Some(stream)
}

/// A binary message, masked with zeros.
fn message(payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).expect("short");
    assert!(length < 126, "short");
    [&[0x82, 0x80 | length, 0, 0, 0, 0], payload].concat()
}

#[tokio::test]
async fn a_connection_that_says_nothing_or_no_call_gives_its_place_back() {
    let (server, _host) = start(Settings { handshake_time: SHORT, ..narrow() });
    for said in ["", "PRI * HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0", "GET / HT"] {
        let mut silent = open(&server).await;
        // It may be too late already.
        let _ = silent.write_all(said.as_bytes()).await;
        rest(&mut silent).await;
        until_room(&server).await;
    }
}

#[tokio::test]
async fn a_connection_that_makes_no_calls_any_more_gives_its_place_back() {
    let (server, _host) = start(Settings { idle_time: LONGER, ..narrow() });
    let channel = connect(&server).await;
    let path = "/io.deephaven.proto.backplane.grpc.ConfigService/GetConfigurationConstants";
    let answer = call(&channel, path, Some(&with_key())).await.expect("the key fits");
    until_room(&server).await;
    let token = answer.metadata().get("authorization").expect("a token").to_str().expect("text");
    // The client comes again of itself. Who looked for room may still be about to leave it.
    let is_back = async {
        while let Err(status) = call(&channel, path, Some(token)).await {
            assert_ne!(status.code(), tonic::Code::Unauthenticated, "the session is there");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, is_back).await.expect("the session is there");
}

#[tokio::test]
async fn an_answer_that_is_left_unread_holds_no_place() {
    let (server, _host) = start(Settings { handshake_time: LONGER, idle_time: LONGER, ..narrow() });
    let mut reader = open(&server).await;
    // HTTP/2: no bytes of answers are taken; GET / of localhost.
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice();
    let settings = b"\0\0\x06\x04\0\0\0\0\0\0\x04\0\0\0\0".as_slice();
    let headers = b"\0\0\x0e\x01\x05\0\0\0\x01\x82\x86\x84\x41\x09localhost".as_slice();
    reader.write_all(&[preface, settings, headers].concat()).await.expect("asks");
    until_room(&server).await;
    let came = rest(&mut reader).await;
    // A frame of headers, whose status is 200.
    assert!(
        came.windows(7).any(|it| it[..2] == [1, 4] && it[2..6] == [0, 0, 0, 1] && it[6] == 0x88),
        "{came:?}"
    );
}

#[tokio::test]
async fn a_socket_holds_a_place_and_gives_it_back_if_no_call_is_made() {
    let (server, _host) = start(Settings { handshake_time: LONGER, ..narrow() });
    for said in [Vec::new(), message(&[0x80, 0, 0, 1, 1]), message(&[0, 0, 0, 1, 0])] {
        let mut stream = socket(&server).await;
        stream.write_all(&said).await.expect("says");
        let closed = rest(&mut stream).await;
        assert!(closed.ends_with(b"no call is made"), "{}", String::from_utf8_lossy(&closed));
        until_room(&server).await;
    }
    let (server, _host) = start(narrow());
    let stream = socket(&server).await;
    assert!(!has_room(&server).await, "the socket's place is taken");
    drop(stream);
    until_room(&server).await;
}

#[tokio::test]
async fn a_socket_whose_client_answers_no_ping_is_closed() {
    let (server, _host) = start(Settings { silence: SHORT, ..narrow() });
    let mut stream = socket(&server).await;
    let pings = rest(&mut stream).await;
    assert!(pings.starts_with(&[0x89, 0]), "{pings:?}");
    until_room(&server).await;
}
