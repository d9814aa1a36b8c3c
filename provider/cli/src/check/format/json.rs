//! The report as JSON: the form is that of its types.

use super::super::report::Report;

/// Writes the report.
pub fn write(report: &Report) -> String {
    // A report holds texts and numbers only, which cannot fail to be written.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}
