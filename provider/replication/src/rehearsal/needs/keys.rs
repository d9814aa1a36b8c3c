//! What it takes of KMS.

use super::{Lane, OBJECT, Subject, named};
use crate::arn::KeyArn;
use crate::desired::Desired;
use crate::observed::Observed;
use crate::pair::Side;
use crate::policy::evaluate::Request;

/// The encryption context that S3 gives: the object's ARN, or the bucket's where an S3 Bucket Key is on. Source: "Reducing the
/// cost of SSE-KMS with Amazon S3 Bucket Keys" in the S3 user guide.
const CONTEXT: &str = "kms:EncryptionContext:aws:s3:arn";

impl Lane<'_> {
    pub(super) fn keys(&mut self, desired: &Desired, observed: &Observed) {
        // S3 replicates encrypted objects only where both keys are known.
        let (from, to) = (self.from, self.to);
        if let Some(key) = &from.key {
            self.on_key(
                (from, has_bucket_key(from, desired, observed)),
                key,
                "kms:Decrypt",
                "Objects encrypted with this key fail.",
                None,
            );
        }
        if let Some(key) = &to.key {
            self.on_key(
                (to, has_bucket_key(to, desired, observed)),
                key,
                "kms:Encrypt",
                "Replicas cannot be encrypted with this key: encrypted objects fail.",
                Some("DstPutObjectNotPermitted"),
            );
        }
    }

    fn on_key(
        &mut self,
        (side, bucket_key): (&Side, Option<bool>),
        key: &KeyArn,
        action: &str,
        fails: &'static str,
        reason: Option<&'static str>,
    ) {
        let suffix = side.site.partition.dns_suffix();
        let mut context = named([
            ("kms:ViaService", format!("s3.{}.{suffix}", key.region())),
            (CONTEXT, format!("{}/{OBJECT}", side.arn())),
            ("kms:CallerAccount", self.from.site.account.to_string()),
            ("aws:PrincipalAccount", self.from.site.account.to_string()),
            ("aws:PrincipalArn", self.role.to_string()),
        ]);
        // A key that is known by its alias stands for any: the policy names the alias in a condition.
        let resource = match key.alias() {
            Some(alias) => {
                context.insert("kms:ResourceAliases".to_owned(), alias.to_owned());
                key.any_key_beside().replace('*', "any")
            }
            None => key.to_string(),
        };
        let of_object = Request {
            by: self.asker(),
            action: action.to_owned(),
            resource,
            context,
        };
        let mut of_bucket = of_object.clone();
        of_bucket.context.insert(CONTEXT.to_owned(), side.arn());
        let asked = match bucket_key {
            Some(true) => (of_bucket, None),
            Some(false) => (of_object, None),
            None => (of_object, Some(of_bucket)),
        };
        self.need_either(
            &format!("may.{action}"),
            Subject::Role,
            asked.clone(),
            reason,
            fails,
        );
        // A key's policy must let even a role of its own account in, or leave that to the account's IAM policies.
        let subject = Subject::Key {
            key: key.clone(),
            must_be_known: key.account() != self.from.site.account.as_str(),
        };
        self.need_either(
            &format!("key_policy.{action}"),
            subject,
            asked,
            reason,
            fails,
        );
    }
}

/// Whether objects of the bucket are encrypted under an S3 Bucket Key; none: that is not known.
fn has_bucket_key(side: &Side, desired: &Desired, observed: &Observed) -> Option<bool> {
    let wanted = desired.buckets.get(&side.at());
    let wanted = wanted.and_then(|bucket| bucket.encryption.as_ref());
    let found = observed.buckets.get(&side.at());
    let found = found.and_then(|bucket| bucket.encryption.present());
    wanted.or(found).map(|encryption| encryption.bucket_key)
}
