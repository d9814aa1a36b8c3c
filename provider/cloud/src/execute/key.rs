//! Steps on a KMS key.

use replication::step::Target;
use replication::{KeyArn, Step};

use crate::cloud::Cloud;
use crate::error::CloudError;
use crate::failure::Failure;
use crate::observe::key::facts;
use crate::operation::{DESCRIBE_KEY, PUT_KEY_POLICY};
use crate::site::Site;
use crate::wait::{Ended, Patience, persist};

pub(super) async fn take(
    cloud: &Cloud,
    key: &KeyArn,
    step: &Step,
    mut patience: Patience<'_>,
) -> Result<(), CloudError> {
    // A step's target says which kind it is.
    let Step::PutKeyPolicy { site, policy, .. } = step else {
        return Ok(());
    };
    let site = cloud.inner.site(site).await?;
    put_policy(cloud, &site, key, policy, &mut patience)
        .await
        .map_err(|ended| ended.at(&site, step.to_string(), Target::Key(key.clone())))
}

async fn put_policy(
    cloud: &Cloud,
    site: &Site,
    key: &KeyArn,
    policy: &str,
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
    persist!(
        patience,
        cloud.inner.call(
            PUT_KEY_POLICY,
            site.kms
                .put_key_policy()
                .key_id(&id)
                .policy_name("default")
                .policy(policy)
                .send(),
        )
    )
    .map(drop)
}
