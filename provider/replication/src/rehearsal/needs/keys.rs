//! What it takes of KMS.

use super::{Lane, OBJECT, Subject, named};
use crate::arn::KeyArn;
use crate::pair::Side;
use crate::policy::evaluate::Request;

impl Lane<'_> {
    pub(super) fn keys(&mut self) {
        // S3 replicates encrypted objects only where both keys are known.
        let (from, to) = (self.from, self.to);
        if let Some(key) = &from.key {
            self.on_key(
                from,
                key,
                "kms:Decrypt",
                "Objects encrypted with this key fail.",
                None,
            );
        }
        if let Some(key) = &to.key {
            self.on_key(
                to,
                key,
                "kms:Encrypt",
                "Replicas cannot be encrypted with this key: encrypted objects fail.",
                Some("DstPutObjectNotPermitted"),
            );
        }
    }

    fn on_key(
        &mut self,
        side: &Side,
        key: &KeyArn,
        action: &str,
        fails: &'static str,
        reason: Option<&'static str>,
    ) {
        let suffix = side.site.partition.dns_suffix();
        let mut context = named([
            ("kms:ViaService", format!("s3.{}.{suffix}", key.region())),
            (
                "kms:EncryptionContext:aws:s3:arn",
                format!("{}/{OBJECT}", side.arn()),
            ),
            ("kms:CallerAccount", self.from.site.account.to_string()),
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
        let request = Request {
            by: self.asker(),
            action: action.to_owned(),
            resource,
            context,
        };
        self.need(
            &format!("may.{action}"),
            Subject::Role,
            request.clone(),
            reason,
            fails,
        );
        // A key's policy must let even a role of its own account in, or leave that to the account's IAM policies.
        let subject = Subject::Key {
            key: key.clone(),
            must_be_known: key.account() != self.from.site.account.as_str(),
        };
        self.need(
            &format!("key_policy.{action}"),
            subject,
            request,
            reason,
            fails,
        );
    }
}
