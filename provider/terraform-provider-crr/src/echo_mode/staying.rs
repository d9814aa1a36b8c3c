//! Rules that stay when their echo goes: what they run under must stay, too.
//!
//! S3 keeps rules whose role is gone and fails every object. The role is most often a `crr_site`'s, and a `terraform destroy`
//! of both destroys the echo first: it notes the role for the rest of the run, and the site leaves it in place.

use replication::role::name_for_site;
use tfplugin::{Diagnostics, Path, Value};

use crate::runtime::{Runtime, StayingRole};

/// The roles that an echo's rules run under.
pub fn roles(echo: &Value) -> Vec<StayingRole> {
    let text = |name: &str| echo.get(name).and_then(Value::as_str);
    let mut sides = vec![("source", "source_role")];
    if text("direction") == Some("two_way") {
        sides.push(("target", "target_role"));
    }
    let role = |(site, role): (&str, &str)| match text(role).or(text("role")) {
        None | Some("site") => Some(StayingRole::OfSite(text(site)?.parse().ok()?)),
        Some(arn) => Some(StayingRole::Named(arn.parse().ok()?)),
    };
    sides.into_iter().filter_map(role).collect()
}

/// Whether the echo's rules stay when it is destroyed.
pub fn stay(echo: &Value) -> bool {
    echo.get("on_destroy").and_then(Value::as_str) != Some("remove")
}

/// Tells, where the destruction of an echo is planned, what its rules need from then on.
pub fn warn(runtime: &Runtime, echo: &Value, diagnostics: &mut Diagnostics) {
    if !stay(echo) {
        return;
    }
    let names: Vec<String> = roles(echo)
        .into_iter()
        .filter_map(|role| match role {
            StayingRole::OfSite(site) => Some(name_for_site(&site)),
            // Who gives the role of others knows where it comes from.
            StayingRole::Named(arn) => runtime
                .is_noted_site_role(&arn)
                .then(|| arn.role_name().to_owned()),
        })
        .collect();
    if names.is_empty() {
        return;
    }
    let text = |name: &str| echo.get(name).and_then(Value::as_str).unwrap_or_default();
    diagnostics.warning_at(
        Path::root().attribute("on_destroy"),
        format!(
            "The rules of echo {}->{} stay, under role {}",
            text("source"),
            text("target"),
            names.join(" and ")
        ),
        "`on_destroy` is \"keep\", so its buckets go on replicating under that role, which is the `replication_role` of a `crr_site`. A `crr_site` that is destroyed takes its role with it, and S3 then fails every object. Only where it is destroyed in this run, and the echo refers to it by `crr_site.NAME.name`, does it leave the role in place.\n\nTo end the replication: set `on_destroy = \"remove\"`, apply, and destroy then. To keep it: keep the `crr_site`, or take it out of the state alone with `terraform state rm` or `removed { lifecycle { destroy = false } }`.",
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::echo_mode::schema;

    #[test]
    fn the_roles_of_the_sides_that_have_rules() {
        let own = "arn:aws:iam::111122223333:role/own";
        let of_site = |name: &str| StayingRole::OfSite(name.parse().unwrap());
        let named = || StayingRole::Named(own.parse().unwrap());
        let mut echo = schema::empty("east", "west");
        assert_eq!(roles(&echo), [of_site("east")]);
        echo.set("direction", Value::from("two_way"));
        assert_eq!(roles(&echo), [of_site("east"), of_site("west")]);
        echo.set("source_role", Value::from(own));
        assert_eq!(roles(&echo), [named(), of_site("west")]);
        echo.set("role", Value::from(own));
        assert_eq!(roles(&echo), [named(), named()]);
    }
}
