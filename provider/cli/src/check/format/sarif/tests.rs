//! The log against the schema that OASIS publishes.

use serde_json::Value;

use super::super::schema::faults;
use super::super::tests::{hostile, of_everything};
use super::super::{Format, Page, write};

const SCHEMA: &str = include_str!("sarif-schema-2.1.0.json");

fn assert_valid(text: &str) {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let log: Value = serde_json::from_str(text).unwrap();
    let mut found = Vec::new();
    faults(&log, &schema, &schema, "", &mut found);
    assert_eq!(found, [""; 0]);
}

#[test]
fn the_log_is_of_the_published_schema() {
    assert_valid(&write(&of_everything(), Format::Sarif, &Page::default()));
    assert_valid(&write(&hostile(), Format::Sarif, &Page::default()));
}

#[test]
fn the_schema_finds_what_is_wrong() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let right: Value =
        serde_json::from_str(&write(&of_everything(), Format::Sarif, &Page::default())).unwrap();
    for (pointer, wrong) in [
        ("/version", "2.0.0".into()),
        ("/runs/0/results/0/level", "fatal".into()),
        ("/runs/0/results/0/ruleIndex", (-2).into()),
        (
            "/runs/0/results/0/message",
            serde_json::json!({ "txt": "x" }),
        ),
        (
            "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri",
            "a b".into(),
        ),
        ("/runs/0/tool", serde_json::json!({})),
    ] {
        let mut log = right.clone();
        *log.pointer_mut(pointer).expect(pointer) = wrong;
        let mut found = Vec::new();
        faults(&log, &schema, &schema, "", &mut found);
        assert!(!found.is_empty(), "{pointer}");
    }
}

fn results(report: &crate::check::report::Report) -> Vec<Value> {
    let log: Value = serde_json::from_str(&write(report, Format::Sarif, &Page::default())).unwrap();
    log["runs"][0]["results"].as_array().unwrap().clone()
}

#[test]
fn what_others_wrote_is_neither_link_nor_placeholder() {
    let mut report = of_everything();
    report.items[1].facets[1].is = Some(r"[here](https://example.com) {0} \".to_owned());
    let texts = results(&report)
        .iter()
        .map(|result| result["message"]["text"].as_str().unwrap().to_owned())
        .collect::<String>();
    assert!(
        texts.contains(r"\[here\](https://example.com) {{0}} \\"),
        "{texts}"
    );
}

#[test]
fn a_great_many_are_counted_instead() {
    let mut report = of_everything();
    let amiss = report.items[4].clone();
    report.items.extend(std::iter::repeat_n(amiss, 6_000));
    let results = results(&report);
    assert_eq!(results.len(), 5_000);
    let last = results[4_999]["message"]["text"].as_str().unwrap();
    assert!(last.starts_with("1006 more"), "{last}");
    assert_valid(&write(&report, Format::Sarif, &Page::default()));
}

#[test]
fn what_is_ignored_stays_under_the_rule_of_what_it_was() {
    let mut report = of_everything();
    report.items[1].facets[2].ignored.as_mut().unwrap().was = crate::check::report::Status::Unknown;
    let ignored: Vec<Value> = results(&report)
        .into_iter()
        .filter(|result| result.get("suppressions").is_some())
        .collect();
    assert_eq!(ignored.len(), 1);
    assert_eq!(ignored[0]["ruleId"], "crr/unknown");
}

#[test]
fn the_same_address_in_two_inputs_is_two_results() {
    let mut report = of_everything();
    let mut other = report.items[4].clone();
    other.input = Some("b.json".to_owned());
    report.items[4].input = Some("a.json".to_owned());
    report.items.push(other);
    let prints: std::collections::BTreeSet<String> = results(&report)
        .iter()
        .map(|result| result["partialFingerprints"].to_string())
        .collect();
    assert_eq!(prints.len(), results(&report).len());
}
