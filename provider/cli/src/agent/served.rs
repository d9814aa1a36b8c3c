//! One echo as the agent serves it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cloud::Queue;
use replication::{BucketName, Direction};
use terraform_provider_crr::echo_mode::agent_config::Opened;
use tokio::sync::watch;
use tokio::time::Instant;

use super::board::Board;
use super::edition::Edition;
use super::letter::Letter;
use super::troubles::{Tried, Troubles};

/// How many calls a second looking again and again may cost: a small site is looked at often, a large one rarely.
const CALLS_PER_SECOND: u64 = 20;

/// One echo, and what is known of its buckets.
pub struct Served {
    /// What it is worked on with.
    pub opened: Opened,
    /// `east->west`, and what tells it from others of that way that are served with it.
    pub name: String,
    board: Mutex<Board>,
    sweep: Mutex<Option<Sweep>>,
    /// How many whole looks have come to their end.
    pub swept: watch::Sender<u64>,
    /// What keeps it from being served.
    pub troubles: Troubles,
    /// What the roles of its rules allow, as of the last look at them.
    roles: Mutex<Arc<echo::Roles>>,
    /// Which edition of the echo it is.
    pub edition: Edition,
    /// How many buckets the last sweep found, and how many of them unprotected.
    counted: Mutex<Option<(usize, usize)>>,
}

/// A look at the whole site under way.
pub struct Sweep {
    /// Those that were not looked at yet.
    left: BTreeSet<BucketName>,
    /// How many there were.
    pub total: usize,
    /// The messages that asked for it.
    letters: Vec<Letter>,
    began: Instant,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The queue of an echo, where it has one.
pub fn queue(opened: &Opened) -> Option<Queue> {
    let url = opened.queue_url.clone()?;
    let site = opened.echo.template.source.site.name.clone();
    Some(opened.runtime.cloud.queue(site, url))
}

impl Served {
    /// An echo of which nothing is known yet.
    pub fn new(opened: Opened) -> Self {
        Self {
            name: opened.name.clone(),
            edition: Edition::new(queue(&opened), opened.edition.clone()),
            opened,
            board: Mutex::default(),
            sweep: Mutex::default(),
            swept: watch::Sender::new(0),
            counted: Mutex::default(),
            troubles: Troubles::new(),
            roles: Mutex::default(),
        }
    }

    /// How its buckets stand.
    pub fn board(&self) -> MutexGuard<'_, Board> {
        lock(&self.board)
    }

    /// What the roles of its rules allow.
    pub fn roles(&self) -> Arc<echo::Roles> {
        lock(&self.roles).clone()
    }

    /// Notes what a look at the roles saw.
    pub fn know(&self, roles: echo::Roles) {
        *lock(&self.roles) = Arc::new(roles);
    }

    /// Notes how a try went. Answers whether that is to be told.
    pub fn tried(&self, what: Tried, trouble: Option<String>) -> bool {
        self.troubles.tried(what, trouble)
    }

    /// Why the echo is not served as it should be, if so.
    pub fn trouble(&self) -> Option<String> {
        self.troubles.first()
    }

    /// Whether buckets may be written to.
    pub fn may_work(&self) -> bool {
        !self.opened.paused && self.troubles.has_roles() && !self.troubles.is_outdated()
    }

    /// About how many calls a look at the whole site costs.
    fn calls(&self) -> u64 {
        let template = &self.opened.echo.template;
        let ways = match template.direction {
            Direction::OneWay => 4,
            Direction::TwoWay => 6,
        };
        let (candidates, selected) = {
            let board = self.board();
            (board.candidates() as u64, board.selected() as u64)
        };
        let tags = u64::from(self.opened.echo.selection.needs_tags());
        candidates * tags + selected * (ways + template.mirror.settings.len() as u64)
    }

    /// How often the whole site is looked at when polling: as often as it is listed where that costs little, at least as often
    /// as `longest`.
    pub fn period(&self, interval: Duration, longest: Duration) -> Duration {
        let affordable = Duration::from_millis(self.calls() * 1000 / CALLS_PER_SECOND);
        affordable.min(longest).max(interval)
    }

    /// Begins a sweep over these. One under way is left to go on.
    pub fn begin(&self, buckets: BTreeSet<BucketName>, letter: Option<Letter>) {
        let mut sweep = lock(&self.sweep);
        let sweep = sweep.get_or_insert_with(|| Sweep {
            total: buckets.len(),
            left: buckets,
            letters: Vec::new(),
            began: Instant::now(),
        });
        sweep.letters.extend(letter);
    }

    /// Whether a sweep is under way. If so the letter is its, too; if not it comes back.
    pub fn join(&self, letter: Option<Letter>) -> Result<(), Option<Letter>> {
        match &mut *lock(&self.sweep) {
            Some(sweep) => {
                sweep.letters.extend(letter);
                Ok(())
            }
            None => Err(letter),
        }
    }

    /// Notes that a bucket was looked at; none: that the sweep has begun. Answers the letters of a sweep that is at its end
    /// by that, and how long it took.
    pub fn looked(&self, bucket: Option<&BucketName>) -> Option<(Vec<Letter>, Duration, usize)> {
        let mut place = lock(&self.sweep);
        let sweep = place.as_mut()?;
        if let Some(bucket) = bucket {
            sweep.left.remove(bucket);
        }
        if !sweep.left.is_empty() {
            return None;
        }
        let sweep = place.take()?;
        drop(place);
        self.swept.send_modify(|count| *count += 1);
        Some((sweep.letters, sweep.began.elapsed(), sweep.total))
    }

    /// Notes what a sweep found. Answers whether it is something else than the one before.
    pub fn counted(&self, found: (usize, usize)) -> bool {
        lock(&self.counted).replace(found) != Some(found)
    }

    /// How many buckets the last sweep that came to its end was of.
    pub fn found(&self) -> usize {
        lock(&self.counted).map_or(0, |(buckets, _)| buckets)
    }

    /// How far a sweep is: looked at, of so many.
    pub fn progress(&self) -> Option<(usize, usize)> {
        let sweep = lock(&self.sweep);
        let sweep = sweep.as_ref()?;
        Some((sweep.total - sweep.left.len(), sweep.total))
    }

    /// Ends a sweep before its time, and gives back its letters. The buckets left come back too.
    pub fn break_off(&self) -> (Vec<Letter>, BTreeSet<BucketName>) {
        match lock(&self.sweep).take() {
            Some(sweep) => (sweep.letters, sweep.left),
            None => Default::default(),
        }
    }

    /// The letters that a sweep holds.
    pub fn held(&self) -> Vec<Letter> {
        let sweep = lock(&self.sweep);
        sweep.as_ref().map_or_else(Vec::new, |s| s.letters.clone())
    }
}
