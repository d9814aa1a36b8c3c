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
            "paused",
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
    assert_eq!(ways, ["east->west", "east<->west", "east", "west"]);
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

#[test]
fn a_great_ring_of_sites_has_room_and_whole_names() {
    let mut report = of_everything();
    let model = report.items[2].clone();
    for number in 0..24 {
        let mut item = model.clone();
        item.source.as_mut().unwrap().site = format!("site-with-a-long-name-{number}");
        report.items.push(item);
    }
    let page = write(&report);
    let document = document(&page);
    let number =
        |node: &Node<'_, '_>, name: &str| -> f64 { node.attribute(name).unwrap().parse().unwrap() };
    let circles: Vec<(f64, f64, f64)> = all(&document, "circle")
        .iter()
        .map(|node| (number(node, "cx"), number(node, "cy"), number(node, "r")))
        .collect();
    assert_eq!(circles.len(), 26);
    for (index, one) in circles.iter().enumerate() {
        for other in &circles[..index] {
            let apart = (one.0 - other.0).hypot(one.1 - other.1);
            assert!(apart > one.2 + other.2 + 25.0, "room for a line of text");
        }
    }
    let map = all(&document, "svg")[0];
    assert!(number(&map, "width") > 800.0);
    assert!(page.contains(">site-with-a-long-name-23</text>"));
}

#[test]
fn sites_of_one_name_in_two_accounts_are_two() {
    let mut report = of_everything();
    let mut other = report.items[2].clone();
    let mut facts = report.sites[1].clone();
    facts.account = "444455556666".to_owned();
    for item in &mut report.items {
        item.input = Some("a.json".to_owned());
    }
    for site in &mut report.sites {
        site.input = Some("a.json".to_owned());
    }
    (facts.input, other.input) = (Some("b.json".to_owned()), Some("b.json".to_owned()));
    report.sites.push(facts);
    report.items.push(other);
    let page = write(&report);
    let document = document(&page);
    assert_eq!(all(&document, "circle").len(), 3);
    for account in ["111122223333", "444455556666"] {
        assert!(page.contains(&format!("data-from=\"west ({account}, us-west-2)\"")));
    }
}

#[test]
fn what_one_types_is_code_and_what_others_wrote_stays_text_in_it() {
    assert_eq!(
        prose("run `terraform apply`, or not"),
        "run <code>terraform apply</code>, or not"
    );
    assert_eq!(prose("`<b>`"), "<code>&lt;b&gt;</code>");
    assert_eq!(prose("a lone ` of others"), "a lone ` of others");
}
