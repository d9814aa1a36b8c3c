//! The forms in which a report is written.

use clap::ValueEnum;

use super::report::Report;

mod excerpt;
mod json;
mod text;

/// A form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// For programs: documented and versioned.
    Json,
}

/// Writes a report in a form.
pub fn write(report: &Report, format: Format, colour: bool) -> String {
    match format {
        Format::Text => text::write(report, text::Paint(colour)),
        Format::Json => json::write(report),
    }
}
