//! Messages that come: taken from the queue, kept from others while they are worked on.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cloud::{Queue, QueueMessage};
use echo::Depth;
use replication::echo::Verdict;

use super::said::{self, Changed, Said};
use super::{Letter, Mail};
use crate::agent::engine::Engine;
use crate::agent::schedule::{Urgency, Wake};
use crate::agent::served;
use crate::agent::troubles::Tried;

/// How long a message is kept from others at a time.
///
/// What a killed agent had in its hands comes again after it.
const KEPT: Duration = Duration::from_secs(45);
/// How often that is renewed: one of these may fail.
const RENEWED: Duration = Duration::from_secs(15);
/// How long the queue waits for a message before it says that there is none: the longest there is.
const WAIT: Duration = Duration::from_secs(20);
/// How many messages may be in our hands: others may have hands free.
const IN_HANDS: usize = 256;
/// How long a queue that is being asked when the process is to stop may take: what we hand back it may be about to give us again.
const LAST_ANSWER: Duration = Duration::from_secs(1);
/// After a queue did not answer.
const PAUSE: Duration = Duration::from_secs(5);

/// The queue of an echo, where it has one.
pub fn queue(engine: &Engine, number: usize) -> Option<Queue> {
    served::queue(&engine.served.get(number)?.opened)
}

/// Takes messages until the engine stops.
pub async fn take(engine: Arc<Engine>, number: usize, queue: Queue) {
    let Some(served) = engine.served.get(number) else {
        return;
    };
    // While it is paused the messages stay for later, or for others.
    while !served.opened.paused && !engine.stop.is_cancelled() {
        if served.troubles.is_outdated() {
            // They are for an agent that knows how the echo is by now.
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = engine.stop.cancelled() => {}
            }
            continue;
        }
        let in_hands = engine.schedule().tickets().count();
        if in_hands >= IN_HANDS {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        }
        let mut asking = Box::pin(queue.receive(WAIT, KEPT));
        let received = tokio::select! {
            received = &mut asking => received,
            () = engine.stop.cancelled() => {
                if let Ok(Ok(messages)) = tokio::time::timeout(LAST_ANSWER, asking).await {
                    let letters = messages.into_iter().map(|message| letter(number, &message));
                    engine.post(Mail::HandBack(letters.collect()));
                }
                return;
            }
        };
        let trouble = received.as_ref().err().map(cloud::CloudError::summary);
        let tell = served.tried(Tried::Queue, trouble);
        match received {
            Ok(messages) => {
                for message in messages {
                    let letter = letter(number, &message);
                    if let Err(poison) = deliver(&engine, number, Some(letter), &message.body).await
                    {
                        engine.metrics.messages(&served.name, "poison", 1);
                        tracing::warn!(
                            echo = served.name,
                            why = poison,
                            taken = message.taken,
                            "a message cannot be understood and is left to the queue's dead letters"
                        );
                    }
                }
            }
            Err(error) => {
                if tell {
                    tracing::error!(echo = served.name, error = %error, remedy = error.remedy, "the queue does not answer");
                }
                tokio::select! {
                    () = tokio::time::sleep(PAUSE) => {}
                    () = engine.stop.cancelled() => {}
                }
            }
        }
    }
}

fn letter(number: usize, message: &QueueMessage) -> Letter {
    Letter {
        echo: number,
        receipt: message.receipt.clone(),
        given: None,
        sent: message.sent,
    }
}

/// Keeps what is in our hands from others, and asks how much is left, until `end`.
pub async fn keep(engine: Arc<Engine>, number: usize, queue: Queue) {
    let Some(served) = engine.served.get(number) else {
        return;
    };
    loop {
        tokio::time::sleep(RENEWED).await;
        let mut letters = served.held();
        letters.extend(engine.schedule().tickets().cloned());
        let receipts: Vec<_> = letters
            .into_iter()
            .filter(|letter| letter.echo == number && letter.given.is_none())
            .map(|letter| letter.receipt)
            .collect();
        if let Err(error) = queue.keep(&receipts, KEPT).await {
            tracing::warn!(echo = served.name, error = %error, "messages could not be kept: others may take them, too");
        }
    }
}

/// Asks now and then how many messages wait.
pub async fn count(engine: Arc<Engine>, number: usize, queue: Queue) {
    let Some(served) = engine.served.get(number) else {
        return;
    };
    loop {
        // It is for dashboards: whoever may not ask goes without.
        if let Ok(depth) = queue.depth().await {
            engine.metrics.depth(&served.name, depth);
        }
        tokio::time::sleep(Duration::from_secs(30)).await;
    }
}

/// Does what a message says. The letter is accounted for when that is done.
///
/// # Errors
///
/// Where it cannot be understood: nobody accounts for the letter.
pub async fn deliver(
    engine: &Arc<Engine>,
    number: usize,
    letter: Option<Letter>,
    body: &str,
) -> Result<(), String> {
    let Some(served) = engine.served.get(number) else {
        return Ok(());
    };
    match said::read(body)? {
        Said::Nothing => engine.post(Mail::Done(letter.into_iter().collect())),
        Said::WholeSite { from } => {
            if let Err(letter) = served.join(letter) {
                let from = Some(from.as_str());
                engine
                    .list_from(number, Some(Duration::ZERO), from, letter)
                    .await;
            }
        }
        Said::Again { bucket, attempts } => {
            let wake = Wake {
                urgency: Urgency::Routine,
                depth: Depth::Glance,
                ticket: letter,
                attempts,
            };
            engine.wake((number, bucket), wake);
        }
        Said::Changed(changed) => changed_by(engine, number, &changed, letter),
    }
    Ok(())
}

fn changed_by(engine: &Arc<Engine>, number: usize, changed: &Changed, letter: Option<Letter>) {
    let Some(served) = engine.served.get(number) else {
        return;
    };
    let echo = &served.opened.echo;
    let selected = changed
        .concerns(echo)
        .filter(|bucket| echo.selection.by_name(bucket) == Verdict::Selected);
    let Some(bucket) = selected else {
        engine.post(Mail::Done(letter.into_iter().collect()));
        return;
    };
    let new = changed.made.is_some() && !served.board().knows(&bucket);
    if new {
        let since = changed.made.unwrap_or_else(SystemTime::now);
        served.board().appear(&bucket, since);
    }
    let wake = Wake {
        urgency: Urgency::Urgent,
        depth: if new { Depth::New } else { Depth::Glance },
        ticket: letter,
        attempts: 0,
    };
    engine.wake((number, bucket), wake);
}
