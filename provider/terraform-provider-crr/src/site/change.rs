//! What this run takes from a site's role: the rules that stand under it are others' resources, whose own plan shows no change.

use replication::RoleArn;
use tfplugin::{Value, from_value};

use super::proof::Proven;
use super::role::SiteAttributes;
use crate::runtime::Runtime;

/// Notes for the plans of echoes what becomes of the role that a site has by its state.
pub(super) fn note(runtime: &Runtime, proven: &Proven, prior: &Value) {
    let has = prior.get("replication_role_arn").and_then(Value::as_str);
    let Some(has) = has.and_then(|arn| arn.parse::<RoleArn>().ok()) else {
        return;
    };
    let Some(wish) = proven.wish.as_ref().filter(|wish| wish.arn == has) else {
        runtime.note_role_change(has, None);
        return;
    };
    let before = from_value::<SiteAttributes>(prior)
        .ok()
        .and_then(|before| before.wish(&proven.site, &runtime.default_tags).ok())
        .flatten();
    let policy = wish.policy();
    if before.is_none_or(|before| before.policy() != policy) {
        runtime.note_role_change(has, Some(policy));
    }
}
