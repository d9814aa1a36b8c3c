//! The rehearsal: the policies that a plan leads to, put before what S3 needs.
//!
//! Each pair's policies are made by the model and evaluated by it; the policies of roles are put before IAM's own simulator,
//! too, where that can be reached. No credentials are needed: what a plan says of its `crr_site`s is enough.

use std::collections::BTreeSet;

use clap::ValueEnum;
use replication::SiteName;
use replication::policy::evaluate::Decision;
use replication::rehearsal::{Need, Outcome, Papers, Subject, rehearse};
use terraform_provider_crr::runtime::Runtime;
use terraform_provider_crr::stated::{self, Kind, NotLooked, Rehearsal};

use super::finding::{add_failure, not_looked};
use super::look::{How, item, unreadable};
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

/// Rehearses every pair.
pub async fn simulate(
    runtime: &Runtime,
    resources: &[Resource],
    how: &How,
    simulator: Simulator,
) -> Vec<Item> {
    let reachable = match simulator {
        Simulator::Own => BTreeSet::new(),
        Simulator::Auto => reachable(runtime).await,
    };
    let mut papers = Papers::default();
    for resource in resources
        .iter()
        .filter(|resource| resource.kind == Kind::Site)
    {
        stated::presume(runtime, &resource.values);
        let values = stated::attributes(resource.kind, &resource.values, resource.unknown.as_ref());
        if let Ok(values) = values
            && let Some(of_site) = stated::papers_of_site(runtime, &values).await
        {
            papers.extend(of_site);
        }
    }
    let mut rehearsed: Vec<(Item, Option<Rehearsal>)> = Vec::new();
    for resource in resources {
        if resource.kind != Kind::Pair || !how.wants(resource) {
            continue;
        }
        let mut item = item(resource);
        match rehearsal(runtime, resource, &item, &reachable).await {
            Ok(rehearsal) => {
                papers.extend(rehearsal.papers.clone());
                rehearsed.push((item, Some(rehearsal)));
            }
            Err(Failed::Unreadable(error)) => {
                unreadable(&mut item, &error);
                rehearsed.push((item, None));
            }
            Err(Failed::NotLooked(failure)) => {
                add_failure(&mut item, &failure);
                rehearsed.push((item, None));
            }
        }
    }
    let mut items = Vec::with_capacity(rehearsed.len());
    for (mut item, rehearsal) in rehearsed {
        if let Some(rehearsal) = rehearsal {
            for need in &rehearsal.needs {
                let facet = facet(runtime, need, &papers, &reachable).await;
                item.facets.push(facet);
            }
            if rehearsal.pair.boundary.is_some() {
                item.notes.push(
                    "Its roles have a permissions boundary, whose contents are not evaluated."
                        .to_owned(),
                );
            }
            item.settle();
        }
        items.push(item);
    }
    items
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
    let values = stated::attributes(resource.kind, &resource.values, resource.unknown.as_ref())
        .map_err(Failed::Unreadable)?;
    let look = [&item.source, &item.target]
        .into_iter()
        .flatten()
        .all(|place| {
            reachable
                .iter()
                .any(|site| site.as_str() == place.site.as_str())
        });
    stated::rehearse(runtime, &values, look)
        .await
        .map_err(Failed::NotLooked)
}

/// The sites that answer.
async fn reachable(runtime: &Runtime) -> BTreeSet<SiteName> {
    let cloud = stated::cloud(runtime);
    let names: Vec<SiteName> = cloud.sites().cloned().collect();
    let asked = names.into_iter().map(|name| async move {
        let answers = cloud.identity(&name).await.is_ok();
        answers.then_some(name)
    });
    let answered = futures::future::join_all(asked).await;
    answered.into_iter().flatten().collect()
}

async fn facet(
    runtime: &Runtime,
    need: &Need,
    papers: &Papers,
    reachable: &BTreeSet<SiteName>,
) -> Facet {
    let mut outcome = rehearse(need, papers);
    if outcome == Outcome::Allowed
        && let Some(refusal) = of_service(runtime, need, papers, reachable).await
    {
        outcome = Outcome::Refused(refusal);
    }
    let should = format!("{} may {}", need.role, need.request.action);
    match outcome {
        Outcome::Allowed => Facet::in_sync(&need.facet),
        Outcome::Refused(why) => {
            let mut facet = Facet::of(&need.facet, Status::Missing);
            facet.should = Some(should);
            facet.is = Some(why);
            facet.remedy = Some(match need.reason {
                Some(reason) => format!("{} S3 reports them with the reason {reason}.", need.fails),
                None => need.fails.to_owned(),
            });
            facet
        }
        Outcome::Unknown(why) => {
            let mut facet = Facet::of(&need.facet, Status::Unknown);
            facet.should = Some(should);
            facet.is = Some(why);
            facet.remedy = Some(format!("If it may not: {}", need.fails));
            facet
        }
    }
}

/// What IAM's simulator has against it; none: nothing, or it cannot be asked.
///
/// Only the policies of roles go there: it knows neither trust policies nor another account's.
async fn of_service(
    runtime: &Runtime,
    need: &Need,
    papers: &Papers,
    reachable: &BTreeSet<SiteName>,
) -> Option<String> {
    if need.subject != Subject::Role {
        return None;
    }
    let policies: Vec<String> = papers
        .roles
        .get(&need.role)?
        .policies
        .values()
        .cloned()
        .collect();
    let cloud = stated::cloud(runtime);
    for site in reachable {
        let identity = cloud.identity(site).await.ok()?;
        if identity.account.as_str() != need.role.account() {
            continue;
        }
        return match cloud.simulate(site, policies, &need.request).await {
            Ok(Decision::Allowed) => None,
            Ok(Decision::NotAllowed) => {
                Some("IAM's simulator says that no statement allows it".to_owned())
            }
            Ok(Decision::Denied) => {
                Some("IAM's simulator says that a statement denies it".to_owned())
            }
            // Whoever checks may not be allowed to ask: our own evaluation stands.
            Err(error) => {
                tracing::debug!(%error, "IAM's simulator was not asked");
                None
            }
        };
    }
    None
}

/// Marks what a rehearsal has nothing to say of.
pub fn not_rehearsed(resources: &[Resource], how: &How) -> Vec<Item> {
    resources
        .iter()
        .filter(|resource| resource.kind == Kind::Echo && how.wants(resource))
        .map(|resource| {
            let mut item = item(resource);
            not_looked(
                &mut item,
                "an echo is not rehearsed",
                "Which buckets it has is known only to who looks. Check it without --simulate.",
            );
            item
        })
        .collect()
}
