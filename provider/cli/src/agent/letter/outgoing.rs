//! Letters that are done with: deleted, put back, handed back.

use std::time::Duration;

use futures::future::join_all;
use tokio::sync::mpsc::UnboundedReceiver;

use super::incoming::queue;
use super::{Letter, Mail, said};
use crate::agent::engine::{Engine, Key};
use crate::agent::schedule::Rest;

/// How much mail is seen to at once.
const AT_ONCE: usize = 100;
/// What becomes of messages that the queue does not delete.
const UNDELETED: &str = "messages could not be deleted and come again";
/// What becomes of messages that the queue does not take back.
const LATER: &str = "messages could not be handed back: they come again when their time is over";

/// Sees to letters until the last. Answers the ids of those given to the function that are to be given again.
pub async fn see_to(engine: &Engine, mail: &mut UnboundedReceiver<Mail>) -> Vec<String> {
    let mut again = Vec::new();
    loop {
        let mut batch = Vec::new();
        if mail.recv_many(&mut batch, AT_ONCE).await == 0 {
            return again;
        }
        let mut done = Vec::new();
        let mut handed_back = Vec::new();
        let mut sent = Vec::new();
        let mut last = false;
        for mail in batch {
            match mail {
                Mail::Done(letters) => done.extend(letters),
                Mail::HandBack(letters) => handed_back.extend(letters),
                Mail::PutBack {
                    bucket,
                    letters,
                    rest,
                } => sent.push(Sending::Again(bucket, rest, letters)),
                Mail::GoOn {
                    echo,
                    from,
                    letters,
                } => sent.push(Sending::GoOn(echo, from, letters)),
                Mail::Last => last = true,
            }
        }
        for (letters, taken) in join_all(sent.into_iter().map(|s| s.send(engine))).await {
            if taken {
                done.extend(letters);
            } else {
                again.extend(letters.into_iter().filter_map(|letter| letter.given));
            }
        }
        delete(engine, done).await;
        hand_back(engine, &handed_back).await;
        again.extend(handed_back.into_iter().filter_map(|letter| letter.given));
        if last {
            return again;
        }
    }
}

/// A message to send before letters are done with.
enum Sending {
    Again(Key, Rest, Vec<Letter>),
    GoOn(usize, replication::BucketName, Vec<Letter>),
}

impl Sending {
    /// Answers its letters, and whether the queue took the message. If not, those that we took stay in the queue and come again.
    async fn send(self, engine: &Engine) -> (Vec<Letter>, bool) {
        let (number, body, after, letters, key) = match self {
            Self::Again(key, rest, letters) => {
                let body = said::again(&key.1, rest);
                (key.0, body, rest.after, letters, Some(key))
            }
            Self::GoOn(number, from, letters) => {
                (number, said::go_on(&from), Duration::ZERO, letters, None)
            }
        };
        let name = engine.served.get(number).map_or("", |served| &served.name);
        let Some(queue) = queue(engine, number) else {
            tracing::error!(
                echo = name,
                "the configuration has no queue_url to put a message back into"
            );
            if let Some(key) = key {
                engine.not_told(&key);
            }
            return (letters, false);
        };
        match queue.send(&body, after).await {
            Ok(()) => {
                engine.metrics.messages(name, "put_back", 1);
                (letters, true)
            }
            Err(error) => {
                tracing::error!(echo = name, error = %error, "a message could not be put back: the one that it stands for comes again");
                if let Some(key) = key {
                    engine.not_told(&key);
                }
                (letters, false)
            }
        }
    }
}

/// The letters of one echo that we took ourselves.
fn ours(letters: &[Letter], number: usize) -> Vec<cloud::Receipt> {
    letters
        .iter()
        .filter(|letter| letter.echo == number && letter.given.is_none())
        .map(|letter| letter.receipt.clone())
        .collect()
}

async fn delete(engine: &Engine, letters: Vec<Letter>) {
    join_all(engine.served.iter().enumerate().map(|(number, served)| {
        let receipts = ours(&letters, number);
        async move {
            if receipts.is_empty() {
                return;
            }
            let Some(queue) = queue(engine, number) else {
                return;
            };
            let left = queue.delete(&receipts).await;
            told(
                engine,
                &served.name,
                "done",
                receipts.len(),
                left,
                UNDELETED,
            );
        }
    }))
    .await;
}

async fn hand_back(engine: &Engine, letters: &[Letter]) {
    join_all(
        engine
            .served
            .iter()
            .enumerate()
            .map(|(number, served)| async move {
                let receipts: Vec<cloud::Receipt> = letters
                    .iter()
                    .filter(|letter| letter.echo == number)
                    .map(|letter| letter.receipt.clone())
                    .collect();
                if receipts.is_empty() {
                    return;
                }
                let Some(queue) = queue(engine, number) else {
                    return;
                };
                let left = queue.keep(&receipts, Duration::ZERO).await;
                told(
                    engine,
                    &served.name,
                    "handed_back",
                    receipts.len(),
                    left,
                    LATER,
                );
            }),
    )
    .await;
}

/// Counts the messages that the queue has taken, and says what becomes of those that it has not.
fn told(
    engine: &Engine,
    echo: &str,
    end: &'static str,
    all: usize,
    left: Result<usize, cloud::CloudError>,
    otherwise: &str,
) {
    let left = match left {
        Ok(0) => 0,
        Ok(left) => {
            tracing::warn!(echo, left, "{otherwise}");
            left
        }
        Err(error) => {
            tracing::warn!(echo, error = %error, "{otherwise}");
            all
        }
    };
    let taken = all.saturating_sub(left);
    if taken > 0 {
        engine.metrics.messages(echo, end, taken);
    }
}
