//! Every route beside the calls of gRPC, with no token, a wrong one, one that has expired, and that of another user.

use std::time::Duration;

use kinetable_server::access::{Access, Door, Rights};
use kinetable_server::port::{Demand, Route, Server, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::{KEY, call, connect, settings, start, with_key};

/// `eve:word`: somebody who may enter, and nothing else.
const EVE: &str = "Basic ZXZlOndvcmQ=";
const CONFIGURATION: &str = "/io.deephaven.proto.backplane.grpc.ConfigService/GetConfigurationConstants";

/// The status of a request.
async fn status(server: &Server, route: Route, path: &str, authorization: Option<&str>) -> u16 {
    let mut stream = TcpStream::connect(server.address()).await.expect("a connection");
    let mut request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n");
    if let Some(authorization) = authorization {
        request += &format!("Authorization: {authorization}\r\n");
    }
    request += if route.is_socket() {
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    } else {
        "Connection: close\r\n\r\n"
    };
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.expect("an answer");
    std::str::from_utf8(&answer[9..]).expect("text").parse().expect("a status")
}

#[tokio::test]
async fn every_route_asks_for_what_it_demands() {
    let eve = Door::Basic { user: "eve".to_owned(), password: "word".to_owned() };
    let rights = Rights::parse(r#"{"key": ["subscribe *", "write *"], "*": []}"#).expect("rights");
    let access = Access::new(vec![Door::Key(KEY.to_owned()), eve]).with_rights(rights).expect("users");
    let (server, _host) = start(Settings { access, ..settings(Duration::from_millis(300)) });
    let channel = connect(&server).await;
    let entered = call(&channel, CONFIGURATION, Some(&with_key())).await.expect("the key fits");
    let expired =
        entered.metadata().get("authorization").expect("a token").to_str().expect("text").to_owned();
    while server.load().0 > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let strangers = [
        None,
        Some("Bearer 9d6a7ac2-2d5b-4f3c-8a44-5f6cf2a4e000"),
        Some("Basic eDp5"),
        Some("Nonsense"),
        Some(&*expired),
    ];
    let key = with_key();
    let known = [Some(EVE), Some(&*key)];
    for route in Route::ALL {
        let path = route.path();
        for (is_known, credentials) in [(false, &strangers[..]), (true, &known[..])] {
            for authorization in credentials {
                let told = status(&server, route, path, *authorization).await;
                let said = format!("{route:?} with {authorization:?}");
                match route.demand() {
                    // There may be no app in this build.
                    Demand::Nothing => assert_eq!(told, 200, "{said}"),
                    Demand::Entry => assert_eq!(told, if is_known { 200 } else { 401 }, "{said}"),
                    // Whoever asks: of no word, and of one that nobody was given, there is no file.
                    Demand::Word => {
                        assert_eq!(told, 404, "{said}");
                        let guessed = format!("{path}{}", "a".repeat(32));
                        assert_eq!(status(&server, route, &guessed, *authorization).await, 404, "{said}");
                    }
                    // The socket opens, and waits for what is said in it.
                    Demand::Hello => assert_eq!(told, 101, "{said}"),
                    // A path that is no rpc has no socket; those of rpcs are in `rpcs.rs`.
                    Demand::Rpc => assert!((400..500).contains(&told) || told == 101, "{said}: {told}"),
                }
            }
        }
    }
}
