//! What the process says of itself, in Prometheus' text.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, SystemTime};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::engine::Engine;
use super::served::Served;

/// From half a second, which is a fast one by the queue, to a day.
const BUCKETS: [f64; 14] = [
    0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 14400.0, 86400.0,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfEcho {
    echo: String,
}

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
struct OfMessage {
    echo: String,
    end: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfBuild {
    version: &'static str,
}

type Seconds = Gauge<f64, AtomicU64>;

/// What is counted as it happens. All else is looked at when somebody asks.
pub struct Metrics {
    time_to_protected: Family<OfEcho, Histogram, fn() -> Histogram>,
    looks: Family<OfEcho, Counter>,
    failures: Family<OfEcho, Counter>,
    whole_looks: Family<OfEcho, Counter>,
    last_list: Family<OfEcho, Seconds>,
    last_whole_look: Family<OfEcho, Seconds>,
    messages: Family<OfMessage, Counter>,
    queue_depth: Family<OfEcho, Gauge>,
}

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

fn now() -> f64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64()
}

fn of(echo: &str) -> OfEcho {
    OfEcho {
        echo: echo.to_owned(),
    }
}

impl Metrics {
    /// Nothing has happened yet.
    pub fn new() -> Self {
        Self {
            time_to_protected: Family::new_with_constructor(histogram as fn() -> Histogram),
            looks: Family::default(),
            failures: Family::default(),
            whole_looks: Family::default(),
            last_list: Family::default(),
            last_whole_look: Family::default(),
            messages: Family::default(),
            queue_depth: Family::default(),
        }
    }

    /// A bucket is protected, so long after it had to be.
    pub fn protected(&self, echo: &str, took: Duration) {
        self.time_to_protected
            .get_or_create(&of(echo))
            .observe(took.as_secs_f64());
    }

    /// A bucket was looked at, and worked on where it needed that.
    pub fn looked(&self, echo: &str, failed: bool) {
        self.looks.get_or_create(&of(echo)).inc();
        if failed {
            self.failures.get_or_create(&of(echo)).inc();
        }
    }

    /// The site's buckets were listed.
    pub fn listed(&self, echo: &str) {
        self.last_list.get_or_create(&of(echo)).set(now());
    }

    /// Every bucket of the site was looked at.
    pub fn swept(&self, echo: &str) {
        self.whole_looks.get_or_create(&of(echo)).inc();
        self.last_whole_look.get_or_create(&of(echo)).set(now());
    }

    /// Messages came to this end.
    pub fn messages(&self, echo: &str, end: &'static str, count: usize) {
        let of = OfMessage {
            echo: echo.to_owned(),
            end,
        };
        self.messages.get_or_create(&of).inc_by(count as u64);
    }

    /// So many messages wait in the queue.
    pub fn depth(&self, echo: &str, depth: u64) {
        self.queue_depth
            .get_or_create(&of(echo))
            .set(i64::try_from(depth).unwrap_or(i64::MAX));
    }

    /// All of it as text.
    pub fn text(&self, engine: &Engine) -> String {
        let mut registry = Registry::with_prefix("crr");
        self.register(&mut registry);
        look(engine, &mut registry);
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &registry);
        text
    }

    fn register(&self, registry: &mut Registry) {
        registry.register_with_unit(
            "time_to_protected",
            "From when a bucket was made, or first seen, or lost its protection, until this process had protected it",
            Unit::Seconds,
            self.time_to_protected.clone(),
        );
        registry.register("looks", "Looks at single buckets", self.looks.clone());
        registry.register(
            "failures",
            "Looks at single buckets after which they were not protected",
            self.failures.clone(),
        );
        registry.register(
            "whole_looks",
            "Looks at all buckets of the source",
            self.whole_looks.clone(),
        );
        registry.register_with_unit(
            "last_list_timestamp",
            "When the buckets of the source were listed last, as Unix time",
            Unit::Seconds,
            self.last_list.clone(),
        );
        registry.register_with_unit(
            "last_whole_look_timestamp",
            "When the last look at all buckets of the source ended, as Unix time",
            Unit::Seconds,
            self.last_whole_look.clone(),
        );
        registry.register(
            "queue_messages",
            "Messages of the queue by how they ended",
            self.messages.clone(),
        );
        registry.register(
            "queue_depth",
            "Messages that wait in the queue",
            self.queue_depth.clone(),
        );
    }
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
