//! Durations as users write them: `30s`, `20m`, `1h 30m`.

use std::time::Duration;

use tfplugin::{Attribute, Diagnostics, Path, Value};

/// Reads a duration.
///
/// # Errors
///
/// In the words of what was expected.
pub fn parse(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(duration) if duration.is_zero() => Err(format!("\"{text}\" is no time at all")),
        Ok(duration) => Ok(duration),
        Err(error) => Err(format!("\"{text}\" is no duration: {error}")),
    }
}

/// An optional attribute that holds one.
pub fn attribute(description: &str) -> Attribute {
    Attribute::string()
        .optional()
        .describe(description)
        .validate(
            |value: &Value, path: &Path, diagnostics: &mut Diagnostics| {
                if let Some(Err(error)) = value.as_str().map(parse) {
                    diagnostics.error_at(
                        path.clone(),
                        "Not a duration",
                        format!("{error}. Write such as \"30s\", \"20m\" or \"1h 30m\"."),
                    );
                }
            },
        )
}
