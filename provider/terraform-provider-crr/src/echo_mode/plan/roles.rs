//! Roles that this run takes away or narrows, under an echo that does not change itself: only the next plan would see it.

use echo::Listed;
use replication::echo::{Coverage, SiteRoles, Standing};
use replication::{Echo, Observed, RoleChoice};
use tfplugin::{Diagnostics, Path};

use super::buckets;
use super::warn::NAMED;
use crate::runtime::Runtime;

/// Warns of the buckets whose objects S3 would fail once the `crr_site` resources of this run are applied. `known`: how the buckets
/// stand; those that are told for what they are already are left out.
pub(super) async fn warn_of_changed_roles(
    runtime: &Runtime,
    echo: &Echo,
    known: Option<&Coverage>,
    diagnostics: &mut Diagnostics,
) {
    let changes = runtime.role_changes();
    let sides = [&echo.template.source, &echo.template.destination];
    let concerned = sides.into_iter().any(|side| match &side.role {
        RoleChoice::Existing(role) => changes.contains_key(role),
        RoleChoice::Own => false,
    });
    if !concerned {
        return;
    }
    // Where the names cannot be had, the survey has said why.
    let Ok(listed) = echo::list(&runtime.cloud, echo).await else {
        return;
    };
    let roles = SiteRoles::planned(changes);
    let mut failing = Vec::new();
    for found in listed {
        let Listed::Selected { bucket, .. } = found else {
            continue;
        };
        if known.is_some_and(|known| known.exceptions.contains_key(bucket.as_str())) {
            continue;
        }
        let Ok(pair) = echo.pair_of(&bucket) else {
            continue;
        };
        let standing = echo.under_roles(&pair, &Observed::default(), Standing::Protected, &roles);
        if let Standing::Failed { summary, .. } = standing {
            failing.push(format!("- {bucket}: {summary}"));
        }
    }
    if failing.is_empty() {
        return;
    }
    let count = failing.len();
    failing.truncate(NAMED);
    if count > NAMED {
        failing.push(format!("and {} more", count - NAMED));
    }
    let by_name = if echo.selection.needs_tags() {
        " Which of them carry the tags of `select` is not looked at here."
    } else {
        ""
    };
    diagnostics.warning_at(
        Path::root().attribute("role"),
        format!("This run takes from echo {} the role for {}", echo.id(), buckets(count)),
        format!(
            "A `crr_site` that is changed in it takes the replication role away, or permissions from it. The rules of the echo stay under it, and S3 then fails every object of these.{by_name} Leave `replication_role` as it is, or let the echo go, or narrow its `select`, first.\n{}",
            failing.join("\n")
        ),
    );
}
