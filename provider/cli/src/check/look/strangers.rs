//! What others have put on the roles of pairs: a policy that denies fails every object, and no part of a pair shows it.
//!
//! A policy that stands beside ours and denies nothing is nobody's concern. One that denies what S3 needs is told at each pair
//! that replicates under the role, which is looked at once.

use std::collections::{BTreeMap, BTreeSet};

use cloud::{CloudError, StrangePolicy};
use futures::StreamExt;
use replication::rehearsal::{Need, Outcome, under_policy_of_others};
use replication::role::SITE_POLICY;
use replication::{RoleArn, Seen, SiteName};
use terraform_provider_crr::runtime::Runtime;
use terraform_provider_crr::stated::{self, Stakes};

use super::{How, in_time};
use crate::check::finding::denied;
use crate::check::report::{Facet, Item, Status};

/// What the name of every policy of ours begins with. Others may take such a name, so none is passed over for it.
const OURS: &str = "crr-";

/// The roles that are ours, and which pairs need what of them.
#[derive(Debug, Default)]
pub struct Roles(BTreeMap<RoleArn, Role>);

#[derive(Debug)]
struct Role {
    /// Whose credentials reach it.
    site: SiteName,
    /// The policies on it whose contents are looked at as what should be.
    ours: BTreeSet<String>,
    /// By the item's number.
    needs: BTreeMap<usize, Vec<Need>>,
}

type Looked = Result<Seen<Vec<StrangePolicy>>, CloudError>;

impl Roles {
    /// Adds what a pair has at stake on the roles that are its own or a site's.
    pub fn add(&mut self, item: usize, stakes: Stakes, of_sites: &BTreeSet<RoleArn>) {
        for need in stakes.needs {
            let is_of_site = of_sites.contains(&need.role);
            if !is_of_site && !stakes.own.contains(&need.role) {
                continue;
            }
            let Some(site) = stakes.sites.get(&need.role) else {
                continue;
            };
            let role = self.0.entry(need.role.clone()).or_insert_with(|| Role {
                site: site.clone(),
                ours: BTreeSet::new(),
                needs: BTreeMap::new(),
            });
            if is_of_site {
                role.ours.insert(SITE_POLICY.to_owned());
            }
            if let Some(names) = stakes.policies.get(&need.role) {
                role.ours.extend(names.iter().cloned());
            }
            role.needs.entry(item).or_default().push(need);
        }
    }

    /// Looks at each role, and tells its pairs.
    pub async fn look(self, runtime: &Runtime, how: &How, items: &mut [Item]) {
        let cloud = stated::cloud(runtime);
        let mut looks = futures::stream::iter(self.0)
            .map(|(arn, role)| async move {
                let mut looked: Option<Looked> = None;
                let look = Box::pin(async {
                    let is_ours = |name: &str| role.ours.contains(name);
                    looked = Some(cloud.strange_policies(&role.site, &arn, is_ours).await);
                });
                in_time(how.deadline, look).await;
                (role, looked)
            })
            .buffer_unordered(how.at_once);
        while let Some((role, looked)) = looks.next().await {
            for (number, needs) in &role.needs {
                if let Some(item) = items.get_mut(*number) {
                    tell(item, needs, looked.as_ref());
                }
            }
        }
    }
}

/// The side that a need is of, as facets call it.
fn label(need: &Need) -> &str {
    need.facet.split('.').next().unwrap_or_default()
}

/// Tells a pair what came of a look at one of its roles.
fn tell(item: &mut Item, needs: &[Need], looked: Option<&Looked>) {
    let Some(first) = needs.first() else { return };
    let name = format!("{}.role_of_others", label(first));
    let unknown = |why: String, remedy: String| Facet {
        is: Some(why),
        remedy: Some(remedy),
        ..Facet::of(name.clone(), Status::Unknown)
    };
    match looked {
        None => item.facets.push(unknown(
            "not looked at in time".to_owned(),
            "Give the check more time with --timeout.".to_owned(),
        )),
        Some(Err(error)) => item.facets.push(unknown(error.summary(), error.detail())),
        Some(Ok(Seen::Denied { action, message })) => {
            item.facets.push(denied(&name, action, message));
        }
        Some(Ok(Seen::Present(policies))) => {
            for policy in policies {
                judge(item, &name, &first.role, policy, needs);
            }
        }
        // A role that is not there is a part that is missing.
        Some(Ok(Seen::Absent | Seen::NotLooked)) => {}
    }
    item.settle();
}

fn judge(item: &mut Item, name: &str, role: &RoleArn, policy: &StrangePolicy, needs: &[Need]) {
    let which = format!("policy {}, which others put on {role},", policy.name);
    let text = match &policy.document {
        Seen::Present(text) => text,
        Seen::Denied { action, message } => {
            let mut facet = denied(name, action, message);
            facet.is = Some(format!("{which} may not be read: it may deny"));
            item.facets.push(facet);
            return;
        }
        // It went while we looked.
        Seen::Absent | Seen::NotLooked => return,
    };
    let outcomes: Vec<(&Need, Outcome)> = needs
        .iter()
        .map(|need| (need, under_policy_of_others(need, text)))
        .collect();
    let of = |wanted: fn(&Outcome) -> bool| outcomes.iter().find(|(_, outcome)| wanted(outcome));
    let refused =
        |outcome: &Outcome| matches!(outcome, Outcome::Refused(_) | Outcome::RefusedInPart(_));
    if let Some((need, Outcome::Refused(why) | Outcome::RefusedInPart(why))) = of(refused) {
        let count = outcomes.iter().filter(|(_, o)| refused(o)).count();
        let mut facet = Facet::of(name, Status::Drifted);
        facet.should = Some("no policy of others denies what S3 needs".to_owned());
        facet.is = Some(format!(
            "{which} denies {count} of the actions that S3 needs: {why}"
        ));
        facet.remedy = Some(format!(
            "Take it off the role, or have it spare what S3 needs; an apply leaves it alone. {}",
            need.fails
        ));
        item.facets.push(facet);
    } else if let Some((_, Outcome::Unknown { why, .. })) =
        of(|outcome| matches!(outcome, Outcome::Unknown { .. }))
    {
        let mut facet = Facet::of(name, Status::Unknown);
        facet.is = Some(format!("{which} may deny what S3 needs: {why}"));
        facet.remedy = Some("Read it, and take it off the role if it denies.".to_owned());
        item.facets.push(facet);
    } else if !policy.name.starts_with(OURS) {
        // One of this name is most likely another resource's.
        item.notes.push(format!(
            "Policy {} is on {role} and not ours; it denies nothing that S3 needs.",
            policy.name
        ));
    }
}

#[cfg(test)]
mod tests {
    use replication::policy::evaluate::{Asker, Request};
    use replication::rehearsal::Subject;

    use super::*;
    use crate::check::report::ItemKind;

    const ROLE: &str = "arn:aws:iam::111122223333:role/crr/crr-orders";

    fn need() -> Need {
        Need {
            otherwise: None,
            facet: "source.may.s3:ReplicateObject".to_owned(),
            role: ROLE.parse().unwrap(),
            subject: Subject::Role,
            request: Request {
                by: Asker::Role {
                    arn: ROLE.to_owned(),
                    account: "111122223333".to_owned(),
                },
                action: "s3:ReplicateObject".to_owned(),
                resource: "arn:aws:s3:::orders-dr/any/key".to_owned(),
                context: BTreeMap::new(),
            },
            objects: vec!["arn:aws:s3:::orders-dr/".to_owned()],
            reason: None,
            fails: "Every object fails.",
        }
    }

    fn told(looked: &Looked) -> Item {
        let need = need();
        let mut item = Item::new(ItemKind::Pair, "crr_pair.orders", "id");
        tell(&mut item, &[need], Some(looked));
        item
    }

    #[test]
    fn what_others_deny_on_a_role_of_ours_is_told() {
        let policy = |statement: &str| {
            let document = format!("{{\"Statement\":{statement}}}");
            Ok(Seen::Present(vec![StrangePolicy {
                name: "freeze".to_owned(),
                document: Seen::Present(document),
            }]))
        };
        let all = r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#;
        let some =
            r#"{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::orders-dr/secret/*"}"#;
        let maybe = r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}}}"#;
        let other = r#"{"Effect":"Deny","Action":"ec2:*","Resource":"*"}"#;
        let allow = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
        for (statement, status) in [
            (all, Status::Drifted),
            (some, Status::Drifted),
            (maybe, Status::Unknown),
            (other, Status::InSync),
            (allow, Status::InSync),
        ] {
            let item = told(&policy(statement));
            assert_eq!(item.status, status, "{statement}");
            let said = format!("{:?}{:?}", item.facets, item.notes);
            assert!(said.contains("freeze"), "{said}");
        }
    }

    /// Others may give a policy such a name as ours have.
    #[test]
    fn only_the_policies_that_are_looked_at_as_ours_are_passed_over() {
        let stakes = |needs: Vec<Need>, policy: &str| Stakes {
            needs,
            own: [ROLE.parse().unwrap()].into(),
            policies: [(ROLE.parse().unwrap(), [policy.to_owned()].into())].into(),
            sites: [(ROLE.parse().unwrap(), "east".parse().unwrap())].into(),
        };
        let mut roles = Roles::default();
        let of_sites = BTreeSet::new();
        roles.add(0, stakes(vec![need()], "crr-to-orders-dr"), &of_sites);
        roles.add(1, stakes(vec![need()], "crr-to-orders-copy"), &of_sites);
        roles.add(2, stakes(Vec::new(), "crr-freeze"), &of_sites);
        let role = &roles.0[&ROLE.parse::<RoleArn>().unwrap()];
        let ours: Vec<&str> = role.ours.iter().map(String::as_str).collect();
        assert_eq!(ours, ["crr-to-orders-copy", "crr-to-orders-dr"]);
        assert_eq!(role.needs.len(), 2);
        let mut roles = Roles::default();
        let mut of_site = stakes(vec![need()], "x");
        of_site.own.clear();
        roles.add(0, of_site, &[ROLE.parse().unwrap()].into());
        let role = &roles.0[&ROLE.parse::<RoleArn>().unwrap()];
        assert!(role.ours.contains(SITE_POLICY));
    }

    #[test]
    fn what_may_not_be_read_names_the_action() {
        fn refused<T>(action: &str) -> Seen<T> {
            Seen::Denied {
                action: action.to_owned(),
                message: "no".to_owned(),
            }
        }
        let item = told(&Ok(refused("iam:ListRolePolicies")));
        assert_eq!(
            item.facets[0].lacks.as_deref(),
            Some("iam:ListRolePolicies")
        );
        let unread = StrangePolicy {
            name: "freeze".to_owned(),
            document: refused("iam:GetPolicyVersion"),
        };
        let item = told(&Ok(Seen::Present(vec![unread])));
        assert_eq!(item.status, Status::Unknown);
        assert_eq!(
            item.facets[0].lacks.as_deref(),
            Some("iam:GetPolicyVersion")
        );
    }
}
