//! Drift of what is set once and then forgotten: tags, encryption, the boundary, the key's policy, the role of the rules.

use acceptance_tests::LabError;
use aws_sdk_s3::types as t;

use super::{found_and_mended, role_of};
use crate::ground::{make_role, replication, role_names, set_replication};
use crate::pair::Scene;

fn tag(key: &str, value: &str) -> t::Tag {
    t::Tag::builder()
        .key(key)
        .value(value)
        .build()
        .expect("a tag")
}

#[tokio::test]
async fn tags_and_encryption_of_a_bucket_that_we_made() -> Result<(), LabError> {
    let scene = Scene::empty("west").await?;
    let s3 = scene.lab.admin_s3(scene.lab.site("west"));
    scene.configure_sides(
        "create = true",
        "create = true",
        "tags = { team = \"orders\" }",
    )?;
    scene.apply().await?;

    let tags = t::Tagging::builder()
        .tag_set(tag("crr:made-by", "terraform-provider-crr"))
        .tag_set(tag("team", "nobody"))
        .tag_set(tag("theirs", "stays"))
        .build();
    s3.put_bucket_tagging()
        .bucket(&scene.destination)
        .tagging(tags.expect("tags"))
        .send()
        .await
        .expect("tagged");
    found_and_mended(&scene, "destination.tags", &["PutBucketTagging"]).await?;
    let tags = s3
        .get_bucket_tagging()
        .bucket(&scene.destination)
        .send()
        .await
        .expect("tags");
    for wanted in [tag("team", "orders"), tag("theirs", "stays")] {
        assert!(tags.tag_set().contains(&wanted), "{:?}", tags.tag_set());
    }

    let by_default = t::ServerSideEncryptionByDefault::builder()
        .sse_algorithm(t::ServerSideEncryption::AwsKms)
        .build()
        .expect("a default");
    let rule = t::ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(by_default)
        .build();
    let encryption = t::ServerSideEncryptionConfiguration::builder()
        .rules(rule)
        .build()
        .expect("a configuration");
    s3.put_bucket_encryption()
        .bucket(&scene.destination)
        .server_side_encryption_configuration(encryption)
        .send()
        .await
        .expect("put");
    found_and_mended(&scene, "destination.encryption", &["PutBucketEncryption"]).await
}

#[tokio::test]
async fn tags_and_boundary_of_the_role() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, iam) = (&scene.lab, role_of(&scene.lab));
    let boundary = iam
        .create_policy()
        .policy_name("boundary")
        .policy_document(r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#)
        .send()
        .await
        .expect("a policy");
    let boundary = boundary.policy().and_then(|it| it.arn()).expect("an ARN");
    scene.configure(&format!(
        "tags = {{ team = \"orders\" }}\npermissions_boundary = \"{boundary}\""
    ))?;
    scene.apply().await?;
    let name = role_names(lab, lab.site("east")).await.remove(0);

    iam.untag_role()
        .role_name(&name)
        .tag_keys("team")
        .send()
        .await
        .expect("untagged");
    found_and_mended(&scene, "source.role_tags", &["TagRole"]).await?;
    iam.delete_role_permissions_boundary()
        .role_name(&name)
        .send()
        .await
        .expect("taken off");
    found_and_mended(
        &scene,
        "source.role_boundary",
        &["PutRolePermissionsBoundary"],
    )
    .await
}

#[tokio::test]
async fn statement_in_the_policy_of_another_accounts_key() -> Result<(), LabError> {
    let scene = Scene::existing("vault", "").await?;
    let (lab, vault) = (&scene.lab, scene.lab.site("vault"));
    let mut keys = Vec::new();
    for site in [lab.site("east"), vault] {
        let made = lab
            .admin_kms(site)
            .create_key()
            .send()
            .await
            .expect("a key");
        let key = made.key_metadata().and_then(|key| key.arn());
        keys.push(key.expect("an ARN").to_owned());
    }
    let theirs = lab
        .admin_kms(vault)
        .get_key_policy()
        .key_id(&keys[1])
        .policy_name("default")
        .send()
        .await
        .expect("a policy");
    scene.configure_sides(
        &format!("kms_key_arn = \"{}\"", keys[0]),
        &format!("kms_key_arn = \"{}\"", keys[1]),
        "",
    )?;
    scene.apply().await?;
    lab.admin_kms(vault)
        .put_key_policy()
        .key_id(&keys[1])
        .policy_name("default")
        .policy(theirs.policy().expect("a document"))
        .send()
        .await
        .expect("put");
    found_and_mended(&scene, "destination.key_policy", &["PutKeyPolicy"]).await
}

#[tokio::test]
async fn rules_under_another_role() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.apply().await?;
    let ours = replication(lab, east, &scene.source).await.expect("rules");
    let mut moved = ours.clone();
    moved.role = make_role(lab, east, "crr-theirs").await;
    set_replication(lab, east, &scene.source, moved).await;
    found_and_mended(&scene, "source.role", &["PutBucketReplication"]).await?;
    assert_eq!(
        replication(lab, east, &scene.source).await.expect("rules"),
        ours,
        "as it was"
    );
    Ok(())
}
