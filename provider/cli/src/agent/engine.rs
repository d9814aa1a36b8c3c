//! The loop: what is to be done is handed out, what came of it is noted.
//!
//! # Guarantees
//!
//! * Whether anything is done to a bucket the look decides, never what woke it.
//! * A bucket that failed is tried again after a rest of its own, and shown as failed meanwhile.
//! * On the way out nothing is begun; what is under way gets its time, and what is left goes back to where it came from.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use cloud::Job;
use echo::Depth;
use replication::BucketName;
use replication::echo::Standing;
use tokio::sync::{Notify, mpsc};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::letter::{Letter, Mail};
use super::metrics::Metrics;
use super::schedule::{Answer, Outcome, Schedule, Wake};
use super::served::Served;

mod sweep;
mod tell;

use tell::tell;

/// A bucket of an echo.
pub type Key = (usize, BucketName);

/// How long the process lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remembers {
    /// Until it is stopped: it tries again by itself what failed.
    Always,
    /// Only while it is called.
    WhileCalled,
}

/// When the loop ends, if it is not told to stop before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Not at all.
    Stopped,
    /// When there is nothing more to do.
    Idle,
    /// Then, or when it is too late to begin anything.
    IdleOrLate(Instant),
}

/// How long calls that were cancelled may take to end.
const CUT_OFF: Duration = Duration::from_secs(12);
/// The loop goes round at least this often.
const BEAT: Duration = Duration::from_secs(1);

/// All that keeps sites protected in this process.
pub struct Engine {
    /// The echoes.
    pub served: Vec<Served>,
    /// What the process says of itself.
    pub metrics: Metrics,
    /// Cancelled when the process is to end.
    pub stop: CancellationToken,
    schedule: Mutex<Schedule<Key, Letter>>,
    changed: Notify,
    mail: mpsc::UnboundedSender<Mail>,
    /// Ends the work that is under way.
    cancel: CancellationToken,
    /// When all work must be over, in a function.
    deadline: Mutex<Option<Instant>>,
    began: Instant,
    /// When the loop last went round, in milliseconds since the beginning.
    beat: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Engine {
    /// An engine at rest, and where it puts letters.
    pub fn new(
        served: Vec<Served>,
        at_once: u32,
        remembers: Remembers,
        stop: CancellationToken,
    ) -> (Arc<Self>, mpsc::UnboundedReceiver<Mail>) {
        let (mail, letters) = mpsc::unbounded_channel();
        let schedule = Schedule::new(usize::try_from(at_once).unwrap_or(usize::MAX));
        let schedule = match remembers {
            Remembers::Always => schedule,
            Remembers::WhileCalled => schedule.telling(),
        };
        let engine = Self {
            served,
            metrics: Metrics::new(),
            stop,
            schedule: Mutex::new(schedule),
            changed: Notify::new(),
            mail,
            cancel: CancellationToken::new(),
            deadline: Mutex::default(),
            began: Instant::now(),
            beat: AtomicU64::new(0),
        };
        (Arc::new(engine), letters)
    }

    /// The buckets that there is something to do for.
    pub fn schedule(&self) -> MutexGuard<'_, Schedule<Key, Letter>> {
        lock(&self.schedule)
    }

    /// Sets when all work must be over.
    pub fn set_deadline(&self, deadline: Instant) {
        *lock(&self.deadline) = Some(deadline);
    }

    /// How long ago the loop went round last.
    pub fn since_beat(&self) -> Duration {
        let beat = Duration::from_millis(self.beat.load(Ordering::Relaxed));
        self.now().saturating_sub(beat)
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// Sees to letters.
    pub fn post(&self, mail: Mail) {
        // Whoever sees to them outlives the engine's loop.
        let _ = self.mail.send(mail);
    }

    /// The queue did not take the message about a bucket.
    pub fn not_told(&self, key: &Key) {
        self.schedule().not_told(key);
    }

    /// Somebody says that there may be something to do for a bucket.
    pub fn wake(&self, key: Key, wake: Wake<Letter>) {
        let answer = self.schedule().wake(key.clone(), wake, self.now());
        match answer {
            Answer::Taken => self.changed.notify_one(),
            Answer::Known(letter) => self.post(Mail::Done(vec![letter])),
            Answer::PutBack(letter, rest) => self.post(Mail::PutBack {
                bucket: key,
                letters: vec![letter],
                rest,
            }),
        }
    }

    /// Hands out work until it is told to stop, or until then.
    pub async fn run(self: &Arc<Self>, grace: Duration, until: Until) {
        let mut hands = Hands::default();
        loop {
            self.beat.store(
                u64::try_from(self.now().as_millis()).unwrap_or(u64::MAX),
                Ordering::Relaxed,
            );
            let late = matches!(until, Until::IdleOrLate(late) if late <= Instant::now());
            if late || self.stop.is_cancelled() {
                break;
            }
            let due = self.hand_out(&mut hands);
            let idle = hands.tasks.is_empty() && self.schedule().waiting() == 0;
            if idle && until != Until::Stopped {
                return;
            }
            let mut next = Instant::now() + BEAT;
            if let Some(due) = due {
                next = next.min(self.began + due);
            }
            if let Until::IdleOrLate(late) = until {
                next = next.min(late);
            }
            tokio::select! {
                Some(joined) = hands.tasks.join_next_with_id() => self.take_back(&mut hands, joined),
                () = self.changed.notified() => {}
                () = tokio::time::sleep_until(next) => {}
                () = self.stop.cancelled() => {}
            }
        }
        self.wind_up(hands, grace).await;
    }

    fn hand_out(self: &Arc<Self>, hands: &mut Hands) -> Option<Duration> {
        let now = self.now();
        let mut schedule = self.schedule();
        while let Some((key, depth, attempts)) = schedule.next(now) {
            let engine = self.clone();
            let (number, bucket) = key.clone();
            let name = self.served.get(number).map_or("", |served| &served.name);
            let span = tracing::info_span!("bucket", echo = name, bucket = %bucket, attempts);
            let work = async move { engine.work(number, &bucket, depth).await };
            let handle = hands.tasks.spawn(work.instrument(span));
            hands.keys.insert(handle.id(), key);
        }
        schedule.next_due()
    }

    async fn work(&self, number: usize, bucket: &BucketName, depth: Depth) -> Looked {
        let Some(served) = self.served.get(number) else {
            return Looked::only(Standing::Gone);
        };
        let opened = &served.opened;
        let cloud = &opened.runtime.cloud;
        let usual = Instant::now() + opened.timeout;
        let job = Job {
            cancel: self.cancel.clone(),
            deadline: Some(lock(&self.deadline).map_or(usual, |deadline| deadline.min(usual))),
        };
        if !served.board().has_listed(bucket)
            && let Some(excluded) = echo::excluded_by_name(&opened.echo, bucket)
        {
            return Looked::only(excluded);
        }
        if !served.may_work() {
            return Looked::only(echo::look(cloud, &opened.echo, bucket, &served.roles()).await);
        }
        let roles = served.roles();
        let begun = echo::begin(&*opened.runtime, &opened.echo, bucket, depth, &roles).await;
        match begun {
            Ok(begun) => {
                served
                    .board()
                    .note(bucket, begun.standing(), false, SystemTime::now());
                // Asked once the bucket was looked at: what an apply has taken off is not put back.
                if self.is_outdated(served).await {
                    return Looked::only(begun.standing().clone());
                }
                Looked {
                    standing: Box::pin(begun.finish(&job)).await,
                    worked: true,
                }
            }
            Err(standing) => Looked::only(standing),
        }
    }

    fn take_back(&self, hands: &mut Hands, joined: Result<(tokio::task::Id, Looked), JoinError>) {
        let (id, Looked { standing, worked }) = match joined {
            Ok(joined) => joined,
            Err(error) => {
                let broken = Standing::Failed {
                    summary: "The work on it broke off".to_owned(),
                    detail: error.to_string(),
                };
                (error.id(), Looked::only(broken))
            }
        };
        let Some(key) = hands.keys.remove(&id) else {
            return;
        };
        let Some(served) = self.served.get(key.0) else {
            return;
        };
        let took = served
            .board()
            .note(&key.1, &standing, worked, SystemTime::now());
        if let Some(took) = took {
            self.metrics.protected(&served.name, took);
        }
        let failed = standing.needs_work() && !served.opened.paused;
        let outcome = match failed {
            true if served.may_work() => Outcome::Failed,
            true => Outcome::Hindered,
            false => Outcome::Settled,
        };
        let ended = self
            .schedule()
            .done(&key, outcome, self.now(), fastrand::f64());
        tell(served, &key.1, &standing, took, ended.rest.map(|r| r.after));
        self.metrics.looked(&served.name, failed);
        self.at_end(served, Some(&key.1));
        match ended.put_back {
            // It was broken off, and did not fail: whoever takes it next begins with it at once.
            Some(_) if self.cancel.is_cancelled() => self.post(Mail::HandBack(ended.tickets)),
            Some(rest) => self.post(Mail::PutBack {
                bucket: key,
                letters: ended.tickets,
                rest,
            }),
            None if ended.tickets.is_empty() => {}
            None => self.post(Mail::Done(ended.tickets)),
        }
    }

    /// Ends: nothing is begun, what is under way gets its time, and the rest goes back.
    async fn wind_up(&self, mut hands: Hands, grace: Duration) {
        let left = self.schedule().stop();
        if !left.is_empty() {
            self.post(Mail::HandBack(left));
        }
        tracing::info!(under_way = hands.tasks.len(), "stopping");
        let patience = tokio::time::timeout(grace, self.drain(&mut hands)).await;
        if patience.is_err() {
            tracing::warn!(
                under_way = hands.tasks.len(),
                "breaking off what is under way"
            );
            self.cancel.cancel();
            let _ = tokio::time::timeout(CUT_OFF, self.drain(&mut hands)).await;
        }
        let abandoned = self.schedule().abandon();
        if !abandoned.is_empty() {
            self.post(Mail::HandBack(abandoned));
        }
        for (number, served) in self.served.iter().enumerate() {
            let (letters, left) = served.break_off();
            match left.into_iter().next() {
                // A message that is given again after a while, a few times only, would not get a large site to its end.
                Some(from) if !self.stop.is_cancelled() => self.post(Mail::GoOn {
                    echo: number,
                    from,
                    letters,
                }),
                Some(_) if !letters.is_empty() => self.post(Mail::HandBack(letters)),
                _ => {}
            }
        }
    }

    async fn drain(&self, hands: &mut Hands) {
        while let Some(joined) = hands.tasks.join_next_with_id().await {
            self.take_back(hands, joined);
        }
    }
}

/// What came of a bucket's turn.
struct Looked {
    standing: Standing,
    /// Whether there was something to do for it.
    worked: bool,
}

impl Looked {
    fn only(standing: Standing) -> Self {
        Self {
            standing,
            worked: false,
        }
    }
}

/// The work under way.
#[derive(Default)]
struct Hands {
    tasks: JoinSet<Looked>,
    keys: HashMap<tokio::task::Id, Key>,
}
