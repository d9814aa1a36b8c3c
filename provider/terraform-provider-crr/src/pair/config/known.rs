//! Known values out of attributes that may be unknown.

use std::collections::BTreeMap;

use replication::{RoleChoice, Site};
use tfplugin::{Attr, Diagnostics, Path};

use crate::runtime::Runtime;

/// Why a value could not be had.
pub enum Missing {
    /// It is known after apply only.
    Unknown,
    /// A diagnostic says why.
    Failed,
}

/// A known value, or none where it is not set.
pub fn set<T: Clone>(value: &Attr<T>) -> Result<Option<T>, Missing> {
    match value {
        Attr::Known(value) => Ok(Some(value.clone())),
        Attr::Null => Ok(None),
        Attr::Unknown => Err(Missing::Unknown),
    }
}

pub fn texts(
    map: &Attr<BTreeMap<String, Attr<String>>>,
) -> Result<BTreeMap<String, String>, Missing> {
    let mut result = BTreeMap::new();
    for (key, value) in set(map)?.unwrap_or_default() {
        result.insert(key, set(&value)?.unwrap_or_default());
    }
    Ok(result)
}

/// A known text as a name, or none where it is not set.
pub fn parsed<T>(
    value: &Attr<String>,
    path: &Path,
    diagnostics: &mut Diagnostics,
) -> Result<Option<T>, Missing>
where
    T: std::str::FromStr<Err = replication::NameError>,
{
    set(value)?
        .map(|text| {
            text.parse().map_err(|error: replication::NameError| {
                diagnostics.error_at(path.clone(), "Not a valid name", error.to_string());
                Missing::Failed
            })
        })
        .transpose()
}

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
