//! Logs: lines on standard error, as JSON for machines or as text for people.

use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;

use crate::progress::Progress;

/// The form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// What went wrong.
    Error,
    /// What went wrong with single buckets, too.
    Warn,
    /// Each bucket that is protected, and each step to it.
    Info,
    /// Each bucket that is looked at.
    Debug,
    /// All of it.
    Trace,
}

impl From<Level> for LevelFilter {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::ERROR,
            Level::Warn => Self::WARN,
            Level::Info => Self::INFO,
            Level::Debug => Self::DEBUG,
            Level::Trace => Self::TRACE,
        }
    }
}

/// What is ours. Others are heard from warnings up.
const OURS: [&str; 5] = [
    "crr",
    "cloud",
    "echo",
    "replication",
    "terraform_provider_crr",
];

/// Sends log lines to standard error, around what shows the progress.
pub fn start(format: Option<Format>, level: Level, progress: &Progress) {
    let format = format.unwrap_or_else(|| {
        if io::stderr().is_terminal() {
            Format::Text
        } else {
            Format::Json
        }
    });
    let level = LevelFilter::from(level);
    let targets = OURS.iter().fold(
        Targets::new().with_default(level.min(LevelFilter::WARN)),
        |targets, name| targets.with_target(*name, level),
    );
    let lines = Lines(progress.clone());
    let layer = match format {
        Format::Json => tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .with_writer(lines)
            .with_filter(targets)
            .boxed(),
        Format::Text => tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_target(false)
            .with_writer(lines)
            .with_filter(targets)
            .boxed(),
    };
    // A second start in one process keeps the first one's log.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer));
}

/// Writes a line while the bar is out of the way.
#[derive(Clone)]
struct Lines(Progress);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // All at once, so that lines of parallel work do not mix.
        self.0.aside(|| io::stderr().lock().write_all(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
