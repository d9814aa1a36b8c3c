//! Woken by the clock: the buckets are listed every few seconds, and all looked at as often as the calls that it costs allow.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::engine::Engine;
use super::troubles::Troubles;

/// How often.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How often the buckets are listed.
    pub interval: Duration,
    /// How often all are looked at, at least.
    pub look_every: Duration,
}

/// After a look that could not be, where a queue says what happens otherwise.
const AGAIN: Duration = Duration::from_secs(15);

/// Up to a tenth more or less: processes that were started together shall not call together.
fn about(duration: Duration) -> Duration {
    duration.mul_f64(0.9 + fastrand::f64() / 5.0)
}

/// Lists and looks until the engine stops.
pub async fn poll(engine: Arc<Engine>, number: usize, pace: Pace) {
    let Some(served) = engine.served.get(number) else {
        return;
    };
    let mut due = Instant::now();
    let mut first = true;
    loop {
        let now = Instant::now();
        // While one sweep is under way another would add nothing.
        let whole = now >= due && served.progress().is_none();
        let spread = whole.then(|| {
            let period = served.period(pace.interval, pace.look_every);
            if first || period <= pace.interval {
                Duration::ZERO
            } else {
                period / 2
            }
        });
        if engine.list(number, spread).await.is_some() && whole {
            first = false;
            let period = served.period(pace.interval, pace.look_every);
            // A look that is to go with each listing does so, however much a listing takes.
            due = if period <= pace.interval {
                now
            } else {
                now + about(period)
            };
        }
        tokio::select! {
            () = tokio::time::sleep(about(pace.interval)) => {}
            () = engine.stop.cancelled() => return,
        }
    }
}

/// Looks at the whole site now and then, where a queue says what happens in between.
///
/// While the queue does not answer nobody says it: from the moment on at which it ceases to, the site is listed and looked at as by
/// [`poll`], every [`AGAIN`].
pub async fn look_now_and_then(engine: Arc<Engine>, number: usize, look_every: Duration) {
    let Some(served) = engine.served.get(number) else {
        return;
    };
    let interval = AGAIN.min(look_every);
    let mut spread = Duration::ZERO;
    let mut looked: Option<Instant> = None;
    loop {
        let mut whole = true;
        if served.troubles.is_deaf() {
            let period = served.period(interval, look_every);
            let (costs_little, since) = (period <= interval, looked.map(|at| at.elapsed()));
            whole = costs_little || !served.may_work() || since.is_none_or(|since| since >= period);
            spread = if costs_little {
                Duration::ZERO
            } else {
                period / 2
            };
        }
        let listed = engine.list(number, whole.then_some(spread)).await.is_some();
        if listed && whole {
            looked = Some(Instant::now());
        }
        let pause = if listed && served.trouble().is_none() {
            spread = look_every / 2;
            look_every
        } else {
            interval
        };
        tokio::select! {
            () = rest(about(pause), &served.troubles) => {}
            () = engine.stop.cancelled() => return,
        }
    }
}

/// A pause between two looks, which ends when the queue ceases to answer.
async fn rest(pause: Duration, troubles: &Troubles) {
    tokio::select! {
        () = tokio::time::sleep(pause) => {}
        () = troubles.deafened() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::troubles::Tried;

    const LONG: Duration = Duration::from_mins(15);

    const GONE: &str = "there is no such queue";

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_has_begun_ends_when_the_queue_ceases_to_answer() {
        let troubles = Troubles::new();
        let began = Instant::now();
        let vanishing = async {
            tokio::time::sleep(Duration::from_secs(7)).await;
            troubles.tried(Tried::Listing, Some(GONE.to_owned()));
            assert!(!troubles.is_deaf());
            tokio::time::sleep(Duration::from_secs(7)).await;
            troubles.tried(Tried::Queue, Some(GONE.to_owned()));
        };
        tokio::join!(rest(LONG, &troubles), vanishing);
        assert_eq!(began.elapsed().as_secs(), 14);
        assert!(troubles.is_deaf());
    }

    #[tokio::test(start_paused = true)]
    async fn a_queue_that_goes_on_not_answering_wakes_once() {
        let troubles = Troubles::new();
        troubles.tried(Tried::Queue, Some(GONE.to_owned()));
        let began = Instant::now();
        rest(LONG, &troubles).await;
        assert!(
            began.elapsed().is_zero(),
            "also where it ceased before the pause"
        );
        troubles.tried(Tried::Queue, Some("nor is it reached".to_owned()));
        rest(AGAIN, &troubles).await;
        assert!(began.elapsed() >= AGAIN);
        troubles.tried(Tried::Queue, None);
        assert!(!troubles.is_deaf());
        troubles.tried(Tried::Queue, Some(GONE.to_owned()));
        let began = Instant::now();
        rest(LONG, &troubles).await;
        assert!(began.elapsed().is_zero(), "and anew when it did answer");
    }
}
