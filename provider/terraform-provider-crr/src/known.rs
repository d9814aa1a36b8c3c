//! Known values out of attributes that may be unknown.

use std::collections::BTreeMap;

use tfplugin::{Attr, Diagnostics, Path, Unknown};

/// Why a value could not be had.
pub enum Missing {
    /// It is known after apply only.
    Unknown,
    /// A diagnostic says why.
    Failed,
}

impl From<Unknown> for Missing {
    fn from(_: Unknown) -> Self {
        Self::Unknown
    }
}

/// Known texts by their keys: none where the map is not set.
pub fn texts(
    map: &Attr<BTreeMap<String, Attr<String>>>,
) -> Result<BTreeMap<String, String>, Unknown> {
    let mut result = BTreeMap::new();
    for (key, value) in map.given()?.unwrap_or_default() {
        result.insert(key, value.given()?.unwrap_or_default());
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
    value
        .given()?
        .map(|text| {
            text.parse().map_err(|error: replication::NameError| {
                diagnostics.error_at(path.clone(), "Not a valid name", error.to_string());
                Missing::Failed
            })
        })
        .transpose()
}
