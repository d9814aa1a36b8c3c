//! The report as Markdown, for a comment on a pull request or a job's summary.
//!
//! What others wrote (tags, policies, messages of a service) stands in code only, whose fence it cannot close: no link, no
//! mention and no HTML can come of it.

use std::fmt::Write;

use super::super::report::{Facet, IgnoreState, Item, Report, Status};
use super::inert::{inert, one_line};
use super::text::NOTED;

/// Writes the report in about so many bytes: what is beyond is counted, not shown. The head is always whole.
pub fn write(report: &Report, longest: usize) -> String {
    let mut text = String::new();
    let amiss: Vec<&Item> = report
        .items
        .iter()
        .filter(|item| item.status.is_amiss())
        .collect();
    // Writing to a String cannot fail.
    let _ = write_head(&mut text, report);
    let (mut noted, mut after) = (String::new(), String::new());
    let _ = write_noted(&mut noted, report, longest / 8);
    let _ = write_ignores(&mut after, report, longest / 4);
    after.insert_str(0, &noted);
    if !amiss.is_empty() {
        text.push_str("| | resource | from → to | amiss |\n|---|---|---|---|\n");
        // The details keep room, however long the table is.
        let _ = write_up_to(&mut text, &amiss, longest / 3, write_row);
        text.push('\n');
    }
    let longest = longest.saturating_sub(after.len());
    let _ = write_up_to(&mut text, &amiss, longest, write_item);
    text.push_str(&after);
    text
}

/// Writes items as long as there is room, and says how many there are beyond.
fn write_up_to(
    text: &mut String,
    items: &[&Item],
    longest: usize,
    write: impl Fn(&mut String, &Item) -> std::fmt::Result,
) -> std::fmt::Result {
    for (shown, item) in items.iter().enumerate() {
        let mut part = String::new();
        write(&mut part, item)?;
        if text.len() + part.len() > longest {
            return writeln!(
                text,
                "\n… and {} more: see the report in another form.",
                items.len() - shown
            );
        }
        text.push_str(&part);
    }
    Ok(())
}

fn sign(status: Status) -> &'static str {
    match status {
        Status::InSync => "✅",
        Status::Excluded | Status::Ignored | Status::Paused => "⚪",
        Status::Drifted | Status::Missing => "🟠",
        Status::Unprotected => "🔴",
        Status::Unknown => "🟣",
    }
}

fn write_head(text: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(
        text,
        "### {} crr check: {}\n",
        sign(report.verdict),
        report.counts.describe()
    )?;
    let inputs: Vec<String> = report
        .inputs
        .iter()
        .map(|input| format!("{} {}", input.kind, code(&input.file)))
        .collect();
    writeln!(text, "{} · {}\n", report.checked_at, inputs.join(", "))?;
    for note in &report.notes {
        writeln!(text, "{}\n", block(note))?;
    }
    Ok(())
}

fn write_row(text: &mut String, item: &Item) -> std::fmt::Result {
    let facets: Vec<String> = item
        .amiss()
        .take(5)
        .map(|facet| cell(&facet.name))
        .collect();
    let more = item.amiss().count().saturating_sub(facets.len());
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let input = item.input.as_ref();
    let input = input.map_or_else(String::new, |input| format!(" in {}", cell(input)));
    writeln!(
        text,
        "| {} {} | {}{input} | {} | {}{more} |",
        sign(item.status),
        item.status.words(),
        cell(&item.address),
        cell(&item.way()),
        facets.join(", "),
    )
}

fn write_item(text: &mut String, item: &Item) -> std::fmt::Result {
    writeln!(
        text,
        "<details><summary>{} <code>{}</code></summary>\n",
        item.status.words(),
        super::xml::escaped(&one_line(&item.address))
            .replace('`', "&#96;")
            .replace('@', "&#64;"),
    )?;
    for facet in item.amiss() {
        write_facet(text, facet)?;
    }
    for note in &item.notes {
        writeln!(text, "Note:\n\n{}\n", block(note))?;
    }
    writeln!(text, "</details>\n")
}

fn write_facet(text: &mut String, facet: &Facet) -> std::fmt::Result {
    writeln!(
        text,
        "**{}** is {}\n",
        code(&facet.name),
        facet.status.words()
    )?;
    let (should, is) = super::excerpt::beside(facet.should.as_deref(), facet.is.as_deref());
    let lines: Vec<String> = [
        ("should be", should),
        ("is", is),
        ("remedy", facet.remedy.clone()),
    ]
    .into_iter()
    .filter_map(|(label, part)| Some(format!("{label}: {}", part?)))
    .collect();
    writeln!(text, "{}\n", block(&lines.join("\n")))
}

/// What is worth knowing of items with nothing amiss, folded away.
fn write_noted(text: &mut String, report: &Report, longest: usize) -> std::fmt::Result {
    let mut notes = String::new();
    let all = report.noted().count();
    for (shown, item) in report.noted().enumerate() {
        let lines = item.notes.join("\n");
        let part = format!("{}\n\n{}\n\n", code(&item.address), block(&lines));
        if shown == NOTED || notes.len() + part.len() > longest {
            writeln!(
                notes,
                "… and {} more: see the report in another form.\n",
                all - shown
            )?;
            break;
        }
        notes.push_str(&part);
    }
    if all > 0 {
        writeln!(
            text,
            "<details><summary>Notes: {all}</summary>\n\n{notes}</details>\n"
        )?;
    }
    Ok(())
}

fn write_ignores(text: &mut String, report: &Report, longest: usize) -> std::fmt::Result {
    if report.ignores.is_empty() {
        return Ok(());
    }
    writeln!(
        text,
        "| ignore | until | state | facets | reason |\n|---|---|---|---|---|"
    )?;
    for (shown, ignore) in report.ignores.iter().enumerate() {
        if text.len() > longest {
            let more = report.ignores.len() - shown;
            return writeln!(text, "\n… and {more} more of the ignore file.");
        }
        let state = match ignore.state {
            IgnoreState::Used => "in use",
            IgnoreState::Unused => "not needed",
            IgnoreState::Expired => "**expired: counts again**",
        };
        writeln!(
            text,
            "| {} | {} | {state} | {} | {} |",
            cell(&ignore.about),
            cell(&ignore.expires),
            ignore.facets,
            cell(&ignore.reason)
        )?;
    }
    Ok(())
}

/// A code span: its fence is longer than any row of backticks in it.
fn code(text: &str) -> String {
    let text = one_line(text);
    let fence = "`".repeat(longest_row(&text) + 1);
    // A backtick at an end would lengthen the fence.
    let pad = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A code span in a table, in which a bar ends the cell even inside code.
fn cell(text: &str) -> String {
    code(&text.replace('|', "\u{2502}"))
}

fn block(text: &str) -> String {
    let text = inert(text);
    let fence = "`".repeat((longest_row(&text) + 1).max(3));
    format!("{fence}text\n{text}\n{fence}")
}

fn longest_row(text: &str) -> usize {
    let mut longest = 0;
    let mut row = 0;
    for letter in text.chars() {
        row = if letter == '`' { row + 1 } else { 0 };
        longest = longest.max(row);
    }
    longest
}

#[cfg(test)]
mod tests;
