//! Looking: everything that should be, compared with what is. Nothing is written.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use indicatif::ProgressBar;
use replication::{RoleArn, glob};
use serde_json::Value;
use terraform_provider_crr::runtime::Runtime;
use terraform_provider_crr::stated::{self, Kind, PairLook};
use tokio::time::Instant;

use super::finding::{add_failure, add_health, not_looked, of_need};
use super::report::{Facet, Item, ItemKind, Place, SiteFacts, Status};
use super::terraform::Resource;

mod echo;
mod sites;
pub(super) mod strangers;

use strangers::Roles;

/// How to look.
#[derive(Debug)]
pub struct How {
    /// How many resources are looked at at once. How many calls that makes is bounded by the cloud.
    pub at_once: usize,
    /// When it must be over.
    pub deadline: Option<Instant>,
    /// Only what matches one of these; empty: everything.
    pub only: Vec<String>,
    /// Who is told how far it is.
    pub progress: ProgressBar,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Every item.
    pub items: Vec<Item>,
    /// The sites that answered.
    pub sites: BTreeSet<SiteFacts>,
    /// The roles that sites have as resources.
    site_roles: BTreeSet<RoleArn>,
    /// The sites that are where a resource says they are.
    proven: BTreeSet<String>,
}

/// Why a site is not to be looked at: whatever stands there would be judged by the wrong account, or fail in the same way.
type Barred = BTreeMap<String, (String, String)>;

/// Looks at every resource.
pub async fn look(runtime: &Runtime, resources: &[Resource], how: &How) -> Found {
    let mut found = Found::default();
    let mut barred = Barred::new();
    sites::stated(runtime, resources, how, &mut found, &mut barred).await;
    sites::unstated(runtime, resources, how, &mut found, &mut barred).await;
    let pairs: Vec<&Resource> = resources
        .iter()
        .filter(|resource| resource.kind == Kind::Pair && how.wants(resource))
        .collect();
    how.progress.inc_length(pairs.len() as u64);
    let barred = &barred;
    let proven = &std::mem::take(&mut found.proven);
    let mut roles = Roles::default();
    let mut looks = futures::stream::iter(pairs)
        .map(|resource| async move {
            let mut item = item(resource);
            let mut looked = None;
            if !bar(&mut item, barred) {
                let pair = Box::pin(async {
                    looked = pair(runtime, resource, &mut item).await;
                    doubt(&mut item, proven);
                });
                if !in_time(how.deadline, pair).await {
                    late(&mut item);
                }
            }
            (item, looked)
        })
        .buffer_unordered(how.at_once);
    while let Some((item, looked)) = looks.next().await {
        how.progress.inc(1);
        if let Some(looked) = looked {
            roles.add(found.items.len(), looked.stakes, &found.site_roles);
        }
        found.items.push(item);
    }
    drop(looks);
    roles.look(runtime, how, &mut found.items).await;
    for resource in resources {
        if resource.kind == Kind::Echo && how.wants(resource) {
            echo::look(runtime, resource, how, barred, &mut found.items).await;
        }
    }
    found
}

impl How {
    pub(super) fn wants(&self, resource: &Resource) -> bool {
        // Which buckets an echo has is not known yet.
        resource.kind == Kind::Echo || self.wants_itself(resource)
    }

    /// Whether a resource is wanted for its own names, and not for those of buckets that it may have.
    pub(super) fn wants_itself(&self, resource: &Resource) -> bool {
        self.only.is_empty() || {
            let item = item(resource);
            self.only
                .iter()
                .any(|pattern| item.names().any(|name| glob::matches(pattern, name)))
        }
    }

    /// The first pattern that nothing is of. Where an echo could not be looked at, its buckets are not known, and might be.
    pub(super) fn idle_pattern(&self, items: &[Item]) -> Option<&str> {
        let blind = |item: &Item| item.kind == ItemKind::Echo && item.status == Status::Unknown;
        if items.iter().any(blind) {
            return None;
        }
        self.only
            .iter()
            .find(|pattern| {
                !items
                    .iter()
                    .any(|item| item.names().any(|name| glob::matches(pattern, name)))
            })
            .map(String::as_str)
    }

    /// Whether a bucket of an echo is wanted: by its own names, or the echo's.
    fn wants_of(&self, echo: &Item, bucket: &Item) -> bool {
        self.only.is_empty()
            || self.only.iter().any(|pattern| {
                let mut names = echo.names().chain(bucket.names());
                names.any(|name| glob::matches(pattern, name))
            })
    }
}

/// Waits for a look until the deadline. Answers whether it came to its end.
pub(super) async fn in_time(deadline: Option<Instant>, look: impl Future<Output = ()>) -> bool {
    if let Some(deadline) = deadline {
        tokio::time::timeout_at(deadline, look).await.is_ok()
    } else {
        look.await;
        true
    }
}

const NOT_IN_TIME: &str = "not looked at in time";
const TOO_LATE: &str = "Give the check more time with --timeout, more calls at once with --concurrency, or less to look at with --only.";

pub(super) fn late(item: &mut Item) {
    not_looked(item, NOT_IN_TIME, TOO_LATE);
}

fn text<'a>(values: &'a Value, pointer: &str) -> Option<&'a str> {
    values.pointer(pointer).and_then(Value::as_str)
}

/// The item of a resource, with what its attributes say of where it is.
pub(super) fn item(resource: &Resource) -> Item {
    let values = &resource.values;
    let place = |side: &str| {
        Some(Place {
            site: text(values, &format!("/{side}/site"))?.to_owned(),
            bucket: text(values, &format!("/{side}/bucket")).map(str::to_owned),
        })
    };
    let site = |name: &str| {
        Some(Place {
            site: text(values, &format!("/{name}"))?.to_owned(),
            bucket: None,
        })
    };
    let (kind, source, target) = match resource.kind {
        Kind::Site => (ItemKind::Site, site("name"), None),
        Kind::Pair => (ItemKind::Pair, place("source"), place("destination")),
        Kind::Echo => (ItemKind::Echo, site("source"), site("target")),
    };
    let mut item = Item::new(kind, resource.address.clone(), String::new());
    item.source = source;
    item.target = target;
    item.two_way = text(values, "/direction") == Some("two_way");
    item.id = match (resource.kind, text(values, "/id")) {
        (Kind::Pair, Some(id)) => id.to_owned(),
        _ => item.way().replace(" -> ", "->"),
    };
    item
}

/// Marks an item whose site is barred.
fn bar(item: &mut Item, barred: &Barred) -> bool {
    let why = [&item.source, &item.target]
        .into_iter()
        .find_map(|place| barred.get(&place.as_ref()?.site));
    match why.cloned() {
        Some((summary, remedy)) => {
            not_looked(item, summary, remedy);
            true
        }
        None => false,
    }
}

async fn pair(runtime: &Runtime, resource: &Resource, item: &mut Item) -> Option<PairLook> {
    let values = match resource.attributes() {
        Ok(values) => values,
        Err(error) => {
            unreadable(item, &error);
            return None;
        }
    };
    match stated::look_at_pair(runtime, &values).await {
        Ok(mut look) => {
            add_health(item, std::mem::take(&mut look.health));
            for (need, outcome) in std::mem::take(&mut look.trust) {
                item.facets.push(of_need(&need, outcome));
            }
            item.settle();
            Some(look)
        }
        Err(failure) => {
            add_failure(item, &failure);
            None
        }
    }
}

/// The argument that says where a site is.
fn region_setting(site: &str) -> String {
    format!("region of site {site} in --sites, or in the provider block")
}

/// A bucket that is in another region than its site has not moved: buckets never do. Unless a resource has proven where the site
/// is, the setting may be what is wrong.
fn doubt(item: &mut Item, proven: &BTreeSet<String>) {
    for (name, place) in [
        ("source.bucket", &item.source),
        ("destination.bucket", &item.target),
    ] {
        let Some(place) = place.as_ref().filter(|place| !proven.contains(&place.site)) else {
            continue;
        };
        let elsewhere = |facet: &&mut Facet| facet.name == name && facet.status == Status::Drifted;
        if let Some(facet) = item.facets.iter_mut().find(elsewhere) {
            facet.status = Status::Unknown;
            facet.remedy = Some(format!(
                "Either the bucket was made anew elsewhere, or the {} is wrong, which cannot be told without a `crr_site` for it.",
                region_setting(&place.site)
            ));
        }
    }
    item.settle();
}

pub(super) fn unreadable(item: &mut Item, error: &str) {
    let end = if error.ends_with(['.', '?']) { "" } else { "." };
    not_looked(
        item,
        "its attributes cannot be read",
        format!("{error}{end}"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_elsewhere_is_drift_only_where_its_site_is_proven() {
        for (proven, status) in [
            (BTreeSet::new(), Status::Unknown),
            (["west".to_owned()].into(), Status::Drifted),
        ] {
            let mut item = Item::new(ItemKind::Pair, "crr_pair.orders", "id");
            item.target = Some(Place {
                site: "west".to_owned(),
                bucket: Some("orders-dr".to_owned()),
            });
            item.facets = vec![Facet::of("destination.bucket", Status::Drifted)];
            doubt(&mut item, &proven);
            assert_eq!(item.status, status);
            let remedy = item.facets[0].remedy.clone().unwrap_or_default();
            assert_eq!(remedy.contains("region of site west"), proven.is_empty());
        }
    }

    #[test]
    fn a_reason_ends_with_one_full_stop() {
        for (error, remedy) in [
            ("no text", "no text."),
            ("No rules: leave them out.", "No rules: leave them out."),
            ("Was it another version?", "Was it another version?"),
        ] {
            let mut item = Item::new(ItemKind::Pair, "crr_pair.orders", "id");
            unreadable(&mut item, error);
            assert_eq!(item.facets[0].remedy.as_deref(), Some(remedy));
        }
    }

    fn how(only: &[&str]) -> How {
        How {
            at_once: 1,
            deadline: None,
            only: only.iter().map(|pattern| (*pattern).to_owned()).collect(),
            progress: ProgressBar::hidden(),
        }
    }

    #[test]
    fn a_pattern_that_nothing_is_of_is_found() {
        let mut echo = Item::new(ItemKind::Echo, "crr_echo_mode.dr", "east->west");
        let pair = Item::new(ItemKind::Pair, "crr_pair.orders", "id");
        let items = [pair, echo.clone()];
        assert_eq!(how(&["crr_pair.*"]).idle_pattern(&items), None);
        assert_eq!(
            how(&["crr_pair.*", "typo"]).idle_pattern(&items),
            Some("typo")
        );
        // Which buckets it has could not be seen.
        echo.facets = vec![Facet::of("look", Status::Unknown)];
        echo.settle();
        assert_eq!(how(&["typo"]).idle_pattern(&[echo]), None);
    }
}
