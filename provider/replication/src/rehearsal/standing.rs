//! What stands already on roles, whoever made them.

use super::{Papers, RolePapers};
use crate::observed::Observed;

impl Papers {
    /// The trust policies of the roles that a look saw. Of what else they say nothing is taken for known.
    pub fn of_standing_roles(observed: &Observed) -> Self {
        let trusts = observed.roles.iter().filter_map(|(arn, found)| {
            let of_role = RolePapers {
                trust: Some(found.role.present()?.trust.clone()),
                ..RolePapers::default()
            };
            Some((arn.clone(), of_role))
        });
        Self {
            roles: trusts.collect(),
            ..Self::default()
        }
    }
}
