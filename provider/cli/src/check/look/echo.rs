//! Looking at an echo: what it needs as a whole, and each of its buckets.

use futures::StreamExt;
use replication::echo::Standing;
use replication::{BucketName, Echo, Seen};
use terraform_provider_crr::runtime::Runtime;
use terraform_provider_crr::stated::{self, NotLooked, StatedEcho};

use super::{Barred, How, Resource, bar, in_time, item, late, unreadable};
use crate::check::finding::{add_failure, add_health, denied, not_looked};
use crate::check::report::{Facet, Item, ItemKind, Place, Status};

mod roles;

use roles::{Roles, add_trust, add_unseen};

/// The facet that says whether a bucket is replicated at all.
const PROTECTION: &str = "protection";

/// What protects a bucket of an echo.
const PROTECT: &str = "`terraform apply`, or the agent (`crr echo`), protects it.";

/// What has a paused echo protect its buckets.
const RESUME: &str = "The echo is paused. Resume it (`paused = false`) and apply when its buckets are to be protected again.";

/// Looks at an echo and at each of its buckets.
pub(super) async fn look(
    runtime: &Runtime,
    resource: &Resource,
    how: &How,
    barred: &Barred,
    items: &mut Vec<Item>,
) {
    let mut whole = item(resource);
    if bar(&mut whole, barred) {
        items.push(whole);
        return;
    }
    let mut stated = None;
    let mut roles = Roles::default();
    let begin = Box::pin(async {
        stated = of_the_whole(runtime, resource, &mut whole, &mut roles).await;
    });
    if !in_time(how.deadline, begin).await {
        late(&mut whole);
    }
    if let Some(stated) = stated {
        of_its_buckets(runtime, &stated, &roles, &mut whole, how, items).await;
        whole.settle();
    }
    items.push(whole);
}

/// What is no bucket's: that it can be made of its attributes, its roles, and its trigger.
async fn of_the_whole(
    runtime: &Runtime,
    resource: &Resource,
    whole: &mut Item,
    roles: &mut Roles,
) -> Option<StatedEcho> {
    let values = match resource.attributes() {
        Ok(values) => values,
        Err(error) => {
            unreadable(whole, &error);
            return None;
        }
    };
    let stated = match stated::resolve_echo(runtime, &values).await {
        Ok(stated) => stated,
        Err(failure) => {
            add_failure(whole, &failure);
            return None;
        }
    };
    if stated.paused {
        let note = "It is paused: what stands goes on to replicate, and nothing more is protected until it is resumed.";
        whole.notes.push(note.to_owned());
    }
    match stated::look_at_roles(runtime, &stated.echo).await {
        Ok(found) => *roles = Roles::tell(whole, found),
        Err(failure) => add_failure(whole, &failure),
    }
    match stated::look_at_trigger(runtime, &values).await {
        Ok(None) => {}
        Ok(Some(look)) => {
            add_health(whole, look.health);
            whole.notes.extend(look.notes);
        }
        Err(NotLooked::Unknown) => whole
            .notes
            .push("Its trigger is known after the apply only, and was not looked at.".to_owned()),
        Err(failure) => add_failure(whole, &failure),
    }
    whole.settle();
    Some(stated)
}

async fn of_its_buckets(
    runtime: &Runtime,
    stated: &StatedEcho,
    roles: &Roles,
    whole: &mut Item,
    how: &How,
    items: &mut Vec<Item>,
) {
    let echo = &stated.echo;
    let cloud = stated::cloud(runtime);
    let mut listed = None;
    let list = Box::pin(async { listed = Some(echo::list(cloud, echo).await) });
    if !in_time(how.deadline, list).await {
        late(whole);
    }
    let listed = match listed {
        Some(Ok(listed)) => listed,
        Some(Err(error)) => {
            not_looked(whole, error.summary(), error.detail());
            return;
        }
        None => return,
    };
    let address = whole.address.clone();
    let mut selected = Vec::new();
    for bucket in listed {
        match bucket {
            echo::Listed::Excluded { name, why } => {
                let mut item = of_bucket(&address, echo, &name);
                if how.wants_of(whole, &item) {
                    excluded(&mut item, &why);
                    items.push(item);
                }
            }
            echo::Listed::Selected { bucket, .. } => {
                let item = of_selected(&address, echo, &bucket);
                if how.wants_of(whole, &item) {
                    selected.push((bucket, item));
                }
            }
        }
    }
    how.progress.inc_length(selected.len() as u64);
    let mut looks = futures::stream::iter(selected)
        .map(|(bucket, mut item)| async move {
            let mut there = true;
            let look = Box::pin(async {
                there = look_at(runtime, stated, roles, &bucket, &mut item).await;
            });
            if !in_time(how.deadline, look).await {
                late(&mut item);
            }
            if stated.paused {
                pause(&mut item);
            }
            let is_its = there && item.status != Status::Excluded;
            let trust = is_its.then(|| roles.trust(echo, &bucket)).flatten();
            (there.then_some(item), trust)
        })
        .buffer_unordered(how.at_once);
    while let Some((item, trust)) = looks.next().await {
        how.progress.inc(1);
        items.extend(item);
        if let Some(trust) = trust {
            add_trust(whole, trust);
        }
    }
    add_unseen(whole, roles.known.unseen());
}

/// A bucket whose name is selected, with its target.
fn of_selected(address: &str, echo: &Echo, bucket: &BucketName) -> Item {
    let mut item = of_bucket(address, echo, bucket.as_str());
    if let Ok(pair) = echo.pair(bucket) {
        item.target = Some(Place {
            site: echo.template.destination.site.name.to_string(),
            bucket: Some(pair.destination.bucket.to_string()),
        });
    }
    item
}

fn of_bucket(address: &str, echo: &Echo, bucket: &str) -> Item {
    let site = echo.template.source.site.name.to_string();
    let mut item = Item::new(ItemKind::Bucket, address, format!("{site}:{bucket}"));
    item.source = Some(Place {
        site,
        bucket: Some(bucket.to_owned()),
    });
    item
}

fn excluded(item: &mut Item, why: &str) {
    item.facets.push(Facet::of(PROTECTION, Status::Excluded));
    item.notes.push(format!("Excluded: {why}."));
    item.settle();
}

/// Looks at one bucket. Answers whether it was still there.
async fn look_at(
    runtime: &Runtime,
    stated: &StatedEcho,
    roles: &Roles,
    bucket: &BucketName,
    item: &mut Item,
) -> bool {
    let (cloud, echo) = (stated::cloud(runtime), &stated.echo);
    match echo::look(cloud, echo, bucket, &roles.known).await {
        Standing::Gone => return false,
        // As the echo's own item says, too.
        Standing::Protected => item.facets.push(match roles.why_all_fail(echo, bucket) {
            Some(why) => unprotected(
                &format!("its rules stand, and S3 fails every object: {why}"),
                "Make the role of the echo's site again, or as it was: `terraform apply` of its `crr_site`.",
            ),
            None => Facet::in_sync(PROTECTION),
        }),
        Standing::ByOthers { rules } => {
            item.facets.push(Facet::in_sync(PROTECTION));
            item.notes.push(format!(
                "Replicated to the same target by others, and left alone: {}.",
                rules.join(", ")
            ));
        }
        Standing::Excluded { why } => excluded(item, &why),
        Standing::Pending => {
            item.facets.push(unprotected("not replicated yet", PROTECT));
            if stated.paused {
                what_stood(runtime, echo, bucket, item).await;
            }
        }
        Standing::TargetGone { target } => {
            let facet = unprotected(
                &format!("its target {target} is gone, or was made anew, and with it the objects that were in it"),
                &format!("{PROTECT} S3 Batch Replication brings the objects that were written before to the new target."),
            );
            item.facets.push(if stated.paused { missing(facet) } else { facet });
        }
        Standing::Conflict { why } => item.facets.push(unprotected(
            &format!("in conflict: {why}"),
            "Exclude the bucket, or mend what stands in the way. Beside rules of others the echo stands with `merge = true`.",
        )),
        Standing::Drifted(_) => {
            item.facets.push(Facet::in_sync(PROTECTION));
            closely(runtime, echo, bucket, item).await;
        }
        Standing::Failed { summary, detail } => {
            closely(runtime, echo, bucket, item).await;
            // Either it may not be looked at, which the close look says, or it cannot be protected.
            if item.status != Status::Unknown {
                let stands = item.facets.iter().any(is_standing_rule);
                item.facets.clear();
                let facet = unprotected(&summary, &detail);
                item.facets.push(if stated.paused && stands { missing(facet) } else { facet });
            }
        }
    }
    item.settle();
    true
}

/// A bucket of a paused echo that has no rules: where a target of its own stands, they did stand, and were taken away.
async fn what_stood(runtime: &Runtime, echo: &Echo, bucket: &BucketName, item: &mut Item) {
    match echo::standing_target(stated::cloud(runtime), echo, bucket).await {
        Ok(Seen::Present(())) => {
            item.facets.clear();
            closely(runtime, echo, bucket, item).await;
            if !item.status.is_amiss() {
                let stood = unprotected("no longer replicated, while its target stands", PROTECT);
                item.facets.push(missing(stood));
            }
        }
        Ok(Seen::Denied { action, message }) => {
            item.facets
                .push(denied("destination.tags", &action, &message));
        }
        Ok(Seen::Absent | Seen::NotLooked) => {}
        Err(error) => not_looked(item, error.summary(), error.detail()),
    }
}

fn is_standing_rule(facet: &Facet) -> bool {
    facet.name.contains(".rule.") && facet.status == Status::InSync
}

/// What stood is missing, also where the echo is paused.
fn missing(facet: Facet) -> Facet {
    Facet {
        status: Status::Missing,
        ..facet
    }
}

/// A paused echo protects nothing, on purpose: an apply would do nothing about it. What stands and has drifted is told, since
/// it goes on to replicate.
fn pause(item: &mut Item) {
    for facet in &mut item.facets {
        match facet.status {
            Status::Unprotected => {
                facet.status = Status::Paused;
                facet.remedy = Some(RESUME.to_owned());
            }
            Status::Drifted | Status::Missing => {
                let first = "The echo is paused, so nothing mends it until it is resumed.";
                facet.remedy = Some(match facet.remedy.take() {
                    Some(remedy) => format!("{first} Then: {remedy}"),
                    None => first.to_owned(),
                });
            }
            _ => {}
        }
    }
    item.settle();
}

fn unprotected(is: &str, remedy: &str) -> Facet {
    let mut facet = Facet::of(PROTECTION, Status::Unprotected);
    facet.should = Some("replicated".to_owned());
    facet.is = Some(is.to_owned());
    facet.remedy = Some(remedy.to_owned());
    facet
}

/// A survey says which buckets are not as they should be; what of them is costs a few calls more.
async fn closely(runtime: &Runtime, echo: &Echo, bucket: &BucketName, item: &mut Item) {
    match echo::examine(stated::cloud(runtime), echo, bucket).await {
        Ok(health) => add_health(item, health),
        Err(error) => not_looked(item, error.summary(), error.detail()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_paused_echo_does_not_protect_is_not_amiss() {
        let mut item = Item::new(ItemKind::Bucket, "crr_echo_mode.dr", "east:orders");
        item.facets = vec![unprotected("not replicated yet", PROTECT)];
        pause(&mut item);
        assert_eq!(item.status, Status::Paused);
        assert!(!item.status.is_amiss());
        let remedy = item.facets[0].remedy.as_deref().unwrap();
        assert!(remedy.contains("paused = false"), "{remedy}");

        item.facets = vec![Facet::of("source.versioning", Status::Drifted)];
        pause(&mut item);
        assert_eq!(item.status, Status::Drifted, "what stands replicates still");
        let remedy = item.facets[0].remedy.as_deref().unwrap();
        assert!(remedy.contains("resumed"), "{remedy}");
    }
}
