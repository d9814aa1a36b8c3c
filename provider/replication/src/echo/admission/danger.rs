//! What of an empty bucket that was there before would do harm to copies: others who may look into it, and rules that delete.
//!
//! Whoever may make a bucket could else make one under a target's name, and read all that is copied there.

use serde_json::Value;

use super::Standing;
use crate::mirror::lets_everybody_in;
use crate::observed::{ObservedBucket, Seen};
use crate::pair::Side;
use crate::policy::evaluate::{listed, statements};

/// What speaks against a bucket as a target, in words that follow its name. `public`: it may be open to everybody.
pub(super) fn danger(
    source: &Side,
    target: &Side,
    found: &ObservedBucket,
    public: bool,
) -> Result<Option<String>, Standing> {
    if let Some(policy) = seen(target, "policy", &found.policy)? {
        if let Some(name) = stranger(policy, source, target) {
            return Ok(Some(format!(
                "has a policy that lets {name} in, to what would be copied there, too"
            )));
        }
        if !public {
            let block = seen(target, "public access block", &found.public_access_block)?;
            if lets_everybody_in(policy, block) {
                let danger =
                    "has a policy that lets everybody in, to what would be copied there, too";
                return Ok(Some(danger.to_owned()));
            }
        }
    }
    let lifecycle = seen(target, "lifecycle configuration", &found.lifecycle)?;
    let rule = lifecycle.map(|lifecycle| {
        let unreadable = "of a form that cannot be read here".to_owned();
        lifecycle.expires().unwrap_or(Some(unreadable))
    });
    Ok(rule.flatten().map(|rule| {
        format!("has the lifecycle rule {rule}, which would delete what is copied there")
    }))
}

fn seen<'a, T>(target: &Side, what: &str, found: &'a Seen<T>) -> Result<Option<&'a T>, Standing> {
    match found {
        Seen::Denied { action, message } => Err(Standing::Failed {
            summary: format!("The {what} of bucket {} may not be read", target.at()),
            detail: format!(
                "The service answers: {message}. The bucket was there before, and may be open to others, or delete what is copied there. Allow {action}."
            ),
        }),
        found => Ok(found.present()),
    }
}

/// Somebody of an account that has neither of the two buckets, whom the policy lets in.
fn stranger(policy: &str, source: &Side, target: &Side) -> Option<String> {
    let owners = [source.site.account.as_str(), target.site.account.as_str()];
    let statements = statements(policy);
    let allowing = statements
        .iter()
        .filter(|statement| statement.get("Effect").and_then(Value::as_str) != Some("Deny"));
    allowing
        .filter_map(|statement| statement.get("Principal")?.as_object())
        .flatten()
        // A service is let in to write: logs, mostly.
        .filter(|(kind, _)| *kind != "Service")
        .flat_map(|(_, names)| listed(Some(names)))
        .find(|name| *name != "*" && !owners.contains(&account_of(name)))
        .map(str::to_owned)
}

/// The account of a principal: it is one itself, or an ARN. What else there is, an unknown ID, is nobody's.
fn account_of(name: &str) -> &str {
    if name.starts_with("arn:") {
        name.split(':').nth(4).unwrap_or_default()
    } else {
        name
    }
}
