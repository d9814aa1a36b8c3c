//! Steps on a KMS key.

use replication::step::Target;
use replication::{KeyArn, OwnedStatements, ResourcePolicy, Step};

use crate::cloud::Cloud;
use crate::error::CloudError;
use crate::failure::Failure;
use crate::observe::key::{facts, policy};
use crate::operation::{DESCRIBE_KEY, GET_KEY_POLICY, PUT_KEY_POLICY};
use crate::site::Site;
use crate::wait::{Ended, Patience};

pub(super) async fn take(
    cloud: &Cloud,
    key: &KeyArn,
    step: &Step,
    mut patience: Patience<'_>,
) -> Result<(), CloudError> {
    // A step's target says which kind it is.
    let Step::PutKeyPolicy {
        site,
        policy,
        owned,
        ..
    } = step
    else {
        return Ok(());
    };
    let site = cloud.inner.site(site).await?;
    put(cloud, &site, key, policy.clone(), owned, &mut patience)
        .await
        .map_err(|ended| ended.at(&site, step.to_string(), Target::Key(key.clone())))
}

/// Writes the policy. After a wait, its own or one of a step before it, it is read and merged anew: somebody may have
/// written meanwhile.
async fn put(
    cloud: &Cloud,
    site: &Site,
    key: &KeyArn,
    mut text: String,
    owned: &OwnedStatements,
    patience: &mut Patience<'_>,
) -> Result<(), Ended> {
    // PutKeyPolicy takes no alias.
    let id = if key.alias().is_some() {
        facts(cloud, site, key.as_str())
            .await?
            .ok_or_else(|| Failure::incomplete(DESCRIBE_KEY, "key"))?
            .arn
    } else {
        key.to_string()
    };
    if patience.is_late() {
        text = merge(cloud, site, &id, owned).await?;
    }
    loop {
        let request = site
            .kms
            .put_key_policy()
            .key_id(&id)
            .policy_name("default")
            .policy(&text)
            .send();
        let Err(failure) = cloud.inner.call(PUT_KEY_POLICY, request).await else {
            return Ok(());
        };
        patience.wait(failure).await?;
        text = merge(cloud, site, &id, owned).await?;
    }
}

async fn merge(
    cloud: &Cloud,
    site: &Site,
    key: &str,
    owned: &OwnedStatements,
) -> Result<String, Failure> {
    let current = policy(cloud, site, key)
        .await?
        .ok_or_else(|| Failure::incomplete(GET_KEY_POLICY, "policy"))?;
    ResourcePolicy::parse(&current)
        .map_err(|e| Failure::unusable(GET_KEY_POLICY, e.to_string()))?
        .merged(std::slice::from_ref(owned))
        .ok_or_else(|| {
            // It would lock everybody out of the key.
            let message = "no statement would be left in it".to_owned();
            Failure::unusable(GET_KEY_POLICY, message)
        })
}
