//! What the process says of itself, in Prometheus' text: what it has counted, and how everything is at this moment.

use std::sync::Arc;
use std::time::SystemTime;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::engine::Engine;
use super::metrics::{OfEcho, Seconds, of};
use super::served::Served;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfStatus {
    echo: String,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCall {
    call: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfFailure {
    call: String,
    code: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfBuild {
    version: &'static str,
}

/// All of it. `taken`: whether what the files of the configuration say is in force.
pub fn text(engine: &Engine, taken: bool) -> String {
    let mut registry = Registry::with_prefix("crr");
    engine.metrics.register(&mut registry);
    look(engine, &mut registry);
    let in_force: Gauge = Gauge::default();
    in_force.set(i64::from(taken));
    registry.register(
        "config_taken",
        "1 while what the files of the configuration say is in force, 0 while they say something that could not be taken",
        in_force,
    );
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = prometheus_client::encoding::text::encode(&mut text, &registry);
    text
}

/// What is as it is at this moment.
fn look(engine: &Engine, registry: &mut Registry) {
    let buckets = Family::<OfStatus, Gauge>::default();
    let paused = Family::<OfEcho, Gauge>::default();
    let healthy = Family::<OfEcho, Gauge>::default();
    let age = Family::<OfEcho, Seconds>::default();
    let mut held = vec![0.0_f64; engine.served.len()];
    let at = SystemTime::now();
    {
        let schedule = engine.schedule();
        let of_sweeps: Vec<_> = engine.served.iter().flat_map(Served::held).collect();
        for letter in schedule.tickets().chain(&of_sweeps) {
            let sent = letter.sent.and_then(|sent| at.duration_since(sent).ok());
            if let (Some(sent), Some(oldest)) = (sent, held.get_mut(letter.echo)) {
                *oldest = oldest.max(sent.as_secs_f64());
            }
        }
    }
    for (served, oldest) in engine.served.iter().zip(held) {
        for (status, count) in served.board().counts() {
            let of = OfStatus {
                echo: served.name.clone(),
                status: status.word(),
            };
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            buckets.get_or_create(&of).set(count);
        }
        let echo = of(&served.name);
        paused
            .get_or_create(&echo)
            .set(i64::from(served.opened.paused));
        healthy
            .get_or_create(&echo)
            .set(i64::from(served.trouble().is_none()));
        if served.opened.queue_url.is_some() {
            age.get_or_create(&echo).set(oldest);
        }
    }
    registry.register(
        "buckets",
        "Buckets of the source by how they stand",
        buckets,
    );
    registry.register("paused", "1 while nothing may be touched", paused);
    registry.register("healthy", "1 while the last tries went well", healthy);
    registry.register_with_unit(
        "queue_message_age",
        "How long ago the oldest message that is being worked on was sent",
        Unit::Seconds,
        age,
    );
    let number = |count: usize| {
        let gauge: Gauge = Gauge::default();
        gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        gauge
    };
    let (running, waiting, resting) = {
        let schedule = engine.schedule();
        (schedule.running(), schedule.waiting(), schedule.resting())
    };
    registry.register("in_flight", "Buckets being worked on", number(running));
    registry.register(
        "waiting",
        "Buckets that wait for their turn",
        number(waiting),
    );
    registry.register(
        "resting",
        "Buckets that failed and are tried again after a while",
        number(resting),
    );
    calls(engine, registry);
    let build = Family::<OfBuild, Gauge>::default();
    let version = env!("CARGO_PKG_VERSION");
    build.get_or_create(&OfBuild { version }).set(1);
    registry.register("build_info", "The version of the agent", build);
}

fn calls(engine: &Engine, registry: &mut Registry) {
    let made = Family::<OfCall, Counter>::default();
    let failed = Family::<OfFailure, Counter>::default();
    let mut seen: Vec<&Arc<_>> = Vec::new();
    for served in &engine.served {
        let runtime = &served.opened.runtime;
        if seen.iter().any(|other| Arc::ptr_eq(other, runtime)) {
            continue;
        }
        seen.push(runtime);
        for count in runtime.cloud.calls() {
            let call = count.operation;
            made.get_or_create(&OfCall { call: call.clone() })
                .inc_by(count.calls);
            for (code, times) in count.failures {
                let call = call.clone();
                failed
                    .get_or_create(&OfFailure { call, code })
                    .inc_by(times);
            }
        }
    }
    registry.register("api_calls", "Calls to the services", made);
    registry.register(
        "api_failures",
        "Calls that were answered with an error, by its code; that something is not set is one, too",
        failed,
    );
}
