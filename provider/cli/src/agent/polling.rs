//! Woken by the clock: the buckets are listed every few seconds, and all looked at as often as the calls that it costs allow.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::engine::Engine;

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
pub async fn look_now_and_then(engine: Arc<Engine>, number: usize, look_every: Duration) {
    let mut spread = Duration::ZERO;
    loop {
        let listed = engine.list(number, Some(spread)).await.is_some();
        let served = engine.served.get(number);
        let pause = if listed && served.is_some_and(|served| served.trouble().is_none()) {
            spread = look_every / 2;
            about(look_every)
        } else {
            about(AGAIN.min(look_every))
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = engine.stop.cancelled() => return,
        }
    }
}
