//! Whether the echo is still as it was configured here.
//!
//! An apply writes the edition of the echo on the trigger's queue before it touches a bucket, and a destroy deletes the queue before it
//! takes a rule off. So whoever finds a bucket unprotected, and then the edition that he knows, undoes nothing that was wanted.

use std::collections::BTreeMap;
use std::time::Duration;

use cloud::Queue;
use replication::trigger::EDITION;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// What comparing came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// It is this one, or there is none to compare with.
    Same,
    /// It is another one, and why that is believed.
    Other(String),
    /// The queue was not to be asked.
    Unknown(String),
}

/// SQS answers questions about tags thirty times a second in an account.
const PAUSE: Duration = Duration::from_millis(100);

/// The edition of one echo.
pub struct Edition {
    known: Option<(Queue, String)>,
    /// When it was asked for last, and what came of it.
    last: Mutex<Option<(Instant, Compared)>>,
}

impl Edition {
    /// That of a configuration that says so: of one by hand nothing is known.
    pub fn new(queue: Option<Queue>, edition: Option<String>) -> Self {
        Self {
            known: queue.zip(edition),
            last: Mutex::default(),
        }
    }

    /// Compares it with that of the last apply, as it is now or later. Many who ask at once share an answer.
    pub async fn compare(&self) -> Compared {
        let Some((queue, ours)) = &self.known else {
            return Compared::Same;
        };
        let since = Instant::now();
        let mut last = self.last.lock().await;
        if let Some((began, compared)) = &*last {
            if *began >= since {
                return compared.clone();
            }
            tokio::time::sleep_until(*began + PAUSE).await;
        }
        let began = Instant::now();
        let compared = match queue.tags().await {
            Ok(tags) => judge(tags.as_ref(), ours),
            Err(error) => Compared::Unknown(error.summary()),
        };
        *last = Some((began, compared.clone()));
        compared
    }
}

/// What the tags of the queue say; none: there is no such queue.
fn judge(tags: Option<&BTreeMap<String, String>>, ours: &str) -> Compared {
    let why = match tags.map(|tags| tags.get(EDITION)) {
        Some(Some(theirs)) if theirs == ours => return Compared::Same,
        Some(Some(_)) => "an apply has changed the echo since: take its new `agent_config`".to_owned(),
        // Whoever wrote an edition into the configuration wrote it on the queue first.
        Some(None) => format!(
            "its queue has lost the tag {EDITION}, so nobody can tell whether an apply has changed the echo since: apply, which writes it, and take the new `agent_config`"
        ),
        None => "its queue is gone, so the echo was destroyed, or its trigger was taken off: stop the agent, or take the new `agent_config`. If somebody else deleted the queue, apply".to_owned(),
    };
    Compared::Other(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_queue_that_says_the_same_edition_is_of_this_one() {
        let tags = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
            pairs.iter().map(owned).collect()
        };
        let other = |tags: Option<&BTreeMap<String, String>>, word: &str| {
            let Compared::Other(why) = judge(tags, "e1") else {
                panic!("{word}")
            };
            assert!(why.contains(word), "{why}");
        };
        assert_eq!(judge(Some(&tags(&[(EDITION, "e1")])), "e1"), Compared::Same);
        other(Some(&tags(&[(EDITION, "e2")])), "has changed the echo");
        other(Some(&tags(&[("team", "e1")])), EDITION);
        other(None, "queue is gone");
    }
}
