//! One log event as a line of JSON.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};
use tracing::Level;

/// The reader on the other side takes lines of 64 KiB; a longer one would be torn apart.
const MESSAGE_LIMIT: usize = 8 << 10;
const FIELD_LIMIT: usize = 4 << 10;
const LINE_LIMIT: usize = 60 << 10;

/// A log line under construction.
pub(super) struct Line {
    fields: Map<String, Value>,
    size: usize,
}

impl Line {
    pub(super) fn new(level: Level, module: &str) -> Self {
        let mut fields = Map::new();
        let level = match level {
            Level::ERROR => "error",
            Level::WARN => "warn",
            Level::INFO => "info",
            Level::DEBUG => "debug",
            Level::TRACE => "trace",
        };
        fields.insert("@level".to_owned(), level.into());
        fields.insert("@message".to_owned(), "".into());
        fields.insert("@module".to_owned(), module.into());
        fields.insert("@timestamp".to_owned(), timestamp(SystemTime::now()).into());
        Self {
            fields,
            size: module.len() + 128,
        }
    }

    pub(super) fn message(&mut self, message: &Value) {
        let message = text_of(message);
        let message = shortened(&message, MESSAGE_LIMIT);
        self.size += escaped_size(&message);
        self.fields.insert("@message".to_owned(), message.into());
    }

    /// Adds a field, unless the line is full. A field can not take the place of the line's own.
    pub(super) fn field(&mut self, name: &str, value: Value) {
        let name = name.trim_start_matches('@');
        let value = match value {
            Value::String(text) => Value::String(shortened(&text, FIELD_LIMIT)),
            other => other,
        };
        let size = name.len() + 6 + escaped_size(&text_of(&value));
        if self.size + size <= LINE_LIMIT {
            self.size += size;
            self.fields.insert(name.to_owned(), value);
        }
    }

    pub(super) fn finish(self) -> String {
        let mut line = Value::Object(self.fields).to_string();
        line.push('\n');
        line
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// How many bytes a text takes in JSON, at most.
fn escaped_size(text: &str) -> usize {
    text.chars()
        .map(|character| {
            if character.is_control() {
                6
            } else {
                character.len_utf8() + 1
            }
        })
        .sum()
}

fn shortened(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let mut kept: String = text
        .chars()
        .scan(0, |size, character| {
            *size += character.len_utf8();
            (*size <= limit).then_some(character)
        })
        .collect();
    kept.push_str(" … (cut)");
    kept
}

/// RFC 3339 in UTC with exactly six digits of a second: the reader takes no other form.
fn timestamp(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (seconds, micros) = (since.as_secs(), since.subsec_micros());
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // The civil calendar from a count of days, in eras of 400 years that begin on a 1 March.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn timestamps_are_of_the_civil_calendar() {
        let at = |seconds: u64, micros: u32| {
            timestamp(UNIX_EPOCH + Duration::new(seconds, micros * 1000))
        };
        assert_eq!(at(0, 0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(at(951_782_399, 1), "2000-02-28T23:59:59.000001Z");
        assert_eq!(at(951_782_400, 0), "2000-02-29T00:00:00.000000Z");
        assert_eq!(at(1_735_689_599, 999_999), "2024-12-31T23:59:59.999999Z");
        assert_eq!(at(4_107_542_400, 0), "2100-03-01T00:00:00.000000Z");
    }

    #[test]
    fn an_event_is_one_line_of_json_whatever_it_says() {
        let mut line = Line::new(Level::WARN, "provider.toy");
        line.message(&"first\nsecond \"quoted\"".into());
        line.field("count", 3.into());
        line.field("@level", "forged".into());
        let line = line.finish();
        assert_eq!(line.matches('\n').count(), 1);
        let parsed: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(parsed["@level"], "warn");
        assert_eq!(parsed["@message"], "first\nsecond \"quoted\"");
        assert_eq!(parsed["@module"], "provider.toy");
        assert_eq!(parsed["count"], 3);
    }

    #[test]
    fn a_line_never_outgrows_its_reader() {
        let mut line = Line::new(Level::ERROR, "provider.toy");
        line.message(&"\u{1}".repeat(100_000).into());
        for number in 0..100 {
            line.field(&format!("field{number}"), "ü".repeat(5_000).into());
        }
        assert!(line.finish().len() <= 64 << 10);
    }
}
