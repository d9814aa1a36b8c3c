//! Each part changed behind Terraform's back: the plan says so in words, and apply mends that part and touches no other.

mod tags_and_keys;

use acceptance_tests::gateway::readable;
use acceptance_tests::{Lab, LabError};
use aws_sdk_s3::types as t;

use super::Scene;
use crate::ground::{
    configuration, replication, role_names, set_replication, set_versioning, stands,
};

/// The plan finds it and names the facet; apply writes with these operations only; then nothing is left to do.
pub(super) async fn found_and_mended(
    scene: &Scene,
    facet: &str,
    writes: &[&str],
) -> Result<(), LabError> {
    let plan = scene.workdir.plan().await?;
    assert_eq!(plan.code, 2, "{facet}: {plan}");
    assert!(
        plan.words().contains(facet),
        "the plan does not name {facet}: {plan}"
    );
    scene.lab.reset_calls();
    scene.workdir.apply().await?;
    let calls = scene.lab.calls().writes();
    for name in calls.names() {
        assert!(
            writes.contains(&name),
            "{facet}: {name} is none of its business\n{}",
            calls.lines()
        );
    }
    assert!(!calls.is_empty(), "{facet}: nothing was mended");
    scene.workdir.expect_empty_plan().await
}

fn role_of(lab: &Lab) -> aws_sdk_iam::Client {
    lab.admin_iam(lab.site("east"))
}

#[tokio::test]
async fn rules_gone_disabled_and_changed() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.apply().await?;
    let ours = replication(lab, east, &scene.source).await.expect("rules");
    let write = ["PutBucketReplication"];

    lab.admin_s3(east)
        .delete_bucket_replication()
        .bucket(&scene.source)
        .send()
        .await
        .expect("deleted");
    found_and_mended(&scene, "source.rule.", &write).await?;

    let mut disabled = ours.clone();
    disabled.rules[0].status = t::ReplicationRuleStatus::Disabled;
    set_replication(lab, east, &scene.source, disabled).await;
    found_and_mended(&scene, "source.rule.", &write).await?;

    let mut elsewhere = ours.clone();
    elsewhere.rules[0].filter = Some(t::ReplicationRuleFilter::builder().prefix("only/").build());
    set_replication(lab, east, &scene.source, elsewhere).await;
    found_and_mended(&scene, "source.rule.", &write).await?;
    assert_eq!(
        replication(lab, east, &scene.source).await.expect("rules"),
        ours,
        "as it was"
    );
    Ok(())
}

#[tokio::test]
async fn versioning_of_each_side() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, west) = (&scene.lab, scene.lab.site("west"));
    scene.apply().await?;
    // The source's cannot be suspended while it replicates.
    set_versioning(
        lab,
        west,
        &scene.destination,
        t::BucketVersioningStatus::Suspended,
    )
    .await
    .expect("suspended");
    found_and_mended(&scene, "destination.versioning", &["PutBucketVersioning"]).await?;
    lab.admin_s3(lab.site("east"))
        .delete_bucket_replication()
        .bucket(&scene.source)
        .send()
        .await
        .expect("deleted");
    set_versioning(
        lab,
        lab.site("east"),
        &scene.source,
        t::BucketVersioningStatus::Suspended,
    )
    .await
    .expect("suspended");
    found_and_mended(
        &scene,
        "source.versioning",
        &["PutBucketVersioning", "PutBucketReplication"],
    )
    .await
}

#[tokio::test]
async fn role_trust_policy_and_the_role_itself() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, iam) = (&scene.lab, role_of(&scene.lab));
    scene.apply().await?;
    let name = role_names(lab, lab.site("east")).await.remove(0);

    let open = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    iam.update_assume_role_policy()
        .role_name(&name)
        .policy_document(open)
        .send()
        .await
        .expect("opened");
    found_and_mended(&scene, "trust", &["UpdateAssumeRolePolicy"]).await?;

    let policies = iam
        .list_role_policies()
        .role_name(&name)
        .send()
        .await
        .expect("listed")
        .policy_names()
        .to_vec();
    let whole = iam
        .get_role_policy()
        .role_name(&name)
        .policy_name(&policies[0])
        .send()
        .await
        .expect("read");
    let less = readable(whole.policy_document()).replace("s3:ReplicateDelete", "s3:ReplicateTags");
    iam.put_role_policy()
        .role_name(&name)
        .policy_name(&policies[0])
        .policy_document(less)
        .send()
        .await
        .expect("put");
    found_and_mended(&scene, "polic", &["PutRolePolicy"]).await?;

    iam.delete_role_policy()
        .role_name(&name)
        .policy_name(&policies[0])
        .send()
        .await
        .expect("deleted");
    found_and_mended(&scene, "polic", &["PutRolePolicy"]).await?;

    iam.delete_role_policy()
        .role_name(&name)
        .policy_name(&policies[0])
        .send()
        .await
        .expect("deleted");
    iam.delete_role()
        .role_name(&name)
        .send()
        .await
        .expect("deleted");
    found_and_mended(
        &scene,
        "role",
        &[
            "CreateRole",
            "PutRolePolicy",
            "TagRole",
            "PutBucketReplication",
        ],
    )
    .await
}

#[tokio::test]
async fn bucket_policy_statement_of_another_account() -> Result<(), LabError> {
    let scene = Scene::existing("vault", "").await?;
    let (lab, vault) = (&scene.lab, scene.lab.site("vault"));
    scene.apply().await?;
    let s3 = lab.admin_s3(vault);
    s3.delete_bucket_policy()
        .bucket(&scene.destination)
        .send()
        .await
        .expect("deleted");
    found_and_mended(&scene, "destination.policy", &["PutBucketPolicy"]).await?;
    let whole = crate::ground::bucket_policy(lab, vault, &scene.destination).await;
    s3.put_bucket_policy()
        .bucket(&scene.destination)
        .policy(whole.replace("s3:ReplicateDelete", "s3:ReplicateTags"))
        .send()
        .await
        .expect("put");
    found_and_mended(&scene, "destination.policy", &["PutBucketPolicy"]).await
}

#[tokio::test]
async fn settings_of_a_bucket_that_we_made() -> Result<(), LabError> {
    let scene = Scene::empty("west").await?;
    let (lab, west) = (&scene.lab, scene.lab.site("west"));
    scene.configure_sides("create = true", "create = true", "")?;
    scene.apply().await?;
    let s3 = lab.admin_s3(west);
    s3.delete_public_access_block()
        .bucket(&scene.destination)
        .send()
        .await
        .expect("deleted");
    found_and_mended(
        &scene,
        "destination.public_access_block",
        &["PutPublicAccessBlock"],
    )
    .await?;

    let rule = t::OwnershipControlsRule::builder()
        .object_ownership(t::ObjectOwnership::ObjectWriter)
        .build()
        .expect("a rule");
    let controls = t::OwnershipControls::builder()
        .rules(rule)
        .build()
        .expect("controls");
    s3.put_bucket_ownership_controls()
        .bucket(&scene.destination)
        .ownership_controls(controls)
        .send()
        .await
        .expect("put");
    found_and_mended(
        &scene,
        "destination.ownership",
        &["PutBucketOwnershipControls"],
    )
    .await
}

#[tokio::test]
async fn a_rule_of_another_writer_is_no_drift() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.apply().await?;
    let ours = replication(lab, east, &scene.source).await.expect("rules");
    let mut both = ours.rules.clone();
    both.push(crate::ground::rule("theirs", 77, &scene.destination));
    set_replication(lab, east, &scene.source, configuration(&ours.role, both)).await;
    scene.workdir.expect_empty_plan().await
}

#[tokio::test]
async fn a_whole_bucket_gone() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, west) = (&scene.lab, scene.lab.site("west"));
    scene.apply().await?;
    lab.admin_s3(west)
        .delete_bucket()
        .bucket(&scene.destination)
        .send()
        .await
        .expect("deleted");
    let plan = scene.workdir.plan().await?;
    assert_eq!(plan.code, 2, "drift: {plan}");
    let gone = format!(
        "Bucket {} does not exist at site west any more",
        scene.destination
    );
    assert!(plan.words().contains(&gone), "{plan}");

    scene.configure_sides("", "create = true", "")?;
    scene.apply().await?;
    assert!(
        stands(lab, west, &scene.destination).await,
        "or a recreation where it may be made"
    );
    Ok(())
}

#[tokio::test]
async fn a_pair_goes_although_a_bucket_is_gone() -> Result<(), LabError> {
    let scene = Scene::existing("west", "direction = \"two_way\"").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.apply().await?;
    lab.admin_s3(west)
        .delete_bucket()
        .bucket(&scene.destination)
        .send()
        .await
        .expect("deleted");
    scene.workdir.destroy().await?;
    assert_eq!(replication(lab, east, &scene.source).await, None);
    assert_eq!(
        crate::ground::role_names(lab, east).await,
        Vec::<String>::new()
    );
    Ok(())
}
