//! The roles that an echo's rules run under, and what they say of each bucket.

use std::collections::BTreeMap;

use echo::Unseen;
use replication::rehearsal::{Need, Outcome, Papers, Subject, needs, rehearse};
use replication::{BucketName, Echo, Observed, RoleArn};
use terraform_provider_crr::stated::EchoRoles;

use crate::check::finding::{add_problem, denied, of_need};
use crate::check::report::{Facet, Item, Status};

/// What is known of the roles, once for all buckets.
#[derive(Debug, Default)]
pub(super) struct Roles {
    /// That one is not there.
    missing: Option<String>,
    papers: Papers,
    /// What is held against buckets. Where a role is missing that is told of each without asking again.
    pub known: echo::Roles,
}

impl Roles {
    /// Puts what a look at them found into the echo's own item.
    pub fn tell(whole: &mut Item, found: EchoRoles) -> Self {
        for (name, denial) in &found.denials {
            let facet = denied(name, &denial.action, &denial.message);
            whole.facets.push(facet);
        }
        for problem in &found.missing {
            add_problem(whole, 0, problem);
        }
        if found.missing.is_empty() && found.denials.is_empty() {
            whole.facets.push(Facet::in_sync("roles"));
        }
        match found.missing.first() {
            Some(problem) => Self {
                missing: Some(problem.summary.clone()),
                ..Self::default()
            },
            None => Self {
                missing: None,
                papers: found.papers,
                known: found.known,
            },
        }
    }

    /// What is against S3 assuming the roles for a bucket, the surest first; none: nothing, or they could not be looked at.
    pub fn trust(&self, echo: &Echo, bucket: &BucketName) -> Option<(Need, Outcome)> {
        let pair = echo.pair(bucket).ok()?;
        let nothing = Observed::default();
        let needs = needs(&pair, &pair.desired(&nothing), &nothing);
        let mut found: Vec<(Need, Outcome)> = needs
            .into_iter()
            .filter(|need| need.subject == Subject::Trust)
            .filter(|need| self.papers.roles.contains_key(&need.role))
            .map(|need| {
                let outcome = rehearse(&need, &self.papers);
                (need, outcome)
            })
            .filter(|(_, outcome)| *outcome != Outcome::Allowed)
            .collect();
        found.sort_by_key(|(_, outcome)| matches!(outcome, Outcome::Unknown { .. }));
        found.into_iter().next()
    }

    /// Why S3 fails every object of a bucket, although its rules stand.
    pub fn why_all_fail(&self, echo: &Echo, bucket: &BucketName) -> Option<String> {
        if self.missing.is_some() {
            return self.missing.clone();
        }
        match self.trust(echo, bucket) {
            // Beside rules of others a bucket replicates under their role.
            Some((_, Outcome::Refused(why))) if !echo.merge => Some(why),
            _ => None,
        }
    }
}

/// Tells an echo what is against S3 assuming its roles, once for all buckets of which it is the same.
pub(super) fn add_trust(whole: &mut Item, (need, outcome): (Need, Outcome)) {
    let facet = of_need(&need, outcome);
    let known = whole
        .facets
        .iter_mut()
        .find(|known| known.name == facet.name);
    match known {
        Some(known) if known.status >= facet.status => {}
        Some(known) => *known = facet,
        None => whole.facets.push(facet),
    }
}

/// Tells an echo which roles, under which rules of others replicate its buckets, could not be looked at.
pub(super) fn add_unseen(whole: &mut Item, unseen: BTreeMap<RoleArn, Unseen>) {
    for (role, unseen) in unseen {
        let mut facet = Facet::of("roles_of_others", Status::Unknown);
        facet.is = Some(format!(
            "rules of others replicate under role {role}, of which is not known whether it is there"
        ));
        let allow = unseen.lacks.as_ref().map_or_else(String::new, |action| {
            format!(" Allow {action} for the credentials of this check.")
        });
        facet.remedy = Some(format!("The service answers: {}.{allow}", unseen.message));
        facet.lacks = unseen.lacks;
        whole.facets.push(facet);
    }
}
