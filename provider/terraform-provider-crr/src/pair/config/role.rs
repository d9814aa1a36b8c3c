//! Under which role a side's rules run.

use replication::{RoleChoice, Site};

use crate::runtime::Runtime;

/// The role that a text stands for.
pub fn role_choice(
    text: Option<&str>,
    site: &Site,
    runtime: &Runtime,
) -> Result<RoleChoice, String> {
    match text {
        None | Some("own") => Ok(RoleChoice::Own),
        Some("site") => runtime.site_role(site).map(RoleChoice::Existing).map_err(|other| {
            format!(
                "`role = \"site\"` is the site's replication role under its default name, and this one is {other}. Name it by ARN, such as `crr_site.{}.replication_role_arn`.",
                site.name
            )
        }),
        Some(arn) => arn
            .parse()
            .map(RoleChoice::Existing)
            .map_err(|error: replication::NameError| error.to_string()),
    }
}
