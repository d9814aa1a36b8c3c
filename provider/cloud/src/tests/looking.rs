use std::collections::BTreeSet;

use replication::observed::{BucketReads, Existence, KeyReads, Reads, RoleReads};
use replication::{
    Encryption, KeyArn, Lifecycle, ObservedKey, ObservedRole, Ownership, PublicAccessBlock, Seen,
    Versioning,
};

use super::script::{Script, answer, json_error, query_error};
use super::{EAST, at, caller, cloud, made_by, role, site_name};

pub(super) const ALL: BucketReads = BucketReads {
    versioning: true,
    replication: true,
    policy: true,
    encryption: true,
    ownership: true,
    public_access_block: true,
    tags: true,
    object_lock: true,
    lifecycle: true,
    cors: true,
    logging: true,
    contents: true,
};

/// A document as others may write it: a prefix of their own, a comment, an element that no SDK knows.
pub(super) const FOREIGN: &str = "<?xml version=\"1.0\"?>\n<ReplicationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\" xmlns:x=\"urn:x\"><Role>arn:aws:iam::111122223333:role/theirs</Role><!-- theirs --><Rule><ID>theirs</ID><Priority>7</Priority><x:Note a='1'>kept</x:Note><Filter/><Status>Enabled</Status><Destination><Bucket>arn:aws:s3:::theirs-dr</Bucket></Destination><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication></Rule></ReplicationConfiguration>";

/// The same of a lifecycle and of a CORS configuration.
pub(super) const LIFECYCLE: &str = "<?xml version=\"1.0\"?>\n<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"> <Rule><ID>logs</ID><!-- why --><Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status><NotKnown>1</NotKnown><Expiration><Days>30</Days></Expiration></Rule></LifecycleConfiguration>";
pub(super) const CORS: &str = "<CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><CORSRule><AllowedOrigin>*</AllowedOrigin>\n<AllowedMethod>GET</AllowedMethod><NotKnown>1</NotKnown></CORSRule></CORSConfiguration>";

pub(super) fn role_reads(policies: &[&str], policy_names: bool) -> Reads {
    let asked = RoleReads {
        site: site_name("east"),
        policies: policies.iter().map(|p| (*p).to_owned()).collect(),
        policy_names,
    };
    Reads {
        roles: [(role(), asked)].into(),
        ..Reads::default()
    }
}

async fn look_at_role(script: &Script, reads: &Reads) -> ObservedRole {
    let observed = cloud(script).observe(reads).await.unwrap();
    observed.roles[&role()].clone()
}

#[allow(clippy::too_many_lines, reason = "one script with every read")]
#[tokio::test(start_paused = true)]
async fn each_thing_of_a_bucket_is_one_call_for_its_owner() {
    let script = Script::default();
    caller(&script, "east", EAST);
    let get = |part: &str, body: &str| {
        script.expect(
            &format!("east s3 GET /orders?{part}"),
            answer(200).xml(body),
        );
    };
    get(
        "versioning",
        "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>",
    );
    get("replication", FOREIGN);
    script.expect(
        "east s3 GET /orders?policy",
        answer(200).json("{\"Statement\": [ ]}"),
    );
    get(
        "encryption",
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>arn:k</KMSMasterKeyID></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>",
    );
    get(
        "ownershipControls",
        "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>",
    );
    get(
        "publicAccessBlock",
        "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls></PublicAccessBlockConfiguration>",
    );
    get(
        "tagging",
        "<Tagging><TagSet><Tag><Key>crr:made-by</Key><Value>terraform-provider-crr</Value></Tag></TagSet></Tagging>",
    );
    get(
        "object-lock",
        "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Years>1</Years></DefaultRetention></Rule></ObjectLockConfiguration>",
    );
    script.expect(
        "east s3 GET /orders?lifecycle",
        answer(200).xml(LIFECYCLE).header(
            "x-amz-transition-default-minimum-object-size",
            "varies_by_storage_class",
        ),
    );
    get("cors", CORS);
    get(
        "versions&max-keys=1",
        "<ListVersionsResult><DeleteMarker><Key>a</Key><VersionId>1</VersionId></DeleteMarker></ListVersionsResult>",
    );
    get(
        "logging",
        "<BucketLoggingStatus><LoggingEnabled><TargetBucket>logs</TargetBucket><TargetPrefix>orders/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>",
    );
    let mut reads = Reads::default();
    reads.buckets.insert(at("east", "orders"), ALL);
    let observed = cloud(&script).observe(&reads).await.unwrap();
    let bucket = &observed.buckets[&at("east", "orders")];
    assert_eq!(bucket.existence, Existence::Exists);
    assert_eq!(bucket.versioning, Seen::Present(Versioning::Suspended));
    assert_eq!(bucket.replication, Seen::Present(FOREIGN.to_owned()));
    assert_eq!(
        bucket.policy,
        Seen::Present("{\"Statement\": [ ]}".to_owned())
    );
    assert_eq!(
        bucket.encryption,
        Seen::Present(Encryption {
            algorithm: "aws:kms".to_owned(),
            key: Some("arn:k".to_owned()),
            bucket_key: true,
        })
    );
    assert_eq!(bucket.ownership, Seen::Present(Ownership::ObjectWriter));
    let block = PublicAccessBlock {
        block_public_acls: true,
        ignore_public_acls: false,
        block_public_policy: false,
        restrict_public_buckets: false,
    };
    assert_eq!(bucket.public_access_block, Seen::Present(block));
    assert_eq!(bucket.tags, Seen::Present(made_by()));
    assert_eq!(
        bucket.object_lock,
        Seen::Present(replication::ObjectLock {
            retention: Some(replication::Retention {
                mode: "GOVERNANCE".to_owned(),
                days: None,
                years: Some(1),
            })
        })
    );
    let lifecycle = Lifecycle {
        xml: LIFECYCLE.to_owned(),
        minimum_size: Some("varies_by_storage_class".to_owned()),
    };
    assert_eq!(bucket.lifecycle, Seen::Present(lifecycle));
    assert_eq!(bucket.cors, Seen::Present(CORS.to_owned()));
    assert_eq!(bucket.contents, Seen::Present(()));
    assert_eq!(
        bucket.logging,
        Seen::Present(replication::Logging {
            bucket: "logs".to_owned(),
            prefix: "orders/".to_owned(),
        })
    );
    for sent in script.finish().iter().filter(|s| s.call.contains(" s3 ")) {
        assert_eq!(
            sent.headers
                .get("x-amz-expected-bucket-owner")
                .map(String::as_str),
            Some(EAST),
            "{}",
            sent.call
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_was_never_versioned_says_nothing_of_it() {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect(
        "east s3 GET /orders?versioning",
        answer(200).xml("<VersioningConfiguration/>"),
    );
    let mut reads = Reads::default();
    reads.buckets.insert(
        at("east", "orders"),
        BucketReads {
            versioning: true,
            ..BucketReads::default()
        },
    );
    let observed = cloud(&script).observe(&reads).await.unwrap();
    let bucket = &observed.buckets[&at("east", "orders")];
    assert_eq!(bucket.versioning, Seen::Present(Versioning::Never));
    assert_eq!(bucket.policy, Seen::NotLooked);
    script.finish();
}

fn role_xml(fields: &str) -> String {
    format!(
        "<GetRoleResponse><GetRoleResult><Role><Path>/crr/</Path><RoleName>crr-orders</RoleName><RoleId>A</RoleId><Arn>{}</Arn><CreateDate>2024-01-01T00:00:00Z</CreateDate>{fields}</Role></GetRoleResult></GetRoleResponse>",
        role()
    )
}

#[tokio::test(start_paused = true)]
async fn a_role_of_the_name_on_another_path_is_not_the_role() {
    for (arn, is_there) in [
        ("arn:aws:iam::111122223333:role/crr/crr-orders", true),
        ("arn:aws:iam::111122223333:role/crr-orders", false),
        ("arn:aws:iam::111122223333:role/other/crr-orders", false),
        // As some that speak IAM have it.
        ("arn:aws:iam:::role/crr/crr-orders", true),
        ("", true),
    ] {
        let script = Script::default();
        let role = role_xml("").replace(role().as_str(), arn);
        script.expect("east iam GetRole", answer(200).xml(&role));
        let found = look_at_role(&script, &role_reads(&[], false)).await;
        assert_eq!(found.role.present().is_some(), is_there, "{arn}");
        assert_eq!(found.role.is_absent(), !is_there, "{arn}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_role_and_its_inline_policies_are_decoded() {
    let script = Script::default();
    script.expect(
        "east iam GetRole",
        answer(200).xml(&role_xml(
            "<AssumeRolePolicyDocument>%7B%22a%22%3A%22b%20c%22%7D</AssumeRolePolicyDocument><PermissionsBoundary><PermissionsBoundaryArn>arn:b</PermissionsBoundaryArn></PermissionsBoundary><Tags><member><Key>k</Key><Value>v</Value></member></Tags>",
        )),
    );
    script.expect(
        "east iam GetRolePolicy",
        answer(200).xml("<GetRolePolicyResponse><GetRolePolicyResult><RoleName>r</RoleName><PolicyName>p</PolicyName><PolicyDocument>%7B%7D</PolicyDocument></GetRolePolicyResult></GetRolePolicyResponse>"),
    );
    let page = |names: &str, more: &str| {
        answer(200).xml(&format!("<ListRolePoliciesResponse><ListRolePoliciesResult><PolicyNames>{names}</PolicyNames>{more}</ListRolePoliciesResult></ListRolePoliciesResponse>"))
    };
    script.expect(
        "east iam ListRolePolicies",
        page(
            "<member>p</member>",
            "<IsTruncated>true</IsTruncated><Marker>m1</Marker>",
        ),
    );
    script.expect(
        "east iam ListRolePolicies",
        page("<member>q</member>", "<IsTruncated>false</IsTruncated>"),
    );
    let found = look_at_role(&script, &role_reads(&["p"], true)).await;
    let facts = found.role.present().unwrap();
    assert_eq!(facts.trust, r#"{"a":"b c"}"#);
    assert_eq!(facts.boundary.as_deref(), Some("arn:b"));
    assert_eq!(facts.tags["k"], "v");
    assert_eq!(found.policies["p"], Seen::Present("{}".to_owned()));
    let names: BTreeSet<String> = ["p".to_owned(), "q".to_owned()].into();
    assert_eq!(found.policy_names, Seen::Present(names));
    assert!(script.bodies("east iam ListRolePolicies")[1].contains("Marker=m1"));
}

#[tokio::test(start_paused = true)]
async fn a_role_that_is_not_there_is_absent_and_one_we_may_not_see_is_denied() {
    let script = Script::default();
    script.expect("east iam GetRole", query_error(404, "NoSuchEntity", "none"));
    script.expect(
        "east iam GetRolePolicy",
        query_error(403, "AccessDenied", "not allowed"),
    );
    let found = look_at_role(&script, &role_reads(&["p"], false)).await;
    assert_eq!(found.role, Seen::Absent);
    assert_eq!(
        found.policies["p"],
        Seen::Denied {
            action: "iam:GetRolePolicy".to_owned(),
            message: "AccessDenied: not allowed".to_owned(),
        }
    );
    assert_eq!(found.policy_names, Seen::NotLooked);
    script.finish();
}

async fn look_at_key(script: &Script, key: &str) -> ObservedKey {
    let key: KeyArn = key.parse().unwrap();
    let asked = KeyReads {
        site: site_name("east"),
        policy: true,
    };
    let reads = Reads {
        keys: [(key.clone(), asked)].into(),
        ..Reads::default()
    };
    cloud(script).observe(&reads).await.unwrap().keys[&key].clone()
}

#[tokio::test(start_paused = true)]
async fn the_policy_of_an_alias_is_that_of_the_key_behind_it() {
    let script = Script::default();
    let arn = format!("arn:aws:kms:us-east-1:{EAST}:key/k1");
    script.expect(
        "east kms DescribeKey",
        answer(200).json(&format!(
            "{{\"KeyMetadata\":{{\"KeyId\":\"k1\",\"Arn\":\"{arn}\",\"KeyState\":\"Disabled\"}}}}"
        )),
    );
    script.expect(
        "east kms GetKeyPolicy",
        answer(200).json("{\"Policy\":\"{}\"}"),
    );
    let found = look_at_key(&script, &format!("arn:aws:kms:us-east-1:{EAST}:alias/dr")).await;
    let facts = found.key.present().unwrap();
    assert_eq!(
        (facts.arn.as_str(), facts.state.as_str()),
        (arn.as_str(), "Disabled")
    );
    assert_eq!(found.policy, Seen::Present("{}".to_owned()));
    let asked = &script.bodies("east kms GetKeyPolicy")[0];
    assert!(asked.contains(&arn), "{asked}");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_not_there_is_absent() {
    let script = Script::default();
    script.expect(
        "east kms DescribeKey",
        json_error(400, "NotFoundException", "no"),
    );
    script.expect(
        "east kms GetKeyPolicy",
        json_error(400, "AccessDeniedException", "not allowed"),
    );
    let found = look_at_key(&script, &format!("arn:aws:kms:us-east-1:{EAST}:key/k1")).await;
    assert_eq!(found.key, Seen::Absent);
    assert!(matches!(found.policy, Seen::Denied { action, .. } if action == "kms:GetKeyPolicy"));
    script.finish();
}
