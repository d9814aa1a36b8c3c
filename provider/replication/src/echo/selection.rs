//! Which buckets of a site an echo is for.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::glob;
use crate::name::{BucketName, NameError};

/// A pattern of bucket names: `*` stands for any characters, `?` for one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Glob(String);

impl FromStr for Glob {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let allowed = |c: char| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '*' | '?')
        };
        if text.is_empty() || !text.chars().all(allowed) {
            return Err(NameError(format!(
                "\"{text}\" is no pattern of bucket names: use a-z, 0-9, '.' and '-', '*' for any characters, '?' for one"
            )));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Glob {
    /// That of all names.
    pub(super) fn every() -> Self {
        Self("*".to_owned())
    }

    /// Whether some name is of both patterns.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let (one, two) = (self.0.as_bytes(), other.0.as_bytes());
        // For each place in the second that both may have come to, from the back: whether the rests have a name in common.
        let mut after: Vec<bool> = Vec::new();
        for start in (0..=one.len()).rev() {
            let mut row: Vec<bool> = vec![false; two.len() + 1];
            for place in (0..=two.len()).rev() {
                let down = || after.get(place).copied().unwrap_or_default();
                let right = row.get(place + 1).copied().unwrap_or_default();
                let across = || after.get(place + 1).copied().unwrap_or_default();
                let common = match (one.get(start), two.get(place)) {
                    (None, None) => true,
                    (Some(b'*'), Some(b'*')) => down() || right,
                    (Some(b'*'), _) => down() || place < two.len() && right,
                    (_, Some(b'*')) => right || start < one.len() && down(),
                    (Some(a), Some(b)) => (a == b || *a == b'?' || *b == b'?') && across(),
                    _ => false,
                };
                if let Some(cell) = row.get_mut(place) {
                    *cell = common;
                }
            }
            after = row;
        }
        after.first().copied().unwrap_or_default()
    }

    /// Whether every name of another pattern is of this one, as far as the patterns themselves show it: a `*` there is
    /// taken by a `*` here alone.
    pub(super) fn covers(&self, other: &Self) -> bool {
        if !other.0.contains('*') {
            return self.matches(&other.0);
        }
        // No name has this character, and a `?` here must not take it.
        !self.0.contains('?') && self.matches(&other.0.replace('*', "\u{1}"))
    }

    /// Whether a name is of this pattern. It takes time in proportion to both lengths at most, whatever the pattern.
    pub fn matches(&self, name: &str) -> bool {
        glob::matches(&self.0, name)
    }
}

/// Whether an echo is for a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Selected,
    /// It is not.
    Excluded {
        /// Which part of the selection says so.
        why: String,
    },
}

/// Which buckets of a site an echo is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// One of these must match; empty: every name does.
    pub include: Vec<Glob>,
    /// None of these may match.
    pub exclude: Vec<Glob>,
    /// The bucket must carry all of these tags.
    pub tags: BTreeMap<String, String>,
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |globs: &[Glob]| -> String {
            let texts: Vec<String> = globs.iter().map(ToString::to_string).collect();
            texts.join(", ")
        };
        match self.include.as_slice() {
            [] => f.write_str("every bucket")?,
            include => write!(f, "buckets {}", list(include))?,
        }
        if !self.exclude.is_empty() {
            write!(f, " without {}", list(&self.exclude))?;
        }
        for (number, (key, value)) in self.tags.iter().enumerate() {
            let word = if number == 0 { " tagged" } else { "," };
            write!(f, "{word} {key} = {value}")?;
        }
        Ok(())
    }
}

impl Selection {
    /// What the name alone says.
    pub fn by_name(&self, bucket: &BucketName) -> Verdict {
        let name = bucket.as_str();
        if let Some(glob) = self.exclude.iter().find(|glob| glob.matches(name)) {
            return Verdict::Excluded {
                why: format!("its name matches \"{glob}\" of exclude"),
            };
        }
        if !self.include.is_empty() && !self.include.iter().any(|glob| glob.matches(name)) {
            return Verdict::Excluded {
                why: "its name matches nothing of include".to_owned(),
            };
        }
        Verdict::Selected
    }

    /// A name of each pattern, to try on it what is to hold for all of them. None of a pattern whose names are excluded, as
    /// far as a few of them show it.
    pub fn samples(&self) -> Vec<BucketName> {
        let every = [Glob::every()];
        let patterns = if self.include.is_empty() {
            every.as_slice()
        } else {
            self.include.as_slice()
        };
        let of_pattern = |glob: &Glob| {
            ["any", "some", "bucket", "0-0"].iter().find_map(|word| {
                let name = glob.0.replace('*', word).replace('?', "0");
                let name: BucketName = name.parse().ok()?;
                (self.by_name(&name) == Verdict::Selected).then_some(name)
            })
        };
        patterns.iter().filter_map(of_pattern).collect()
    }

    /// Whether the bucket's tags must be looked at.
    pub fn needs_tags(&self) -> bool {
        !self.tags.is_empty()
    }

    /// What the tags say.
    pub fn by_tags(&self, tags: &BTreeMap<String, String>) -> Verdict {
        match self
            .tags
            .iter()
            .find(|(key, value)| tags.get(*key) != Some(value))
        {
            Some((key, value)) => Verdict::Excluded {
                why: format!("it lacks the tag {key} = {value}"),
            },
            None => Verdict::Selected,
        }
    }
}
