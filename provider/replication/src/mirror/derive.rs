//! From the source as it is to what the destination should hold.

use std::collections::BTreeMap;

use super::policy::statements;
use super::{
    DesiredMirror, Mirror, MirroredLifecycle, MirroredTags, Setting, Wanted, belongs_to_its_bucket,
    canonical_cors,
};
use crate::bucket::{Encryption, PublicAccessBlock};
use crate::desired::DesiredBucket;
use crate::observed::{Existence, ObservedBucket, Seen};
use crate::pair::Side;
use crate::policy::ResourcePolicy;
use crate::problem::Problem;

/// The source: what it is, and what it is about to be where we make it or keep its settings.
pub(crate) struct Source<'a> {
    /// Which.
    pub side: &'a Side,
    /// As it is.
    pub found: Option<&'a ObservedBucket>,
    /// As it should be. Where that says something it goes before what is: the same plan brings it about.
    pub wanted: &'a DesiredBucket,
}

impl Source<'_> {
    /// What it has of a setting; not looked at where nobody knows.
    fn has<T: Clone>(&self, part: impl Fn(&ObservedBucket) -> &Seen<T>) -> Seen<T> {
        let Some(found) = self.found else {
            return Seen::NotLooked;
        };
        match (&found.existence, part(found)) {
            // Of a bucket that is yet to be made we know that it has nothing.
            (Existence::Missing, _) | (Existence::Exists, Seen::Absent) => Seen::Absent,
            (Existence::Exists, Seen::Present(value)) => Seen::Present(value.clone()),
            _ => Seen::NotLooked,
        }
    }

    /// The same, where the source should be so.
    fn has_or_will<T: Clone>(
        &self,
        will: Option<&T>,
        part: impl Fn(&ObservedBucket) -> &Seen<T>,
    ) -> Seen<T> {
        match will {
            Some(value) => Seen::Present(value.clone()),
            None => self.has(part),
        }
    }

    fn tags(&self) -> Option<BTreeMap<String, String>> {
        let mut tags = match self.has(|bucket| &bucket.tags) {
            Seen::Present(tags) => tags,
            Seen::Absent => BTreeMap::new(),
            _ => return None,
        };
        if let Some(creation) = &self.wanted.creation {
            tags.extend(creation.tags.clone());
        }
        tags.retain(|key, _| !belongs_to_its_bucket(key));
        Some(tags)
    }
}

/// What is wanted of a setting that the source has or has not.
fn wanted<T>(source: Seen<T>, exact: bool) -> Wanted<T> {
    match source {
        Seen::Present(value) => Wanted::This(value),
        Seen::Absent if exact => Wanted::Nothing,
        _ => Wanted::Anything,
    }
}

/// The source's public-access block as far as it closes the destination: what is blocked there stays so.
fn closed(
    source: &Seen<PublicAccessBlock>,
    own: Option<PublicAccessBlock>,
    found: Option<&ObservedBucket>,
    withheld: &mut Vec<String>,
) -> Wanted<PublicAccessBlock> {
    let is = match (own, found.map(|bucket| &bucket.public_access_block)) {
        (Some(own), _) => own,
        (None, Some(Seen::Present(is))) => *is,
        (None, Some(Seen::Absent)) => PublicAccessBlock::NOTHING,
        _ => return Wanted::Anything,
    };
    let Some(source) = source.present() else {
        return Wanted::Anything;
    };
    let both = is.and(*source);
    if both != *source {
        withheld.push(format!("the public-access block, {source}"));
    }
    // What we close by ourselves needs no mirror.
    if own == Some(both) || both == PublicAccessBlock::NOTHING {
        Wanted::Anything
    } else {
        Wanted::This(both)
    }
}

/// What the destination should hold, given the source. `own`: the public-access block that it gets by our making it.
pub(crate) fn derive(
    mirror: &Mirror,
    source: &Source<'_>,
    destination: &Side,
    found: Option<&ObservedBucket>,
    own: Option<PublicAccessBlock>,
    problems: &mut Vec<Problem>,
) -> DesiredMirror {
    let exact = mirror.exact;
    let mut desired = DesiredMirror::default();
    if mirror.has(Setting::Tags) {
        desired.tags = source.tags().map(|tags| MirroredTags { tags, exact });
    }
    let lifecycle = source.has(|bucket| &bucket.lifecycle);
    if mirror.has(Setting::Lifecycle) && lifecycle.is_known() {
        let lifecycle = MirroredLifecycle {
            source: lifecycle.present().cloned(),
            exact,
        };
        match lifecycle.beside(None) {
            Ok(_) => desired.lifecycle = Some(lifecycle),
            Err(error) => problems.push(unreadable(source.side, &error.to_string())),
        }
    }
    if mirror.has(Setting::Cors) {
        desired.cors = wanted(source.has(|bucket| &bucket.cors), exact);
        if let Wanted::This(xml) = &desired.cors
            && let Err(error) = canonical_cors(xml)
        {
            problems.push(unreadable(source.side, &error.to_string()));
            desired.cors = Wanted::Anything;
        }
    }
    if mirror.has(Setting::Encryption) {
        let has = source.has_or_will(source.wanted.encryption.as_ref(), |b| &b.encryption);
        desired.encryption = has
            .present()
            .and_then(|has| encryption(has.clone(), source.side, destination, problems));
    }
    if mirror.has(Setting::Ownership) {
        let has = source.has_or_will(source.wanted.ownership.as_ref(), |b| &b.ownership);
        desired.ownership = wanted(has, exact);
    }
    if mirror.has(Setting::PublicAccessBlock) {
        let will = source.wanted.public_access_block.as_ref();
        let has = source.has_or_will(will, |b| &b.public_access_block);
        desired.public_access_block = if mirror.public {
            // A bucket without a block is open, and one that is made is closed by S3: the mirror is as open only without one, too.
            wanted(has, true)
        } else {
            closed(&has, own, found, &mut desired.withheld)
        };
    }
    let policy = source.has(|bucket| &bucket.policy);
    if mirror.has(Setting::Policy) && policy.is_known() {
        let text = policy.present();
        match text.map(|text| ResourcePolicy::parse(text)).transpose() {
            Ok(policy) => {
                let theirs = found
                    .and_then(|bucket| bucket.policy.present())
                    .and_then(|text| ResourcePolicy::parse(text).ok());
                desired.policy = Some(statements(
                    mirror,
                    source.side,
                    destination,
                    &policy.unwrap_or_default(),
                    theirs.as_ref(),
                    &mut desired.withheld,
                    problems,
                ));
            }
            Err(error) => problems.push(unreadable(source.side, &error.to_string())),
        }
    }
    desired
}

fn unreadable(source: &Side, error: &str) -> Problem {
    Problem::error(
        ["mirror_settings"],
        format!("A setting of bucket {} cannot be read", source.at()),
        format!(
            "{error}. The destination's is left as it is; mend it, or take the setting out of `mirror_settings`."
        ),
    )
}

/// The source's encryption with the destination's own key: a key serves one region.
fn encryption(
    source: Encryption,
    side: &Side,
    destination: &Side,
    problems: &mut Vec<Problem>,
) -> Option<Encryption> {
    if !source.algorithm.starts_with("aws:kms") {
        return Some(source);
    }
    let Some(key) = &destination.key else {
        problems.push(Problem::error(
            ["destination", "kms_key_arn"],
            format!("Bucket {} is encrypted with KMS, and no key is given for {}", side.at(), destination.at()),
            "A key serves one region, so the destination needs one of its own to mirror the encryption. Name it in `destination.kms_key_arn`, or take \"encryption\" out of `mirror_settings`.",
        ));
        return None;
    };
    Some(Encryption {
        key: Some(key.to_string()),
        ..source
    })
}
