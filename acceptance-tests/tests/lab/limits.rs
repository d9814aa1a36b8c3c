//! What the emulator does not do though AWS does: docs/design/testing.md lists it and says what is checked instead. When a newer
//! emulator makes one of these fail, it has learnt something: take the line out of the list and test the thing itself.

use acceptance_tests::Lab;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types as t;

use super::{configuration, make_role, replicate, rule, versioned_bucket};

async fn put(s3: &aws_sdk_s3::Client, bucket: &str, key: &str) {
    s3.put_object()
        .bucket(bucket)
        .key(key)
        .body(ByteStream::from_static(b"x"))
        .send()
        .await
        .expect("the object is put");
}

async fn tags(s3: &aws_sdk_s3::Client, bucket: &str, key: &str) -> usize {
    s3.get_object_tagging()
        .bucket(bucket)
        .key(key)
        .send()
        .await
        .expect("tags")
        .tag_set()
        .len()
}

#[tokio::test]
async fn replicas_keep_the_sources_key_and_are_made_without_being_selected() {
    let lab = Lab::start().await.unwrap();
    let (east, west) = (lab.site("east"), lab.site("west"));
    let source = versioned_bucket(&lab, east, "orders").await;
    let destination = versioned_bucket(&lab, west, "orders-dr").await;
    let role = make_role(&lab, east, "crr-orders").await;
    let key = lab
        .admin_kms(east)
        .create_key()
        .send()
        .await
        .expect("a key");
    let key = key
        .key_metadata()
        .and_then(|key| key.arn())
        .expect("an ARN")
        .to_owned();
    let encrypted = async |name: &str| {
        let put = lab
            .admin_s3(east)
            .put_object()
            .bucket(&source)
            .key(name)
            .server_side_encryption(t::ServerSideEncryption::AwsKms);
        put.ssekms_key_id(&key)
            .body(ByteStream::from_static(b"x"))
            .send()
            .await
            .expect("the object is put");
        let head = lab
            .admin_s3(west)
            .head_object()
            .bucket(&destination)
            .key(name)
            .send()
            .await
            .expect("it arrived");
        head.ssekms_key_id().map(str::to_owned)
    };
    replicate(
        &lab,
        east,
        &source,
        configuration(&role, vec![rule("all", 1, &destination)]),
    )
    .await
    .unwrap();
    assert_eq!(
        encrypted("not-selected").await,
        Some(key.clone()),
        "AWS would not replicate it"
    );

    let mut selected = rule("all", 1, &destination);
    let objects = t::SseKmsEncryptedObjects::builder()
        .status(t::SseKmsEncryptedObjectsStatus::Enabled)
        .build()
        .expect("built");
    selected.source_selection_criteria = Some(
        t::SourceSelectionCriteria::builder()
            .sse_kms_encrypted_objects(objects)
            .build(),
    );
    if let Some(to) = &mut selected.destination {
        let replica_key = "arn:aws:kms:us-west-2:111111111111:alias/none";
        to.encryption_configuration = Some(
            t::EncryptionConfiguration::builder()
                .replica_kms_key_id(replica_key)
                .build(),
        );
    }
    replicate(&lab, east, &source, configuration(&role, vec![selected]))
        .await
        .unwrap();
    assert_eq!(
        encrypted("selected").await,
        Some(key.clone()),
        "AWS would encrypt it with the replica's key, or fail"
    );
}

#[tokio::test]
async fn object_lock_is_neither_asked_for_nor_replicated() {
    let lab = Lab::start().await.unwrap();
    let (east, west) = (lab.site("east"), lab.site("west"));
    let locked = lab.bucket("locked");
    let s3 = lab.admin_s3(east);
    s3.create_bucket()
        .bucket(&locked)
        .object_lock_enabled_for_bucket(true)
        .send()
        .await
        .expect("made");
    let plain = versioned_bucket(&lab, west, "plain").await;
    let role = make_role(&lab, east, "crr-orders").await;
    replicate(
        &lab,
        east,
        &locked,
        configuration(&role, vec![rule("all", 1, &plain)]),
    )
    .await
    .unwrap();
    let tomorrow = std::time::SystemTime::now() + std::time::Duration::from_hours(24);
    let put = s3
        .put_object()
        .bucket(&locked)
        .key("k")
        .object_lock_mode(t::ObjectLockMode::Governance);
    put.object_lock_retain_until_date(DateTime::from(tomorrow))
        .send()
        .await
        .expect("the object is put");
    let arrived = lab
        .admin_s3(west)
        .head_object()
        .bucket(&plain)
        .key("k")
        .send()
        .await
        .expect("AWS would fail it");
    assert_eq!(arrived.object_lock_mode(), None);
}

#[tokio::test]
async fn changes_of_a_replica_stay_where_they_are() {
    let lab = Lab::start().await.unwrap();
    let (east, west) = (lab.site("east"), lab.site("west"));
    let here = versioned_bucket(&lab, east, "orders").await;
    let there = versioned_bucket(&lab, west, "orders-dr").await;
    let role = make_role(&lab, east, "crr-orders").await;
    let synced = |destination: &str| {
        let mut synced = rule("all", 1, destination);
        let modifications = t::ReplicaModifications::builder()
            .status(t::ReplicaModificationsStatus::Enabled)
            .build()
            .expect("built");
        synced.source_selection_criteria = Some(
            t::SourceSelectionCriteria::builder()
                .replica_modifications(modifications)
                .build(),
        );
        configuration(&role, vec![synced])
    };
    replicate(&lab, east, &here, synced(&there)).await.unwrap();
    replicate(&lab, west, &there, synced(&here)).await.unwrap();
    let (east_s3, west_s3) = (lab.admin_s3(east), lab.admin_s3(west));
    put(&east_s3, &here, "k").await;
    let tag = t::Tag::builder()
        .key("seen")
        .value("yes")
        .build()
        .expect("a tag");
    let tagging = t::Tagging::builder().tag_set(tag).build().expect("tags");
    west_s3
        .put_object_tagging()
        .bucket(&there)
        .key("k")
        .tagging(tagging)
        .send()
        .await
        .expect("tagged");
    assert_eq!(
        (
            tags(&west_s3, &there, "k").await,
            tags(&east_s3, &here, "k").await
        ),
        (1, 0),
        "AWS would carry the tag back"
    );
}

#[tokio::test]
async fn the_replication_role_may_have_no_permission_at_all() {
    let lab = Lab::start().await.unwrap();
    let (east, west) = (lab.site("east"), lab.site("west"));
    let source = versioned_bucket(&lab, east, "orders").await;
    let destination = versioned_bucket(&lab, west, "orders-dr").await;
    let role = format!("arn:aws:iam::{}:role/crr/crr-never-made", east.account);
    replicate(
        &lab,
        east,
        &source,
        configuration(&role, vec![rule("all", 1, &destination)]),
    )
    .await
    .unwrap();
    put(&lab.admin_s3(east), &source, "k").await;
    lab.admin_s3(west)
        .head_object()
        .bucket(&destination)
        .key("k")
        .send()
        .await
        .expect("AWS would fail it");
}
