use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;

use super::*;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn wake(ticket: Option<u32>) -> Wake<u32> {
    Wake {
        urgency: Urgency::Routine,
        depth: Depth::Glance,
        ticket,
        attempts: 0,
    }
}

fn urgent() -> Wake<u32> {
    Wake {
        urgency: Urgency::Urgent,
        depth: Depth::New,
        ..wake(None)
    }
}

fn names(schedule: &mut Schedule<&'static str, u32>, now: Duration) -> Vec<&'static str> {
    std::iter::from_fn(|| schedule.next(now).map(|(key, ..)| key)).collect()
}

#[test]
fn what_is_urgent_goes_first_and_each_goes_once() {
    let mut schedule = Schedule::new(10);
    for key in ["a", "b", "c"] {
        schedule.wake(key, wake(None), seconds(0));
    }
    schedule.wake("b", urgent(), seconds(0));
    schedule.wake("a", wake(None), seconds(0));
    assert_eq!(schedule.next(seconds(0)), Some(("b", Depth::New, 0)));
    assert_eq!(names(&mut schedule, seconds(0)), ["a", "c"]);
}

#[test]
fn no_more_are_out_than_may_be() {
    let mut schedule = Schedule::new(2);
    for key in ["a", "b", "c"] {
        schedule.wake(key, wake(None), seconds(0));
    }
    assert_eq!(names(&mut schedule, seconds(0)), ["a", "b"]);
    schedule.done(&"a", Outcome::Settled, seconds(0), 0.0);
    assert_eq!(names(&mut schedule, seconds(0)), ["c"]);
}

#[test]
fn woken_while_it_is_worked_on_it_is_worked_on_again() {
    let mut schedule = Schedule::new(10);
    schedule.wake("a", wake(Some(1)), seconds(0));
    names(&mut schedule, seconds(0));
    assert_eq!(schedule.wake("a", wake(Some(2)), seconds(0)), Answer::Taken);
    assert_eq!(
        names(&mut schedule, seconds(0)),
        [""; 0],
        "not beside itself"
    );
    let ended = schedule.done(&"a", Outcome::Settled, seconds(1), 0.0);
    assert_eq!(ended.tickets, [1], "the second is about what came later");
    assert_eq!(names(&mut schedule, seconds(1)), ["a"]);
    let ended = schedule.done(&"a", Outcome::Settled, seconds(2), 0.0);
    assert_eq!(ended.tickets, [2]);
    assert_eq!(names(&mut schedule, seconds(2)), [""; 0]);
}

#[test]
fn each_bucket_rests_for_itself_and_longer_each_time() {
    let mut schedule = Schedule::new(10);
    let mut now = seconds(0);
    schedule.wake("a", wake(None), now);
    let mut rests = Vec::new();
    for _ in 0..12 {
        assert_eq!(names(&mut schedule, now), ["a"]);
        let ended = schedule.done(&"a", Outcome::Failed, now, 0.0);
        let rest = ended.rest.unwrap();
        assert_eq!(ended.put_back, None, "nobody sent it");
        rests.push(rest.after.as_secs());
        schedule.wake("a", urgent(), now);
        assert_eq!(names(&mut schedule, now), [""; 0], "whatever wakes it");
        schedule.wake("b", wake(None), now);
        assert_eq!(names(&mut schedule, now), ["b"], "others do not wait");
        schedule.done(&"b", Outcome::Settled, now, 0.0);
        assert_eq!(schedule.next_due(), Some(now + rest.after));
        now += rest.after;
    }
    assert_eq!(
        rests,
        [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300],
        "for ever"
    );
    names(&mut schedule, now);
    schedule.done(&"a", Outcome::Settled, now, 0.0);
    schedule.wake("a", wake(None), now);
    names(&mut schedule, now);
    let again = schedule.done(&"a", Outcome::Failed, now, 1.0).rest.unwrap();
    assert_eq!(again.attempts, 1, "what was mended begins anew");
    assert_eq!(
        again.after,
        Duration::from_millis(500),
        "and half of it is chance"
    );
}

#[test]
fn a_failure_goes_into_the_queue_once() {
    let mut schedule = Schedule::new(10);
    schedule.wake("a", wake(Some(1)), seconds(0));
    names(&mut schedule, seconds(0));
    schedule.wake("a", wake(Some(2)), seconds(0));
    let ended = schedule.done(&"a", Outcome::Failed, seconds(0), 0.0);
    assert_eq!(ended.tickets, [1, 2]);
    let rest = ended.put_back.unwrap();
    assert_eq!((rest.after, rest.attempts), (seconds(1), 1));
    assert_eq!(
        schedule.wake("a", wake(Some(3)), seconds(0)),
        Answer::Known(3)
    );
    let message = Wake {
        attempts: 1,
        ..wake(Some(4))
    };
    assert_eq!(schedule.wake("a", message, seconds(1)), Answer::Taken);
    assert_eq!(schedule.next(seconds(1)), Some(("a", Depth::Glance, 1)));
    let ended = schedule.done(&"a", Outcome::Failed, seconds(1), 0.0);
    assert_eq!(ended.put_back.unwrap().attempts, 2, "it goes on from there");
}

#[test]
fn a_message_about_a_bucket_that_rests_is_put_back() {
    let mut schedule = Schedule::new(10);
    schedule.wake("a", wake(None), seconds(0));
    names(&mut schedule, seconds(0));
    schedule.done(&"a", Outcome::Failed, seconds(0), 0.0);
    let Answer::PutBack(1, rest) = schedule.wake("a", wake(Some(1)), Duration::from_millis(400))
    else {
        panic!("put back")
    };
    assert_eq!(rest.after, Duration::from_millis(600));
    assert_eq!(
        names(&mut schedule, seconds(2)),
        [""; 0],
        "the queue has it now"
    );
}

#[test]
fn where_nothing_may_be_tried_only_a_ticket_waits() {
    let mut schedule = Schedule::new(10);
    schedule.wake("a", wake(None), seconds(0));
    schedule.wake("b", wake(Some(1)), seconds(0));
    names(&mut schedule, seconds(0));
    let ended = schedule.done(&"a", Outcome::Hindered, seconds(0), 0.0);
    assert_eq!(ended.rest, None);
    let ended = schedule.done(&"b", Outcome::Hindered, seconds(0), 0.0);
    assert!(ended.put_back.is_some());
    schedule.wake("a", wake(None), seconds(0));
    assert_eq!(
        names(&mut schedule, seconds(0)),
        ["a"],
        "at once when it may"
    );
}

#[test]
fn who_may_not_live_so_long_tells_the_queue_of_each_failure() {
    let mut schedule: Schedule<_, u32> = Schedule::new(10).telling();
    schedule.wake("a", wake(None), seconds(0));
    names(&mut schedule, seconds(0));
    let ended = schedule.done(&"a", Outcome::Failed, seconds(0), 0.0);
    assert!(ended.put_back.is_some() && ended.tickets.is_empty());
    assert_eq!(
        names(&mut schedule, seconds(9)),
        [""; 0],
        "the message comes"
    );
}

#[test]
fn what_the_queue_did_not_take_is_tried_again_by_us() {
    let mut schedule = Schedule::new(10);
    schedule.wake("a", wake(Some(1)), seconds(0));
    names(&mut schedule, seconds(0));
    let ended = schedule.done(&"a", Outcome::Failed, seconds(0), 0.0);
    assert!(ended.put_back.is_some());
    schedule.not_told(&"a");
    assert_eq!(names(&mut schedule, seconds(1)), ["a"]);
}

#[test]
fn what_is_spread_comes_in_its_time_or_when_it_is_woken() {
    let mut schedule = Schedule::new(10);
    schedule.wake_at("a", seconds(10));
    schedule.wake_at("b", seconds(20));
    assert_eq!(names(&mut schedule, seconds(9)), [""; 0]);
    schedule.wake("b", urgent(), seconds(9));
    assert_eq!(names(&mut schedule, seconds(9)), ["b"]);
    assert_eq!(names(&mut schedule, seconds(10)), ["a"]);
}

#[test]
fn what_is_to_be_seen_sooner_is_and_not_later() {
    let mut schedule = Schedule::<_, u32>::new(10);
    schedule.wake_at("a", seconds(450));
    schedule.wake_at("a", seconds(10));
    schedule.wake_at("a", seconds(900));
    assert_eq!(schedule.next_due(), Some(seconds(10)));
    assert_eq!(names(&mut schedule, seconds(10)), ["a"]);
    assert_eq!(schedule.next_due(), None);
}

#[test]
fn a_failure_whose_message_another_takes_is_seen_to_be_mended() {
    let mut schedule = Schedule::new(10);
    schedule.wake("a", wake(Some(1)), seconds(0));
    names(&mut schedule, seconds(0));
    let ended = schedule.done(&"a", Outcome::Failed, seconds(0), 0.0);
    let rested = ended.put_back.unwrap().after;
    assert_eq!(
        names(&mut schedule, rested),
        [""; 0],
        "it is another's to mend"
    );
    assert_eq!(schedule.next_due(), Some(rested + MARGIN));
    let again = schedule.next(rested + MARGIN);
    assert_eq!(again, Some(("a", Depth::Glance, 1)));
    schedule.done(&"a", Outcome::Settled, rested + MARGIN, 0.0);
    assert!(schedule.entries.is_empty() && schedule.next_due().is_none());
}

#[test]
fn stopping_gives_back_what_nobody_works_on() {
    let mut schedule = Schedule::new(1);
    schedule.wake("a", wake(Some(1)), seconds(0));
    schedule.wake("b", wake(Some(2)), seconds(0));
    names(&mut schedule, seconds(0));
    schedule.wake("a", wake(Some(3)), seconds(0));
    let mut given = schedule.stop();
    given.sort_unstable();
    assert_eq!(given, [2, 3]);
    assert_eq!(
        schedule
            .done(&"a", Outcome::Settled, seconds(1), 0.0)
            .tickets,
        [1]
    );
    assert_eq!(names(&mut schedule, seconds(99)), [""; 0]);
}

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
