//! Looking at a KMS key.

use futures::future::join;
use replication::observed::{KeyFacts, KeyReads};
use replication::{KeyArn, ObservedKey, Seen};

use super::{seen, when};
use crate::cloud::Cloud;
use crate::failure::Failure;
use crate::operation::{DESCRIBE_KEY, GET_KEY_POLICY};
use crate::site::Site;

const ABSENT: [&str; 1] = ["NotFoundException"];

/// Looks at a key and at its policy.
pub(super) async fn look(
    cloud: &Cloud,
    site: &Site,
    arn: &KeyArn,
    asked: &KeyReads,
) -> Result<ObservedKey, Failure> {
    // GetKeyPolicy takes no alias, so the key behind one must be known first.
    if arn.alias().is_some() {
        let key = seen(facts(cloud, site, arn.as_str()).await, &ABSENT)?;
        let policy = match key.present() {
            Some(facts) if asked.policy => seen(policy(cloud, site, &facts.arn).await, &ABSENT)?,
            _ => Seen::NotLooked,
        };
        return Ok(ObservedKey { key, policy });
    }
    let (key, policy) = join(
        facts(cloud, site, arn.as_str()),
        when(asked.policy, policy(cloud, site, arn.as_str())),
    )
    .await;
    Ok(ObservedKey {
        key: seen(key, &ABSENT)?,
        policy: match policy {
            Some(policy) => seen(policy, &ABSENT)?,
            None => Seen::NotLooked,
        },
    })
}

/// The key itself, by its ARN or that of an alias.
pub(crate) async fn facts(
    cloud: &Cloud,
    site: &Site,
    key: &str,
) -> Result<Option<KeyFacts>, Failure> {
    let answer = cloud
        .inner
        .call(DESCRIBE_KEY, site.kms.describe_key().key_id(key).send())
        .await?;
    let Some(facts) = answer.key_metadata() else {
        return Err(Failure::incomplete(DESCRIBE_KEY, "key"));
    };
    Ok(Some(KeyFacts {
        arn: facts.arn().unwrap_or(key).to_owned(),
        state: facts
            .key_state()
            .map_or_else(|| "unknown".to_owned(), |state| state.as_str().to_owned()),
    }))
}

/// The key's policy. It takes no alias.
pub(crate) async fn policy(
    cloud: &Cloud,
    site: &Site,
    key: &str,
) -> Result<Option<String>, Failure> {
    let request = site
        .kms
        .get_key_policy()
        .key_id(key)
        .policy_name("default")
        .send();
    let answer = cloud.inner.call(GET_KEY_POLICY, request).await?;
    Ok(answer.policy)
}
