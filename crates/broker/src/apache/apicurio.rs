//! Apicurio Registry 3.0, in memory: a real registry with Confluent's API.
//!
//! It differs from Confluent's in two defaults: no compatibility is checked until `/config` is set, and there is no `/mode`.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::cache;
use super::process::{DataFolder, Supervised, free_port};

const START_MAX: Duration = Duration::from_secs(300);
/// Where it has Confluent's API.
const API: &str = "apis/ccompat/v7";

/// A running Apicurio Registry; dropping it kills it, and its schemas are gone.
pub struct ApicurioRegistry {
    // Before the folder, so that the process is gone when the folder goes.
    process: Supervised,
    _data: DataFolder,
    url: String,
}

impl ApicurioRegistry {
    /// Fetches it into `cache` if need be, starts it on `port` (0 takes a free one) and waits until it answers.
    pub fn start(cache: Option<&Path>, port: u16) -> Result<Self> {
        let jar = cache::apicurio(&cache.map_or_else(cache::default_cache, Path::to_owned))?;
        let port = if port == 0 { free_port()? } else { port };
        let data = DataFolder::new(None, "apicurio", port)?;
        let command = [
            "java".to_owned(),
            "-Xmx512m".to_owned(),
            "-Dquarkus.http.host=127.0.0.1".to_owned(),
            format!("-Dquarkus.http.port={port}"),
            "-Dquarkus.http.access-log.enabled=false".to_owned(),
            "-jar".to_owned(),
            jar.display().to_string(),
        ];
        let process = Supervised::start(&data.path, "apicurio", &command)?;
        let url = format!("http://127.0.0.1:{port}/{API}");
        let subjects = format!("{url}/subjects");
        let is_ready = || ureq::get(&subjects).call().is_ok();
        process.wait_until(START_MAX, is_ready).context("Apicurio Registry did not start")?;
        Ok(Self { process, _data: data, url })
    }

    /// Where clients find it: `schema.registry.url`.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Ends it in good order.
    pub fn stop(&mut self) {
        self.process.stop();
    }
}
