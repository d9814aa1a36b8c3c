//! Two owners of one role: `crr_site` resources of one run, or of two configurations, that undo each other in every apply.

use replication::Facets;
use replication::desired::MADE_BY;
use tfplugin::{Diagnostics, Path, Value};

use super::apply::look;
use super::proof::Proven;
use super::role::RoleWish;
use crate::facets;
use crate::runtime::{Runtime, SharedRole};

/// What there is to do about it.
const ONE_OWNER: &str = "Have one `crr_site` with a `replication_role` for the site, with the patterns of all its buckets, and give its `replication_role_arn` to whatever else replicates from there: `source_role` of an echo, `role` of a pair, `roles` or `role_arn` of the modules. Or give one of the two a `name` of its own in `replication_role`; pairs and echoes then take that role by its ARN.";

/// Says whether another owner has the role: another resource of this run, or another configuration.
pub(super) async fn tell_of_another_owner(
    runtime: &Runtime,
    proven: &Proven,
    prior: Option<&Value>,
    planned: &Value,
    diagnostics: &mut Diagnostics,
) {
    let Some(wish) = &proven.wish else { return };
    let wanted = Facets::desired(&wish.desired());
    let shared = runtime
        .role_wishes()
        .plan(&wish.arn, wanted, wish.in_words(), prior.is_some());
    if let Some(shared) = shared {
        tell_of_the_run(wish, &shared, diagnostics);
        return;
    }
    let found = match prior {
        None => found_before(runtime, wish, diagnostics).await,
        Some(prior) => changed_since(wish, prior, planned),
    };
    if let Some(found) = found {
        diagnostics.warning_at(
            Path::root().attribute("replication_role"),
            format!("Something else wrote role {}", wish.arn),
            format!(
                "{found}\nIf another configuration has a `crr_site` for the same site in this account, each apply of the one undoes what the other wrote, and S3 fails the objects of whoever was overwritten. {ONE_OWNER} If it was changed by hand, or a run that lost its state made it, go on."
            ),
        );
    }
}

fn tell_of_the_run(wish: &RoleWish, shared: &SharedRole, diagnostics: &mut Diagnostics) {
    let at = Path::root().attribute("replication_role");
    let summary = format!("Two crr_site resources keep role {}", wish.arn);
    match shared {
        SharedRole::Otherwise { first } => diagnostics.error_at(
            at,
            summary,
            format!(
                "The one {first}; the other {}. In every apply the one would undo what the other wrote, and S3 fails the objects of whichever was first. {ONE_OWNER}",
                wish.in_words()
            ),
        ),
        SharedRole::Alike { stand: false } => diagnostics.error_at(
            at,
            summary,
            format!("Both {}. Whichever is destroyed first would take the role from the other. {ONE_OWNER}", wish.in_words()),
        ),
        SharedRole::Alike { stand: true } => diagnostics.warning_at(
            at,
            summary,
            format!("Both {}. Whichever is destroyed first takes the role from the other, until that is applied again. {ONE_OWNER}", wish.in_words()),
        ),
    }
}

/// A role of ours that stands before its resource is made, and is not as it is wanted.
async fn found_before(
    runtime: &Runtime,
    wish: &RoleWish,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let observed = look(runtime, wish, false, diagnostics).await?;
    let facts = observed.roles.get(&wish.arn)?.role.present()?;
    if !facts.tags.contains_key(MADE_BY.0) {
        // The apply refuses it.
        return None;
    }
    let desired = wish.desired();
    let wanted = Facets::desired(&desired);
    let found = Facets::observed(&desired, &observed);
    (found != wanted).then(|| {
        format!(
            "It stands already, made by this provider for somebody, and is not as it is wanted here:\n{}\n",
            facets::differences(&wanted, &found)
        )
    })
}

/// What of the role is otherwise than the same configuration wrote it.
fn changed_since(wish: &RoleWish, prior: &Value, planned: &Value) -> Option<String> {
    let same = ["name", "replication_role"];
    if same.iter().any(|name| prior.get(name) != planned.get(name)) {
        return None;
    }
    let wanted = Facets::desired(&wish.desired());
    let Some(Value::Map(found)) = prior.get("facets") else {
        return None;
    };
    // What is missing was taken away, by nobody who wants it for himself.
    let otherwise = |name: &str| {
        let is = found.get(name).and_then(Value::as_str);
        is.is_some() && is != wanted.0.get(name).map(String::as_str)
    };
    let parts: Vec<&str> = ["site.role_trust", "site.role_policy"]
        .into_iter()
        .filter(|name| otherwise(name))
        .collect();
    (!parts.is_empty()).then(|| {
        format!(
            "This configuration has not changed since it was applied, and another {} stands on the role than it wrote.",
            parts.join(" and ")
        )
    })
}
