//! The check of permissions finds what is missing: on documents written by hand, each option whole, then each part taken away.

use acceptance_tests::permissions::{Options, Simulation, Standing};
use acceptance_tests::{Lab, Site};
use serde_json::{Value, json};

use super::versioned_bucket;

fn statement(actions: &[&str], resource: &str) -> Value {
    json!({ "Effect": "Allow", "Action": actions, "Resource": resource })
}

fn through_s3(action: &str, key: &str, region: &str, bucket: &str) -> Value {
    json!({
        "Effect": "Allow", "Action": action, "Resource": key,
        "Condition": { "StringLike": {
            "kms:ViaService": format!("s3.{region}.amazonaws.com"),
            "kms:EncryptionContext:aws:s3:arn": format!("arn:aws:s3:::{bucket}/*"),
        } },
    })
}

fn document(statements: &[Value]) -> String {
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

/// A role with all that the options need, by hand, and a bucket policy where accounts differ.
async fn by_hand<'a>(
    lab: &Lab,
    source: &'a Site,
    destination: &'a Site,
    options: Options,
) -> Simulation<'a> {
    let source_bucket = versioned_bucket(lab, source, "orders").await;
    let destination_bucket = versioned_bucket(lab, destination, "orders-dr").await;
    let (from, to) = (
        format!("arn:aws:s3:::{source_bucket}"),
        format!("arn:aws:s3:::{destination_bucket}/*"),
    );
    let key = async |site: &Site| {
        let made = lab
            .admin_kms(site)
            .create_key()
            .send()
            .await
            .expect("a key");
        made.key_metadata()
            .and_then(|key| key.arn())
            .expect("an ARN")
            .to_owned()
    };
    let keys = if options.kms {
        Some((key(source).await, key(destination).await))
    } else {
        None
    };
    let mut reads = vec![
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionTagging",
    ];
    let mut writes = vec![
        "s3:ReplicateObject",
        "s3:ReplicateDelete",
        "s3:ReplicateTags",
    ];
    if options.object_lock {
        reads.extend(["s3:GetObjectRetention", "s3:GetObjectLegalHold"]);
    }
    if options.owner_override {
        writes.push("s3:ObjectOwnerOverrideToBucketOwner");
    }
    let mut statements = vec![
        statement(&["s3:GetReplicationConfiguration", "s3:ListBucket"], &from),
        statement(&reads, &format!("{from}/*")),
        statement(&writes, &to),
    ];
    if let Some((source_key, destination_key)) = &keys {
        statements.push(through_s3(
            "kms:Decrypt",
            source_key,
            &source.region,
            &source_bucket,
        ));
        statements.push(through_s3(
            "kms:Encrypt",
            destination_key,
            &destination.region,
            &destination_bucket,
        ));
    }
    let trust = document(&[json!({
        "Effect": "Allow", "Principal": { "Service": "s3.amazonaws.com" }, "Action": "sts:AssumeRole",
        "Condition": { "StringEquals": { "aws:SourceAccount": source.account }, "ArnLike": { "aws:SourceArn": from } },
    })]);
    let (iam, name) = (lab.admin_iam(source), format!("crr-{source_bucket}"));
    let role = iam
        .create_role()
        .path("/crr/")
        .role_name(&name)
        .assume_role_policy_document(trust)
        .send()
        .await
        .expect("a role");
    let role = role.role().expect("a role").arn().to_owned();
    iam.put_role_policy()
        .role_name(&name)
        .policy_name("replication")
        .policy_document(document(&statements))
        .send()
        .await
        .expect("put");
    if options.other_account {
        let policy = json!({ "Effect": "Allow", "Principal": { "AWS": role }, "Action": writes, "Resource": to });
        let put = lab
            .admin_s3(destination)
            .put_bucket_policy()
            .bucket(&destination_bucket)
            .policy(document(&[policy]));
        put.send().await.expect("put");
    }
    if let (true, Some((_, key))) = (options.other_account, &keys) {
        let policy = json!({ "Effect": "Allow", "Principal": { "AWS": role }, "Action": ["kms:Encrypt", "kms:GenerateDataKey"], "Resource": "*" });
        let put = lab
            .admin_kms(destination)
            .put_key_policy()
            .key_id(key)
            .policy_name("default");
        put.policy(document(&[policy])).send().await.expect("put");
    }
    let (source_key, destination_key) = keys.unzip();
    Simulation {
        role,
        source,
        source_bucket,
        destination,
        destination_bucket,
        source_key,
        destination_key,
        options,
    }
}

#[tokio::test]
async fn each_option_whole_then_each_part_taken_away() {
    let lab = Lab::start().await.unwrap();
    let (east, west, vault) = (lab.site("east"), lab.site("west"), lab.site("vault"));
    let plain = Options::default();
    for (destination, options) in [
        (west, plain),
        (west, Options { kms: true, ..plain }),
        (
            west,
            Options {
                object_lock: true,
                ..plain
            },
        ),
        (
            vault,
            Options {
                other_account: true,
                ..plain
            },
        ),
        (
            vault,
            Options {
                other_account: true,
                owner_override: true,
                kms: true,
                object_lock: true,
            },
        ),
    ] {
        let simulation = by_hand(&lab, east, destination, options).await;
        let standing = simulation.standing(&lab).await.unwrap();
        assert_eq!(
            simulation.missing(&lab, &standing).await.unwrap(),
            [],
            "{options:?}"
        );
        let mutants = standing.mutants().len();
        assert!(mutants >= 10, "{mutants} mutants of {options:?}");
        assert_eq!(
            simulation
                .needless_statements(&lab, &standing)
                .await
                .unwrap(),
            Vec::<String>::new(),
            "{options:?}"
        );
    }
}

#[tokio::test]
async fn a_trust_that_lets_in_others_is_found() {
    let lab = Lab::start().await.unwrap();
    let simulation = by_hand(&lab, lab.site("east"), lab.site("west"), Options::default()).await;
    let standing = simulation.standing(&lab).await.unwrap();
    let trust = standing
        .trust
        .to_string()
        .replace(r#""Condition""#, r#""Ignored""#);
    let open = Standing {
        trust: acceptance_tests::permissions::Document::parse(&trust).unwrap(),
        ..standing
    };
    let findings = simulation.missing(&lab, &open).await.unwrap();
    assert_eq!(findings.len(), 1);
    assert!(
        findings[0].0.contains("another account's bucket"),
        "{findings:?}"
    );
}
