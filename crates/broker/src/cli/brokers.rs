//! The broker, registry and proxy that are served, of whatever kind.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use kinetable_broker::apache::{ApacheKafka, ApicurioRegistry, KafkaOptions};
use kinetable_broker::{EmbeddedBroker, Fault, FaultProxy, Options, Registry, Target, client};

use super::args::{Feed, Kind, Serve};

/// A broker of any kind.
enum Broker {
    Embedded(EmbeddedBroker),
    Apache(ApacheKafka),
    /// The user's own.
    Foreign,
}

/// A registry of any kind.
enum Catalogue {
    Embedded(Registry),
    /// Held for as long as it is to run.
    Apicurio {
        _held: ApicurioRegistry,
    },
    /// The user's own.
    Foreign,
}

/// All that runs.
pub(super) struct Served {
    broker: Broker,
    registry: Catalogue,
    proxy: Option<FaultProxy>,
    pub(super) target: Target,
}

/// An address that nobody answers on, for a proxy that is not told its target yet.
const NOWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9);

impl Served {
    /// Starts what was asked for.
    pub(super) fn start(serve: &Serve) -> Result<Self> {
        let proxy = serve.proxy.then(|| FaultProxy::start(NOWHERE, 0)).transpose()?;
        let advertised = proxy.as_ref().map(FaultProxy::address);
        let (broker, address) = match serve.broker {
            Kind::Embedded => {
                let options =
                    Options { port: serve.port, advertised, retention_bytes: serve.retention_bytes };
                let broker = EmbeddedBroker::start_with(&options)?;
                let address = broker.address();
                (Broker::Embedded(broker), address)
            }
            Kind::Apache => {
                let options = KafkaOptions {
                    cache: serve.cache.clone(),
                    port: serve.port,
                    advertised,
                    secure: false,
                    data: None,
                };
                let broker = ApacheKafka::start(&options)?;
                let address = broker.address();
                (Broker::Apache(broker), address)
            }
        };
        if let Some(proxy) = &proxy {
            proxy.retarget(address);
        }
        let (registry, url) = match serve.registry {
            Kind::Embedded => {
                let registry = Registry::start(serve.registry_port)?;
                let url = registry.url();
                (Catalogue::Embedded(registry), url)
            }
            Kind::Apache => {
                let registry = ApicurioRegistry::start(serve.cache.as_deref(), serve.registry_port)?;
                let url = registry.url();
                (Catalogue::Apicurio { _held: registry }, url)
            }
        };
        let target = Target::new(advertised.unwrap_or(address).to_string(), url);
        Ok(Self { broker, registry, proxy, target })
    }

    /// Takes the user's own broker and registry.
    pub(super) fn foreign(feed: &Feed) -> Result<Self> {
        let target = Target::new(&feed.bootstrap, &feed.registry);
        if !client::is_ready(&target, Duration::from_secs(10)) {
            bail!("no broker answers at {}", feed.bootstrap);
        }
        Ok(Self { broker: Broker::Foreign, registry: Catalogue::Foreign, proxy: None, target })
    }

    /// What kind of broker it is, as the ready line says it.
    pub(super) fn kind(&self) -> &'static str {
        match self.broker {
            Broker::Embedded(_) => "embedded",
            Broker::Apache(_) => "apache",
            Broker::Foreign => "foreign",
        }
    }

    pub(super) fn kill(&self) -> Result<()> {
        match &self.broker {
            Broker::Embedded(broker) => broker.kill(),
            Broker::Apache(broker) => broker.kill(),
            Broker::Foreign => bail!("this broker is the user's own, and is not killed"),
        }
        Ok(())
    }

    pub(super) fn restart(&self) -> Result<()> {
        match &self.broker {
            Broker::Embedded(broker) => broker.restart(),
            Broker::Apache(broker) => broker.restart(),
            Broker::Foreign => bail!("this broker is the user's own, and is not restarted"),
        }
    }

    pub(super) fn add_partitions(&self, topic: &str, partitions: i32) -> Result<()> {
        match &self.broker {
            Broker::Embedded(broker) => {
                if broker.add_partitions(topic, partitions) == 0 {
                    bail!("topic \"{topic}\" is unknown, or has {partitions} partitions already");
                }
                Ok(())
            }
            Broker::Apache(_) | Broker::Foreign => client::add_partitions(&self.target, topic, partitions),
        }
    }

    pub(super) fn delete_topic(&self, topic: &str) -> Result<()> {
        match &self.broker {
            Broker::Embedded(broker) => {
                if !broker.delete_topic(topic) {
                    bail!("topic \"{topic}\" is unknown");
                }
                Ok(())
            }
            Broker::Apache(_) | Broker::Foreign => client::delete_topic(&self.target, topic),
        }
    }

    pub(super) fn stop_registry(&self) -> Result<()> {
        self.own_registry().map(Registry::stop)
    }

    pub(super) fn restart_registry(&self) -> Result<()> {
        self.own_registry()?.restart()
    }

    pub(super) fn set_fault(&self, fault: Fault) -> Result<()> {
        let proxy = self.proxy.as_ref().context("there is no proxy: start with --proxy")?;
        proxy.set(fault);
        Ok(())
    }

    fn own_registry(&self) -> Result<&Registry> {
        match &self.registry {
            Catalogue::Embedded(registry) => Ok(registry),
            Catalogue::Apicurio { .. } => bail!("Apicurio keeps its schemas in memory, so it is not stopped"),
            Catalogue::Foreign => bail!("this registry is the user's own, and is not stopped"),
        }
    }
}
