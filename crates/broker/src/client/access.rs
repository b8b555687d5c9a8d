//! Who may read a topic. The embedded broker has no such rules.

use anyhow::{Result, anyhow};
use krafka::Kafka;
use krafka::admin::{
    AclBinding, AclFilter, AclOperation, AclPatternType, AclPermissionType, AclResourceType,
};
use krafka::admin::{CreateAclsOptions, DeleteAclsOptions};

use crate::target::Target;

/// Forbids a user to read a topic.
pub fn deny_reading(target: &Target, topic: &str, user: &str) -> Result<()> {
    let (kind, deny) = (AclResourceType::Topic, AclPermissionType::Deny);
    let mut rule = AclBinding::new(kind, topic, format!("User:{user}"), "*", AclOperation::Read, deny);
    // krafka 0.28.1 numbers pattern types one too low: what it calls prefixed is the protocol's literal.
    rule.pattern_type = AclPatternType::Prefixed;
    block_on(async {
        let kafka = Kafka::builder(&target.bootstrap).connect().await.map_err(|error| anyhow!("{error}"))?;
        let results = kafka.admin().create_acls(vec![rule], CreateAclsOptions::default()).await;
        for (_, result) in results.map_err(|error| anyhow!("{error}"))? {
            result.map_err(|error| anyhow!("the rule was not made: {error}"))?;
        }
        Ok(())
    })
}

/// Takes back all that is forbidden for a topic.
pub fn allow_reading(target: &Target, topic: &str) -> Result<()> {
    let rules = AclFilter::for_resource(AclResourceType::Topic, topic);
    block_on(async {
        let kafka = Kafka::builder(&target.bootstrap).connect().await.map_err(|error| anyhow!("{error}"))?;
        let results = kafka.admin().delete_acls(vec![rules], DeleteAclsOptions::default()).await;
        for (_, result) in results.map_err(|error| anyhow!("{error}"))? {
            result.map_err(|error| anyhow!("the rule was not taken back: {error}"))?;
        }
        Ok(())
    })
}

fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?.block_on(work)
}
