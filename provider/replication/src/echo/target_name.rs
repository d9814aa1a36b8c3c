//! What a bucket is called at the target.

use std::fmt;
use std::str::FromStr;

use crate::name::{BucketName, NameError};
use crate::pair::Site;
use crate::problem::Problem;

/// A template such as `{bucket}-dr`. `{bucket}`, `{account}` and `{region}` are those of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetName(String);

const PLACES: [&str; 3] = ["{bucket}", "{account}", "{region}"];

impl FromStr for TargetName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let bare = PLACES
            .iter()
            .fold(text.to_owned(), |text, place| text.replace(place, "x"));
        if bare.contains(['{', '}']) {
            return Err(NameError(format!(
                "\"{text}\" has a placeholder that is not known: there are {}",
                PLACES.join(", ")
            )));
        }
        if text.matches("{bucket}").count() != 1 {
            return Err(NameError(format!(
                "\"{text}\" needs {{bucket}} once: without it, all buckets would go to one"
            )));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for TargetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TargetName {
    /// The name of a bucket's target.
    ///
    /// # Errors
    ///
    /// Where the result is no name of a bucket, naming both.
    pub fn name_for(&self, site: &Site, bucket: &BucketName) -> Result<BucketName, Problem> {
        let name = self.of_site(site).replace("{bucket}", bucket.as_str());
        name.parse().map_err(|error: NameError| {
            Problem::error(
                ["target_bucket"],
                format!("Bucket {bucket} of site {} can have no target", site.name),
                format!(
                    "\"{self}\" makes \"{name}\" of it: {error}. Exclude the bucket, or choose another template."
                ),
            )
        })
    }

    /// What the targets of all buckets are called whose names match a pattern.
    pub fn pattern_for(&self, site: &Site, pattern: &str) -> String {
        self.of_site(site).replace("{bucket}", pattern)
    }

    /// Whether a target is called as its bucket is.
    pub fn is_same_name(&self) -> bool {
        self.0 == "{bucket}"
    }

    /// The bucket of a site whose target has this name, if the template could have made it.
    ///
    /// None where the template is `{bucket}` alone: any name could then be any bucket's.
    pub fn origin_of(&self, site: &Site, target: &BucketName) -> Option<BucketName> {
        let template = self.of_site(site);
        let (before, after) = template.split_once("{bucket}")?;
        if before.is_empty() && after.is_empty() {
            return None;
        }
        target
            .as_str()
            .strip_prefix(before)?
            .strip_suffix(after)?
            .parse()
            .ok()
    }

    /// The bucket of a site whose target a bucket of this name would be. For the template `{bucket}` that is the one of the same
    /// name.
    pub fn source_of(&self, site: &Site, target: &BucketName) -> Option<BucketName> {
        if self.is_same_name() {
            return Some(target.clone());
        }
        self.origin_of(site, target)
    }

    pub(super) fn of_site(&self, site: &Site) -> String {
        self.0
            .replace("{account}", site.account.as_str())
            .replace("{region}", site.region.as_str())
    }
}
