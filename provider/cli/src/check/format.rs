//! The forms in which a report is written.

use clap::ValueEnum;

use super::report::Report;

mod excerpt;
mod html;
mod inert;
mod json;
mod junit;
mod markdown;
mod sarif;
mod text;
mod xml;

/// A form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// For programs: documented and versioned.
    Json,
    /// For code scanning: SARIF 2.1.0.
    Sarif,
    /// For test reports: JUnit XML.
    Junit,
    /// For a comment on a pull request or a job's summary.
    Markdown,
    /// One page that needs nothing else.
    Html,
}

#[cfg(test)]
mod schema;
#[cfg(test)]
mod tests;

/// What a report is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Whether text may be coloured.
    pub colour: bool,
    /// How many bytes Markdown may have; what is beyond is counted, not shown.
    pub markdown_length: usize,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            colour: false,
            markdown_length: MARKDOWN_LENGTH,
        }
    }
}

/// A comment on GitHub takes 65,536 characters.
pub const MARKDOWN_LENGTH: usize = 60_000;

/// Writes a report in a form.
pub fn write(report: &Report, format: Format, page: &Page) -> String {
    match format {
        Format::Text => text::write(report, text::Paint(page.colour)),
        Format::Json => json::write(report),
        Format::Sarif => sarif::write(report),
        Format::Junit => junit::write(report),
        Format::Markdown => markdown::write(report, page.markdown_length),
        Format::Html => html::write(report),
    }
}
