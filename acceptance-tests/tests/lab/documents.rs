//! What S3 refuses in a replication configuration by looking at the document alone, the gateway refuses.

use acceptance_tests::gateway::replication_document;

const ROLE: &str = "arn:aws:iam::111111111111:role/crr/crr-orders";

fn refused(role: &str, rules: &str) -> String {
    let document = format!(
        "<ReplicationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Role>{role}</Role>{rules}</ReplicationConfiguration>"
    );
    match replication_document::read(document.as_bytes(), "orders") {
        Ok(_) => "taken".to_owned(),
        Err(refusal) => format!("{} {}: {}", refusal.status, refusal.code, refusal.message),
    }
}

fn v2(id: &str, priority: u32, more: &str, destination: &str) -> String {
    format!(
        "<Rule><ID>{id}</ID><Priority>{priority}</Priority>{more}<Status>Enabled</Status>\
         <DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>\
         <Destination><Bucket>arn:aws:s3:::orders-dr</Bucket>{destination}</Destination></Rule>"
    )
}

fn v1(id: &str, destination: &str) -> String {
    format!(
        "<Rule><ID>{id}</ID><Prefix>{id}</Prefix><Status>Enabled</Status><Destination><Bucket>arn:aws:s3:::{destination}</Bucket></Destination></Rule>"
    )
}

const ALL: &str = "<Filter></Filter>";

#[test]
fn good_documents_are_taken() {
    assert_eq!(refused(ROLE, &v2("a", 1, ALL, "")), "taken");
    assert_eq!(
        refused(
            ROLE,
            &(v2("a", 1, ALL, "") + &v2("b", 2, "<Filter><Prefix>x</Prefix></Filter>", ""))
        ),
        "taken"
    );
    assert_eq!(refused(ROLE, &(v1("a", "one") + &v1("b", "one"))), "taken");
    let time = "<ReplicationTime><Status>Enabled</Status><Time><Minutes>15</Minutes></Time></ReplicationTime>\
                <Metrics><Status>Enabled</Status><EventThreshold><Minutes>15</Minutes></EventThreshold></Metrics>";
    assert_eq!(refused(ROLE, &v2("a", 1, ALL, time)), "taken");
    assert_eq!(
        refused(
            ROLE,
            &v2("a", 1, ALL, "<Metrics><Status>Enabled</Status></Metrics>")
        ),
        "taken"
    );
    let tags =
        "<Filter><And><Prefix>x</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter>";
    assert_eq!(refused(ROLE, &v2("a", 1, tags, "")), "taken");
}

#[test]
#[allow(clippy::too_many_lines, reason = "one table")]
fn each_rule_of_the_document_is_checked() {
    let cases = [
        (
            "mixed schemas",
            v2("a", 1, ALL, "") + &v1("b", "orders-dr"),
            "Prefix cannot be used",
        ),
        (
            "same priority",
            v2("a", 1, ALL, "") + &v2("b", 1, ALL, ""),
            "duplicate priority '1'",
        ),
        (
            "same id",
            v2("a", 1, ALL, "") + &v2("a", 2, ALL, ""),
            "Rule Id must be unique",
        ),
        (
            "no priority",
            v2("a", 1, ALL, "").replace("<Priority>1</Priority>", ""),
            "Priority must be specified",
        ),
        (
            "no delete markers",
            v2("a", 1, ALL, "").replace(
                "<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>",
                "",
            ),
            "DeleteMarkerReplication must be specified",
        ),
        (
            "priority in the older schema",
            v1("a", "one").replace("<Prefix>", "<Priority>1</Priority><Prefix>"),
            "Priority cannot be used",
        ),
        (
            "two destinations in the older schema",
            v1("a", "one") + &v1("b", "two"),
            "cannot exceed 1",
        ),
        (
            "tags with delete markers",
            v2(
                "a",
                1,
                "<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter>",
                "",
            )
            .replace("<Status>Disabled", "<Status>Enabled"),
            "not supported if any Tag filter",
        ),
        (
            "And of one",
            v2("a", 1, "<Filter><And><Prefix>x</Prefix></And></Filter>", ""),
            "400 MalformedXML",
        ),
        (
            "the same tag twice",
            v2(
                "a",
                1,
                "<Filter><And><Tag><Key>k</Key><Value>1</Value></Tag><Tag><Key>k</Key><Value>2</Value></Tag></And></Filter>",
                "",
            ),
            "Duplicate Tag Keys",
        ),
        (
            "two filters",
            v2(
                "a",
                1,
                "<Filter><Prefix>x</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></Filter>",
                "",
            ),
            "400 MalformedXML",
        ),
        (
            "the source itself",
            v2("a", 1, ALL, "").replace("orders-dr", "orders"),
            "cannot be the same",
        ),
        (
            "no bucket ARN",
            v2("a", 1, ALL, "").replace("arn:aws:s3:::", ""),
            "Invalid bucket ARN",
        ),
        (
            "a long id",
            v2(&"i".repeat(256), 1, ALL, ""),
            "limit of 255",
        ),
        (
            "a long prefix",
            v2(
                "a",
                1,
                &format!("<Filter><Prefix>{}</Prefix></Filter>", "p".repeat(1_025)),
                "",
            ),
            "1024",
        ),
        ("no rule", String::new(), "400 MalformedXML"),
        (
            "too many rules",
            (0..1_001)
                .map(|number| v2(&format!("r{number}"), number, ALL, ""))
                .collect(),
            "limit of 1000",
        ),
        (
            "time without metrics",
            v2(
                "a",
                1,
                ALL,
                "<ReplicationTime><Status>Enabled</Status><Time><Minutes>15</Minutes></Time></ReplicationTime>",
            ),
            "both ReplicationTime and Metrics",
        ),
        (
            "a threshold without time",
            v2(
                "a",
                1,
                ALL,
                "<Metrics><Status>Enabled</Status><EventThreshold><Minutes>15</Minutes></EventThreshold></Metrics>",
            ),
            "cannot contain an event threshold",
        ),
        (
            "KMS objects without a key",
            v2(
                "a",
                1,
                &format!(
                    "{ALL}<SourceSelectionCriteria><SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects></SourceSelectionCriteria>"
                ),
                "",
            ),
            "ReplicaKmsKeyID must be specified",
        ),
        (
            "a key without KMS objects",
            v2(
                "a",
                1,
                ALL,
                "<EncryptionConfiguration><ReplicaKmsKeyID>arn:aws:kms:us-west-2:111111111111:key/k</ReplicaKmsKeyID></EncryptionConfiguration>",
            ),
            "SseKmsEncryptedObjects must be specified",
        ),
        (
            "another owner without an account",
            v2(
                "a",
                1,
                ALL,
                "<AccessControlTranslation><Owner>Destination</Owner></AccessControlTranslation>",
            ),
            "Account is missing",
        ),
        (
            "existing objects",
            v2(
                "a",
                1,
                &format!(
                    "{ALL}<ExistingObjectReplication><Status>Enabled</Status></ExistingObjectReplication>"
                ),
                "",
            ),
            "400 MalformedXML",
        ),
        (
            "no status",
            v2("a", 1, ALL, "").replace("<Status>Enabled</Status>", ""),
            "400 MalformedXML",
        ),
    ];
    for (case, rules, expected) in cases {
        let said = refused(ROLE, &rules);
        assert!(said.contains(expected), "{case}: {said}");
    }
}

#[test]
fn a_role_must_be_a_roles_arn() {
    for role in [
        "crr-orders",
        "arn:aws:iam::111111111111:user/crr",
        "arn:aws:iam::1:role/crr",
        "arn:aws:iam::111111111111:role/a,arn:aws:iam::111111111111:role/b",
    ] {
        assert!(
            refused(role, &v2("a", 1, ALL, "")).starts_with("400 InvalidArgument"),
            "{role}"
        );
    }
}
