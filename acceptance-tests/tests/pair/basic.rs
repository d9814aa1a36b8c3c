//! From apply to an object that arrived, and away again without losing a byte.

use acceptance_tests::{Engine, LabError, Workdir};
use aws_sdk_s3::types::Tag;

use super::Scene;
use crate::ground::{
    bucket_policy, configuration, is_versioned, make_bucket, make_role, put, replication,
    role_names, rule, rule_ids, set_replication, stands, status, versioned_bucket, versions,
};

#[tokio::test]
async fn one_way_between_existing_buckets() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.apply().await?;
    put(lab, east, &scene.source, "k").await;
    assert_eq!(status(lab, east, &scene.source, "k").await, "COMPLETED");
    assert_eq!(status(lab, west, &scene.destination, "k").await, "REPLICA");
    assert_eq!(
        bucket_policy(lab, west, &scene.destination).await,
        "",
        "one account needs no bucket policy"
    );
    assert_eq!(
        replication(lab, west, &scene.destination).await,
        None,
        "one way"
    );

    scene.workdir.destroy().await?;
    assert_eq!(replication(lab, east, &scene.source).await, None);
    assert_eq!(role_names(lab, east).await, Vec::<String>::new());
    assert!(
        is_versioned(lab, east, &scene.source).await
            && is_versioned(lab, west, &scene.destination).await
    );
    assert_eq!(
        (
            versions(lab, east, &scene.source).await,
            versions(lab, west, &scene.destination).await
        ),
        ((1, 0), (1, 0))
    );
    Ok(())
}

#[tokio::test]
async fn two_way_across_accounts() -> Result<(), LabError> {
    let scene = Scene::existing("vault", "direction = \"two_way\"\ndelete_markers = true").await?;
    let (lab, east, vault) = (&scene.lab, scene.lab.site("east"), scene.lab.site("vault"));
    scene.apply().await?;
    put(lab, east, &scene.source, "out").await;
    put(lab, vault, &scene.destination, "home").await;
    assert_eq!(status(lab, east, &scene.source, "out").await, "COMPLETED");
    assert_eq!(
        status(lab, vault, &scene.destination, "out").await,
        "REPLICA"
    );
    assert_eq!(
        status(lab, vault, &scene.destination, "home").await,
        "COMPLETED"
    );
    assert_eq!(status(lab, east, &scene.source, "home").await, "REPLICA");
    lab.admin_s3(east)
        .delete_object()
        .bucket(&scene.source)
        .key("out")
        .send()
        .await
        .expect("a marker");
    assert_eq!(
        versions(lab, east, &scene.source).await,
        (2, 1),
        "each once, and nothing looped"
    );
    assert_eq!(versions(lab, vault, &scene.destination).await, (2, 1));
    for (site, bucket) in [(east, &scene.source), (vault, &scene.destination)] {
        let rules = replication(lab, site, bucket).await.expect("rules").rules;
        let synced = rules[0]
            .source_selection_criteria()
            .and_then(|criteria| criteria.replica_modifications());
        assert_eq!(
            synced.map(|synced| synced.status().as_str()),
            Some("Enabled"),
            "on by default for two-way"
        );
    }

    scene.workdir.destroy().await?;
    for (site, bucket) in [(east, &scene.source), (vault, &scene.destination)] {
        assert_eq!(replication(lab, site, bucket).await, None);
        assert_eq!(bucket_policy(lab, site, bucket).await, "");
        assert_eq!(role_names(lab, site).await, Vec::<String>::new());
        assert_eq!(
            versions(lab, site, bucket).await,
            (2, 1),
            "every object stays"
        );
    }
    Ok(())
}

#[tokio::test]
async fn buckets_that_are_made_and_kept() -> Result<(), LabError> {
    let scene = Scene::empty("west").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.configure_sides("create = true", "create = true", "")?;
    scene.apply().await?;
    let s3 = lab.admin_s3(west);
    let block = s3
        .get_public_access_block()
        .bucket(&scene.destination)
        .send()
        .await
        .expect("a block");
    let block = block
        .public_access_block_configuration()
        .cloned()
        .expect("a block");
    assert_eq!(
        (block.block_public_acls(), block.restrict_public_buckets()),
        (Some(true), Some(true))
    );
    let owner = s3
        .get_bucket_ownership_controls()
        .bucket(&scene.destination)
        .send()
        .await
        .expect("ownership");
    assert_eq!(
        owner.ownership_controls().expect("controls").rules()[0]
            .object_ownership()
            .as_str(),
        "BucketOwnerEnforced"
    );
    put(lab, east, &scene.source, "k").await;
    assert_eq!(status(lab, west, &scene.destination, "k").await, "REPLICA");

    scene.workdir.destroy().await?;
    assert!(
        stands(lab, east, &scene.source).await && stands(lab, west, &scene.destination).await,
        "buckets stay by default"
    );
    assert_eq!(versions(lab, west, &scene.destination).await, (1, 0));
    Ok(())
}

#[tokio::test]
async fn force_destroy_empties_and_deletes_only_what_we_made() -> Result<(), LabError> {
    let scene = Scene::empty("west").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    make_bucket(lab, east, &scene.source).await;
    scene.configure_sides("", "create = true, force_destroy = true", "")?;
    scene.apply().await?;
    for key in ["a", "b", "c"] {
        put(lab, east, &scene.source, key).await;
    }
    lab.admin_s3(west)
        .delete_object()
        .bucket(&scene.destination)
        .key("a")
        .send()
        .await
        .expect("a marker");
    scene.workdir.destroy().await?;
    assert!(
        !stands(lab, west, &scene.destination).await,
        "made by us: gone with all versions and markers"
    );
    assert_eq!(
        versions(lab, east, &scene.source).await,
        (3, 0),
        "not made by us: untouched"
    );
    Ok(())
}

#[tokio::test]
async fn sites_as_resources_and_under_the_newest_terraform() -> Result<(), LabError> {
    let scene = Scene::existing("vault", "").await?;
    let configuration = format!(
        "resource \"crr_site\" \"east\" {{\n  name = \"east\"\n}}\n\nresource \"crr_site\" \"vault\" {{\n  name = \"vault\"\n}}\n\n\
         resource \"crr_pair\" \"orders\" {{\n  source      = {{ site = crr_site.east.name, bucket = \"{}\" }}\n  \
         destination = {{ site = crr_site.vault.name, bucket = \"{}\" }}\n}}\n",
        scene.source, scene.destination,
    );
    let workdir = Workdir::in_lab_with(Engine::library()?, &scene.lab, &configuration).await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    let site = workdir.resource("crr_site.vault").await?;
    assert_eq!(site["account_id"], "222222222222");
    assert_eq!(site["region"], "eu-central-1");
    put(&scene.lab, scene.lab.site("east"), &scene.source, "k").await;
    assert_eq!(
        status(&scene.lab, scene.lab.site("vault"), &scene.destination, "k").await,
        "REPLICA"
    );
    workdir.destroy().await?;
    Ok(())
}

#[tokio::test]
async fn state_and_plan_hold_no_secret() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    scene.workdir.apply().await?;
    let secret = &scene.lab.site("east").operator.secret_key;
    let state = std::fs::read_to_string(scene.workdir.state_file()).expect("a state");
    assert!(
        !state.contains(secret.as_str())
            && !state.contains(&scene.lab.site("east").operator.access_key)
    );
    Ok(())
}

#[tokio::test]
async fn what_others_have_on_the_bucket_stays() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    let elsewhere = versioned_bucket(lab, west, "elsewhere").await;
    let tags = aws_sdk_s3::types::Tagging::builder()
        .tag_set(
            Tag::builder()
                .key("owner")
                .value("them")
                .build()
                .expect("a tag"),
        )
        .build();
    lab.admin_s3(east)
        .put_bucket_tagging()
        .bucket(&scene.source)
        .tagging(tags.expect("tags"))
        .send()
        .await
        .expect("tagged");
    crate::ground::set_versioning(
        lab,
        east,
        &scene.source,
        aws_sdk_s3::types::BucketVersioningStatus::Enabled,
    )
    .await
    .expect("versioned");
    let role = make_role(lab, east, "crr-theirs").await;
    set_replication(
        lab,
        east,
        &scene.source,
        configuration(&role, vec![rule("theirs", 1, &elsewhere)]),
    )
    .await;

    scene.apply().await?;
    let both = rule_ids(lab, east, &scene.source).await;
    assert_eq!(both.len(), 2, "{both:?}");
    scene.workdir.destroy().await?;
    let left = replication(lab, east, &scene.source).await.expect("theirs");
    assert_eq!(
        left,
        configuration(&role, vec![rule("theirs", 1, &elsewhere)])
    );
    Ok(())
}

/// A saved plan is for what was seen then: another role is not taken in silence, and nothing is touched.
///
/// Terraform plans once more within the apply and compares the two itself, in words of its own.
#[tokio::test]
async fn a_saved_plan_is_not_applied_to_what_has_changed_since() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    let plan = ["plan", "-input=false", "-no-color", "-out=saved"];
    scene.workdir.run(&plan).await?.ok()?;
    // Rules of others under a role of theirs: this pair's would have to run under it, too.
    let elsewhere = versioned_bucket(lab, scene.lab.site("west"), "elsewhere").await;
    let enabled = aws_sdk_s3::types::BucketVersioningStatus::Enabled;
    crate::ground::set_versioning(lab, east, &scene.source, enabled)
        .await
        .expect("versioned");
    let role = make_role(lab, east, "crr-theirs").await;
    let theirs = configuration(&role, vec![rule("theirs", 1, &elsewhere)]);
    set_replication(lab, east, &scene.source, theirs.clone()).await;
    lab.reset_calls();
    let apply = ["apply", "-input=false", "-no-color", "saved"];
    let applied = scene.workdir.run(&apply).await?;
    let said = applied.words();
    assert_eq!(applied.code, 1, "{applied}");
    assert!(
        said.contains("inconsistent final plan") || said.contains("changed since it was planned"),
        "{applied}"
    );
    let writes = lab.calls().writes();
    assert!(writes.is_empty(), "{}", writes.lines());
    assert_eq!(
        replication(lab, east, &scene.source).await,
        Some(theirs),
        "as it was"
    );
    scene.apply().await
}

/// `create` finds the bucket there, so it is not ours, whatever `force_destroy` says.
#[tokio::test]
async fn force_destroy_spares_a_bucket_that_was_there_before() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, west) = (&scene.lab, scene.lab.site("west"));
    put(lab, west, &scene.destination, "theirs").await;
    scene.configure_sides("", "create = true, force_destroy = true", "")?;
    scene.apply().await?;
    scene.workdir.destroy().await?;
    assert!(stands(lab, west, &scene.destination).await);
    assert_eq!(versions(lab, west, &scene.destination).await, (1, 0));
    Ok(())
}
