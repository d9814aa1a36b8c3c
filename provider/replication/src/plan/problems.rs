//! What the look at the world shows that no step can mend.

use super::Removal;
use crate::arn::RoleArn;
use crate::bucket::BucketRef;
use crate::desired::{Desired, DesiredBucket, DesiredRole, MADE_BY, RoleStanding};
use crate::document::ReplicationDocument;
use crate::mirror::MirroredLifecycle;
use crate::observed::{Existence, Observed, ObservedBucket, RoleFacts, Seen};
use crate::policy::ResourcePolicy;
use crate::problem::Problem;

mod rules;
mod trigger;

use rules::replication;

pub(super) fn problems(desired: &Desired, observed: &Observed) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, wanted) in &desired.buckets {
        match observed.buckets.get(at) {
            Some(found) => bucket(at, wanted, found, &mut problems),
            None => missing(at, wanted, &mut problems),
        }
    }
    for (arn, wanted) in &desired.roles {
        if let Some(found) = observed.roles.get(arn) {
            role(arn, wanted, &found.role, &mut problems);
            for (name, policy) in &wanted.policies {
                denied(
                    found.policies.get(name),
                    &policy.label,
                    &format!("policy {name} of {arn}"),
                    &mut problems,
                );
            }
        }
    }
    keys(desired, observed, &mut problems);
    if let (Some(wanted), Some(found)) = (&desired.trigger, &observed.trigger) {
        trigger::problems(wanted, found, &mut problems);
    }
    problems
}

/// A key's policy is written by others, too: what cannot be read must not be overwritten, nor forgotten.
fn keys(desired: &Desired, observed: &Observed, problems: &mut Vec<Problem>) {
    for (key, wanted) in &desired.keys {
        if let Some(found) = observed.keys.get(key) {
            denied(
                Some(&found.policy),
                &wanted.label,
                &format!("the policy of {key}"),
                problems,
            );
            if let Some(Err(error)) = found.policy.present().map(|t| ResourcePolicy::parse(t)) {
                problems.push(Problem::error(
                    [wanted.label.as_str(), "kms_key_arn"],
                    format!("The policy of {key} cannot be read"),
                    format!("{error}. It is left as it is; mend it, then run again."),
                ));
            }
        }
    }
}

/// A part that we may not read is a part that we must not write: we would overwrite what we did not see.
fn denied<T>(seen: Option<&Seen<T>>, label: &str, what: &str, problems: &mut Vec<Problem>) {
    if let Some(Seen::Denied { action, message }) = seen {
        problems.push(Problem::error(
            [label],
            format!("Not allowed to read {what}"),
            format!("The service answered: {message}\n\nAllow {action} for the credentials of this site, then run again."),
        ).unseen());
    }
}

fn missing(at: &BucketRef, wanted: &DesiredBucket, problems: &mut Vec<Problem>) {
    if wanted.creation.is_some() {
        return;
    }
    let problem = Problem::error(
        [wanted.label.as_str(), "bucket"],
        format!("Bucket {} does not exist at site {}", at.bucket, at.site),
        format!(
            "The service answered NoSuchBucket. Make the bucket, mend the name, or set `create = true` in `{}` to have it made here.",
            wanted.label
        ),
    );
    problems.push(problem.awaited());
}

fn bucket(
    at: &BucketRef,
    wanted: &DesiredBucket,
    found: &ObservedBucket,
    problems: &mut Vec<Problem>,
) {
    let label = wanted.label.as_str();
    match &found.existence {
        Existence::Exists => {}
        Existence::Missing => return missing(at, wanted, problems),
        Existence::Elsewhere { region } => {
            let place = region.as_deref().unwrap_or("another region");
            problems.push(Problem::error(
                [label, "bucket"],
                format!(
                    "Bucket {} is in {place}, not in the region of site {}",
                    at.bucket, at.site
                ),
                format!(
                    "Name a site of that region in `{label}.site`: each site speaks to one region."
                ),
            ));
            return;
        }
        Existence::Forbidden { message } => {
            problems.push(Problem::error(
                [label, "bucket"],
                format!("No access to bucket {} with the credentials of site {}", at.bucket, at.site),
                format!(
                    "The service answered: {message}\n\nEither the bucket belongs to another account (every call here names the account that it must belong to), or the site's credentials lack the S3 permissions that the provider's documentation lists. If it was deleted and another account took its name, rules that stand still send objects there, where that account lets the role in: switch them off at once."
                ),
            ).unseen());
            return;
        }
    }
    let name = |part: &str| format!("{part} of bucket {at}");
    denied(
        Some(&found.versioning),
        label,
        &name("the versioning"),
        problems,
    );
    denied(
        Some(&found.encryption),
        label,
        &name("the encryption"),
        problems,
    );
    denied(
        Some(&found.ownership),
        label,
        &name("the object ownership"),
        problems,
    );
    denied(
        Some(&found.public_access_block),
        label,
        &name("the public-access block"),
        problems,
    );
    denied(Some(&found.tags), label, &name("the tags"), problems);
    denied(
        Some(&found.object_lock),
        label,
        &name("the Object Lock configuration"),
        problems,
    );
    denied(
        Some(&found.lifecycle),
        label,
        &name("the lifecycle configuration"),
        problems,
    );
    denied(
        Some(&found.cors),
        label,
        &name("the CORS configuration"),
        problems,
    );
    denied(
        Some(&found.logging),
        label,
        &name("the access log"),
        problems,
    );
    mirrored_lifecycle(at, wanted, found, problems);
    shared(at, wanted, found, problems);
}

/// Rules that only the destination has stay, so its document must be seen and understood.
fn mirrored_lifecycle(
    at: &BucketRef,
    wanted: &DesiredBucket,
    found: &ObservedBucket,
    problems: &mut Vec<Problem>,
) {
    let Some(mirrored) = &wanted.mirror.lifecycle else {
        return;
    };
    if found.lifecycle == Seen::NotLooked {
        problems.push(not_looked_at(at, &wanted.label, "lifecycle configuration"));
    }
    match mirrored.merged(found.lifecycle.present()) {
        Err(error) => problems.push(Problem::error(
            [wanted.label.as_str(), "bucket"],
            format!("The lifecycle configuration of bucket {at} cannot be read"),
            format!("{error}. It is left as it is; mend it, then run again."),
        )),
        Ok(Some(whole)) if MirroredLifecycle::count(&whole) > 1000 => {
            problems.push(Problem::error(
                ["mirror_settings"],
                format!("Bucket {at} would have more than 1,000 lifecycle rules"),
                "S3 takes at most 1,000, those that only the destination has included. Set `mirror_exact = true` to have the source's alone, or delete some.",
            ));
        }
        Ok(_) => {}
    }
}

fn not_looked_at(at: &BucketRef, label: &str, part: &str) -> Problem {
    Problem::error(
        [label, "bucket"],
        format!("The {part} of bucket {at} was not looked at"),
        "It may hold what others wrote, so it is not written unseen. This is a fault of the provider: please report it.",
    )
}

/// The two documents of a bucket that others write, too: what cannot be read must not be overwritten.
fn shared(
    at: &BucketRef,
    wanted: &DesiredBucket,
    found: &ObservedBucket,
    problems: &mut Vec<Problem>,
) {
    let label = wanted.label.as_str();
    for (seen, wanted, part) in [
        (
            &found.policy,
            wanted.policy.is_some() || wanted.mirror.policy.is_some(),
            "policy",
        ),
        (
            &found.replication,
            wanted.rules.is_some(),
            "replication configuration",
        ),
    ] {
        denied(
            Some(seen),
            label,
            &format!("the {part} of bucket {at}"),
            problems,
        );
        if wanted && *seen == Seen::NotLooked {
            problems.push(not_looked_at(at, label, part));
        }
    }
    if (wanted.policy.is_some() || wanted.mirror.policy.is_some())
        && let Some(text) = found.policy.present()
        && let Err(error) = ResourcePolicy::parse(text)
    {
        problems.push(Problem::error(
            [label, "bucket"],
            format!("The policy of bucket {at} cannot be read"),
            format!("{error}. It is left as it is; mend it, then run again."),
        ));
    }
    replication(at, wanted, found, problems);
}

/// What stops a removal: whatever may hold something of ours and will not be read.
pub(super) fn of_removal(
    desired: &Desired,
    observed: &Observed,
    removal: &Removal,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, wanted) in &desired.buckets {
        let label = wanted.label.as_str();
        let Some(found) = observed.buckets.get(at) else {
            continue;
        };
        let ours =
            wanted.rules.is_some() || wanted.policy.is_some() || removal.buckets.contains(at);
        if ours && let Existence::Forbidden { message } = &found.existence {
            problems.push(Problem::error(
                [label, "bucket"],
                format!("No access to bucket {} with the credentials of site {}", at.bucket, at.site),
                format!(
                    "The service answered: {message}\n\nWhat this pair put there cannot be taken away. Give the credentials access; or, where the bucket belongs to somebody else by now, take the pair out of the state with `terraform state rm`."
                ),
            ));
        }
        if found.existence != Existence::Exists {
            continue;
        }
        let name = |part: &str| format!("the {part} of bucket {at}");
        let unreadable = |part: &str, error: String| {
            Problem::error(
                [label, "bucket"],
                format!("The {part} of bucket {at} cannot be read"),
                format!("{error}. It is left as it is; mend it, then run again."),
            )
        };
        if wanted.policy.is_some() {
            denied(Some(&found.policy), label, &name("policy"), &mut problems);
            if let Some(Err(error)) = found.policy.present().map(|t| ResourcePolicy::parse(t)) {
                problems.push(unreadable("policy", error.to_string()));
            }
        }
        if wanted.rules.is_some() {
            let part = "replication configuration";
            denied(Some(&found.replication), label, &name(part), &mut problems);
            if let Some(Err(error)) = found
                .replication
                .present()
                .map(|xml| ReplicationDocument::parse(xml))
            {
                problems.push(unreadable(part, error.to_string()));
            }
        }
    }
    for (arn, wanted) in &desired.roles {
        if let Some(found) = observed.roles.get(arn) {
            denied(
                Some(&found.role),
                &wanted.label,
                &format!("role {arn}"),
                &mut problems,
            );
        }
    }
    keys(desired, observed, &mut problems);
    if let (Some(wanted), Some(found)) = (&desired.trigger, &observed.trigger) {
        trigger::unseen(wanted, found, &mut problems);
    }
    problems
}

fn role(arn: &RoleArn, wanted: &DesiredRole, found: &Seen<RoleFacts>, problems: &mut Vec<Problem>) {
    denied(Some(found), &wanted.label, &format!("role {arn}"), problems);
    match (&wanted.standing, found) {
        (RoleStanding::Ours(_), Seen::Present(facts)) if !facts.tags.contains_key(MADE_BY.0) => {
            problems.push(Problem::error(
                [wanted.label.as_str(), "role"],
                format!("Role {arn} exists and was not made by this provider"),
                format!(
                    "It lacks the tag {} = {}. Delete or rename it, or give it to the pair with `role = \"{arn}\"`, which leaves it as it is.",
                    MADE_BY.0, MADE_BY.1
                ),
            ));
        }
        (RoleStanding::Guest, Seen::Absent) => problems.push(Problem::error(
            [wanted.label.as_str(), "role"],
            format!("Role {arn} does not exist"),
            "The bucket's replication configuration names it, and other rules there run under it, so nothing replicates. Make the role again, or remove those rules.",
        )),
        _ => {}
    }
}
