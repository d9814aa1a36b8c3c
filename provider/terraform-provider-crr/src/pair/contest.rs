//! What pairs of one run want that cannot all be.

use replication::{Desired, Pair};
use tfplugin::{Diagnostics, Path};

use crate::runtime::{Collision, Runtime};

/// Whether another pair of the run would undo what this one writes: on the role that they share, or on the bucket that both
/// mirror onto.
pub fn contends(
    runtime: &Runtime,
    pair: &Pair,
    desired: &Desired,
    diagnostics: &mut Diagnostics,
) -> bool {
    let disagreement = runtime.claims().want(&pair.id(), desired);
    if let Some(found) = disagreement {
        diagnostics.error_at(
            Path::root().attribute(found.attribute),
            format!("Pairs {} and {} share a role and want it otherwise", found.other, pair.id()),
            format!(
                "Rules of one bucket run under one role, {}, which has one set of tags and one permissions boundary: in every apply the one pair would undo what the other wrote. Give both the same `{}`.",
                found.role, found.attribute
            ),
        );
        return true;
    }
    let contending = runtime.claims().mirror(pair);
    if let Some((other, settings)) = contending {
        let settings: Vec<&str> = settings.iter().map(|setting| setting.as_str()).collect();
        diagnostics.error_at(
            Path::root().attribute("mirror_settings"),
            format!("Pairs {other} and {} mirror onto one bucket", pair.id()),
            format!(
                "Bucket {} can follow one source only in: {}. In every apply the one pair would undo what the other wrote. Take these out of `mirror_settings` of one of the two.",
                pair.destination.at(),
                settings.join(", ")
            ),
        );
        return true;
    }
    false
}

/// Whether the pair stands where it cannot: on a bucket that goes with another pair, or that another has in another region.
pub fn stands_badly(runtime: &Runtime, pair: &Pair, diagnostics: &mut Diagnostics) -> bool {
    let collision = runtime.deletions().stays(pair);
    if let Some(collision) = &collision {
        tell(collision, diagnostics);
    }
    let twice = runtime.bucket_names().plan(pair);
    if let Some(twice) = &twice {
        diagnostics.error_at(
            Path::root().attribute(twice.side),
            format!("Bucket {} is wanted at two places", twice.here.bucket),
            format!(
                "Pair {} has it in {}, account {}; pair {} in {}, account {}. A name is given once in {}, whatever the region: the second of the two could not be made. Give the buckets different names.",
                twice.other,
                twice.there.region,
                twice.there.account,
                pair.id(),
                twice.here.region,
                twice.here.account,
                twice.here.namespace,
            ),
        );
    }
    collision.is_some() || twice.is_some()
}

/// Tells of a bucket that would be deleted under a pair that stays.
pub fn tell(collision: &Collision, diagnostics: &mut Diagnostics) {
    let Collision {
        bucket,
        going,
        staying,
    } = collision;
    let but = if going == staying {
        format!(
            "{going} goes at one address and stays at another. Where the pair only has a new address, say so with a `moved` block"
        )
    } else {
        format!(
            "Pair {going} goes, and pair {staying} stays on the bucket. Where both are to go, take both out"
        )
    };
    diagnostics.error(
        format!("Bucket {} would be deleted under pair {staying}", bucket.bucket),
        format!(
            "`force_destroy` deletes it with every version of every object. {but}. Where the bucket is to stay, bring pair {going} back with `force_destroy = false`, apply, and only then take it out."
        ),
    );
}
