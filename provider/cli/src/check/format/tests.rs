//! Each form of one report that has one of everything, and of one that others wrote into.

use super::super::report::{
    Counts, Declared, Excuse, FORMAT_VERSION, Facet, Ignore, IgnoreState, Input, Item, ItemKind,
    Place, Program, Report, SiteFacts, Status,
};
use super::{Format, Page, write};

fn place(site: &str, bucket: &str) -> Place {
    Place {
        site: site.to_owned(),
        bucket: (!bucket.is_empty()).then(|| bucket.to_owned()),
    }
}

fn facet(name: &str, status: Status, should: &str, is: &str, remedy: &str) -> Facet {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Facet {
        should: given(should),
        is: given(is),
        remedy: given(remedy),
        ..Facet::of(name, status)
    }
}

fn item(kind: ItemKind, address: &str, id: &str, facets: Vec<Facet>) -> Item {
    let mut item = Item::new(kind, address, id);
    item.facets = facets;
    item.settle();
    item
}

/// A report of these items.
pub(super) fn report(items: Vec<Item>) -> Report {
    let mut counts = Counts::default();
    for item in &items {
        counts.add(item);
    }
    let site = |name: &str, region: &str| SiteFacts {
        input: None,
        name: name.to_owned(),
        account: "111122223333".to_owned(),
        region: region.to_owned(),
    };
    Report {
        format_version: FORMAT_VERSION,
        program: Program {
            name: "crr",
            version: "1.2.3",
        },
        checked_at: "2026-11-21T12:00:00Z".to_owned(),
        inputs: vec![Input {
            kind: "state",
            file: "state.json".to_owned(),
        }],
        verdict: items.iter().map(|item| item.status).max().unwrap(),
        exit_code: 4,
        counts,
        sites: vec![site("east", "us-east-1"), site("west", "us-west-2")],
        items,
        ignores: Vec::new(),
        notes: Vec::new(),
    }
}

/// A pair of which one part has drifted, one is ignored and one may not be seen.
fn drifted() -> Item {
    let mut known = facet(
        "destination.tags",
        Status::Ignored,
        "{\"team\":\"a\"}",
        "{\"team\":\"b\"}",
        "",
    );
    known.ignored = Some(Excuse {
        reason: "the audit needs it until spring".to_owned(),
        expires: "2027-03-01".to_owned(),
        was: Status::Drifted,
    });
    let mut denied = facet(
        "source.rule.everything",
        Status::Unknown,
        "{\"status\":\"Enabled\"}",
        "",
        "The service answers: Access Denied. Allow s3:GetReplicationConfiguration for the credentials of this check.",
    );
    denied.lacks = Some("s3:GetReplicationConfiguration".to_owned());
    let mut drifted = item(
        ItemKind::Pair,
        "crr_pair.orders",
        "east:orders->west:orders-dr",
        vec![
            Facet::in_sync("source.bucket"),
            facet(
                "destination.versioning",
                Status::Drifted,
                "Enabled",
                "Suspended",
                "`terraform apply` would enable versioning on west:orders-dr.",
            ),
            known,
            denied,
        ],
    );
    drifted.source = Some(place("east", "orders"));
    drifted.target = Some(place("west", "orders-dr"));
    drifted.declared = Some(Declared {
        file: "infra/main.tf".to_owned(),
        line: 12,
    });
    drifted
}

/// One of everything.
pub(super) fn of_everything() -> Report {
    let drifted = drifted();
    let mut calm = item(
        ItemKind::Pair,
        "module.a.crr_pair.calm[\"x\"]",
        "west:calm->east:calm-dr",
        vec![Facet::in_sync("source.bucket")],
    );
    calm.source = Some(place("west", "calm"));
    calm.target = Some(place("east", "calm-dr"));
    calm.two_way = true;
    calm.notes = vec!["Others already replicate west:calm to calm-dr.".to_owned()];
    let mut site = item(ItemKind::Site, "crr_site.east", "east", Vec::new());
    site.source = Some(place("east", ""));
    let bucket = |name: &str, facet: Facet, note: Option<&str>| {
        let mut bucket = item(
            ItemKind::Bucket,
            "crr_echo_mode.dr",
            &format!("east:{name}"),
            vec![facet],
        );
        bucket.source = Some(place("east", name));
        bucket.target = Some(place("west", &format!("{name}-dr")));
        bucket.notes.extend(note.map(str::to_owned));
        bucket
    };
    let mut report = report(vec![
        site,
        drifted,
        calm,
        bucket(
            "invoices",
            facet(
                "protection",
                Status::Unprotected,
                "replicated",
                "not replicated yet",
                "`terraform apply`, or the agent (`crr echo`), protects it.",
            ),
            None,
        ),
        bucket(
            "letters",
            facet("destination.bucket", Status::Missing, "letters-dr", "", ""),
            Some("It is replicated elsewhere, too."),
        ),
        bucket(
            "resting",
            facet(
                "protection",
                Status::Paused,
                "replicated",
                "not replicated yet",
                "The echo is paused.",
            ),
            None,
        ),
        bucket(
            "logs-a",
            Facet::of("protection", Status::Excluded),
            Some("Excluded: its name matches \"logs-*\" of exclude."),
        ),
    ]);
    let ignore = |about: &str, state, facets| Ignore {
        about: about.to_owned(),
        reason: "the audit needs it until spring".to_owned(),
        expires: "2027-03-01".to_owned(),
        state,
        facets,
    };
    report.ignores = vec![
        ignore("facet destination.tags", IgnoreState::Used, 1),
        ignore("bucket old-*", IgnoreState::Unused, 0),
        ignore("resource crr_pair.*", IgnoreState::Expired, 3),
    ];
    report.notes = vec!["It was not looked at from everywhere.".to_owned()];
    report
}

/// What others can write: tags, policies, keys, messages of a service, names in a state that somebody made up.
pub(super) const HOSTILE: &str = "</script></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'`|\n```\n# @everyone ]]> <!-- \u{1b}[31m\u{0}\u{202e}";

/// A report into which others wrote wherever they can.
pub(super) fn hostile() -> Report {
    let mut known = facet(HOSTILE, Status::Ignored, HOSTILE, HOSTILE, HOSTILE);
    known.ignored = Some(Excuse {
        reason: HOSTILE.to_owned(),
        expires: HOSTILE.to_owned(),
        was: Status::Drifted,
    });
    let mut bad = item(
        ItemKind::Pair,
        HOSTILE,
        HOSTILE,
        vec![
            facet(HOSTILE, Status::Drifted, HOSTILE, HOSTILE, HOSTILE),
            known,
        ],
    );
    bad.source = Some(place(HOSTILE, HOSTILE));
    bad.target = Some(place("west", HOSTILE));
    bad.notes = vec![HOSTILE.to_owned()];
    bad.declared = Some(Declared {
        file: HOSTILE.to_owned(),
        line: 1,
    });
    let mut report = report(vec![bad]);
    report.inputs[0].file = HOSTILE.to_owned();
    report.notes = vec![HOSTILE.to_owned()];
    report.items[0].input = Some(HOSTILE.to_owned());
    report.sites[0].name = HOSTILE.to_owned();
    report.sites[0].region = HOSTILE.to_owned();
    report.ignores = vec![Ignore {
        about: HOSTILE.to_owned(),
        reason: HOSTILE.to_owned(),
        expires: HOSTILE.to_owned(),
        state: IgnoreState::Expired,
        facets: 1,
    }];
    report
}

#[test]
fn each_form_of_one_of_everything() {
    let report = of_everything();
    for (name, format) in [
        ("text", Format::Text),
        ("json", Format::Json),
        ("sarif", Format::Sarif),
        ("junit", Format::Junit),
        ("markdown", Format::Markdown),
    ] {
        insta::assert_snapshot!(name, write(&report, format, &Page::default()));
    }
    let coloured = Page {
        colour: true,
        ..Page::default()
    };
    insta::assert_snapshot!("text_in_colour", write(&report, Format::Text, &coloured));
}

#[test]
fn what_others_wrote_steers_no_terminal() {
    let text = write(&hostile(), Format::Text, &Page::default());
    assert!(!text.contains(['\u{1b}', '\u{0}']), "{text:?}");
    // What turns the direction of writing would show a name as another.
    assert!(!text.contains('\u{202e}'), "{text:?}");
}

#[test]
fn what_others_wrote_stays_text_in_xml() {
    let xml = write(&hostile(), Format::Junit, &Page::default());
    let document = roxmltree::Document::parse(&xml).unwrap();
    let tags: std::collections::BTreeSet<&str> = document
        .descendants()
        .filter(roxmltree::Node::is_element)
        .map(|node| node.tag_name().name())
        .collect();
    assert_eq!(
        tags.into_iter().collect::<Vec<_>>(),
        ["failure", "skipped", "testcase", "testsuite", "testsuites"]
    );
}

/// Every member of a value, by its path.
fn members(value: &serde_json::Value, path: &str, found: &mut std::collections::BTreeSet<String>) {
    match value {
        serde_json::Value::Object(all) => {
            for (name, member) in all {
                let dot = if path.is_empty() { "" } else { "." };
                members(member, &format!("{path}{dot}{name}"), found);
            }
        }
        serde_json::Value::Array(all) => {
            for element in all {
                members(element, &format!("{path}[]"), found);
            }
        }
        _ => {
            found.insert(path.to_owned());
        }
    }
}

/// What only a check of several inputs writes, too.
fn of_several_inputs() -> Report {
    let mut report = of_everything();
    report.sites[0].input = Some("state.json".to_owned());
    report.items[1].input = Some("state.json".to_owned());
    report
}

#[test]
fn an_item_counts_in_each_way_in_which_it_is_amiss() {
    let counts = of_everything().counts;
    // The pair has drifted in one part, and another may not be seen.
    assert_eq!((counts.drifted, counts.unknown), (1, 1));
    assert_eq!((counts.items, counts.paused), (7, 1));
}

#[test]
fn the_report_is_of_its_published_schema() {
    let schema = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/schemas/check-report-1.json"
    );
    let schema: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    for report in [of_everything(), of_several_inputs(), hostile()] {
        let report = serde_json::to_value(report).unwrap();
        let mut found = Vec::new();
        super::schema::faults(&report, &schema, &schema, "", &mut found);
        assert_eq!(found, [""; 0]);
        for (pointer, wrong) in [
            ("/exit_code", 9.into()),
            ("/items/0/status", "fine".into()),
            ("/items/0/novelty", true.into()),
            ("/counts", serde_json::json!({})),
        ] {
            let mut wrongly = report.clone();
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            wrongly.pointer_mut(parent).unwrap()[name] = wrong;
            let mut found = Vec::new();
            super::schema::faults(&wrongly, &schema, &schema, "", &mut found);
            assert!(!found.is_empty(), "{pointer}");
        }
    }
}

#[test]
fn the_guide_names_every_member_and_no_other() {
    let report = serde_json::to_value(of_several_inputs()).unwrap();
    let mut written = std::collections::BTreeSet::new();
    members(&report, "", &mut written);
    let guide = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/guides/check-report.md"
    );
    let guide = std::fs::read_to_string(guide).unwrap();
    let documented: std::collections::BTreeSet<String> = guide
        .lines()
        .filter_map(|line| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned()))
        .collect();
    assert_eq!(documented, written);
    assert!(guide.contains(&format!("| `format_version` | `{FORMAT_VERSION}` |")));
}
