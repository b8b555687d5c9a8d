//! Flight for browsers, whose streams come in halves.

use std::sync::Arc;

use arrow_flight::{FlightData, HandshakeRequest, HandshakeResponse, PutResult};
use futures_util::{StreamExt, stream};
use kinetable_wire::flightjs::BrowserNextResponse;
use kinetable_wire::flightjs::browser_flight_service_server::BrowserFlightService;
use tonic::{Request, Response, Status};

use super::flight::{exchange, greet, put};
use super::shared::{Answers, Shared, session_of};

/// The service.
pub struct Browsers(pub Arc<Shared>);

#[tonic::async_trait]
impl BrowserFlightService for Browsers {
    type OpenHandshakeStream = Answers<HandshakeResponse>;

    async fn open_handshake(
        &self,
        request: Request<HandshakeRequest>,
    ) -> Result<Response<Self::OpenHandshakeStream>, Status> {
        let answer = greet(&self.0, request.get_ref());
        Ok(Response::new(stream::once(std::future::ready(answer)).boxed()))
    }

    async fn next_handshake(
        &self,
        _: Request<HandshakeRequest>,
    ) -> Result<Response<BrowserNextResponse>, Status> {
        Err(Status::aborted("a handshake is one message"))
    }

    type OpenDoPutStream = Answers<PutResult>;

    async fn open_do_put(
        &self,
        request: Request<FlightData>,
    ) -> Result<Response<Self::OpenDoPutStream>, Status> {
        let session = session_of(&request)?;
        let messages = self.0.halves.open(&session, request).await?;
        Ok(Response::new(put(&self.0, session, messages)))
    }

    async fn next_do_put(
        &self,
        request: Request<FlightData>,
    ) -> Result<Response<BrowserNextResponse>, Status> {
        self.next(request).await
    }

    type OpenDoExchangeStream = Answers<FlightData>;

    async fn open_do_exchange(
        &self,
        request: Request<FlightData>,
    ) -> Result<Response<Self::OpenDoExchangeStream>, Status> {
        let session = session_of(&request)?;
        let messages = self.0.halves.open(&session, request).await?;
        Ok(Response::new(exchange(&self.0, session, messages)))
    }

    async fn next_do_exchange(
        &self,
        request: Request<FlightData>,
    ) -> Result<Response<BrowserNextResponse>, Status> {
        self.next(request).await
    }
}

impl Browsers {
    async fn next(&self, request: Request<FlightData>) -> Result<Response<BrowserNextResponse>, Status> {
        let session = session_of(&request)?;
        self.0.halves.next(&session, request).await?;
        Ok(Response::new(BrowserNextResponse::default()))
    }
}
