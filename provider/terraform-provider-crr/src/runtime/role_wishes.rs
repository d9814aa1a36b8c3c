//! What the `crr_site` resources of one run want of roles: a role that two keep is undone by each in every apply.

use std::collections::BTreeMap;

use replication::{Facets, RoleArn};

/// What this run's `crr_site` resources want of roles.
#[derive(Default)]
pub struct RoleWishes(BTreeMap<RoleArn, Wished>);

/// What the first that spoke of a role wants.
struct Wished {
    facets: Facets,
    words: String,
    stands: bool,
}

/// Two resources have one role.
#[derive(Debug, PartialEq, Eq)]
pub enum Shared {
    /// They want it otherwise.
    Otherwise {
        /// What the first wants.
        first: String,
    },
    /// They want the same, and whichever goes takes it from the other.
    Alike {
        /// Whether both are made already.
        stand: bool,
    },
}

impl RoleWishes {
    /// Notes what a resource that is planned wants, and in what words to tell of it. `stands`: whether it is in the state. Says whether another has the role.
    ///
    /// Terraform plans what it replaces twice, once as it stands and once as it is made: one that stands and one that does not
    /// may be one resource.
    pub fn plan(
        &mut self,
        role: &RoleArn,
        facets: Facets,
        words: String,
        stands: bool,
    ) -> Option<Shared> {
        let Some(other) = self.0.get(role) else {
            let wished = Wished {
                facets,
                words,
                stands,
            };
            self.0.insert(role.clone(), wished);
            return None;
        };
        if other.facets != facets {
            let first = other.words.clone();
            return Some(Shared::Otherwise { first });
        }
        (other.stands == stands).then_some(Shared::Alike { stand: stands })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_has_one_owner() {
        let mut wishes = RoleWishes::default();
        let mut plan = |name: &str, buckets: &str, stands: bool| {
            let role = format!("arn:aws:iam::111122223333:role/crr/{name}");
            let facets = [("site.role_policy".to_owned(), buckets.to_owned())];
            let words = format!("reads {buckets}");
            wishes.plan(&role.parse().unwrap(), Facets(facets.into()), words, stands)
        };
        assert_eq!(plan("east", "mm-*", true), None);
        assert_eq!(plan("east", "mm-*", false), None, "replaced, perhaps");
        let alike = Some(Shared::Alike { stand: true });
        assert_eq!(plan("east", "mm-*", true), alike);
        let first = "reads mm-*".to_owned();
        assert_eq!(
            plan("east", "tt-*", false),
            Some(Shared::Otherwise { first })
        );
        assert_eq!(plan("other", "tt-*", false), None);
    }
}
