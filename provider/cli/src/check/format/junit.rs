//! The report as JUnit XML: a suite for each item, a case for each facet.

use std::fmt::Write;

use super::super::report::{Facet, Item, Report, Status};
use super::xml::escaped;

/// Writes the report.
pub fn write(report: &Report) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a String cannot fail.
    let _ = write_suites(&mut text, report);
    text
}

#[derive(Default)]
struct Tally {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Tally {
    fn of<'a>(items: impl IntoIterator<Item = &'a Item>) -> Self {
        let mut tally = Self::default();
        for item in items {
            tally.tests += item.facets.len().max(1);
            for facet in &item.facets {
                match facet.status {
                    Status::Drifted | Status::Missing | Status::Unprotected => tally.failures += 1,
                    Status::Unknown => tally.errors += 1,
                    Status::Ignored | Status::Excluded | Status::Paused => tally.skipped += 1,
                    Status::InSync => {}
                }
            }
        }
        tally
    }

    fn attributes(&self) -> String {
        format!(
            "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
            self.tests, self.failures, self.errors, self.skipped
        )
    }
}

fn write_suites(text: &mut String, report: &Report) -> std::fmt::Result {
    let all = Tally::of(&report.items);
    writeln!(text, "<testsuites name=\"crr check\" {}>", all.attributes())?;
    for item in &report.items {
        // The form wants local time without an offset; ours is UTC.
        let timestamp = report.checked_at.trim_end_matches('Z');
        writeln!(
            text,
            "  <testsuite name=\"{}{} ({})\" timestamp=\"{}\" {}>",
            escaped(&input(item)),
            escaped(&item.address),
            escaped(&item.way()),
            escaped(timestamp),
            Tally::of([item]).attributes(),
        )?;
        if item.facets.is_empty() {
            write_case(text, item, "look", None)?;
        }
        for facet in &item.facets {
            write_case(text, item, &facet.name, Some(facet))?;
        }
        writeln!(text, "  </testsuite>")?;
    }
    writeln!(text, "</testsuites>")
}

/// Two inputs may have the same address.
fn input(item: &Item) -> String {
    item.input
        .as_ref()
        .map_or_else(String::new, |input| format!("{input}: "))
}

fn write_case(
    text: &mut String,
    item: &Item,
    name: &str,
    facet: Option<&Facet>,
) -> std::fmt::Result {
    write!(
        text,
        "    <testcase classname=\"{}{}\" name=\"{}\"",
        escaped(&input(item)),
        escaped(&item.address),
        escaped(name)
    )?;
    let element = match facet.map(|facet| (facet, facet.status)) {
        None | Some((_, Status::InSync)) => return writeln!(text, "/>"),
        Some((facet, Status::Ignored)) => {
            let why = facet
                .ignored
                .as_ref()
                .map(|ignored| format!("ignored until {}: {}", ignored.expires, ignored.reason));
            return writeln!(
                text,
                "><skipped message=\"{}\"/></testcase>",
                escaped(&why.unwrap_or_default())
            );
        }
        Some((_, Status::Excluded)) => {
            let why = item.notes.join(" ");
            return writeln!(text, "><skipped message=\"{}\"/></testcase>", escaped(&why));
        }
        Some((facet, Status::Paused)) => {
            let why = facet.remedy.as_deref().unwrap_or_default();
            return writeln!(text, "><skipped message=\"{}\"/></testcase>", escaped(why));
        }
        Some((facet, Status::Unknown)) => ("error", facet),
        Some((facet, _)) => ("failure", facet),
    };
    let (element, facet) = element;
    let message = format!("{name} of {} is {}", item.way(), facet.status.words());
    let body: Vec<String> = [
        ("should be", &facet.should),
        ("is", &facet.is),
        ("remedy", &facet.remedy),
    ]
    .into_iter()
    .filter_map(|(label, part)| Some(format!("{label}: {}", part.as_ref()?)))
    .collect();
    writeln!(
        text,
        "><{element} type=\"{}\" message=\"{}\">{}</{element}></testcase>",
        facet.status.name(),
        escaped(&message),
        escaped(&body.join("\n")),
    )
}
