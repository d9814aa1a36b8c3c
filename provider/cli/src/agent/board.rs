//! How the buckets of one echo stand, as far as this process has seen.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use replication::BucketName;
use replication::echo::{Coverage, Standing};

/// In one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Not looked at yet.
    Unseen,
    /// Replicated as it should be.
    Protected,
    /// Not replicated yet.
    Pending,
    /// Replicated, and not all is as it should be.
    Drifted,
    /// Cannot be looked at or protected.
    Failed,
    /// Replicated to the same target by others.
    ByOthers,
    /// Replicated elsewhere by others.
    Conflict,
    /// Left out by the selection.
    Excluded,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Unseen,
        Self::Protected,
        Self::Pending,
        Self::Drifted,
        Self::Failed,
        Self::ByOthers,
        Self::Conflict,
        Self::Excluded,
    ];

    /// As metrics and logs say it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unseen => "unseen",
            Self::Protected => "protected",
            Self::Pending => "pending",
            Self::Drifted => "drifted",
            Self::Failed => "failed",
            Self::ByOthers => "by_others",
            Self::Conflict => "conflict",
            Self::Excluded => "excluded",
        }
    }

    /// Whether the bucket has no copy in the making, and should have.
    pub fn is_unprotected(self) -> bool {
        matches!(
            self,
            Self::Unseen | Self::Pending | Self::Drifted | Self::Failed | Self::Conflict
        )
    }

    /// None: the bucket is gone.
    fn of(standing: &Standing) -> Option<Self> {
        Some(match standing {
            Standing::Protected => Self::Protected,
            Standing::Pending => Self::Pending,
            Standing::Drifted(_) => Self::Drifted,
            Standing::Failed { .. } => Self::Failed,
            Standing::ByOthers { .. } => Self::ByOthers,
            Standing::Conflict { .. } => Self::Conflict,
            Standing::Excluded { .. } => Self::Excluded,
            Standing::Gone => return None,
        })
    }
}

/// What is known of a bucket.
#[derive(Debug, Clone)]
struct Known {
    status: Status,
    why: String,
    /// Since when it has had to be protected: when it was made, or when we first saw that it is not. None: it was there before us,
    /// and may well be protected.
    since: Option<SystemTime>,
    created: Option<SystemTime>,
    /// Whether a listing has it: else its name was not held against the other buckets' yet.
    listed: bool,
}

/// A bucket to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appeared {
    /// The bucket.
    pub bucket: BucketName,
    /// Whether it was not there at the last listing.
    pub new: bool,
}

/// The buckets of one echo.
#[derive(Debug, Default)]
pub struct Board {
    buckets: BTreeMap<String, Known>,
    listed: bool,
    candidates: usize,
}

impl Board {
    /// Takes a listing. Answers what is to be looked at: all of it, those marked that were not there before.
    pub fn list(&mut self, listed: Vec<echo::Listed>, now: SystemTime) -> Vec<Appeared> {
        let first = !self.listed;
        self.listed = true;
        let mut names = BTreeSet::new();
        let mut selected = Vec::new();
        for found in listed {
            match found {
                echo::Listed::Selected { bucket, created } => {
                    names.insert(bucket.to_string());
                    let again = self
                        .buckets
                        .get(bucket.as_str())
                        .is_some_and(|known| known.created.is_some() && known.created != created);
                    let new = again || !self.buckets.contains_key(bucket.as_str());
                    if new {
                        let since = (!first).then(|| created.unwrap_or(now));
                        self.see(&bucket, since);
                    }
                    if let Some(known) = self.buckets.get_mut(bucket.as_str()) {
                        known.created = created;
                        known.listed = true;
                    }
                    selected.push(Appeared {
                        bucket,
                        new: new && !first,
                    });
                }
                echo::Listed::Excluded { name, why } => {
                    names.insert(name.clone());
                    self.set(&name, Status::Excluded, why, now);
                }
            }
        }
        self.buckets.retain(|name, _| names.contains(name));
        self.candidates = selected.len();
        selected
    }

    /// Somebody says that a bucket was made.
    pub fn appear(&mut self, bucket: &BucketName, since: SystemTime) {
        self.see(bucket, Some(since));
    }

    fn see(&mut self, bucket: &BucketName, since: Option<SystemTime>) {
        self.buckets.insert(
            bucket.to_string(),
            Known {
                status: Status::Unseen,
                why: String::new(),
                since,
                created: None,
                listed: false,
            },
        );
    }

    /// Whether the bucket is known.
    pub fn knows(&self, bucket: &BucketName) -> bool {
        self.buckets.contains_key(bucket.as_str())
    }

    /// Whether a listing had it.
    pub fn has_listed(&self, bucket: &BucketName) -> bool {
        let known = self.buckets.get(bucket.as_str());
        known.is_some_and(|known| known.listed)
    }

    /// Notes how a bucket stands, after work on it or not. Answers how long it took until it was protected, where that work did
    /// it: what another process has protected, that one counts.
    pub fn note(
        &mut self,
        bucket: &BucketName,
        standing: &Standing,
        worked: bool,
        now: SystemTime,
    ) -> Option<Duration> {
        let Some(status) = Status::of(standing) else {
            self.buckets.remove(bucket.as_str());
            return None;
        };
        let took = self
            .buckets
            .get(bucket.as_str())
            .filter(|_| worked && status == Status::Protected)
            .and_then(|known| known.since)
            .map(|since| now.duration_since(since).unwrap_or_default());
        let mut line = Coverage::default();
        line.add(bucket.as_str(), standing);
        let why = line.exceptions.into_values().next().unwrap_or_default();
        self.set(bucket.as_str(), status, why, now);
        took
    }

    fn set(&mut self, name: &str, status: Status, why: String, now: SystemTime) {
        let known = self
            .buckets
            .entry(name.to_owned())
            .or_insert_with(|| Known {
                status,
                why: String::new(),
                since: None,
                created: None,
                listed: false,
            });
        known.since = if status.is_unprotected() {
            known.since.or(Some(now))
        } else {
            None
        };
        known.status = status;
        known.why = why;
    }

    /// How many are not left out by their names: each costs a call where the selection asks for tags.
    pub fn candidates(&self) -> usize {
        self.candidates
    }

    /// How many are not left out.
    pub fn selected(&self) -> usize {
        let selected = |known: &&Known| known.status != Status::Excluded;
        self.buckets.values().filter(selected).count()
    }

    /// How many stand how.
    pub fn counts(&self) -> BTreeMap<Status, u64> {
        let mut counts: BTreeMap<Status, u64> = Status::ALL.map(|status| (status, 0)).into();
        for known in self.buckets.values() {
            *counts.entry(known.status).or_default() += 1;
        }
        counts
    }

    /// Those that should be protected and are not, by name, with the reason.
    pub fn unprotected(&self) -> impl Iterator<Item = (&str, &str)> {
        self.buckets
            .iter()
            .filter(|(_, known)| known.status.is_unprotected())
            .map(|(name, known)| {
                let why = if known.why.is_empty() {
                    known.status.word()
                } else {
                    &known.why
                };
                (name.as_str(), why)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn selected(name: &str, created: u64) -> echo::Listed {
        echo::Listed::Selected {
            bucket: name.parse().unwrap(),
            created: Some(at(created)),
        }
    }

    fn bucket(name: &str) -> BucketName {
        name.parse().unwrap()
    }

    #[test]
    fn a_bucket_made_later_is_new_and_timed_from_when_it_was_made() {
        let mut board = Board::default();
        let old = board.list(vec![selected("old", 1)], at(100));
        assert!(!old[0].new, "the first listing has nothing to compare with");
        let took = board.note(&bucket("old"), &Standing::Protected, false, at(103));
        assert_eq!(took, None, "it was protected before we came");
        board.note(&bucket("old"), &Standing::Pending, false, at(104));
        let took = board.note(&bucket("old"), &Standing::Protected, true, at(107));
        assert_eq!(took, Some(Duration::from_secs(3)), "from when we saw it");
        let listed = board.list(vec![selected("old", 1), selected("new", 198)], at(200));
        assert_eq!(
            listed.iter().map(|a| a.new).collect::<Vec<_>>(),
            [false, true]
        );
        let took = board.note(&bucket("new"), &Standing::Protected, true, at(205));
        assert_eq!(took, Some(Duration::from_secs(7)));
        let again = board.note(&bucket("new"), &Standing::Protected, true, at(300));
        assert_eq!(again, None, "it was protected already");
    }

    #[test]
    fn a_bucket_deleted_and_made_again_between_two_listings_is_new() {
        let mut board = Board::default();
        board.list(vec![selected("orders", 1)], at(100));
        board.note(&bucket("orders"), &Standing::Protected, false, at(101));
        let listed = board.list(vec![selected("orders", 150)], at(200));
        assert!(listed[0].new);
        assert_eq!(board.counts()[&Status::Unseen], 1);
    }

    #[test]
    fn what_is_gone_is_forgotten_and_what_is_not_protected_is_named() {
        let mut board = Board::default();
        board.list(vec![selected("here", 1), selected("gone", 1)], at(1));
        let failed = Standing::Failed {
            summary: "Could not do it".to_owned(),
            detail: String::new(),
        };
        board.note(&bucket("here"), &failed, true, at(2));
        board.note(&bucket("gone"), &Standing::Gone, false, at(2));
        let named: Vec<_> = board.unprotected().collect();
        assert_eq!(named, [("here", "failed: Could not do it")]);
        board.list(Vec::new(), at(3));
        assert_eq!(board.counts().values().sum::<u64>(), 0);
    }

    #[test]
    fn a_late_message_about_a_bucket_that_another_process_protected_is_not_counted() {
        let mut board = Board::default();
        board.appear(&bucket("orders"), at(100));
        let took = board.note(&bucket("orders"), &Standing::Protected, false, at(142));
        assert_eq!(took, None);
        board.note(&bucket("orders"), &Standing::Pending, false, at(150));
        let took = board.note(&bucket("orders"), &Standing::Protected, true, at(151));
        assert_eq!(
            took,
            Some(Duration::from_secs(1)),
            "not from when it was made"
        );
    }
}
