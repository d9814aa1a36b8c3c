//! The roles of rules that stay although this run has destroyed their echo.

use replication::{RoleArn, Site, SiteName};

/// A role that rules run under after their echo is gone. It is named without a call: a site that is lost must not keep an
/// echo from going.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StayingRole {
    /// The replication role of a site under its default name.
    OfSite(SiteName),
    /// This one.
    Named(RoleArn),
}

impl StayingRole {
    /// Whether it is this role of a site.
    pub fn is(&self, site: &Site, role: &RoleArn) -> bool {
        match self {
            Self::OfSite(name) => *name == site.name && *role == site.default_role(),
            Self::Named(arn) => arn == role,
        }
    }
}
