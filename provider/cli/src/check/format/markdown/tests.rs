//! Code that nobody gets out of, and a report that fits where it is to go.

use super::super::super::report::{Facet, ItemKind};
use super::super::MARKDOWN_LENGTH;
use super::super::tests::{hostile, of_everything};
use super::*;

#[test]
fn nobody_gets_out_of_code() {
    assert_eq!(code("a`b"), "``a`b``");
    assert_eq!(code("`"), "`` ` ``");
    assert_eq!(code("a\n# b"), "`a # b`");
    assert_eq!(cell("a|b"), "`a│b`");
    assert_eq!(block("```\n@everyone"), "````text\n```\n@everyone\n````");
}

#[test]
fn it_is_no_longer_than_asked_however_much_there_is() {
    let mut report = of_everything();
    for number in 0..200 {
        let key = "k".repeat(900);
        let address = format!("crr_pair.all[\"{key}{number}\"]");
        let mut item = Item::new(ItemKind::Pair, address, "id");
        item.facets = vec![Facet::of("source.bucket", Status::Missing)];
        item.settle();
        report.items.push(item);
        report.ignores.push(report.ignores[0].clone());
    }
    for longest in [MARKDOWN_LENGTH, 12_000] {
        let text = write(&report, longest);
        // What says how many there are beyond comes besides.
        assert!(text.len() < longest + 300, "{}", text.len());
        assert!(text.contains("<details>"), "some are shown whole");
        assert_eq!(
            text.matches("<details>").count(),
            text.matches("</details>").count()
        );
        assert_eq!(text.matches("see the report in another form").count(), 2);
        assert_whole(&text);
    }
}

#[test]
fn what_others_wrote_stays_code() {
    let text = write(&hostile(), MARKDOWN_LENGTH);
    assert_whole(&text);
}

/// No code is open at the end, and nothing stands outside of it that acts.
fn assert_whole(text: &str) {
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let row = line.trim_end_matches("text");
        let is_fence = row.len() >= 3 && row.chars().all(|letter| letter == '`');
        match fence {
            Some(open) if is_fence && row.len() >= open.len() => fence = None,
            Some(_) => {}
            None if is_fence => fence = Some(row),
            None => {
                let outside = without_code_spans(line);
                assert!(!outside.contains("<img"), "{line}");
                assert!(!outside.contains("# @"), "{line}");
            }
        }
    }
    assert_eq!(fence, None, "every block is closed");
}

/// A line of Markdown without its code spans: a row of backticks ends at the next row of the same length.
fn without_code_spans(line: &str) -> String {
    let mut outside = String::new();
    let mut rest = line;
    while let Some(begin) = rest.find('`') {
        outside.push_str(&rest[..begin]);
        let row = rest[begin..]
            .find(|c| c != '`')
            .unwrap_or(rest.len() - begin);
        let fence = &rest[begin..begin + row];
        let inside = &rest[begin + row..];
        let end = inside
            .match_indices(fence)
            .map(|(at, _)| at)
            .find(|at| !inside[..*at].ends_with('`') && !inside[at + row..].starts_with('`'))
            .unwrap_or_else(|| panic!("an open code span: {line}"));
        rest = &inside[end + row..];
    }
    outside.push_str(rest);
    outside
}
