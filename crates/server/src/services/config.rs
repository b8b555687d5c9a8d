//! What a client must know before it logs in, and after.

use std::collections::HashMap;
use std::sync::Arc;

use kinetable_wire::grpc::config_service_server::ConfigService;
use kinetable_wire::grpc::{
    AuthenticationConstantsRequest, AuthenticationConstantsResponse, ConfigValue,
    ConfigurationConstantsRequest, ConfigurationConstantsResponse, config_value::Kind,
};
use tonic::{Request, Response, Status};

use super::Shared;

/// The version of the protocol that is spoken; clients compare it with their own.
const PROTOCOL_VERSION: &str = "42.7";

/// The service.
pub struct Config(pub Arc<Shared>);

#[tonic::async_trait]
impl ConfigService for Config {
    async fn get_authentication_constants(
        &self,
        _: Request<AuthenticationConstantsRequest>,
    ) -> Result<Response<AuthenticationConstantsResponse>, Status> {
        let handlers = self.0.gate.access.handlers().join(",");
        Ok(Response::new(AuthenticationConstantsResponse {
            config_values: values([("AuthHandlers", handlers)]),
        }))
    }

    async fn get_configuration_constants(
        &self,
        _: Request<ConfigurationConstantsRequest>,
    ) -> Result<Response<ConfigurationConstantsResponse>, Status> {
        let duration = self.0.gate.sessions.lifetime().duration.as_millis().to_string();
        let config_values = values([
            ("http.session.durationMs", duration),
            ("deephaven.version", PROTOCOL_VERSION.to_owned()),
            ("barrage.version", PROTOCOL_VERSION.to_owned()),
            ("kinetable.version", env!("CARGO_PKG_VERSION").to_owned()),
            ("file.separator", "/".to_owned()),
        ]);
        Ok(Response::new(ConfigurationConstantsResponse { config_values }))
    }
}

fn values<const N: usize>(pairs: [(&str, String); N]) -> HashMap<String, ConfigValue> {
    let value =
        |(name, text): (&str, String)| (name.to_owned(), ConfigValue { kind: Some(Kind::StringValue(text)) });
    pairs.into_iter().map(value).collect()
}
