//! Log events as the JSON lines on stderr that Terraform reads, one line each.
//!
//! The level comes from `TF_LOG_PROVIDER_<NAME>`, else `TF_LOG_PROVIDER`, else `TF_LOG`; with none of them set only
//! warnings and errors are written (Terraform shows neither, but a crash report does). Events of crates that the
//! provider does not name as its own are written from warnings up, whatever the level.

mod line;

use std::env;
use std::io::Write;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use crate::ServeOptions;
use line::Line;

/// Sends the log events of this process to stderr, and the words of a panic with them.
pub(crate) fn start(options: &ServeOptions, debug: bool) {
    let level = level_for(options.name, |key| env::var(key).ok()).unwrap_or(if debug {
        LevelFilter::INFO
    } else {
        LevelFilter::WARN
    });
    let layer = HclogLayer {
        name: options.name,
        targets: options.log_targets,
        level,
    };
    // A second start in one process (a test) keeps the first one's log.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer));
}

fn level_for(name: &str, variable: impl Fn(&str) -> Option<String>) -> Option<LevelFilter> {
    let own = format!("TF_LOG_PROVIDER_{}", name.to_uppercase().replace('-', "_"));
    let set = [own.as_str(), "TF_LOG_PROVIDER", "TF_LOG"]
        .into_iter()
        .find_map(|key| variable(key).filter(|value| !value.is_empty()))?;
    Some(match set.to_uppercase().as_str() {
        "OFF" => LevelFilter::OFF,
        "ERROR" => LevelFilter::ERROR,
        "WARN" => LevelFilter::WARN,
        "INFO" => LevelFilter::INFO,
        "DEBUG" => LevelFilter::DEBUG,
        // `JSON` is Terraform's word for TRACE in another form; and as Terraform does, a word that says nothing
        // turns everything on.
        _ => LevelFilter::TRACE,
    })
}

struct HclogLayer {
    name: &'static str,
    targets: &'static [&'static str],
    level: LevelFilter,
}

impl HclogLayer {
    fn is_own(&self, target: &str) -> bool {
        let root = target.split("::").next().unwrap_or(target);
        root == env!("CARGO_CRATE_NAME") || self.targets.contains(&root)
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for HclogLayer {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _context: Context<'_, S>) -> bool {
        let level = if self.is_own(metadata.target()) {
            self.level
        } else {
            self.level.min(LevelFilter::WARN)
        };
        *metadata.level() <= level
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = SpanFields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<SpanFields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        let mut line = Line::new(*metadata.level(), &module(self.name, metadata.target()));
        if let Some(scope) = context.event_scope(event) {
            for span in scope.from_root() {
                if let Some(fields) = span.extensions().get::<SpanFields>() {
                    for (name, value) in &fields.0 {
                        line.field(name, value.clone());
                    }
                }
            }
        }
        let mut fields = SpanFields::default();
        event.record(&mut fields);
        for (name, value) in fields.0 {
            if name == "message" {
                line.message(&value);
            } else {
                line.field(name, value);
            }
        }
        // One write, so that lines of parallel calls do not mix.
        let _ = std::io::stderr().lock().write_all(line.finish().as_bytes());
    }
}

/// hclog's way to name where an event came from.
fn module(name: &str, target: &str) -> String {
    format!("provider.{name}.{}", target.replace("::", "."))
}

/// The fields of a span or an event, in order.
#[derive(Default)]
struct SpanFields(Vec<(&'static str, serde_json::Value)>);

impl Visit for SpanFields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.push((field.name(), value.into()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.push((field.name(), value.into()));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.push((field.name(), value.into()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.push((field.name(), value.into()));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name(), value.into()));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.0.push((field.name(), value.to_string().into()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.push((field.name(), format!("{value:?}").into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(environment: &[(&str, &str)]) -> Option<LevelFilter> {
        level_for("crr", |key| {
            environment
                .iter()
                .find(|(name, _)| *name == key)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_most_particular_variable_wins() {
        assert_eq!(level(&[]), None);
        assert_eq!(level(&[("TF_LOG", "info")]), Some(LevelFilter::INFO));
        assert_eq!(
            level(&[("TF_LOG", "info"), ("TF_LOG_PROVIDER", "ERROR")]),
            Some(LevelFilter::ERROR)
        );
        assert_eq!(
            level(&[("TF_LOG_PROVIDER", "ERROR"), ("TF_LOG_PROVIDER_CRR", "off")]),
            Some(LevelFilter::OFF)
        );
        assert_eq!(level(&[("TF_LOG", "json")]), Some(LevelFilter::TRACE));
        assert_eq!(level(&[("TF_LOG", "")]), None);
    }

    #[test]
    fn only_named_crates_may_say_more_than_warnings() {
        let layer = HclogLayer {
            name: "crr",
            targets: &["cloud"],
            level: LevelFilter::TRACE,
        };
        assert!(layer.is_own("cloud::execute"));
        assert!(layer.is_own("tfplugin::service"));
        assert!(!layer.is_own("cloudy::other"));
        assert!(!layer.is_own("aws_smithy_runtime::client"));
    }
}
