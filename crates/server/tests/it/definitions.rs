//! The rpcs that the definitions have: read by the tests over the port, and by those of the rules.

use std::collections::BTreeSet;

/// The paths of all rpcs that the definitions have.
pub fn paths() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../wire/proto");
    let mut paths = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("definitions") {
        let text = std::fs::read_to_string(entry.expect("a file").path()).expect("text");
        let package = text.lines().find_map(|line| line.strip_prefix("package ")).expect("a package");
        let mut service = "";
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("service ") {
                service = rest.trim_end_matches(" {");
            }
            if let Some(rest) = line.strip_prefix("  rpc ") {
                let method = rest.split('(').next().expect("a name");
                paths.insert(format!("/{}.{service}/{method}", package.trim_end_matches(';')));
            }
        }
    }
    let flight = [
        "Handshake",
        "ListFlights",
        "GetFlightInfo",
        "PollFlightInfo",
        "GetSchema",
        "DoGet",
        "DoPut",
        "DoExchange",
        "DoAction",
        "ListActions",
    ];
    paths.extend(flight.iter().map(|method| format!("/arrow.flight.protocol.FlightService/{method}")));
    paths
}
