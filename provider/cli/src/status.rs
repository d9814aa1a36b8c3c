//! `crr status`: how the buckets of the echoes stand. Looks, and touches nothing.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use cloud::Job;
use replication::echo::Coverage;
use serde::Serialize;

use crate::configuration;
use crate::print::print;

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    Table,
    /// One JSON object.
    Json,
}

/// What `crr status` is told.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    configuration: configuration::Arguments,
    /// The form of the answer
    #[arg(long, value_name = "FORM", default_value = "table")]
    output: Output,
}

/// How the buckets of one echo stand.
#[derive(Debug, Serialize)]
struct Status {
    echo: String,
    paused: bool,
    /// Why no rule works, however the buckets stand; left out where they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
    #[serde(flatten)]
    coverage: Coverage,
}

/// Looks at every bucket of every echo.
pub async fn run(arguments: Arguments) -> ExitCode {
    let opened = match configuration::load(&arguments.configuration).await {
        Ok(opened) => opened,
        Err(lines) => {
            configuration::complain(&lines);
            return ExitCode::FAILURE;
        }
    };
    let mut found = Vec::new();
    let mut failed = false;
    for opened in opened {
        match echo::survey(&opened.runtime.cloud, &opened.echo, &Job::default()).await {
            Ok(survey) => {
                let mut coverage = survey.coverage;
                let trouble = opened.role_trouble().await;
                if let Some(why) = &trouble {
                    failed = true;
                    coverage.fail_protected();
                    configuration::complain(&[format!("{}: {why}", opened.name)]);
                }
                found.push(Status {
                    echo: opened.name,
                    paused: opened.paused,
                    trouble,
                    coverage,
                });
            }
            Err(error) => {
                failed = true;
                configuration::complain(&[format!(
                    "{}: {}. {}",
                    opened.name,
                    error.summary(),
                    error.detail()
                )]);
            }
        }
    }
    let text = match arguments.output {
        Output::Table => table(&found),
        Output::Json => {
            let all = serde_json::json!({ "format": 1, "echoes": found });
            format!("{all:#}\n")
        }
    };
    if let Err(error) = print(&text) {
        failed = true;
        configuration::complain(&[format!("the answer cannot be printed: {error}")]);
    }
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn table(found: &[Status]) -> String {
    const HEADS: [&str; 10] = [
        "ECHO",
        "BUCKETS",
        "PROTECTED",
        "PENDING",
        "DRIFTED",
        "FAILED",
        "BY OTHERS",
        "CONFLICTS",
        "EXCLUDED",
        "PAUSED",
    ];
    let row = |status: &Status| {
        let counts = &status.coverage.counts;
        [
            status.echo.clone(),
            counts.buckets.to_string(),
            counts.protected.to_string(),
            counts.pending.to_string(),
            counts.drifted.to_string(),
            counts.failed.to_string(),
            counts.by_others.to_string(),
            counts.conflicts.to_string(),
            counts.excluded.to_string(),
            if status.paused { "yes" } else { "no" }.to_owned(),
        ]
    };
    let mut rows = vec![HEADS.map(str::to_owned)];
    rows.extend(found.iter().map(row));
    let mut widths = [0; HEADS.len()];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.len());
        }
    }
    let mut text = String::new();
    // Writing to a String cannot fail.
    for row in &rows {
        for (number, (width, cell)) in widths.iter().zip(row).enumerate() {
            let _ = match number {
                0 => write!(text, "{cell:<width$}"),
                _ => write!(text, "  {cell:>width$}"),
            };
        }
        text.push('\n');
    }
    for status in found {
        for (bucket, why) in &status.coverage.exceptions {
            let _ = writeln!(text, "{}  {bucket}: {why}", status.echo);
        }
        if status.coverage.unlisted > 0 {
            let _ = writeln!(
                text,
                "{}  and {} more",
                status.echo, status.coverage.unlisted
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use replication::echo::Standing;

    use super::*;

    #[test]
    fn the_table_lines_up_and_names_the_exceptions() {
        let mut coverage = Coverage::default();
        coverage.add("orders", &Standing::Protected);
        coverage.add("payroll", &Standing::Pending);
        let text = table(&[Status {
            echo: "east->west".to_owned(),
            paused: true,
            trouble: None,
            coverage,
        }]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0].len(), lines[1].len());
        assert!(
            lines[1].starts_with("east->west        2          1        1"),
            "{text}"
        );
        assert_eq!(lines[2], "east->west  payroll: pending: not replicated yet");
    }
}
