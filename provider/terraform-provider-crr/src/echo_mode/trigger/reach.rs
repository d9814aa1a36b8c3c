//! How the function reaches the sites: with its own role, and no profile of anybody's machine.

use replication::{Problem, RoleArn, SiteName};
use tfplugin::Value;

use crate::echo_mode::config::Resolved;
use crate::runtime::Runtime;

/// What the provider block says of a site.
fn site<'a>(runtime: &'a Runtime, name: &SiteName) -> Option<&'a Value> {
    match runtime.block.get("sites")? {
        Value::Map(sites) => sites.get(name.as_str()),
        _ => None,
    }
}

/// The roles by which the function reaches the target; none: it is of the account in which the function runs.
pub(super) fn assumed(
    value: &Value,
    resolved: &Resolved,
    runtime: &Runtime,
) -> Result<Vec<RoleArn>, Box<Problem>> {
    let pair = &resolved.echo.template;
    let (source, target) = (&pair.source.site, &pair.destination.site);
    let cannot = |summary: String, detail: &str| {
        Box::new(Problem::error(["trigger", "function"], summary, detail))
    };
    if resolved.echo.merge {
        return Err(cannot(
            "The function cannot stand beside rules of others".to_owned(),
            "With `merge = true` permissions go on roles of others, and the role that is made for the function may write to none. Give it a role of your own as `role_arn`, or leave `function` out and run the agent, `crr echo`, on the queue.",
        ));
    }
    if value.get("accounts").is_some_and(|value| !value.is_null()) {
        return Err(cannot(
            "The role that is made for the function finds no account".to_owned(),
            "With `accounts` the target's account is looked for at each start, which needs permissions that an echo gives to nobody. Give the function a role of your own as `role_arn`, or leave `function` out and run the agent, `crr echo`, on the queue.",
        ));
    }
    if source.account == target.account {
        return Ok(Vec::new());
    }
    let role = site(runtime, &target.name)
        .and_then(|site| site.get("assume_role")?.get("role_arn")?.as_str())
        .and_then(|arn| arn.parse().ok());
    match role {
        Some(role) => Ok(vec![role]),
        None => Err(cannot(
            format!(
                "The function cannot reach site {}, which is of another account",
                target.name
            ),
            "It runs in the source's account. Set `assume_role` of the target's site in the provider block to a role that lets the function's role in, or leave `function` out and run the agent, `crr echo`, on the queue.",
        )),
    }
}

/// The provider block for the function: regions in words, and a role to assume only where the target is of another account.
pub(super) fn block(value: &Value, resolved: &Resolved, runtime: &Runtime) -> Value {
    let mut block = runtime.block.clone();
    let Some(Value::Map(mut sites)) = block.get("sites").cloned() else {
        return block;
    };
    let pair = &resolved.echo.template;
    let own = &pair.source.site.account;
    for (side, at) in [
        ("source", &pair.source.site),
        ("target", &pair.destination.site),
    ] {
        let named = value.get(side).and_then(Value::as_str);
        let Some(site) = named.and_then(|name| sites.get_mut(name)) else {
            continue;
        };
        site.set("profile", Value::Null);
        site.set("region", Value::from(at.region.to_string()));
        if at.account == *own {
            site.set("assume_role", Value::Null);
        }
    }
    block.set("sites", Value::Map(sites));
    block
}
