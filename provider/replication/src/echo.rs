//! Echo mode: every bucket of a site protected, the ones not yet made included.
//!
//! An [`Echo`] is one pair for many buckets: what [`Selection`] lets through becomes a [`Pair`] each, with a target bucket
//! named by [`TargetName`]. How a bucket stands ([`Standing`]) follows from its pair and from what was seen, as everything
//! does; what a whole site looks like is a [`Coverage`], whose size does not grow with the site.
//!
//! The rules of an echo have IDs of their own (`crr/TARGET/echo.NAME`), so that it knows them from those of a `crr_pair`
//! on the same two buckets and leaves that one alone.

mod admission;
mod contest;
mod coverage;
mod lineage;
mod names;
mod others;
mod permission;
mod publicity;
mod release;
mod selection;
mod standing;
mod target_name;

#[cfg(test)]
mod tests;

pub use coverage::{Counts, Coverage, LISTED, TARGET_GONE};
pub use lineage::{COPY_OF, ECHO_OF};
pub use names::names;
pub use permission::SiteRoles;
pub use selection::{Glob, Selection, Verdict};
pub use standing::{Standing, in_words_of_echo};
pub use target_name::TargetName;

use crate::bucket::BucketRef;
use crate::document::{DocumentRule, ReplicationDocument};
use crate::name::{BucketName, RuleName};
use crate::observed::{BucketReads, Observed, Reads, Seen};
use crate::pair::{Direction, Pair, RoleChoice, Side};
use crate::problem::Problem;

/// What the names of an echo's rules begin with.
pub const RULE_NAME_PREFIX: &str = "echo.";

/// One pair for every selected bucket of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Echo {
    /// The pair that each bucket gets. The names of its two buckets stand in for those of each.
    pub template: Pair,
    /// What a bucket is called at the target.
    pub target_bucket: TargetName,
    /// Which buckets.
    pub selection: Selection,
    /// Whether to stand beside rules of others that replicate elsewhere.
    pub merge: bool,
    /// Whether a bucket that was there before may be a target, whatever is in it.
    pub adopt_targets: bool,
    /// The targets of an echo that goes as soon as this one stands: its rules are no conflict.
    pub succeeds: Option<TargetName>,
}

impl Echo {
    /// `east->west`.
    pub fn id(&self) -> String {
        format!(
            "{}->{}",
            self.template.source.site.name.configured(),
            self.template.destination.site.name.configured()
        )
    }

    /// The pair of one bucket. The target is made where it is missing.
    ///
    /// # Errors
    ///
    /// Where the name that the template gives is no name of a bucket, or the pair contradicts S3's rules.
    pub fn pair(&self, bucket: &BucketName) -> Result<Pair, Problem> {
        let target = self
            .target_bucket
            .name_for(&self.template.source.site, bucket)?;
        let mut pair = self.template.clone();
        pair.source.bucket = bucket.clone();
        pair.destination.bucket = target;
        pair.destination.create = true;
        for rule in &mut pair.rules {
            if let Ok(name) = format!("{RULE_NAME_PREFIX}{}", rule.name).parse::<RuleName>() {
                rule.name = name;
            }
        }
        match pair.check().into_iter().find(Problem::is_error) {
            Some(problem) => Err(problem),
            None => Ok(pair),
        }
    }

    /// What is wrong with the echo in itself, whatever the buckets.
    pub fn check(&self) -> Vec<Problem> {
        let (from, to) = (&self.template.source.site, &self.template.destination.site);
        if self.target_bucket.is_same_name() && from.namespace == to.namespace {
            return vec![Problem::error(
                ["target_bucket"],
                "A bucket and its target cannot have the same name here",
                format!(
                    "Sites {} and {} are both in {}, in which a bucket's name is unique. Use a template such as \"{{bucket}}-dr\".",
                    from.name, to.name, from.namespace
                ),
            )];
        }
        Vec::new()
    }

    /// What to look at to see whether a bucket is protected: four calls one way, six both ways.
    ///
    /// How the target was made is looked at only where something is amiss: what S3 needs are versioning and the rules, and
    /// those come last, so a bucket that has them has the rest. The role is the site's: it is looked at once for all.
    pub fn glance(&self, pair: &Pair) -> Reads {
        self.without_site_roles(as_is(pair).reads())
    }

    /// What to look at in a bucket that will need work: the glance, and the bucket's tags, which say whether it is selected
    /// and whether it may get a target.
    pub fn glance_at_new(&self, pair: &Pair) -> Reads {
        let mut reads = self.glance(pair);
        reads.buckets.entry(pair.source.at()).or_default().tags = true;
        reads
    }

    /// What to look at before steps are taken: everything that the pair is about, and what selects the bucket.
    pub fn look(&self, pair: &Pair) -> Reads {
        let mut reads = self.without_site_roles(pair.reads());
        reads.buckets.entry(pair.source.at()).or_default().tags |= self.selection.needs_tags();
        reads
    }

    /// What the first look shows to be worth another.
    pub fn look_after(&self, pair: &Pair, observed: &Observed) -> Reads {
        let mut reads = pair.reads_after(observed);
        // Of a new bucket this is asked with the rest of the closer look.
        for bucket in reads.buckets.values_mut() {
            bucket.encryption = false;
        }
        let at = pair.destination.at();
        if self.may_stand_open(pair, observed)
            && let Some(found) = observed.buckets.get(&at)
            && found.tags == Seen::NotLooked
        {
            reads.buckets.entry(at).or_default().tags = true;
        }
        // A pair that stands beside others on their role needs to see what of it is there.
        if settled_differs(&self.template, pair) {
            for (role, asked) in pair.reads().roles {
                if !observed.roles.contains_key(&role) {
                    reads.roles.entry(role).or_insert(asked);
                }
            }
        }
        self.without_site_roles(reads)
    }

    /// What to look at before it is taken away.
    pub fn removal_reads(&self, pair: &Pair) -> Reads {
        self.without_site_roles(as_is(pair).removal_reads())
    }

    /// The reads of a site's own role are the sweep's, not each bucket's.
    fn without_site_roles(&self, mut reads: Reads) -> Reads {
        for side in [&self.template.source, &self.template.destination] {
            if let RoleChoice::Existing(role) = &side.role {
                reads.roles.remove(role);
            }
        }
        reads
            .buckets
            .retain(|_, asked| *asked != BucketReads::default());
        reads
    }

    /// The pair of one bucket, or how a bucket stands that can have none.
    ///
    /// # Errors
    ///
    /// A name that makes no name of a target is not mended by trying again, so it fails no apply: it is told as a conflict is.
    pub fn pair_of(&self, bucket: &BucketName) -> Result<Pair, Standing> {
        let site = &self.template.source.site;
        if let Err(problem) = self.target_bucket.name_for(site, bucket) {
            return Err(Standing::Conflict {
                why: format!("it can have no target: {}", problem.detail),
            });
        }
        self.pair(bucket)
            .map_err(|problem| Standing::failed(&problem))
    }

    /// The roles of the sites that rules run under: looked at once for all buckets.
    pub fn role_reads(&self) -> Reads {
        let all = self.template.reads();
        let ours: Vec<_> = [&self.template.source, &self.template.destination]
            .into_iter()
            .filter_map(|side| match &side.role {
                RoleChoice::Existing(role) => Some(role),
                RoleChoice::Own => None,
            })
            .collect();
        let policy = crate::role::SITE_POLICY.to_owned();
        Reads {
            roles: all
                .roles
                .into_iter()
                .filter(|(role, _)| ours.contains(&role))
                .map(|(role, mut asked)| {
                    asked.policies.insert(policy.clone());
                    (role, asked)
                })
                .collect(),
            ..Reads::default()
        }
    }

    /// The pair as it can stand, given what is there: beside rules of others it runs under their role, since S3 takes one
    /// role a bucket.
    #[must_use]
    pub fn settle(&self, mut pair: Pair, observed: &Observed) -> Pair {
        if !self.merge {
            return pair;
        }
        let foreign = |side: &Side, to: &Side| {
            document(&side.at(), observed).is_some_and(|document| {
                RoleChoice::Existing(match document.role.parse() {
                    Ok(role) => role,
                    Err(_) => return false,
                }) != side.role
                    && document.rules.iter().any(|rule| !self.is_ours(rule, to))
            })
        };
        if foreign(&pair.source, &pair.destination) {
            pair.source.role = RoleChoice::Own;
        }
        if pair.direction == Direction::TwoWay && foreign(&pair.destination, &pair.source) {
            pair.destination.role = RoleChoice::Own;
        }
        pair
    }

    /// Whether a rule is one that an echo made for this target. An `id` that the user gave may be that of a rule which another
    /// echo has elsewhere.
    fn is_ours(&self, rule: &DocumentRule, to: &Side) -> bool {
        rule.rule
            .id
            .strip_prefix("crr/")
            .and_then(|rest| rest.strip_prefix(to.bucket.as_str()))
            .and_then(|rest| rest.strip_prefix('/'))
            .is_some_and(|name| name.starts_with(RULE_NAME_PREFIX))
            || self
                .template
                .rules
                .iter()
                .any(|named| named.id.as_deref() == Some(rule.rule.id.as_str()))
                && rule.rule.destination == to.arn()
    }

    /// Whether this echo has put rules on the bucket.
    pub fn has_rules(&self, pair: &Pair, observed: &Observed) -> bool {
        self.ways(pair).into_iter().any(|(from, to)| {
            document(&from.at(), observed)
                .is_some_and(|document| document.rules.iter().any(|r| self.is_ours(r, to)))
        })
    }

    /// Whether rules that no echo made replicate the same way, and what is ours cannot be told from theirs: rules of a
    /// `crr_pair` have the same prefix, and what goes on policies has the same names.
    pub fn stands_beside_others(&self, pair: &Pair, observed: &Observed) -> bool {
        self.ways(pair).into_iter().any(|(from, to)| {
            let only_rules = from.site.account == to.site.account && from.role != RoleChoice::Own;
            document(&from.at(), observed).is_some_and(|document| {
                document.rules.iter().any(|r| {
                    r.rule.destination == to.arn()
                        && !self.is_ours(r, to)
                        && (!only_rules || others::is_a_pair_s(&r.rule, &to.bucket))
                })
            })
        })
    }

    #[allow(clippy::unused_self, reason = "it reads as the others do")]
    fn ways<'a>(&self, pair: &'a Pair) -> Vec<(&'a Side, &'a Side)> {
        let forward = (&pair.source, &pair.destination);
        match pair.direction {
            Direction::OneWay => vec![forward],
            Direction::TwoWay => vec![forward, (&pair.destination, &pair.source)],
        }
    }
}

/// The pair over buckets that are there: nothing is to be made.
fn as_is(pair: &Pair) -> Pair {
    let mut pair = pair.clone();
    pair.source.create = false;
    pair.destination.create = false;
    pair
}

fn settled_differs(template: &Pair, pair: &Pair) -> bool {
    template.source.role != pair.source.role || template.destination.role != pair.destination.role
}

fn document(at: &BucketRef, observed: &Observed) -> Option<ReplicationDocument> {
    let xml = observed.buckets.get(at)?.replication.present()?;
    ReplicationDocument::parse(xml).ok()
}
