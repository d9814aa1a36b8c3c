use std::time::Duration;

use super::*;

mod whatever_happens;

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
