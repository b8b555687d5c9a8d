//! The topics there are.

use std::collections::BTreeMap;

use kinetable_engine::Result;
use rdkafka::consumer::{BaseConsumer, Consumer};

use crate::client;
use crate::settings::Settings;
use crate::token::{Bearer, Tokens};

/// The names of all topics the client may see, sorted; Kafka's internal ones are left out.
///
/// # Errors
/// If no broker answers, or a setting is wrong.
pub fn topics(client: &BTreeMap<String, String>) -> Result<Vec<String>> {
    let settings = Settings::new(client);
    let servers = client::servers(&settings.client)?;
    let timeout = client::connect_timeout(&settings)?;
    let mut user = settings.client;
    user.remove("group.id");
    let bearer = Bearer(Tokens::new(&user, None)?);
    let consumer: BaseConsumer<Bearer> =
        client::configure(&user, &[], &[]).create_with_context(bearer).map_err(client::creation_error)?;
    let metadata = client::attended(&consumer, || consumer.fetch_metadata(None, timeout))
        .map_err(|error| client::request_error("asking for the topics", &servers, &error))?;
    let names = metadata.topics().iter().map(|topic| topic.name());
    let mut names: Vec<String> =
        names.filter(|name| !name.starts_with("__")).map(ToOwned::to_owned).collect();
    names.sort();
    Ok(names)
}
