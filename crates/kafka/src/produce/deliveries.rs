//! What librdkafka says of the records of a publication, and of its brokers.

use std::sync::Arc;

use kinetable_engine::Error;
use rdkafka::Statistics;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Message};
use rdkafka::producer::ProducerContext;

use super::tally::Tally;
use crate::client::Secrets;
use crate::health;
use crate::token::Tokens;

/// Hears of deliveries, and of brokers.
pub(super) struct Deliveries {
    pub(super) tally: Arc<Tally>,
    pub(super) tokens: Tokens,
    pub(super) secrets: Secrets,
    /// Who we are to the broker, for messages.
    pub(super) principal: String,
    pub(super) is_transactional: bool,
}

impl ClientContext for Deliveries {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, config: Option<&str>) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        let token = self.tokens.token(config.unwrap_or_default());
        if let Err(error) = &token {
            let refusal = self.secrets.hide(&format!("{} has no token: {error}", self.principal));
            self.tally.heard.lock().refusal = Some(refusal);
        }
        token
    }

    fn stats(&self, statistics: Statistics) {
        let problem = health::writing_problem(&statistics);
        let mut heard = self.tally.heard.lock();
        if problem.is_none() {
            heard.refusal = None;
        }
        heard.problem = problem;
        heard.retries = health::retries(&statistics);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        let reason = self.secrets.hide(reason);
        tracing::debug!(%error, reason, "kafka producer");
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::Authentication | RDKafkaErrorCode::SSL) => {
                self.tally.heard.lock().refusal = Some(format!("{} is not let in: {reason}", self.principal));
            }
            // A transaction under way will tell it better.
            Some(RDKafkaErrorCode::Fatal) if !self.is_transactional => {
                let failure = Error::source(format!("the producer has failed for good: {reason}"));
                self.tally.failure.lock().get_or_insert(failure);
            }
            _ => {}
        }
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, tag: usize) {
        let (Ok(message) | Err((_, message))) = result;
        let bytes = message.key().map_or(0, <[u8]>::len) + message.payload().map_or(0, <[u8]>::len);
        self.tally.arrived(bytes);
        match result {
            Ok(_) => self.tally.delivered(tag, bytes),
            Err((error, _)) => self.tally.refused(tag, error),
        }
    }
}
