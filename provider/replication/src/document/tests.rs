use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::rule::Filter;

const DEFAULT: &str = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

fn owned(rules: Vec<Rule>) -> OwnedRules {
    OwnedRules {
        role: None,
        prefix: "crr/dr/".to_owned(),
        rules,
        ..OwnedRules::default()
    }
}

fn document(attributes: &str, rules: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ReplicationConfiguration{attributes}><Role>r</Role>{rules}</ReplicationConfiguration>"
    )
}

const V2: &str = "<Rule a=\"1\"> <ID>x</ID>\n<Priority> 3 </Priority><!-- why --><Filter><And><Prefix>p</Prefix><Tag><Key>k</Key><Value><![CDATA[<v>]]></Value></Tag></And></Filter><Status>Enabled</Status><Destination><Bucket>arn:aws:s3:::b</Bucket><Odd/></Destination><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication></Rule>";
const V1: &str = "<Rule><ID>old</ID><Prefix>logs/</Prefix><Status>Disabled</Status><SourceSelectionCriteria><SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects></SourceSelectionCriteria><Destination><Bucket>arn:aws:s3:::b</Bucket><StorageClass>GLACIER</StorageClass><EncryptionConfiguration><ReplicaKmsKeyID>k</ReplicaKmsKeyID></EncryptionConfiguration></Destination></Rule>";

#[test]
fn a_document_that_is_only_theirs_is_printed_as_it_was() {
    let text = document(DEFAULT, V2);
    let parsed = ReplicationDocument::parse(&text).unwrap();
    assert_eq!(parsed.to_xml(), text);
    let rule = &parsed.rules[0].rule;
    assert_eq!((rule.priority, rule.v1), (Some(3), false));
    assert_eq!(rule.filter.tags["k"], "<v>");
    assert_eq!(rule.unknown_elements, ["Destination.Odd"]);
    assert_eq!(parsed.merged(&owned(Vec::new())).unwrap().to_xml(), text);
}

#[test]
fn prefixes_that_their_rules_lean_on_stay_declared() {
    for attributes in [
        " xmlns:o=\"urn:odd\"".to_owned(),
        format!("{DEFAULT} xmlns:o=\"urn:odd&amp;&quot;x\""),
    ] {
        let theirs = V2.replace("<Odd/>", "<o:Odd/>");
        let text = document(&attributes, &theirs);
        let parsed = ReplicationDocument::parse(&text).unwrap();
        let merged = parsed
            .merged(&owned(vec![Rule::to("crr/dr/x", "d")]))
            .unwrap();
        let xml = merged.to_xml();
        assert!(xml.contains(&theirs), "{xml}");
        let tree = roxmltree::Document::parse(&xml).unwrap();
        let ours = tree.root_element().last_element_child().unwrap();
        assert_eq!(ours.tag_name().namespace(), Some(NAMESPACE));
    }
}

#[test]
fn one_rule_without_filter_makes_a_document_v1() {
    let is_v1 = |rules: &str| {
        ReplicationDocument::parse(&document("", rules))
            .unwrap()
            .is_v1()
    };
    assert!(!is_v1(V2));
    assert!(is_v1(V1));
    assert!(is_v1(&format!("{V2}{V1}")));
    assert!(!is_v1(""));
}

#[test]
fn v1_rules_keep_their_meaning_as_v2() {
    let two = format!("{V1}{}", V1.replace("old", "older").replace("logs", "more"));
    let parsed = ReplicationDocument::parse(&document("", &two)).unwrap();
    let mut ours = owned(vec![Rule::to("crr/dr/x", "d")]);
    ours.rules[0].priority = Some(1);
    ours.rewrite_v1 = true;
    let merged = parsed.merged(&ours).unwrap();
    let back = ReplicationDocument::parse(&merged.to_xml()).unwrap();
    assert!(!back.is_v1());
    for (before, after) in parsed.rules.iter().zip(&back.rules) {
        let mut expected = before.rule.clone();
        expected.v1 = false;
        // V1 replicates delete markers without saying so.
        expected.delete_markers = true;
        expected.priority = after.rule.priority;
        assert_eq!(after.rule, expected);
    }
    let priorities: Vec<_> = back.rules.iter().map(|r| r.rule.priority).collect();
    assert_eq!(priorities, [Some(2), Some(3), Some(1)]);
}

#[test]
fn what_is_no_replication_configuration_is_an_error() {
    for text in ["", "<Other/>", "<ReplicationConfiguration>", "{}"] {
        assert!(ReplicationDocument::parse(text).is_err(), "{text}");
    }
}

#[test]
fn priorities_that_do_not_fit_are_none() {
    for priority in ["-1", "99999999999", "many"] {
        let text = document("", &V2.replace(" 3 ", priority));
        let parsed = ReplicationDocument::parse(&text).unwrap();
        assert_eq!(parsed.rules[0].rule.priority, None, "{priority}");
    }
}

#[test]
fn existing_object_replication_is_unknown_where_it_is_on() {
    for (status, unknown) in [("Enabled", 1), ("Disabled", 0)] {
        let more = format!(
            "<ExistingObjectReplication><Status>{status}</Status></ExistingObjectReplication></Rule>"
        );
        let text = document("", &V2.replace("<Odd/>", "").replace("</Rule>", &more));
        let parsed = ReplicationDocument::parse(&text).unwrap();
        assert_eq!(parsed.rules[0].rule.unknown_elements.len(), unknown);
    }
}

#[test]
fn names_that_begin_alike_are_told_apart() {
    let rules: Vec<Rule> = ["crr/dr/x", "crr/dr-2/x", "crr/d/x", "crr/dr", "x"]
        .map(|id| Rule::to(id, "d"))
        .into();
    let ours = owned(Vec::new());
    let owns: Vec<bool> = rules.iter().map(|rule| ours.owns(rule)).collect();
    assert_eq!(owns, [true, false, false, false, false]);
}

/// Any text that XML 1.0 can carry.
fn text() -> impl Strategy<Value = String> {
    let one = prop_oneof![
        any::<char>().prop_filter("XML cannot carry it", |c| {
            matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
        }),
        prop::sample::select(vec![
            '<', '>', '&', '"', '\'', '\r', '\n', ']', '\u{85}', '\u{2028}'
        ]),
    ];
    prop::collection::vec(one, 0..12).prop_map(|chars| chars.into_iter().collect())
}

fn rules() -> impl Strategy<Value = Rule> {
    (
        (text(), text(), text()),
        option::of(0..=2_147_483_647_u32),
        btree_map(text(), text(), 0..3),
        any::<[bool; 7]>(),
        option::of("[A-Z_]{1,9}"),
        option::of("[0-9]{12}"),
        option::of("arn:[a-z:/]{1,20}"),
    )
        .prop_map(|(texts, priority, tags, on, storage_class, account, key)| {
            let [
                enabled,
                delete_markers,
                kms,
                modifications,
                owner,
                rtc,
                metrics,
            ] = on;
            let (id, prefix, destination) = texts;
            Rule {
                priority: Some(priority.unwrap_or(0)),
                enabled,
                filter: Filter { prefix, tags },
                delete_markers,
                kms_objects: kms,
                replica_modifications: modifications,
                account,
                owner_override: owner,
                storage_class,
                replica_key: key,
                rtc,
                metrics,
                ..Rule::to(id, destination)
            }
        })
}

proptest! {
    #[test]
    fn rules_read_as_they_were_written(rule in rules()) {
        let xml = document(DEFAULT, &print_rule(&rule));
        let parsed = ReplicationDocument::parse(&xml).unwrap();
        prop_assert_eq!(&parsed.rules[0].rule, &rule);
        prop_assert_eq!(parsed.to_xml(), xml);
    }

    #[test]
    fn merging_twice_is_merging_once(theirs in prop::collection::vec(rules(), 0..4), ours in prop::collection::vec(rules(), 0..4)) {
        let texts: String = theirs.iter().map(|rule| {
            let mut rule = rule.clone();
            rule.id.insert_str(0, "theirs");
            print_rule(&rule)
        }).collect();
        let parsed = ReplicationDocument::parse(&document(DEFAULT, &texts)).unwrap();
        let mut ours = owned(ours);
        for rule in &mut ours.rules {
            rule.id.insert_str(0, "crr/dr/");
        }
        let Some(merged) = parsed.merged(&ours) else {
            prop_assert!(theirs.is_empty() && ours.rules.is_empty());
            return Ok(());
        };
        let back = ReplicationDocument::parse(&merged.to_xml()).unwrap();
        prop_assert_eq!(&back, &merged);
        prop_assert_eq!(back.merged(&ours).unwrap(), merged);
        prop_assert_eq!(back.foreign(&ours).cloned().collect::<Vec<_>>(), parsed.rules.clone());
        let gone = back.merged(&ours.without_rules()).map(|d| d.to_xml());
        prop_assert_eq!(gone, (!theirs.is_empty()).then(|| parsed.to_xml()));
    }
}
