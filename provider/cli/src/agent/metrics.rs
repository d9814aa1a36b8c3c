//! What the process counts as it happens.

use std::sync::atomic::AtomicU64;
use std::time::{Duration, SystemTime};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// From half a second, which is a fast one by the queue, to a day.
const BUCKETS: [f64; 14] = [
    0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 14400.0, 86400.0,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfEcho {
    echo: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfMessage {
    echo: String,
    end: &'static str,
}

pub(super) type Seconds = Gauge<f64, AtomicU64>;

/// What is counted as it happens. All else is looked at when somebody asks: see [`super::exposition`].
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

pub(super) fn of(echo: &str) -> OfEcho {
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

    /// Puts all that was counted into a registry.
    pub fn register(&self, registry: &mut Registry) {
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
