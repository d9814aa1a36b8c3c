//! The report as Markdown, for a comment on a pull request or a job's summary.
//!
//! What others wrote (tags, policies, messages of a service) stands in code only, whose fence it cannot close: no link, no
//! mention and no HTML can come of it.

use std::fmt::Write;

use super::super::report::{Facet, IgnoreState, Item, Report, Status};
use super::inert::{inert, one_line};

/// A comment on GitHub takes 65,536 characters; what is beyond is counted, not shown.
const LONGEST: usize = 60_000;

/// Writes the report.
pub fn write(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write_head(&mut text, report);
    let amiss: Vec<&Item> = report
        .items
        .iter()
        .filter(|item| item.status.is_amiss())
        .collect();
    for (shown, item) in amiss.iter().enumerate() {
        let mut details = String::new();
        let _ = write_item(&mut details, item);
        if text.len() + details.len() > LONGEST {
            let _ = writeln!(
                text,
                "\n… and {} more: see the report in another form.",
                amiss.len() - shown
            );
            break;
        }
        text.push_str(&details);
    }
    let _ = write_ignores(&mut text, report);
    text
}

fn sign(status: Status) -> &'static str {
    match status {
        Status::InSync => "✅",
        Status::Excluded | Status::Ignored => "⚪",
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
    if report.items.iter().all(|item| !item.status.is_amiss()) {
        return Ok(());
    }
    writeln!(
        text,
        "| | resource | from → to | amiss |\n|---|---|---|---|"
    )?;
    for item in report
        .items
        .iter()
        .filter(|item| item.status.is_amiss())
        .take(100)
    {
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
        writeln!(
            text,
            "| {} {} | {} | {} | {}{more} |",
            sign(item.status),
            item.status.words(),
            cell(&item.address),
            cell(&item.way()),
            facets.join(", "),
        )?;
    }
    text.push('\n');
    Ok(())
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

fn write_ignores(text: &mut String, report: &Report) -> std::fmt::Result {
    if report.ignores.is_empty() {
        return Ok(());
    }
    writeln!(
        text,
        "| ignore | until | state | facets | reason |\n|---|---|---|---|---|"
    )?;
    for ignore in &report.ignores {
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
mod tests {
    use super::*;

    #[test]
    fn nobody_gets_out_of_code() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a\n# b"), "`a # b`");
        assert_eq!(cell("a|b"), "`a│b`");
        assert_eq!(block("```\n@everyone"), "````text\n```\n@everyone\n````");
    }
}
