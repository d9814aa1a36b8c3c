//! The report for people at a terminal.

use std::fmt::Write;

use super::super::report::{Facet, IgnoreState, Item, Report, Status};
use super::excerpt::beside;
use super::inert::{inert, one_line};

/// Colours, or none.
#[derive(Debug, Clone, Copy)]
pub struct Paint(pub bool);

impl Paint {
    fn paint(self, status: Status, text: &str) -> String {
        let code = match status {
            Status::InSync => 32,
            Status::Excluded | Status::Ignored | Status::Paused => 2,
            Status::Drifted | Status::Missing => 33,
            Status::Unprotected => 31,
            Status::Unknown => 35,
        };
        self.code(code, text)
    }

    fn code(self, code: u8, text: &str) -> String {
        if self.0 {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Writes the report: what is amiss with every part that is, and everything else as one line.
pub fn write(report: &Report, paint: Paint) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    for item in report.items.iter().filter(|item| item.status.is_amiss()) {
        let _ = write_item(&mut text, item, paint);
    }
    let _ = write_noted(&mut text, report);
    for ignore in &report.ignores {
        let _ = match ignore.state {
            IgnoreState::Used => writeln!(
                text,
                "ignored until {}: {} ({} facet(s)): {}",
                one_line(&ignore.expires),
                one_line(&ignore.about),
                ignore.facets,
                one_line(&ignore.reason)
            ),
            IgnoreState::Expired => writeln!(
                text,
                "no longer ignored since {} is over: {} ({} facet(s)): {}",
                one_line(&ignore.expires),
                one_line(&ignore.about),
                ignore.facets,
                one_line(&ignore.reason)
            ),
            IgnoreState::Unused => writeln!(
                text,
                "ignores nothing: {} (until {}): {}",
                one_line(&ignore.about),
                one_line(&ignore.expires),
                one_line(&ignore.reason)
            ),
        };
    }
    if !report.ignores.is_empty() {
        text.push('\n');
    }
    for note in &report.notes {
        let _ = writeln!(text, "{}\n", one_line(note));
    }
    let _ = writeln!(
        text,
        "{}",
        paint.paint(report.verdict, &report.counts.describe())
    );
    text
}

/// How many items with nothing amiss have their notes shown.
pub const NOTED: usize = 10;

/// What is worth knowing of items with nothing amiss.
fn write_noted(text: &mut String, report: &Report) -> std::fmt::Result {
    for item in report.noted().take(NOTED) {
        let address = one_line(&item.address);
        for note in &item.notes {
            let way = one_line(&item.way());
            writeln!(text, "note: {address} ({way}): {}", one_line(note))?;
        }
    }
    let more = report.noted().count().saturating_sub(NOTED);
    if more > 0 {
        writeln!(text, "note: of {more} more see the report as JSON or HTML")?;
    }
    if report.noted().next().is_some() {
        text.push('\n');
    }
    Ok(())
}

fn write_item(text: &mut String, item: &Item, paint: Paint) -> std::fmt::Result {
    writeln!(
        text,
        "{} {} ({}{})",
        paint.paint(item.status, item.status.words()),
        paint.code(1, &one_line(&item.address)),
        one_line(&item.way()),
        item.input
            .as_ref()
            .map_or_else(String::new, |input| format!(", in {}", one_line(input))),
    )?;
    for facet in item.amiss() {
        write_facet(text, facet, paint)?;
    }
    for note in &item.notes {
        writeln!(text, "  note: {}", one_line(note))?;
    }
    text.push('\n');
    Ok(())
}

fn write_facet(text: &mut String, facet: &Facet, paint: Paint) -> std::fmt::Result {
    writeln!(
        text,
        "  {}: {}",
        one_line(&facet.name),
        paint.paint(facet.status, facet.status.words())
    )?;
    let (should, is) = beside(facet.should.as_deref(), facet.is.as_deref());
    if let Some(should) = should {
        writeln!(text, "    should be: {}", one_line(&should))?;
    }
    if let Some(is) = is {
        writeln!(text, "    is:        {}", one_line(&is))?;
    }
    if let Some(remedy) = &facet.remedy {
        let indented = inert(remedy)
            .replace("\n\n", "\n")
            .replace('\n', "\n               ");
        writeln!(text, "    remedy:    {indented}")?;
    }
    Ok(())
}
