//! The report as one HTML page that needs nothing else: no request leaves it, and nothing that others wrote can act in it.
//!
//! Every text goes through [`escaped`]. Should one slip through all the same, the page's own policy lets only the two blocks
//! below run and style, which it names by their hash, and forbids every request. The page is well-formed XML, so that a test
//! can read it as what a browser will see.

use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::super::report::{Facet, IgnoreState, Item, Place, Report, Status};
use super::xml::escaped;

mod map;
mod sites;

use sites::Sites;

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/page.js");

/// How many items that are as they should be are listed; what is amiss is listed whole.
const CALM_ROWS: usize = 5_000;

/// Writes the report.
pub fn write(report: &Report) -> String {
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = write_page(&mut page, report);
    page
}

fn hash(text: &str) -> String {
    format!(
        "'sha256-{}'",
        STANDARD.encode(Sha256::digest(text.as_bytes()))
    )
}

/// A sign for those who do not see the colour.
pub(super) fn sign(status: Status) -> &'static str {
    match status {
        Status::InSync => "\u{2713}",
        Status::Excluded | Status::Ignored | Status::Paused => "\u{25cb}",
        Status::Drifted => "\u{2260}",
        Status::Missing => "\u{2205}",
        Status::Unprotected => "\u{2717}",
        Status::Unknown => "?",
    }
}

fn write_page(page: &mut String, report: &Report) -> std::fmt::Result {
    let counts = report.counts.describe();
    // What stands in the two blocks must be the very bytes that were hashed, and nothing in them may end them.
    write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'\"/>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\
         <meta name=\"referrer\" content=\"no-referrer\"/>\
         <title>crr check: {}</title><style>{STYLE}</style></head>\n<body>\n",
        hash(STYLE),
        hash(&script()),
        escaped(&counts),
    )?;
    write!(
        page,
        "<a class=\"skip\" href=\"#items\">To the table</a>\n<header><h1>crr check: <span class=\"{}\">{} {}</span></h1>\n\
         <p>{}</p>\n<p class=\"faint\"><time datetime=\"{}\">{}</time> \u{b7} {} \u{b7} crr {}</p></header>\n",
        report.verdict.name(),
        sign(report.verdict),
        report.verdict.words(),
        escaped(&counts),
        escaped(&report.checked_at),
        escaped(&report.checked_at),
        escaped(&inputs(report)),
        escaped(report.program.version),
    )?;
    page.push_str("<main>\n");
    for note in &report.notes {
        writeln!(page, "<p>{}</p>", prose(note))?;
    }
    let sites = Sites::of(report);
    map::write(page, report, &sites)?;
    write_tools(page, report)?;
    write_table(page, report, &sites)?;
    write_ignores(page, report)?;
    write!(
        page,
        "</main>\n<script>{}</script>\n</body></html>\n",
        script()
    )
}

/// The script in the form in which it is both XML and JavaScript.
fn script() -> String {
    format!("//<![CDATA[\n{SCRIPT}//]]>")
}

fn inputs(report: &Report) -> String {
    let inputs: Vec<String> = report
        .inputs
        .iter()
        .map(|input| format!("{} {}", input.kind, input.file))
        .collect();
    inputs.join(", ")
}

fn write_tools(page: &mut String, report: &Report) -> std::fmt::Result {
    page.push_str(
        "<h2 id=\"items\">What was looked at</h2>\n<div data-script=\"\" hidden=\"hidden\">\n<div class=\"chips\" role=\"group\" aria-label=\"Show only\">\n",
    );
    for status in Status::ALL.into_iter().rev() {
        let count = report.counts.of(status);
        if count > 0 {
            writeln!(
                page,
                "<button type=\"button\" class=\"{0}\" data-status=\"{0}\" aria-pressed=\"false\">{1} {count} {2}</button>",
                status.name(),
                sign(status),
                status.words(),
            )?;
        }
    }
    page.push_str(
        "</div>\n<div class=\"tools\"><input id=\"search\" type=\"search\" placeholder=\"Search (press /)\" aria-label=\"Search\" autocomplete=\"off\"/>\
         <button id=\"clear\" type=\"button\" hidden=\"hidden\">Show all</button>\
         <span id=\"shown\" class=\"faint\" role=\"status\"></span></div>\n</div>\n",
    );
    Ok(())
}

fn write_table(page: &mut String, report: &Report, sites: &Sites<'_>) -> std::fmt::Result {
    // What is amiss comes first.
    let mut items: Vec<&Item> = report.items.iter().collect();
    items.sort_by_key(|item| std::cmp::Reverse(item.status.max(Status::InSync)));
    let amiss = items.iter().filter(|item| item.status.is_amiss()).count();
    let listed = items.len().min(amiss + CALM_ROWS);
    page.push_str("<table>\n");
    if listed < items.len() {
        writeln!(
            page,
            "<caption>{} more are as they should be and not listed.</caption>",
            items.len() - listed
        )?;
    }
    page.push_str(
        "<thead><tr><th scope=\"col\">Status</th><th scope=\"col\">Resource</th><th scope=\"col\">From \u{2192} to</th><th scope=\"col\">Parts</th></tr></thead>\n<tbody>\n",
    );
    for item in items.into_iter().take(listed) {
        write_row(page, item, sites)?;
    }
    page.push_str("</tbody></table>\n");
    Ok(())
}

fn write_row(page: &mut String, item: &Item, sites: &Sites<'_>) -> std::fmt::Result {
    let site = |place: &Option<Place>| {
        let place = place.as_ref();
        place.map_or_else(String::new, |place| sites.key(item, &place.site))
    };
    let way = map::course(item, sites).map_or_else(String::new, |course| map::word(&course));
    let back = if item.two_way {
        format!(" data-back=\"{}\"", escaped(&site(&item.target)))
    } else {
        String::new()
    };
    let has: Vec<&str> = item.standings().into_iter().map(Status::name).collect();
    write!(
        page,
        "<tr data-status=\"{0}\" data-has=\"{9}\" data-from=\"{1}\" data-way=\"{2}\"{10}><td class=\"status {0}\">{3} {4}</td>\
         <td><code>{5}</code><br/><span class=\"faint\">{6}{7}</span></td><td><code>{8}</code></td><td>",
        item.status.name(),
        escaped(&site(&item.source)),
        escaped(&way),
        sign(item.status),
        item.status.words(),
        escaped(&item.address),
        item.kind.name(),
        escaped(&whence(item)),
        escaped(&item.way().replace("->", "\u{2192}")),
        has.join(" "),
        back,
    )?;
    let fine = item
        .facets
        .iter()
        .filter(|facet| facet.status == Status::InSync)
        .count();
    if fine == item.facets.len() && item.notes.is_empty() {
        write!(page, "{fine} in sync")?;
    } else {
        let open = if item.status.is_amiss() {
            " open=\"open\""
        } else {
            ""
        };
        write!(
            page,
            "<details{open}><summary>{} of {} in sync</summary><dl>",
            fine,
            item.facets.len()
        )?;
        for facet in item
            .facets
            .iter()
            .filter(|facet| facet.status != Status::InSync)
        {
            write_facet(page, facet)?;
        }
        for note in &item.notes {
            write!(page, "<dt>note</dt><dd>{}</dd>", prose(note))?;
        }
        page.push_str("</dl></details>");
    }
    page.push_str("</td></tr>\n");
    Ok(())
}

/// Where an item is declared, and by which input, where that is known.
fn whence(item: &Item) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    if let Some(declared) = &item.declared {
        let _ = write!(text, ", {}:{}", declared.file, declared.line);
    }
    if let Some(input) = &item.input {
        let _ = write!(text, ", in {input}");
    }
    text
}

fn write_facet(page: &mut String, facet: &Facet) -> std::fmt::Result {
    write!(
        page,
        "<dt><code>{}</code> <span class=\"{}\">{} {}</span></dt>",
        escaped(&facet.name),
        facet.status.name(),
        sign(facet.status),
        facet.status.words(),
    )?;
    for (label, part) in [("should be", &facet.should), ("is", &facet.is)] {
        if let Some(part) = part {
            write!(page, "<dd>{label}<pre>{}</pre></dd>", escaped(part))?;
        }
    }
    if let Some(remedy) = &facet.remedy {
        write!(page, "<dd>{}</dd>", prose(remedy))?;
    }
    if let Some(ignored) = &facet.ignored {
        write!(
            page,
            "<dd>ignored until {}: {}</dd>",
            escaped(&ignored.expires),
            escaped(&ignored.reason)
        )?;
    }
    Ok(())
}

/// A sentence; what stands between backticks is what one types.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(text);
    }
    let parts = parts.into_iter().enumerate().map(|(at, part)| {
        let part = escaped(part);
        if at.is_multiple_of(2) {
            part
        } else {
            format!("<code>{part}</code>")
        }
    });
    parts.collect()
}

fn write_ignores(page: &mut String, report: &Report) -> std::fmt::Result {
    if report.ignores.is_empty() {
        return Ok(());
    }
    page.push_str("<h2>The ignore file</h2>\n<ul>\n");
    for ignore in &report.ignores {
        let state = match ignore.state {
            IgnoreState::Used => "in use",
            IgnoreState::Unused => "not needed",
            IgnoreState::Expired => "expired: counts again",
        };
        writeln!(
            page,
            "<li><code>{}</code>, until {}, {state}, {} facet(s): {}</li>",
            escaped(&ignore.about),
            escaped(&ignore.expires),
            ignore.facets,
            escaped(&ignore.reason)
        )?;
    }
    page.push_str("</ul>\n");
    Ok(())
}

#[cfg(test)]
mod tests;
