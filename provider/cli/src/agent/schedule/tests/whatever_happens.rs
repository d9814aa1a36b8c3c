//! What holds for whatever comes in whichever order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;

use super::{seconds, wake};
use crate::agent::schedule::rest::{LONGEST_REST, SHORTEST_REST};
use crate::agent::schedule::*;

#[derive(Debug, Clone)]
enum Action {
    Wake {
        key: u8,
        ticket: bool,
        urgent: bool,
    },
    WakeAt {
        key: u8,
        after: u64,
    },
    Next,
    Done {
        which: usize,
        failed: bool,
        random: f64,
    },
    Pass(u64),
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let action = prop_oneof![
        4 => (0..6_u8, any::<bool>(), any::<bool>())
            .prop_map(|(key, ticket, urgent)| Action::Wake { key, ticket, urgent }),
        1 => (0..6_u8, 0..100_u64).prop_map(|(key, after)| Action::WakeAt { key, after }),
        4 => Just(Action::Next),
        4 => (any::<usize>(), any::<bool>(), 0.0..1.0)
            .prop_map(|(which, failed, random)| Action::Done { which, failed, random }),
        2 => (1..200_000_u64).prop_map(Action::Pass),
    ];
    prop::collection::vec(action, 0..200)
}

/// What must hold whatever happens, checked beside the schedule.
#[derive(Default)]
struct Watcher {
    issued: u32,
    returned: BTreeSet<u32>,
    running: Vec<u8>,
    /// Until when a bucket that failed may not be handed out.
    resting: BTreeMap<u8, Duration>,
    /// Those that must be handed out in the end.
    owed: BTreeSet<u8>,
    /// Messages on their way back: the queue's part.
    queue: Vec<(Duration, u8, u32)>,
}

impl Watcher {
    fn back(&mut self, ticket: u32) -> Result<(), TestCaseError> {
        prop_assert!(
            self.returned.insert(ticket),
            "ticket {ticket} came back twice"
        );
        Ok(())
    }

    fn wake(
        &mut self,
        schedule: &mut Schedule<u8, u32>,
        key: u8,
        wake: Wake<u32>,
        now: Duration,
    ) -> Result<(), TestCaseError> {
        self.owed.insert(key);
        match schedule.wake(key, wake, now) {
            Answer::Taken => {}
            Answer::Known(ticket) => {
                let told = self.queue.iter().any(|(_, of, _)| *of == key);
                prop_assert!(told, "{key} is said to be in the queue and is not");
                self.back(ticket)?;
            }
            Answer::PutBack(ticket, rest) => {
                self.queue.push((now + rest.after, key, rest.attempts));
                self.back(ticket)?;
            }
        }
        Ok(())
    }

    fn next(
        &mut self,
        schedule: &mut Schedule<u8, u32>,
        now: Duration,
    ) -> Result<bool, TestCaseError> {
        let Some((key, ..)) = schedule.next(now) else {
            return Ok(false);
        };
        prop_assert!(!self.running.contains(&key), "{key} is out twice");
        let until = self.resting.get(&key).copied().unwrap_or_default();
        prop_assert!(
            until <= now,
            "{key} is out at {now:?} and rests until {until:?}"
        );
        self.running.push(key);
        prop_assert!(self.running.len() <= 3);
        self.owed.remove(&key);
        Ok(true)
    }

    fn done(
        &mut self,
        schedule: &mut Schedule<u8, u32>,
        which: usize,
        outcome: Outcome,
        now: Duration,
        random: f64,
    ) -> Result<(), TestCaseError> {
        if self.running.is_empty() {
            return Ok(());
        }
        let key = self.running.swap_remove(which % self.running.len());
        let ended = schedule.done(&key, outcome, now, random);
        self.resting.remove(&key);
        if let Some(rest) = ended.rest {
            prop_assert!(rest.after <= LONGEST_REST && rest.after >= SHORTEST_REST / 2);
            self.resting.insert(key, now + rest.after);
        }
        if let Some(rest) = ended.put_back {
            self.queue.push((now + rest.after, key, rest.attempts));
        } else {
            prop_assert!(outcome == Outcome::Settled || ended.tickets.is_empty());
        }
        for ticket in ended.tickets {
            self.back(ticket)?;
        }
        Ok(())
    }

    /// The queue's messages that are due.
    fn deliver(
        &mut self,
        schedule: &mut Schedule<u8, u32>,
        now: Duration,
    ) -> Result<(), TestCaseError> {
        let (due, not): (Vec<_>, Vec<_>) = self.queue.drain(..).partition(|(at, ..)| *at <= now);
        self.queue = not;
        for (_, key, attempts) in due {
            self.issued += 1;
            let message = Wake {
                attempts,
                ..wake(Some(self.issued))
            };
            self.wake(schedule, key, message, now)?;
        }
        Ok(())
    }
}

proptest! {
    #[test]
    fn what_failed_is_seen_again_though_others_take_its_messages(
        wakes in prop::collection::vec((0..6_u8, any::<bool>(), any::<bool>(), 0..30_000_u64, 0.0..1.0), 1..50)
    ) {
        let mut schedule = Schedule::new(3);
        let mut failed = BTreeMap::new();
        let mut now = Duration::ZERO;
        for (key, ticket, fails, passed, random) in wakes {
            now += Duration::from_millis(passed);
            schedule.wake(key, wake(ticket.then_some(0)), now);
            while let Some((key, ..)) = schedule.next(now) {
                let rested = failed.remove(&key).unwrap_or_default();
                prop_assert!(rested <= now, "{key} rests until {rested:?}");
                let outcome = if fails { Outcome::Failed } else { Outcome::Settled };
                if let Some(rest) = schedule.done(&key, outcome, now, random).rest {
                    failed.insert(key, now + rest.after);
                }
            }
        }
        // The others mend all of them, and nobody says so.
        while let Some(due) = schedule.next_due() {
            now = now.max(due);
            while let Some((key, ..)) = schedule.next(now) {
                let rested = failed.remove(&key).unwrap_or_default();
                prop_assert!(rested <= now && now <= rested + MARGIN, "{key} at {now:?}, rested at {rested:?}");
                schedule.done(&key, Outcome::Settled, now, 0.5);
            }
        }
        prop_assert!(failed.is_empty(), "said to have failed for ever: {failed:?}");
        prop_assert!(schedule.entries.is_empty());
    }

    #[test]
    fn whatever_happens_nothing_is_lost_doubled_or_hurried(actions in actions()) {
        let mut schedule = Schedule::new(3);
        let mut watcher = Watcher::default();
        let mut now = Duration::ZERO;
        for action in actions {
            match action {
                Action::Wake { key, ticket, urgent } => {
                    let ticket = ticket.then(|| { watcher.issued += 1; watcher.issued });
                    let urgency = if urgent { Urgency::Urgent } else { Urgency::Routine };
                    watcher.wake(&mut schedule, key, Wake { urgency, ..wake(ticket) }, now)?;
                }
                Action::WakeAt { key, after } => schedule.wake_at(key, now + seconds(after)),
                Action::Next => { watcher.next(&mut schedule, now)?; }
                Action::Done { which, failed, random } => {
                    let outcome = if failed { Outcome::Failed } else { Outcome::Settled };
                    watcher.done(&mut schedule, which, outcome, now, random)?;
                }
                Action::Pass(milliseconds) => {
                    now += Duration::from_millis(milliseconds);
                    watcher.deliver(&mut schedule, now)?;
                }
            }
            let held: BTreeSet<u32> = schedule.tickets().copied().collect();
            prop_assert!(held.is_disjoint(&watcher.returned));
            prop_assert_eq!(held.len() + watcher.returned.len(), watcher.issued as usize, "a ticket is lost");
        }
        // From here on all goes well: everything owed is handed out and everything comes to rest.
        for _ in 0..1000 {
            while watcher.next(&mut schedule, now)? {}
            while !watcher.running.is_empty() {
                watcher.done(&mut schedule, 0, Outcome::Settled, now, 0.5)?;
            }
            now += seconds(1);
            watcher.deliver(&mut schedule, now)?;
        }
        prop_assert!(watcher.owed.is_empty(), "never handed out: {:?}", watcher.owed);
        prop_assert_eq!(watcher.returned.len(), watcher.issued as usize);
        prop_assert!(schedule.entries.is_empty(), "{:?}", schedule.entries);
    }
}
