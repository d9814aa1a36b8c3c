//! What S3 needs to replicate a pair, and what fails without.
//!
//! Source: "Setting up permissions for live replication", "Replicating encrypted objects" and "Amazon S3 replication failure
//! reasons" in the S3 user guide.

use std::collections::BTreeMap;

use crate::arn::{KeyArn, RoleArn, bucket_arn};
use crate::bucket::BucketRef;
use crate::desired::Desired;
use crate::observed::Observed;
use crate::pair::{Direction, Pair, Side};
use crate::policy::evaluate::{Asker, Request};
use crate::rule::Rule;

mod keys;

/// Whose policies are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The role's trust policy.
    Trust,
    /// The role's policies.
    Role,
    /// A bucket's policy.
    Bucket {
        /// Which.
        at: BucketRef,
        /// Whether it must allow, since the bucket is another account's; else it must merely not deny.
        must_allow: bool,
    },
    /// A key's policy. Where it is known it must allow, if only by leaving it to the IAM policies of the account.
    Key {
        /// Which.
        key: KeyArn,
        /// Whether it must be known, since the key is another account's; else one that nobody looked at passes.
        must_be_known: bool,
    },
}

/// One thing that must be allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The side that objects leave, as facets call it, and what is needed: `source.may.s3:ReplicateObject`.
    pub facet: String,
    /// The role that S3 replicates under.
    pub role: RoleArn,
    /// Whose policies are asked.
    pub subject: Subject,
    /// What is asked.
    pub request: Request,
    /// What is asked instead, where it is not known which of the two it will be.
    pub otherwise: Option<Request>,
    /// What the ARNs of the objects begin with that it is asked for; empty: it is not about objects. The request names any of
    /// them, and a denial may speak of some.
    pub objects: Vec<String>,
    /// What S3 says of an object that fails for it; none: S3 has no word of its own.
    pub reason: Option<&'static str>,
    /// What fails without it, in words.
    pub fails: &'static str,
}

/// Everything that S3 needs to replicate a pair. `desired` says under which role, `observed` whether the source has Object Lock.
pub fn needs(pair: &Pair, desired: &Desired, observed: &Observed) -> Vec<Need> {
    let mut needs = lane(
        &pair.source,
        &pair.destination,
        "source",
        (desired, observed),
    );
    if pair.direction == Direction::TwoWay {
        needs.extend(lane(
            &pair.destination,
            &pair.source,
            "destination",
            (desired, observed),
        ));
    }
    needs
}

/// Any key: what is allowed for this one is allowed for all that no condition or narrower pattern excludes.
const OBJECT: &str = "any/key";

struct Lane<'a> {
    from: &'a Side,
    to: &'a Side,
    label: &'static str,
    role: &'a RoleArn,
    /// What the keys begin with that rules replicate.
    prefixes: Vec<String>,
    needs: Vec<Need>,
}

fn lane(
    from: &Side,
    to: &Side,
    label: &'static str,
    (desired, observed): (&Desired, &Observed),
) -> Vec<Need> {
    let Some(owned) = desired
        .buckets
        .get(&from.at())
        .and_then(|b| b.rules.as_ref())
    else {
        return Vec::new();
    };
    let Some(role) = &owned.role else {
        return Vec::new();
    };
    let any = |switch: fn(&Rule) -> bool| owned.rules.iter().any(switch);
    let mut lane = Lane {
        from,
        to,
        label,
        role,
        prefixes: owned
            .rules
            .iter()
            .map(|rule| rule.filter.prefix.clone())
            .collect(),
        needs: Vec::new(),
    };
    lane.trust();
    lane.at_source(observed);
    lane.at_destination(
        any(|rule| rule.delete_markers),
        any(|rule| rule.owner_override),
    );
    lane.keys(desired, observed);
    lane.needs
}

impl Lane<'_> {
    fn asker(&self) -> Asker {
        Asker::Role {
            arn: self.role.to_string(),
            account: self.from.site.account.to_string(),
        }
    }

    fn need(
        &mut self,
        name: &str,
        subject: Subject,
        request: Request,
        reason: Option<&'static str>,
        fails: &'static str,
    ) {
        self.need_either(name, subject, (request, None), reason, fails);
    }

    /// Of two requests it may not be known which one it will be.
    fn need_either(
        &mut self,
        name: &str,
        subject: Subject,
        (request, otherwise): (Request, Option<Request>),
        reason: Option<&'static str>,
        fails: &'static str,
    ) {
        let all = request.resource.strip_suffix(OBJECT);
        let objects = all.into_iter().flat_map(|all| {
            self.prefixes
                .iter()
                .map(move |prefix| format!("{all}{prefix}"))
        });
        self.needs.push(Need {
            facet: format!("{}.{name}", self.label),
            role: self.role.clone(),
            subject,
            objects: objects.collect(),
            request,
            otherwise,
            reason,
            fails,
        });
    }

    fn trust(&mut self) {
        let context = [
            ("aws:SourceAccount", self.from.site.account.to_string()),
            ("aws:SourceArn", self.from.arn()),
        ];
        let request = Request {
            by: Asker::Service("s3.amazonaws.com".to_owned()),
            action: "sts:AssumeRole".to_owned(),
            resource: self.role.to_string(),
            context: named(context),
        };
        self.need(
            "trust",
            Subject::Trust,
            request,
            Some("AssumeRoleNotPermitted"),
            "S3 cannot act for the bucket: every object fails.",
        );
    }

    /// One action for the role, and the bucket's own policy, which has a say, too.
    fn on_bucket(
        &mut self,
        side: &Side,
        action: &str,
        on_objects: bool,
        reason: Option<&'static str>,
        fails: &'static str,
    ) {
        let bucket = bucket_arn(&side.site.partition, &side.bucket);
        let resource = if on_objects {
            format!("{bucket}/{OBJECT}")
        } else {
            bucket
        };
        let context = [
            ("aws:PrincipalArn", self.role.to_string()),
            ("aws:PrincipalAccount", self.from.site.account.to_string()),
            ("aws:ResourceAccount", side.site.account.to_string()),
            ("s3:ResourceAccount", side.site.account.to_string()),
            ("aws:SecureTransport", "true".to_owned()),
            ("aws:PrincipalIsAWSService", "false".to_owned()),
        ];
        let request = Request {
            by: self.asker(),
            action: action.to_owned(),
            resource,
            context: named(context),
        };
        self.need(
            &format!("may.{action}"),
            Subject::Role,
            request.clone(),
            reason,
            fails,
        );
        let subject = Subject::Bucket {
            at: side.at(),
            must_allow: side.site.account != self.from.site.account,
        };
        self.need(
            &format!("bucket_policy.{action}"),
            subject,
            request,
            reason,
            fails,
        );
    }

    fn at_source(&mut self, observed: &Observed) {
        let from = self.from;
        let every = "S3 cannot read what is to be replicated: every object fails.";
        for action in ["s3:GetReplicationConfiguration", "s3:ListBucket"] {
            self.on_bucket(
                from,
                action,
                false,
                None,
                "S3 cannot see the rules or the objects: nothing replicates.",
            );
        }
        for (action, reason, fails) in [
            (
                "s3:GetObjectVersionForReplication",
                "SrcGetObjectNotPermitted",
                every,
            ),
            (
                "s3:GetObjectVersionAcl",
                "SrcGetAclNotPermitted",
                "S3 cannot read the objects' ACLs: every object fails.",
            ),
            (
                "s3:GetObjectVersionTagging",
                "SrcGetTaggingNotPermitted",
                "Objects that carry tags fail.",
            ),
        ] {
            self.on_bucket(from, action, true, Some(reason), fails);
        }
        let locked = observed
            .buckets
            .get(&from.at())
            .is_some_and(|bucket| bucket.object_lock.present().is_some());
        if locked {
            for (action, reason, fails) in [
                (
                    "s3:GetObjectRetention",
                    "SrcGetRetentionNotPermitted",
                    "Objects with a retention fail.",
                ),
                (
                    "s3:GetObjectLegalHold",
                    "SrcGetLegalHoldNotPermitted",
                    "Objects with a legal hold fail.",
                ),
            ] {
                self.on_bucket(from, action, true, Some(reason), fails);
            }
        }
    }

    fn at_destination(&mut self, delete_markers: bool, owner_override: bool) {
        let to = self.to;
        let every = "S3 cannot write replicas: every object fails.";
        self.on_bucket(
            to,
            "s3:ReplicateObject",
            true,
            Some("DstPutObjectNotPermitted"),
            every,
        );
        self.on_bucket(
            to,
            "s3:ReplicateTags",
            true,
            Some("DstPutTaggingNotPermitted"),
            "Tags of objects do not arrive: objects that carry some fail.",
        );
        if delete_markers {
            self.on_bucket(
                to,
                "s3:ReplicateDelete",
                true,
                Some("DstDelObjNotPermitted"),
                "Delete markers do not arrive: what is deleted here stays there.",
            );
        }
        if owner_override {
            self.on_bucket(
                to,
                "s3:ObjectOwnerOverrideToBucketOwner",
                true,
                Some("DstPutObjectNotPermitted"),
                "Replicas cannot be given to the destination's owner: every object fails.",
            );
        }
    }
}

fn named<const N: usize>(pairs: [(&str, String); N]) -> BTreeMap<String, String> {
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}
