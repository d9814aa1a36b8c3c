//! The rehearsal: the policies that a plan leads to, put before what S3 needs.
//!
//! Each pair's policies are made by the model and evaluated by it; the policies of roles are put before IAM's own simulator,
//! too, where that can be reached. No credentials are needed: what a plan says of its `crr_site`s is enough. Which buckets an
//! echo has it does not say: names that the selection takes stand for them.

use std::collections::BTreeSet;

use clap::ValueEnum;
use replication::SiteName;
use replication::policy::evaluate::Decision;
use replication::rehearsal::{Need, Outcome, Papers, Subject, rehearse};
use terraform_provider_crr::runtime::Runtime;
use terraform_provider_crr::stated::{self, Kind, NotLooked, Rehearsal};

use super::finding::{add_failure, of_need};
use super::look::strangers::Roles;
use super::look::{How, in_time, item, late, unreadable};
use super::report::{Facet, Item, Status};
use super::terraform::Resource;

/// Who evaluates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Simulator {
    /// The services where they can be reached, this program in any case.
    Auto,
    /// This program alone: no call is made for a site that the plan has as a `crr_site`.
    Own,
}

/// What a rehearsal came to.
#[derive(Debug, Default)]
pub struct Rehearsed {
    /// Every pair.
    pub items: Vec<Item>,
    /// Whose evaluation it was, where it was not also the service's.
    pub notes: BTreeSet<String>,
}

/// Rehearses every pair.
pub async fn simulate(
    runtime: &Runtime,
    resources: &[Resource],
    how: &How,
    simulator: Simulator,
) -> Rehearsed {
    let mut found = Rehearsed::default();
    let mut reachable = BTreeSet::new();
    if simulator == Simulator::Auto {
        let asked = Box::pin(async { reachable = reached(runtime, &mut found.notes).await });
        if !in_time(how.deadline, asked).await {
            // Without its policies a pair would look better than it is.
            found.items = wanted(resources, how).map(item).collect();
            found.items.iter_mut().for_each(late);
            return found;
        }
    }
    let mut papers = Papers::default();
    let mut site_roles = BTreeSet::new();
    for resource in resources
        .iter()
        .filter(|resource| resource.kind == Kind::Site)
    {
        stated::presume(runtime, &resource.values);
        let of_site = Box::pin(async {
            if let Ok(values) = resource.attributes()
                && let Some(of_site) = stated::papers_of_site(runtime, &values).await
            {
                site_roles.extend(of_site.roles.keys().cloned());
                papers.extend(of_site);
            }
        });
        // A role that is not known in time is unknown to each pair of it.
        in_time(how.deadline, of_site).await;
    }
    let mut rehearsed: Vec<(Item, Option<Rehearsal>)> = Vec::new();
    for resource in wanted(resources, how) {
        let mut item = item(resource);
        let mut outcome = None;
        let of_pair = Box::pin(async {
            outcome = Some(rehearsal(runtime, resource, &item, &reachable).await);
        });
        in_time(how.deadline, of_pair).await;
        match outcome {
            Some(Ok(rehearsal)) => {
                papers.extend(rehearsal.papers.clone());
                rehearsed.push((item, Some(rehearsal)));
                continue;
            }
            Some(Err(Failed::Unreadable(error))) => unreadable(&mut item, &error),
            Some(Err(Failed::NotLooked(failure))) => add_failure(&mut item, &failure),
            None => late(&mut item),
        }
        rehearsed.push((item, None));
    }
    for (_, rehearsal) in &mut rehearsed {
        if let Some(rehearsal) = rehearsal {
            papers.extend(std::mem::take(&mut rehearsal.standing));
        }
    }
    let mut roles = Roles::default();
    let stage = Stage {
        runtime,
        papers: &papers,
        reachable: &reachable,
    };
    for (mut item, rehearsal) in rehearsed {
        if let Some(rehearsal) = rehearsal {
            let mut facets: Vec<Facet> = Vec::new();
            let every = Box::pin(async {
                for need in &rehearsal.needs {
                    let facet = stage.facet(need, &rehearsal, &mut found.notes).await;
                    // Of the buckets that stand for an echo's the first that fails is told.
                    match facets.iter_mut().find(|known| known.name == facet.name) {
                        Some(known) if known.status == Status::InSync => *known = facet,
                        Some(_) => {}
                        None => facets.push(facet),
                    }
                }
            });
            let whole = in_time(how.deadline, every).await;
            item.facets = facets;
            if !whole {
                late(&mut item);
            }
            if let Some(stand_in) = in_words(&rehearsal) {
                item.notes.push(stand_in);
            }
            if rehearsal.bounded {
                item.notes.push(
                    "Its roles have a permissions boundary, whose contents are not evaluated."
                        .to_owned(),
                );
            }
            item.settle();
            let reaches = |site: &SiteName| reachable.contains(site);
            if rehearsal.stakes.sites.values().all(reaches) {
                roles.add(found.items.len(), rehearsal.stakes, &site_roles);
            }
        }
        found.items.push(item);
    }
    roles.look(runtime, how, &mut found.items).await;
    found
}

/// What is to be rehearsed.
fn wanted<'a>(resources: &'a [Resource], how: &'a How) -> impl Iterator<Item = &'a Resource> {
    resources
        .iter()
        .filter(|resource| resource.kind != Kind::Site && how.wants_itself(resource))
}

/// Which buckets stand for those of an echo.
fn in_words(rehearsal: &Rehearsal) -> Option<String> {
    let names: Vec<&str> = rehearsal
        .samples
        .iter()
        .map(replication::BucketName::as_str)
        .collect();
    let (first, more) = names.split_first()?;
    let names = match more.len() {
        0 => (*first).to_owned(),
        1..=4 => names.join(", "),
        more => format!("{first} and {more} more"),
    };
    Some(format!(
        "Its buckets are known at its sites alone: it was rehearsed for one of each pattern that its selection takes ({names})."
    ))
}

enum Failed {
    Unreadable(String),
    NotLooked(NotLooked),
}

async fn rehearsal(
    runtime: &Runtime,
    resource: &Resource,
    item: &Item,
    reachable: &BTreeSet<SiteName>,
) -> Result<Rehearsal, Failed> {
    let values = resource.attributes().map_err(Failed::Unreadable)?;
    let look = [&item.source, &item.target]
        .into_iter()
        .flatten()
        .all(|place| {
            reachable
                .iter()
                .any(|site| site.as_str() == place.site.as_str())
        });
    stated::rehearse(runtime, resource.kind, &values, look)
        .await
        .map_err(Failed::NotLooked)
}

/// The sites that answer. Of those that do not it is noted what is not looked at.
async fn reached(runtime: &Runtime, notes: &mut BTreeSet<String>) -> BTreeSet<SiteName> {
    let cloud = stated::cloud(runtime);
    let names: Vec<SiteName> = cloud.sites().cloned().collect();
    let asked = names.into_iter().map(|name| async move {
        let answer = cloud.identity(&name).await;
        (name, answer.err())
    });
    let mut reached = BTreeSet::new();
    for (name, error) in futures::future::join_all(asked).await {
        match error {
            None => {
                reached.insert(name);
            }
            Some(error) => {
                notes.insert(format!(
                    "Others' statements in the policies of buckets and keys at {name}, and their policies on its roles, were not looked at: {}.",
                    error.summary()
                ));
            }
        }
    }
    reached
}

/// What needs are put before.
struct Stage<'a> {
    runtime: &'a Runtime,
    papers: &'a Papers,
    reachable: &'a BTreeSet<SiteName>,
}

impl Stage<'_> {
    async fn facet(
        &self,
        need: &Need,
        rehearsal: &Rehearsal,
        notes: &mut BTreeSet<String>,
    ) -> Facet {
        let mut outcome = rehearse(need, self.papers);
        if outcome == Outcome::Allowed
            && let Some(refusal) = self.of_service(need, notes).await
        {
            outcome = Outcome::Refused(refusal);
        }
        if let Outcome::Refused(why) = &outcome
            && rehearsal.by_tags
            && need.subject == Subject::Role
            && need.request.action.starts_with("s3:")
        {
            outcome = Outcome::Unknown {
                why: format!("{why}; which buckets the tags select is known at the site alone"),
                lacks: None,
            };
        }
        of_need(need, outcome)
    }

    /// What IAM's simulator has against it; none: nothing, or it cannot be asked, which is noted.
    ///
    /// Only the policies of roles go there: it knows neither trust policies nor another account's.
    async fn of_service(&self, need: &Need, notes: &mut BTreeSet<String>) -> Option<String> {
        if need.subject != Subject::Role {
            return None;
        }
        let role = self.papers.roles.get(&need.role)?;
        let policies: Vec<String> = role.policies.values().cloned().collect();
        let cloud = stated::cloud(self.runtime);
        for site in self.reachable {
            let identity = cloud.identity(site).await.ok()?;
            if identity.account.as_str() != need.role.account() {
                continue;
            }
            return match cloud.simulate(site, policies, &need.request).await {
                Ok(Decision::Denied) => {
                    Some("IAM's simulator says that a statement denies it".to_owned())
                }
                Ok(Decision::NotAllowed) => {
                    Some("IAM's simulator says that no statement allows it".to_owned())
                }
                Ok(_) => None,
                // Whoever checks may not be allowed to ask: our own evaluation stands.
                Err(error) => {
                    notes.insert(format!(
                        "The policies of roles in account {} were evaluated by this program alone, since IAM's simulator could not be asked ({}). Allow iam:SimulateCustomPolicy for the credentials of this check.",
                        need.role.account(),
                        error.code.as_ref().unwrap_or(&error.what)
                    ));
                    None
                }
            };
        }
        notes.insert(format!(
            "The policies of roles in account {} were evaluated by this program alone, since IAM's simulator was not asked.",
            need.role.account()
        ));
        None
    }
}
