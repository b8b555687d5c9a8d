//! What is served beside the calls of gRPC, and what each of it asks of its caller: a path leads somewhere only if it is here.

/// Something that is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Whether all is well.
    Health,
    /// Figures for Prometheus.
    Metrics,
    /// A file that a page of the web app was offered.
    Export,
    /// The socket of the web app.
    Web,
    /// Calls of gRPC over a socket.
    Calls,
    /// The files of the web app.
    App,
}

/// What a route asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// Nothing: it says nothing that is anybody's.
    Nothing,
    /// Credentials of somebody who may enter, in a header.
    Entry,
    /// A word in the address, which was given to one page, and holds for a minute and one request. Credentials do not stand for it.
    Word,
    /// Credentials in the first message. Those of headers do not stand for them.
    Hello,
    /// What the rule of each rpc says ([`crate::access::rule`]).
    Rpc,
}

impl Route {
    /// All of them.
    pub const ALL: [Route; 6] =
        [Route::Health, Route::Metrics, Route::Export, Route::Web, Route::Calls, Route::App];

    /// Where a request leads.
    pub fn of(path: &str, is_upgrade: bool) -> Route {
        let is_it = |route: &Route| {
            is_upgrade == route.is_socket()
                && match route.path() {
                    prefix if prefix.ends_with('/') => path.starts_with(prefix),
                    exact => path == exact,
                }
        };
        // The last two begin with what every path begins with.
        Route::ALL.into_iter().find(is_it).unwrap_or(if is_upgrade { Route::Calls } else { Route::App })
    }

    /// Its path, or with a slash at its end the beginning of its paths.
    pub fn path(self) -> &'static str {
        match self {
            Route::Health => "/health",
            Route::Metrics => "/metrics",
            Route::Export => "/rt/export/",
            Route::Web => "/rt/v1",
            Route::Calls | Route::App => "/",
        }
    }

    /// Whether it is a WebSocket.
    pub fn is_socket(self) -> bool {
        matches!(self, Route::Web | Route::Calls)
    }

    /// What it asks of its caller.
    pub fn demand(self) -> Demand {
        match self {
            Route::Health | Route::App => Demand::Nothing,
            Route::Metrics => Demand::Entry,
            Route::Export => Demand::Word,
            Route::Web => Demand::Hello,
            Route::Calls => Demand::Rpc,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_leads_somewhere() {
        for route in Route::ALL {
            assert_eq!(Route::of(route.path(), route.is_socket()), route);
        }
        assert_eq!(Route::of("/rt/export/word", false), Route::Export);
        assert_eq!(Route::of("/rt/v1", false), Route::App);
        assert_eq!(Route::of("/healthy", false), Route::App);
        assert_eq!(Route::of("/arrow.flight.protocol.FlightService/DoGet", true), Route::Calls);
    }
}
