//! Documents that others write too: the replication configuration and the bucket's policy.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use replication::{OwnedRules, OwnedStatements, ReplicationDocument, Statement, Step};
use sha2::{Digest, Sha256};

use super::looking::FOREIGN;
use super::script::{Script, answer, s3_error};
use super::{EAST, at, caller, cloud, execute};
use crate::ErrorKind;

const PUT_RULES: &str = "east s3 PUT /orders?replication";
const PUT_POLICY: &str = "east s3 PUT /orders?policy";
const UNVERSIONED: &str =
    "Versioning must be 'Enabled' on the bucket to apply a replication configuration";

fn ours() -> OwnedRules {
    let xml = "<ReplicationConfiguration><Role>r</Role><Rule><ID>crr-a</ID><Priority>1</Priority><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><Destination><Bucket>arn:aws:s3:::orders-dr</Bucket></Destination><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication></Rule></ReplicationConfiguration>";
    let document = ReplicationDocument::parse(xml).unwrap();
    OwnedRules {
        role: Some(super::role()),
        prefix: "crr-".to_owned(),
        rules: vec![document.rules[0].rule.clone()],
        ..OwnedRules::default()
    }
}

fn put_rules(document: Option<&str>, owned: OwnedRules) -> Step {
    Step::PutReplicationRules {
        at: at("east", "orders"),
        document: document.map(str::to_owned),
        owned,
    }
}

fn statements(sid: &str) -> OwnedStatements {
    OwnedStatements {
        prefix: "crr".to_owned(),
        statements: vec![Statement::allow(
            sid,
            ["s3:ReplicateObject"],
            ["arn:aws:s3:::orders/*"],
        )],
        alone: false,
        stays: false,
    }
}

fn put_policy(policy: Option<&str>, owned: OwnedStatements) -> Step {
    Step::PutBucketPolicy {
        at: at("east", "orders"),
        policy: policy.map(str::to_owned),
        owned: vec![owned],
    }
}

/// CRC-32 as of IEEE 802.3, bit by bit.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 }
        })
    })
}

#[tokio::test(start_paused = true)]
async fn our_very_bytes_are_sent_in_every_try_with_their_own_length_and_sums() {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect(
        PUT_RULES,
        s3_error(503, "SlowDown", "Reduce your request rate"),
    );
    script.expect(PUT_RULES, answer(200).lost());
    script.expect(PUT_RULES, answer(200));
    execute(&cloud(&script), put_rules(Some(FOREIGN), ours()))
        .await
        .unwrap();
    let sent: Vec<_> = script
        .finish()
        .into_iter()
        .filter(|sent| sent.call == PUT_RULES)
        .collect();
    assert_eq!(sent.len(), 3);
    for request in sent {
        assert_eq!(request.body, FOREIGN);
        let header = |name: &str| request.headers[name].as_str();
        assert_eq!(header("content-length"), FOREIGN.len().to_string());
        assert_eq!(header("x-amz-expected-bucket-owner"), EAST);
        assert_eq!(
            header("x-amz-checksum-crc32"),
            STANDARD.encode(crc32(FOREIGN.as_bytes()).to_be_bytes())
        );
        let bytes = Sha256::digest(FOREIGN);
        let sum = bytes
            .iter()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        assert_eq!(header("x-amz-content-sha256"), sum);
        assert!(
            header("authorization").contains("x-amz-checksum-crc32"),
            "it is signed"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_wait_the_rules_are_merged_into_what_stands_there_then() {
    let script = Script::default();
    caller(&script, "east", EAST);
    let first = ReplicationDocument::empty("")
        .merged(&ours())
        .unwrap()
        .to_xml();
    script.expect(PUT_RULES, s3_error(400, "InvalidRequest", UNVERSIONED));
    // Meanwhile somebody has written a rule.
    script.expect("east s3 GET /orders?replication", answer(200).xml(FOREIGN));
    script.expect(PUT_RULES, answer(200));
    execute(&cloud(&script), put_rules(Some(&first), ours()))
        .await
        .unwrap();
    let bodies = script.bodies(PUT_RULES);
    assert_eq!(bodies[0], first);
    assert!(
        bodies[1].contains("<x:Note a='1'>kept</x:Note>"),
        "{}",
        bodies[1]
    );
    assert!(bodies[1].contains("<ID>crr-a</ID>"));
}

#[tokio::test(start_paused = true)]
async fn after_a_wait_rules_are_deleted_only_where_no_other_has_come() {
    let script = Script::default();
    caller(&script, "east", EAST);
    let busy = || {
        s3_error(
            409,
            "OperationAborted",
            "A conflicting conditional operation",
        )
    };
    script.expect("east s3 DELETE /orders?replication", busy());
    script.expect("east s3 GET /orders?replication", answer(200).xml(FOREIGN));
    script.expect(PUT_RULES, answer(200));
    execute(&cloud(&script), put_rules(None, ours().without_rules()))
        .await
        .unwrap();
    assert!(script.bodies(PUT_RULES)[0].contains("<ID>theirs</ID>"));
}

#[tokio::test(start_paused = true)]
async fn deleting_what_is_gone_has_succeeded() {
    let script = Script::default();
    caller(&script, "east", EAST);
    let cloud = cloud(&script);
    for code in ["ReplicationConfigurationNotFoundError", "NoSuchBucket"] {
        script.expect(
            "east s3 DELETE /orders?replication",
            s3_error(404, code, "gone"),
        );
        execute(&cloud, put_rules(None, OwnedRules::default()))
            .await
            .unwrap();
    }
    for code in ["NoSuchBucketPolicy", "NoSuchBucket"] {
        script.expect("east s3 DELETE /orders?policy", s3_error(404, code, "gone"));
        execute(&cloud, put_policy(None, OwnedStatements::default()))
            .await
            .unwrap();
    }
    assert_eq!(script.calls().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn after_a_wait_the_policy_is_merged_anew() {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect(
        PUT_POLICY,
        s3_error(400, "MalformedPolicy", "Invalid principal in policy"),
    );
    script.expect(
        "east s3 GET /orders?policy",
        answer(200).json("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"theirs\",  \"Effect\":\"Deny\"}]}"),
    );
    script.expect(PUT_POLICY, answer(204));
    execute(
        &cloud(&script),
        put_policy(Some("{\"first\":1}"), statements("crrA")),
    )
    .await
    .unwrap();
    let bodies = script.bodies(PUT_POLICY);
    assert_eq!(bodies[0], "{\"first\":1}");
    assert!(
        bodies[1].contains("{\"Sid\":\"theirs\",  \"Effect\":\"Deny\"}"),
        "{}",
        bodies[1]
    );
    assert!(bodies[1].contains("crrA"));
}

#[tokio::test(start_paused = true)]
async fn a_document_that_cannot_be_read_again_is_not_overwritten() {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect(PUT_RULES, s3_error(400, "InvalidRequest", UNVERSIONED));
    script.expect(
        "east s3 GET /orders?replication",
        s3_error(403, "AccessDenied", "no"),
    );
    let error = execute(&cloud(&script), put_rules(Some(FOREIGN), ours()))
        .await
        .unwrap_err();
    let failure = &error.failures[0];
    assert_eq!(failure.operation, "s3:GetBucketReplication");
    assert!(
        failure
            .remedy
            .as_ref()
            .unwrap()
            .contains("s3:GetReplicationConfiguration")
    );
    assert_eq!(script.calls().len(), 2);
}

// The document is read while the step before is taken; and once more where that step took long.
#[tokio::test(start_paused = true)]
async fn what_others_write_while_an_earlier_step_is_taken_is_kept() {
    for (seconds, looks_again) in [(0, false), (30, true)] {
        let script = Script::default();
        caller(&script, "east", EAST);
        let versioning = "east s3 PUT /orders?versioning";
        script.expect(versioning, answer(200).after(seconds));
        let look = "east s3 GET /orders?replication";
        if looks_again {
            let none = "ReplicationConfigurationNotFoundError";
            script.expect(look, s3_error(404, none, "There is none."));
        }
        script.expect(look, answer(200).xml(FOREIGN));
        script.expect(PUT_RULES, answer(200));
        // Nobody had rules there when it was planned.
        let owned = ours();
        let planned = ReplicationDocument::empty("").merged(&owned).unwrap();
        let rules = put_rules(Some(&planned.to_xml()), owned);
        let enable = Step::PutVersioning {
            at: at("east", "orders"),
        };
        let stages = super::plan(vec![vec![enable], vec![rules]]);
        let (cloud, job) = (cloud(&script), crate::Job::default());
        cloud.execute(&stages, &job).await.unwrap();
        let theirs = ReplicationDocument::parse(FOREIGN).unwrap();
        let body = script.bodies(PUT_RULES).remove(0);
        assert!(body.contains(&theirs.rules[0].xml), "{body}");
        script.finish();
    }
}

// What cannot be read ahead is written as planned, and S3 says what is wrong with that.
#[tokio::test(start_paused = true)]
async fn a_document_that_cannot_be_read_ahead_is_written_as_planned() {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect("east s3 PUT /orders?versioning", answer(200));
    let look = "east s3 GET /orders?replication";
    script.expect(look, s3_error(403, "AccessDenied", "Access Denied"));
    script.expect(PUT_RULES, answer(200));
    let enable = Step::PutVersioning {
        at: at("east", "orders"),
    };
    let stages = super::plan(vec![vec![enable], vec![put_rules(Some(FOREIGN), ours())]]);
    let (cloud, job) = (cloud(&script), crate::Job::default());
    cloud.execute(&stages, &job).await.unwrap();
    assert_eq!(script.bodies(PUT_RULES), [FOREIGN]);
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn a_refusal_to_pass_the_role_says_so_in_its_remedy() {
    let script = Script::default();
    caller(&script, "east", EAST);
    let words = "User: arn:aws:iam::111122223333:user/operator is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/theirs";
    script.expect(PUT_RULES, s3_error(403, "AccessDenied", words));
    let error = execute(&cloud(&script), put_rules(Some(FOREIGN), ours()))
        .await
        .unwrap_err();
    let remedy = error.failures[0].remedy.as_ref().unwrap();
    assert!(remedy.contains("Allow iam:PassRole to"), "{remedy}");
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_a_public_access_block_refuses_says_so_in_its_remedy() {
    let script = Script::default();
    caller(&script, "east", EAST);
    let words = "User: arn:aws:iam::111122223333:user/operator is not authorized to perform: s3:PutBucketPolicy on resource: \"arn:aws:s3:::orders\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.";
    let put = "east s3 PUT /orders?policy";
    script.expect(put, s3_error(403, "AccessDenied", words));
    let owned = OwnedStatements::default();
    let error = execute(&cloud(&script), put_policy(Some("{}"), owned))
        .await
        .unwrap_err();
    let remedy = error.failures[0].remedy.as_ref().unwrap();
    assert!(
        remedy.contains("that of the account of site \"east\""),
        "{remedy}"
    );
    assert!(!remedy.contains("Allow "), "{remedy}");
}

#[tokio::test(start_paused = true)]
async fn what_is_the_users_to_mend_is_reported_at_once() {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect(
        PUT_RULES,
        s3_error(400, "InvalidRequest", "Destination bucket must exist."),
    );
    let error = execute(&cloud(&script), put_rules(Some(FOREIGN), ours()))
        .await
        .unwrap_err();
    let failure = &error.failures[0];
    assert_eq!(failure.kind, ErrorKind::Service);
    assert_eq!(failure.code.as_deref(), Some("InvalidRequest"));
    assert_eq!(
        failure.to_string(),
        "could not write 1 replication rule(s) of east:orders: s3:PutBucketReplication: InvalidRequest: Destination bucket must exist."
    );
    assert_eq!((error.taken, error.left), (0, 1));
    assert_eq!(script.calls().len(), 1);
}
