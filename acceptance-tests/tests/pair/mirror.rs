//! Settings that the destination has because the source has them.

mod fault;

use std::collections::BTreeMap;

use acceptance_tests::{Lab, LabError, Site};
use aws_sdk_s3::types as t;

use super::Scene;
use super::drift::found_and_mended;
use crate::ground::{bucket_policy, make_bucket, put, status};

const EVERYTHING: &str = "mirror_settings = [\"tags\", \"lifecycle\", \"encryption\", \"ownership\", \"cors\", \"public_access_block\", \"policy\"]\nmirror_public = true";

fn tag(key: &str, value: &str) -> t::Tag {
    t::Tag::builder()
        .key(key)
        .value(value)
        .build()
        .expect("a tag")
}

async fn set_tags(lab: &Lab, site: &Site, bucket: &str, tags: Vec<t::Tag>) {
    let tagging = t::Tagging::builder()
        .set_tag_set(Some(tags))
        .build()
        .expect("tags");
    let set = lab.admin_s3(site).put_bucket_tagging().bucket(bucket);
    set.tagging(tagging).send().await.expect("tagged");
}

async fn tags(lab: &Lab, site: &Site, bucket: &str) -> BTreeMap<String, String> {
    let read = lab.admin_s3(site).get_bucket_tagging().bucket(bucket);
    let found = read.send().await.map(|read| read.tag_set);
    found
        .unwrap_or_default()
        .into_iter()
        .map(|tag| (tag.key, tag.value))
        .collect()
}

fn expiry(id: &str, days: i32) -> t::LifecycleRule {
    t::LifecycleRule::builder()
        .id(id)
        .status(t::ExpirationStatus::Enabled)
        .filter(t::LifecycleRuleFilter::builder().prefix(id).build())
        .expiration(t::LifecycleExpiration::builder().days(days).build())
        .build()
        .expect("a rule")
}

async fn set_lifecycle(lab: &Lab, site: &Site, bucket: &str, rules: Vec<t::LifecycleRule>) {
    let configuration = t::BucketLifecycleConfiguration::builder()
        .set_rules(Some(rules))
        .build()
        .expect("a lifecycle");
    let set = lab.admin_s3(site).put_bucket_lifecycle_configuration();
    set.bucket(bucket)
        .lifecycle_configuration(configuration)
        .send()
        .await
        .expect("put");
}

/// The days of each lifecycle rule by its ID.
async fn lifecycle(lab: &Lab, site: &Site, bucket: &str) -> BTreeMap<String, i32> {
    let read = lab.admin_s3(site).get_bucket_lifecycle_configuration();
    let found = read.bucket(bucket).send().await.map(|read| read.rules);
    found
        .ok()
        .flatten()
        .unwrap_or_default()
        .into_iter()
        .map(|rule| {
            let days = rule.expiration().and_then(t::LifecycleExpiration::days);
            (rule.id.unwrap_or_default(), days.unwrap_or_default())
        })
        .collect()
}

async fn set_cors(lab: &Lab, site: &Site, bucket: &str, origin: &str) {
    let rule = t::CorsRule::builder()
        .allowed_methods("GET")
        .allowed_origins(origin)
        .build()
        .expect("a rule");
    let configuration = t::CorsConfiguration::builder()
        .cors_rules(rule)
        .build()
        .expect("a configuration");
    let set = lab.admin_s3(site).put_bucket_cors().bucket(bucket);
    set.cors_configuration(configuration)
        .send()
        .await
        .expect("put");
}

async fn cors(lab: &Lab, site: &Site, bucket: &str) -> Vec<String> {
    let read = lab.admin_s3(site).get_bucket_cors().bucket(bucket);
    let found = read.send().await.ok().and_then(|read| read.cors_rules);
    let rules = found.unwrap_or_default().into_iter();
    rules.flat_map(|rule| rule.allowed_origins).collect()
}

async fn set_ownership(lab: &Lab, site: &Site, bucket: &str, ownership: t::ObjectOwnership) {
    let rule = t::OwnershipControlsRule::builder()
        .object_ownership(ownership)
        .build()
        .expect("a rule");
    let controls = t::OwnershipControls::builder()
        .rules(rule)
        .build()
        .expect("controls");
    let set = lab.admin_s3(site).put_bucket_ownership_controls();
    set.bucket(bucket)
        .ownership_controls(controls)
        .send()
        .await
        .expect("put");
}

async fn ownership(lab: &Lab, site: &Site, bucket: &str) -> Option<t::ObjectOwnership> {
    let read = lab.admin_s3(site).get_bucket_ownership_controls();
    let found = read.bucket(bucket).send().await.ok()?;
    let rule = found.ownership_controls()?.rules().first()?.clone();
    Some(rule.object_ownership)
}

async fn set_block(lab: &Lab, site: &Site, bucket: &str, public_policy: bool) {
    let block = t::PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .ignore_public_acls(true)
        .block_public_policy(public_policy)
        .restrict_public_buckets(true)
        .build();
    let set = lab.admin_s3(site).put_public_access_block();
    set.bucket(bucket)
        .public_access_block_configuration(block)
        .send()
        .await
        .expect("put");
}

/// Whether public policies are blocked; none without a public-access block.
async fn blocks_policies(lab: &Lab, site: &Site, bucket: &str) -> Option<bool> {
    let read = lab.admin_s3(site).get_public_access_block();
    let found = read.bucket(bucket).send().await.ok()?;
    found
        .public_access_block_configuration()?
        .block_public_policy
}

async fn set_policy(lab: &Lab, site: &Site, bucket: &str, statements: &str) {
    let policy = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    let set = lab.admin_s3(site).put_bucket_policy().bucket(bucket);
    set.policy(policy).send().await.expect("put");
}

/// A statement that asks for TLS.
fn tls_only(sid: &str, bucket: &str) -> String {
    format!(
        r#"{{"Sid":"{sid}","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::{bucket}","arn:aws:s3:::{bucket}/never/*"],"Condition":{{"NumericLessThan":{{"s3:TlsVersion":"0"}}}}}}"#
    )
}

/// A source with something of each setting.
async fn furnish(lab: &Lab, site: &Site, bucket: &str) {
    set_tags(
        lab,
        site,
        bucket,
        vec![tag("team", "orders"), tag("dr", "true")],
    )
    .await;
    set_lifecycle(
        lab,
        site,
        bucket,
        vec![expiry("logs/", 30), expiry("tmp/", 1)],
    )
    .await;
    set_cors(lab, site, bucket, "https://orders.example").await;
    set_ownership(lab, site, bucket, t::ObjectOwnership::BucketOwnerPreferred).await;
    set_block(lab, site, bucket, false).await;
    set_policy(lab, site, bucket, &tls_only("TlsOnly", bucket)).await;
}

#[tokio::test]
async fn all_settings_to_a_bucket_in_another_account_that_has_its_own() -> Result<(), LabError> {
    let scene = Scene::existing("vault", &format!("direction = \"two_way\"\n{EVERYTHING}")).await?;
    let (lab, east, vault) = (&scene.lab, scene.lab.site("east"), scene.lab.site("vault"));
    let (from, to) = (scene.source.as_str(), scene.destination.as_str());
    furnish(lab, east, from).await;
    set_tags(lab, vault, to, vec![tag("cost", "7"), tag("team", "x")]).await;
    set_lifecycle(
        lab,
        vault,
        to,
        vec![expiry("only-here/", 9), expiry("tmp/", 9)],
    )
    .await;
    set_policy(lab, vault, to, &tls_only("Theirs", to)).await;
    scene.apply().await?;

    let has = tags(lab, vault, to).await;
    for (key, value) in [("team", "orders"), ("dr", "true"), ("cost", "7")] {
        assert_eq!(has.get(key).map(String::as_str), Some(value), "{has:?}");
    }
    let rules = [("logs/", 30), ("only-here/", 9), ("tmp/", 1)];
    assert_eq!(
        lifecycle(lab, vault, to).await,
        rules.map(|(id, days)| (id.to_owned(), days)).into()
    );
    assert_eq!(cors(lab, vault, to).await, ["https://orders.example"]);
    assert_eq!(
        ownership(lab, vault, to).await,
        Some(t::ObjectOwnership::BucketOwnerPreferred)
    );
    assert_eq!(blocks_policies(lab, vault, to).await, Some(false));
    let policy = bucket_policy(lab, vault, to).await;
    for word in ["CrrMirror", "TlsOnly", "\"Theirs\"", "CrrFrom"] {
        assert!(policy.contains(word), "{word}: {policy}");
    }
    assert!(
        policy.contains(&format!("arn:aws:s3:::{to}/never/*"))
            && !policy.contains(&format!("arn:aws:s3:::{from}/")),
        "{policy}"
    );
    assert_eq!(cors(lab, east, from).await.len(), 1, "nothing goes back");
    put(lab, east, from, "k").await;
    assert_eq!(status(lab, vault, to, "k").await, "REPLICA");

    // Without it nothing of it is touched, and neither is it when the pair goes.
    let everything = (tags(lab, vault, to).await, lifecycle(lab, vault, to).await);
    scene.configure("direction = \"two_way\"")?;
    scene.apply().await?;
    scene.workdir.destroy().await?;
    assert_eq!(
        (tags(lab, vault, to).await, lifecycle(lab, vault, to).await),
        everything
    );
    let policy = bucket_policy(lab, vault, to).await;
    assert!(
        policy.contains("CrrMirror") && !policy.contains("CrrFrom"),
        "{policy}"
    );
    Ok(())
}

#[tokio::test]
async fn each_setting_is_drift_checked_on_both_sides_and_mended() -> Result<(), LabError> {
    let scene = Scene::existing("west", EVERYTHING).await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    let (from, to) = (scene.source.as_str(), scene.destination.as_str());
    furnish(lab, east, from).await;
    scene.apply().await?;
    let there = lab.admin_s3(west);
    let mended = async |facet: &str, write: &str| {
        found_and_mended(&scene, &format!("destination.mirror.{facet}"), &[write]).await
    };

    set_tags(lab, west, to, vec![tag("team", "somebody")]).await;
    mended("tags", "PutBucketTagging").await?;
    set_lifecycle(lab, west, to, vec![expiry("logs/", 3)]).await;
    mended("lifecycle", "PutBucketLifecycleConfiguration").await?;
    let gone = there.delete_bucket_cors().bucket(to).send().await;
    gone.expect("deleted");
    mended("cors", "PutBucketCors").await?;
    set_ownership(lab, west, to, t::ObjectOwnership::ObjectWriter).await;
    mended("ownership", "PutBucketOwnershipControls").await?;
    set_block(lab, west, to, true).await;
    mended("public_access_block", "PutPublicAccessBlock").await?;
    let gone = there.delete_bucket_policy().bucket(to).send().await;
    gone.expect("deleted");
    mended("policy.CrrMirror", "PutBucketPolicy").await?;

    // What changes at the source follows.
    set_cors(lab, east, from, "https://new.example").await;
    mended("cors", "PutBucketCors").await?;
    assert_eq!(cors(lab, west, to).await, ["https://new.example"]);
    set_policy(lab, east, from, &tls_only("Other", from)).await;
    mended("policy.CrrMirror", "PutBucketPolicy").await?;
    let policy = bucket_policy(lab, west, to).await;
    assert!(
        policy.contains("Other") && !policy.contains("TlsOnly"),
        "{policy}"
    );
    Ok(())
}

#[tokio::test]
async fn an_exact_mirror_of_a_bucket_that_we_make() -> Result<(), LabError> {
    let scene = Scene::empty("west").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    let (from, to) = (scene.source.as_str(), scene.destination.as_str());
    make_bucket(lab, east, from).await;
    furnish(lab, east, from).await;
    let arguments = format!("{EVERYTHING}\nmirror_exact = true\ntags = {{ made = \"here\" }}");
    scene.configure_sides("", "create = true", &arguments)?;
    scene.apply().await?;
    assert_eq!(
        blocks_policies(lab, west, to).await,
        Some(false),
        "the mirror goes before what we give new buckets"
    );
    let has = tags(lab, west, to).await;
    assert!(
        ["team", "dr", "made", "crr:made-by"]
            .iter()
            .all(|key| has.contains_key(*key))
            && has.len() == 4,
        "{has:?}"
    );

    // All of it goes from the source, so it goes from the destination.
    let here = lab.admin_s3(east);
    let _ = here.delete_bucket_tagging().bucket(from).send().await;
    let _ = here.delete_bucket_lifecycle().bucket(from).send().await;
    let _ = here.delete_bucket_cors().bucket(from).send().await;
    let _ = here.delete_bucket_policy().bucket(from).send().await;
    let gone = here.delete_public_access_block().bucket(from);
    gone.send().await.expect("deleted");
    let gone = here.delete_bucket_ownership_controls().bucket(from);
    gone.send().await.expect("deleted");
    assert_eq!(scene.workdir.plan().await?.code, 2);
    scene.apply().await?;
    let has = tags(lab, west, to).await;
    assert_eq!(has.len(), 2, "what is ours stays: {has:?}");
    assert_eq!(lifecycle(lab, west, to).await, BTreeMap::new());
    assert_eq!(cors(lab, west, to).await, Vec::<String>::new());
    assert_eq!(ownership(lab, west, to).await, None);
    assert_eq!(blocks_policies(lab, west, to).await, None);
    assert_eq!(bucket_policy(lab, west, to).await, "");
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_mirrored_is_refused_in_words() -> Result<(), LabError> {
    let scene = Scene::existing("west", "mirror_settings = [\"tags\", \"colour\"]").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    let refused = async |word: &str| -> Result<(), LabError> {
        let plan = scene.workdir.plan().await?;
        assert_eq!(plan.code, 1, "{plan}");
        assert!(plan.words().contains(word), "{word}: {plan}");
        Ok(())
    };
    refused("colour").await?;
    scene.configure("mirror_exact = true")?;
    refused("Nothing is mirrored").await?;

    let key = lab
        .admin_kms(east)
        .create_key()
        .send()
        .await
        .expect("a key");
    let key = key.key_metadata().expect("a key").key_id().to_owned();
    let default = t::ServerSideEncryptionByDefault::builder()
        .sse_algorithm(t::ServerSideEncryption::AwsKms)
        .kms_master_key_id(key)
        .build()
        .expect("a default");
    let rule = t::ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(default)
        .build();
    let configuration = t::ServerSideEncryptionConfiguration::builder()
        .rules(rule)
        .build()
        .expect("a configuration");
    let set = lab.admin_s3(east).put_bucket_encryption();
    set.bucket(&scene.source)
        .server_side_encryption_configuration(configuration)
        .send()
        .await
        .expect("put");
    scene.configure("mirror_settings = [\"encryption\"]")?;
    refused("kms_key_arn").await?;
    scene.configure("mirror_settings = [\"policy\"]")?;
    set_policy(
        lab,
        east,
        &scene.source,
        &tls_only("Stray", "another-bucket"),
    )
    .await;
    refused("another-bucket").await
}
