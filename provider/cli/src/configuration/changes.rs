//! A configuration that changes while it is in force.
//!
//! # Guarantees
//!
//! * What is wrong with a new one is told, and the old one stays in force.
//! * Whoever asks later is told, too, for as long as it is so: [`Changes::refusal`].
//! * A file that is being written is not read for a whole one: it must say the same twice.

use std::path::Path;
use std::time::Duration;

use terraform_provider_crr::echo_mode::agent_config::Opened;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{Arguments, STANDARD_INPUT, Texts, made};

/// How often the files are read.
const READ_EVERY: Duration = Duration::from_secs(1);
/// After so long what could not be opened is tried again: a site may not have answered.
const AGAIN: Duration = Duration::from_secs(30);

/// The files of a configuration, and what was made of them last.
pub struct Changes {
    arguments: Arguments,
    seen: Seen,
    refusal: watch::Sender<Refusal>,
}

/// Why what the files say now is not in force, line by line; nothing where it is.
pub type Refusal = Vec<String>;

/// What was read, and what came of it.
struct Seen {
    /// What is in force.
    taken: Texts,
    /// What was read last.
    last: Result<Texts, Vec<String>>,
    /// What was not taken, and when.
    refused: Option<(Texts, Instant)>,
    /// What was said last of why something was not taken.
    said: Vec<String>,
}

impl Changes {
    /// Loads the files for the first time.
    pub async fn begin(arguments: &Arguments) -> Result<(Self, Vec<Opened>), Vec<String>> {
        let texts = arguments.read()?;
        let opened = made(&texts, &arguments.overrides()).await?;
        let changes = Self {
            arguments: arguments.clone(),
            seen: Seen::new(texts),
            refusal: watch::Sender::default(),
        };
        Ok((changes, opened))
    }

    /// Where it can be seen whether the files say what is in force.
    pub fn refusal(&self) -> watch::Receiver<Refusal> {
        self.refusal.subscribe()
    }

    /// Shows what was said last.
    fn show(&self) {
        self.refusal.send_if_modified(|shown| {
            let news = *shown != self.seen.said;
            shown.clone_from(&self.seen.said);
            news
        });
    }

    /// Waits until the files say something else that can be worked with.
    pub async fn next(&mut self) -> Vec<Opened> {
        let is_file = |file: &std::path::PathBuf| file != Path::new(STANDARD_INPUT);
        if !self.arguments.files.iter().all(is_file) {
            // It comes once.
            return std::future::pending().await;
        }
        loop {
            tokio::time::sleep(READ_EVERY).await;
            let news = self.seen.news(self.arguments.read(), Instant::now());
            self.show();
            let Some(texts) = news else {
                continue;
            };
            match made(&texts, &self.arguments.overrides()).await {
                Ok(opened) => {
                    self.seen = Seen::new(texts);
                    self.show();
                    return opened;
                }
                Err(lines) => {
                    self.seen.refuse(texts, lines, Instant::now());
                    self.show();
                }
            }
        }
    }
}

impl Seen {
    fn new(taken: Texts) -> Self {
        Self {
            last: Ok(taken.clone()),
            taken,
            refused: None,
            said: Vec::new(),
        }
    }

    /// Notes what was read. The answer is what to try.
    fn news(&mut self, read: Result<Texts, Vec<String>>, now: Instant) -> Option<Texts> {
        let settled = read == self.last;
        self.last.clone_from(&read);
        if !settled {
            return None;
        }
        match read {
            Err(lines) => {
                self.say(lines);
                None
            }
            Ok(texts) if texts == self.taken => {
                self.refused = None;
                self.said.clear();
                None
            }
            Ok(texts) => match &self.refused {
                Some((refused, at)) if *refused == texts && now < *at + AGAIN => None,
                _ => Some(texts),
            },
        }
    }

    fn refuse(&mut self, texts: Texts, lines: Vec<String>, now: Instant) {
        self.refused = Some((texts, now));
        self.say(lines);
    }

    /// Once for as long as it is so.
    fn say(&mut self, lines: Vec<String>) {
        if lines == self.said {
            return;
        }
        for why in &lines {
            tracing::error!(
                why,
                "the new configuration is not taken, and the old one stays in force"
            );
        }
        self.said = lines;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Texts {
        vec![("echo.json".to_owned(), text.to_owned())]
    }

    #[test]
    fn what_is_being_written_is_not_taken_and_what_was_refused_is_tried_again_later() {
        let mut seen = Seen::new(texts("old"));
        let now = Instant::now();
        assert_eq!(seen.news(Ok(texts("old")), now), None);
        assert_eq!(seen.news(Ok(texts("ne")), now), None, "half of it");
        assert_eq!(
            seen.news(Ok(texts("new")), now),
            None,
            "it has just changed"
        );
        assert_eq!(seen.news(Ok(texts("new")), now), Some(texts("new")));
        seen.refuse(texts("new"), vec!["no".to_owned()], now);
        assert_eq!(seen.news(Ok(texts("new")), now), None, "just refused");
        assert_eq!(seen.news(Ok(texts("new")), now + AGAIN), Some(texts("new")));
        let gone = || Err(vec!["there is no such file".to_owned()]);
        assert_eq!(seen.news(gone(), now), None);
        assert_eq!(seen.news(gone(), now), None);
        assert_eq!(seen.news(Ok(texts("old")), now), None);
        assert_eq!(seen.news(Ok(texts("old")), now), None, "it is in force");
        assert!(seen.said.is_empty(), "what comes next is news again");
    }
}
