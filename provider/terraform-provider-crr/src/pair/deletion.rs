//! Deleting the buckets of a pair, where the user said so in as many words and nobody else stands on them.

use std::collections::{BTreeMap, BTreeSet};

use cloud::Job;
use replication::desired::MADE_BY;
use replication::echo::{COPY_OF, ECHO_OF};
use replication::observed::{Existence, Reads};
use replication::{BucketName, Desired, Echo, Observed, Pair, PairId, Plan, Removal, Step};
use tfplugin::{Diagnostics, Value};

use super::config::{PairAttributes, Resolution};
use super::contest::tell;
use super::remove::is_made_by_us;
use crate::diagnostics::{add_error, add_failure, add_problems};
use crate::runtime::Runtime;
use crate::runtime::copied_to;
use crate::runtime::place::{Ground, Place, grounds};

/// The buckets that are to go with the pair.
fn asked(pair: &Pair, attributes: &PairAttributes) -> Vec<Ground> {
    let is_asked = |ground: &Ground| {
        ground.create
            && if ground.is_log {
                attributes.force_destroy_log(ground.side)
            } else {
                attributes.force_destroy(ground.side)
            }
    };
    grounds(pair).into_iter().filter(is_asked).collect()
}

/// The buckets that are to go with the pair, whether or not they may.
pub fn wanted(pair: &Pair, attributes: &PairAttributes) -> Removal {
    let asked = asked(pair, attributes).into_iter();
    Removal {
        buckets: asked.map(|ground| ground.at).collect(),
    }
}

/// Plans that a pair goes: none that stays may stand on a bucket that goes with it.
///
/// Nothing else speaks of it here, an unreachable site neither: what goes need not be whole.
pub async fn plan_deletion(
    runtime: &Runtime,
    prior: Option<&Value>,
    diagnostics: &mut Diagnostics,
) {
    let mut unsaid = Diagnostics::new();
    let Some(attributes) = prior.and_then(|prior| PairAttributes::read(prior, &mut unsaid)) else {
        return;
    };
    let resolved = attributes
        .resolve(Some(&attributes), runtime, &mut unsaid)
        .await;
    let Resolution::Known(pair) = resolved else {
        return;
    };
    // Terraform plans again in an apply what a replacement that was made first has left: what the new one stands on stays.
    let made = |ground: &Ground| runtime.claims().stand_on(&ground.at);
    let asked: BTreeSet<_> = asked(&pair, &attributes)
        .into_iter()
        .filter(|ground| !made(ground))
        .map(|ground| ground.place)
        .collect();
    if asked.is_empty() {
        return;
    }
    for place in &asked {
        let copies = runtime.echoes().copies_to(place);
        if let Some((echo, source)) = copies {
            warn_of_target(&pair.id(), place, &echo, &source, diagnostics);
        }
    }
    let collision = runtime.deletions().goes(&pair, asked);
    if let Some(collision) = &collision {
        tell(collision, diagnostics);
    }
}

/// Tells where an echo is planned of the buckets that go with pairs, and that by their names are targets of it.
pub fn warn_of_targets(runtime: &Runtime, echo: &Echo, diagnostics: &mut Diagnostics) {
    for (pair, place) in runtime.deletions().going() {
        if let Some(source) = copied_to(echo, place) {
            warn_of_target(pair, place, echo, &source, diagnostics);
        }
    }
}

/// Names alone say no more than that it may be: the tags that keep a target are looked at when it is to be deleted.
fn warn_of_target(
    pair: &PairId,
    place: &Place,
    echo: &Echo,
    source: &BucketName,
    diagnostics: &mut Diagnostics,
) {
    diagnostics.warning(
        format!(
            "Bucket {} goes with pair {pair}, and may be a target of echo {}",
            place.bucket,
            echo.id()
        ),
        format!(
            "`force_destroy` deletes it with every version of every object. By its name it is the target of bucket {source}, which the echo is for. Where the tags {ECHO_OF} and {COPY_OF} of the bucket say so, it stays. Otherwise it goes, and where the echo wants it, it is made again, empty. To keep it, bring the pair back with `force_destroy = false`, apply, and only then take it out."
        ),
    );
}

/// Warns of a replacement that would empty a bucket on the way to using it again: Terraform destroys first, unless it is told
/// otherwise, and says nothing to a provider of what comes after.
pub async fn warn_of_replacement(
    runtime: &Runtime,
    prior: &PairAttributes,
    pair: &Pair,
    diagnostics: &mut Diagnostics,
) {
    let mut unsaid = Diagnostics::new();
    let resolved = prior.resolve(Some(prior), runtime, &mut unsaid).await;
    let Resolution::Known(old) = resolved else {
        return;
    };
    let goes = asked(&old, prior);
    let stays = grounds(pair);
    for ground in goes {
        if stays.iter().any(|stays| stays.place == ground.place) {
            diagnostics.warning(
                format!("Bucket {} would be deleted and made again, empty", ground.at),
                format!(
                    "Pair {} is replaced by {}, and Terraform destroys the old one first: `force_destroy` then deletes the bucket with every version of every object. To keep it, set `lifecycle {{ create_before_destroy = true }}`, or apply `force_destroy = false` before this change.",
                    old.id(),
                    pair.id()
                ),
            );
        }
    }
}

/// The buckets that go with the pair: those that the user wants gone and that carry our tag.
///
/// State alone is not enough to delete a bucket by: under its name another may stand by now. And an unfinished creation
/// is replaced by Terraform at the next apply: its buckets stay, since they are to be used again at once, and a name that
/// was just given up is not free at once.
pub fn admitted(
    wanted: Removal,
    observed: &Observed,
    incomplete: bool,
    diagnostics: &mut Diagnostics,
) -> Removal {
    let mut removal = Removal::default();
    for at in wanted.buckets {
        let exists = observed
            .buckets
            .get(&at)
            .is_some_and(|bucket| bucket.existence == Existence::Exists);
        if !exists {
            continue;
        }
        let reason = if !is_made_by_us(Some(observed), &at) {
            format!(
                "It lacks the tag {} = {} that the provider makes buckets with, so it may be somebody else's by now, although `force_destroy` is set.",
                MADE_BY.0, MADE_BY.1
            )
        } else if incomplete {
            "The pair's creation had not come to its end, so the bucket is kept for the next one, although `force_destroy` is set.".to_owned()
        } else {
            removal.buckets.insert(at);
            continue;
        };
        diagnostics.warning(
            format!("Bucket {at} stays"),
            format!("{reason} If it is not wanted, delete it by hand."),
        );
    }
    removal
}

/// Leaves the buckets that others stand on to the last of those that this process destroys.
pub fn leave(runtime: &Runtime, pair: &Pair, removal: &Removal, plan: &Plan) {
    let deleted: BTreeSet<_> = plan
        .steps()
        .filter_map(|planned| match &planned.step {
            Step::DeleteBucket { at } => Some(at),
            _ => None,
        })
        .collect();
    let left = grounds(pair)
        .into_iter()
        .filter(|ground| removal.buckets.contains(&ground.at) && !deleted.contains(&ground.at));
    for ground in left {
        runtime.deletions().leave(ground.place, pair.id());
    }
}

/// Deletes what pairs that are gone have left to this one, which is gone, too, if nobody else stands on it any more. The caller
/// holds the pair's buckets.
pub async fn inherit(runtime: &Runtime, pair: &Pair, job: &Job, diagnostics: &mut Diagnostics) {
    for ground in grounds(pair) {
        let Some(by) = runtime.deletions().left_by(&ground.place) else {
            continue;
        };
        if runtime.claims().stand_on(&ground.at) {
            continue;
        }
        let wanted = Removal {
            buckets: [ground.at.clone()].into(),
        };
        let mut reads = Reads::default();
        wanted.look(&mut reads);
        let observed = match runtime.cloud.observe(&reads).await {
            Ok(observed) => observed,
            Err(error) => {
                diagnostics.warning(
                    format!("Bucket {} stays", ground.at),
                    format!("It was to go with pair {by}, and then with {}, the last that stood on it. If it is not wanted, delete it by hand.", pair.id()),
                );
                add_error(tfplugin::Path::root(), &error, diagnostics);
                continue;
            }
        };
        // Only the bucket itself: what the pair had on it is gone.
        let bucket = pair.desired(&observed).buckets.remove(&ground.at);
        let desired = Desired {
            buckets: bucket
                .into_iter()
                .map(|bucket| (ground.at.clone(), bucket))
                .collect::<BTreeMap<_, _>>(),
            ..Desired::default()
        };
        let removal = admitted(wanted, &observed, false, diagnostics);
        let plan = replication::plan_removal(&desired, &observed, &removal);
        let errors: Vec<_> = plan
            .problems
            .iter()
            .filter(|problem| problem.is_error())
            .cloned()
            .collect();
        add_problems(&errors, diagnostics);
        let deletes = plan
            .steps()
            .any(|planned| matches!(planned.step, Step::DeleteBucket { .. }));
        if !deletes {
            // Others still stand on it, which the first has told.
            continue;
        }
        tracing::info!(bucket = %ground.at, left_by = %by, "deleting a bucket with the last pair that stood on it");
        match runtime.cloud.execute(&plan, job).await {
            Ok(()) => runtime.deletions().forget(&ground.place),
            Err(error) => add_failure(&error, diagnostics),
        }
    }
}
