//! The few ARNs that replication names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::name::{AccountId, BucketName, NameError, Partition, Region, validated_text};

/// The ARN of a bucket.
pub fn bucket_arn(partition: &Partition, bucket: &BucketName) -> String {
    format!("arn:{partition}:s3:::{bucket}")
}

/// The bucket that a bucket ARN names.
pub fn bucket_of_arn(arn: &str) -> Option<BucketName> {
    let mut parts = arn.splitn(6, ':');
    let arn_word = parts.next()?;
    let service = parts.nth(1)?;
    let name = parts.nth(2)?;
    (arn_word == "arn" && service == "s3").then(|| name.parse().ok())?
}

/// The ARN of an IAM role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoleArn(String);
validated_text!(RoleArn, check_role_arn);

fn check_role_arn(text: &str) -> Result<(), NameError> {
    let refuse = || {
        Err(NameError(format!(
            "\"{text}\" is no role ARN: write arn:aws:iam::ACCOUNT:role/NAME"
        )))
    };
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts.as_slice() else {
        return refuse();
    };
    let Some(name) = resource.strip_prefix("role/") else {
        return refuse();
    };
    if partition.is_empty()
        || account.parse::<AccountId>().is_err()
        || name.is_empty()
        || name.ends_with('/')
    {
        return refuse();
    }
    Ok(())
}

impl RoleArn {
    /// The ARN of a role in an account. `path` begins and ends with `/`.
    pub fn of(partition: &Partition, account: &AccountId, path: &str, name: &str) -> Self {
        Self(format!("arn:{partition}:iam::{account}:role{path}{name}"))
    }

    /// The role's name, without its path.
    pub fn role_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The account that the role lives in.
    pub fn account(&self) -> &str {
        self.0.split(':').nth(4).unwrap_or_default()
    }
}

/// The ARN of a KMS key or of an alias of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyArn(String);
validated_text!(KeyArn, check_key_arn);

fn check_key_arn(text: &str) -> Result<(), NameError> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let well_formed = match parts.as_slice() {
        ["arn", partition, "kms", region, account, resource] => {
            !partition.is_empty()
                && region.parse::<Region>().is_ok()
                && account.parse::<AccountId>().is_ok()
                && (resource
                    .strip_prefix("key/")
                    .is_some_and(|id| !id.is_empty())
                    || resource
                        .strip_prefix("alias/")
                        .is_some_and(|name| !name.is_empty()))
        }
        _ => false,
    };
    if well_formed {
        return Ok(());
    }
    Err(NameError(format!(
        "\"{text}\" is no KMS key ARN: write arn:aws:kms:REGION:ACCOUNT:key/ID or …:alias/NAME (S3 takes neither a bare key id nor a bare alias for replicas)"
    )))
}

impl KeyArn {
    fn part(&self, index: usize) -> &str {
        self.0.splitn(6, ':').nth(index).unwrap_or_default()
    }

    /// The region that the key lives in.
    pub fn region(&self) -> &str {
        self.part(3)
    }

    /// The account that the key lives in.
    pub fn account(&self) -> &str {
        self.part(4)
    }

    /// The alias with its `alias/` prefix, where the ARN names one.
    pub fn alias(&self) -> Option<&str> {
        Some(self.part(5)).filter(|resource| resource.starts_with("alias/"))
    }

    /// `arn:…:key/*` of the key's region and account: what a policy must name where only the alias is known.
    pub fn any_key_beside(&self) -> String {
        format!(
            "arn:{}:kms:{}:{}:key/*",
            self.part(1),
            self.region(),
            self.account()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_arns() {
        let role: RoleArn = "arn:aws:iam::111122223333:role/crr/crr-orders"
            .parse()
            .unwrap();
        assert_eq!(role.role_name(), "crr-orders");
        assert_eq!(role.account(), "111122223333");
        for wrong in [
            "",
            "crr-orders",
            "arn:aws:iam::1:role/x",
            "arn:aws:iam::111122223333:user/x",
            "arn:aws:iam::111122223333:role/",
        ] {
            assert!(wrong.parse::<RoleArn>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn key_arns() {
        let key: KeyArn = "arn:aws:kms:us-west-2:111122223333:alias/dr"
            .parse()
            .unwrap();
        assert_eq!((key.region(), key.alias()), ("us-west-2", Some("alias/dr")));
        assert_eq!(
            key.any_key_beside(),
            "arn:aws:kms:us-west-2:111122223333:key/*"
        );
        for wrong in [
            "alias/dr",
            "1234abcd-12ab-34cd-56ef-1234567890ab",
            "arn:aws:kms:us-west-2:1:key/x",
        ] {
            assert!(wrong.parse::<KeyArn>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn bucket_arns() {
        let bucket = bucket_of_arn("arn:aws-cn:s3:::orders").unwrap();
        assert_eq!(
            bucket_arn(&"aws-cn".parse().unwrap(), &bucket),
            "arn:aws-cn:s3:::orders"
        );
        assert_eq!(bucket_of_arn("arn:aws:sqs:::orders"), None);
    }
}
