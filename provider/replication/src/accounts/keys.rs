//! Which access keys are ours, by their names alone, and which of those nobody needs any more.
//!
//! A service that takes an access key of our own making has no other place for a mark: no tag, no description. So the key's id
//! says that it is ours, on which machine and by which process it was made, and when. Whoever finds one of a process that is
//! gone may delete it; a key that does not say all this in this form is somebody else's and is never touched.

use std::fmt;

use crate::pair::short_hash;

/// What our keys begin with.
const PREFIX: &str = "CRR";
/// How many characters each part has; with the prefix twenty, as services want it.
const HOST: usize = 4;
const PROCESS: usize = 5;
const MADE: usize = 5;
/// Follows from all before it, so that a key of somebody else's that happens to begin as ours do is not taken for one.
const CHECK: usize = 3;

/// When time begins in a key's id: 2026, in seconds since 1970.
const EPOCH: u64 = 1_767_225_600;
/// How many seconds two keys of one process are apart: five characters then last until 2045.
pub const TICK: u64 = 10;

/// How long a key is used before another takes its place, in seconds.
pub const RENEWED_AFTER: u64 = 12 * 60 * 60;
/// After so long the service may let it expire, in seconds: a process that could not renew it in time goes on with it until then.
pub const EXPIRES_AFTER: u64 = 24 * 60 * 60;
/// A key of another machine is nobody's after so long, in seconds: no process uses one that is expired.
const NOBODY_S_AFTER: u64 = EXPIRES_AFTER + 60 * 60;

/// Who makes a key: a machine as one's own processes see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host(String);

impl Host {
    /// A machine by a text that no other has: two that share one would take each other's keys for those of dead processes.
    pub fn of(identity: &str) -> Self {
        Self(hashed(identity, HOST))
    }
}

/// The id of an access key that is ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyName {
    host: Host,
    process: u32,
    /// In ticks since the epoch.
    made: u64,
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = format!(
            "{PREFIX}{}{}{}",
            self.host.0,
            digits(self.process.into(), PROCESS),
            digits(self.made, MADE)
        );
        write!(f, "{said}{}", hashed(&said, CHECK))
    }
}

impl KeyName {
    /// The id of a key that a process makes at a time, in seconds since 1970. Within a tick a process may make one.
    pub fn new(host: &Host, process: u32, made: u64) -> Self {
        Self {
            host: host.clone(),
            process,
            made: made.saturating_sub(EPOCH) / TICK,
        }
    }

    /// Reads an id; none where the key is not ours.
    pub fn parse(id: &str) -> Option<Self> {
        let rest = id.strip_prefix(PREFIX)?;
        let (host, rest) = rest.split_at_checked(HOST)?;
        let (process, rest) = rest.split_at_checked(PROCESS)?;
        let (made, _) = rest.split_at_checked(MADE)?;
        let name = Self {
            host: Host(digits(number(host)?, HOST)),
            process: number(process)?.try_into().ok()?,
            made: number(made)?,
        };
        (name.to_string() == id).then_some(name)
    }

    /// Whether nobody uses it any more. `is_alive` is about the processes of this machine, without the one that asks: what that
    /// has made itself, it knows.
    pub fn is_stale(&self, here: &Host, now: u64, is_alive: impl Fn(u32) -> bool) -> bool {
        let old = now.saturating_sub(EPOCH + self.made * TICK) > NOBODY_S_AFTER;
        old || (self.host == *here && !is_alive(self.process))
    }
}

/// So many capital letters and digits that stand for a text.
fn hashed(text: &str, count: usize) -> String {
    let number = u64::from_str_radix(&short_hash(text), 16).unwrap_or_default();
    digits(number, count)
}

/// A number in capital letters and digits, of just so many.
fn digits(number: u64, count: usize) -> String {
    let mut rest = number;
    let mut text: Vec<char> = (0..count)
        .map(|_| {
            let digit = u32::try_from(rest % 36).unwrap_or_default();
            rest /= 36;
            char::from_digit(digit, 36)
                .unwrap_or('0')
                .to_ascii_uppercase()
        })
        .collect();
    text.reverse();
    text.into_iter().collect()
}

fn number(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 36).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: u64 = 1_795_000_000;

    fn key(host: &str, process: u32, age: u64) -> KeyName {
        KeyName::new(&Host::of(host), process, NOW - age)
    }

    #[test]
    fn keys_of_the_dead_and_the_old_are_stale_and_no_others() {
        let here = Host::of("here");
        let alive = |process| process == 7;
        assert!(!key("here", 7, 60).is_stale(&here, NOW, alive));
        assert!(key("here", 8, 60).is_stale(&here, NOW, alive));
        assert!(
            !key("there", 8, EXPIRES_AFTER).is_stale(&here, NOW, alive),
            "who lives there cannot be seen from here"
        );
        assert!(key("there", 7, EXPIRES_AFTER + 3601).is_stale(&here, NOW, alive));
        assert!(
            key("here", 7, EXPIRES_AFTER + 3601).is_stale(&here, NOW, alive),
            "another process has the number by now"
        );
        assert!(
            !KeyName::new(&here, 7, NOW + 600).is_stale(&here, NOW, alive),
            "clocks differ"
        );
    }

    #[test]
    fn what_others_made_is_no_key_of_ours() {
        let ours = key("here", 7, 60).to_string();
        let changed = ours.replacen("CRR", "CRQ", 1);
        let (head, check) = ours.split_at(17);
        let other = format!("{head}{}", if check == "AAA" { "BBB" } else { "AAA" });
        let small = ours.to_lowercase();
        let longer = format!("{ours}0");
        for id in [
            "AKIAIOSFODNN7EXAMPLE",
            "CRR",
            "CRRACCOUNTKEY",
            "CRRACCOUNTKEYOFOTHER",
            "CRRé00000001OOQ1O00",
            &changed,
            &other,
            &small,
            &longer,
        ] {
            assert_eq!(KeyName::parse(id), None, "{id}");
        }
    }

    proptest! {
        #[test]
        fn an_id_says_what_it_was_made_of(host in ".*", process in 0..4_194_304_u32, made in EPOCH..EPOCH + 604_661_760) {
            let name = KeyName::new(&Host::of(&host), process, made);
            let id = name.to_string();
            prop_assert_eq!(id.len(), 20);
            prop_assert!(id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()), "{}", id);
            prop_assert_eq!(KeyName::parse(&id), Some(name));
        }
    }
}
