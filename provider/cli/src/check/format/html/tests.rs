//! The page as a browser will see it.

use roxmltree::{Document, Node, ParsingOptions};

use super::super::tests::{hostile, of_everything};
use super::*;

fn document(page: &str) -> Document<'_> {
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(page, options).unwrap()
}

fn all<'a>(document: &'a Document<'a>, tag: &str) -> Vec<Node<'a, 'a>> {
    document
        .descendants()
        .filter(|node| node.tag_name().name() == tag)
        .collect()
}

#[test]
fn the_page_of_one_of_everything() {
    let page = write(&of_everything());
    // The two blocks are files of their own.
    let body = page.replace(STYLE, "STYLE").replace(&script(), "SCRIPT");
    insta::assert_snapshot!("html", body);
}

#[test]
fn every_item_has_a_row_and_every_way_a_line() {
    let page = write(&of_everything());
    let document = document(&page);
    let rows: Vec<&str> = all(&document, "tr")
        .into_iter()
        .filter_map(|row| row.attribute("data-status"))
        .collect();
    assert_eq!(
        rows,
        [
            "unknown",
            "unprotected",
            "missing",
            "in_sync",
            "in_sync",
            "excluded"
        ],
        "what is amiss comes first"
    );
    let ways: Vec<&str> = all(&document, "a")
        .into_iter()
        .filter_map(|link| link.attribute("data-way"))
        .collect();
    assert_eq!(ways, ["east->west", "west->east", "east", "west"]);
}

#[test]
fn what_others_wrote_stays_text() {
    let page = write(&hostile());
    let document = document(&page);
    assert_eq!(all(&document, "script").len(), 1);
    assert_eq!(all(&document, "style").len(), 1);
    for node in document.descendants().filter(Node::is_element) {
        assert!(
            ![
                "img", "iframe", "object", "embed", "form", "link", "base", "audio", "video"
            ]
            .contains(&node.tag_name().name())
        );
        for attribute in node.attributes() {
            assert!(!attribute.name().starts_with("on"), "{}", attribute.name());
            if ["href", "src", "action"].contains(&attribute.name()) {
                assert!(
                    attribute.value().starts_with('#'),
                    "{} leads away",
                    attribute.value()
                );
            }
        }
    }
}

#[test]
fn the_policy_lets_only_its_own_blocks_act() {
    let page = write(&of_everything());
    let document = document(&page);
    let policy = all(&document, "meta")
        .into_iter()
        .find(|meta| meta.attribute("http-equiv") == Some("Content-Security-Policy"))
        .and_then(|meta| meta.attribute("content"))
        .unwrap();
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    // The hashes are of what stands between the tags, byte for byte.
    for (tag, directive) in [("style", "style-src"), ("script", "script-src")] {
        let begin = page.find(&format!("<{tag}>")).unwrap() + tag.len() + 2;
        let end = page.find(&format!("</{tag}>")).unwrap();
        let wanted = format!("{directive} {}", hash(&page[begin..end]));
        assert!(policy.contains(&wanted), "{policy}: {wanted}");
    }
}

#[test]
fn a_great_site_makes_a_page_of_bounded_size() {
    let mut report = of_everything();
    let calm = report.items[2].clone();
    for _ in 0..20_000 {
        report.items.push(calm.clone());
    }
    let page = write(&report);
    assert!(page.len() < 4_000_000, "{}", page.len());
    assert!(page.contains("more are as they should be and not listed"));
}
