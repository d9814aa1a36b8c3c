//! `force_destroy` where others stand on the bucket, and buckets that are gone.

use acceptance_tests::{Lab, LabError, Site, Workdir};
use aws_sdk_s3::types::{Tag, Tagging};

use super::Scene;
use crate::ground::{
    make_bucket, put, replication, role_names, rule_ids, stands, status, versions,
};

/// A second pair of the same source, into `vault`.
fn second(scene: &Scene, arguments: &str) -> String {
    format!(
        "resource \"crr_pair\" \"second\" {{\n  source      = {{ site = \"east\", bucket = \"{}\" }}\n  \
         destination = {{ site = \"vault\", bucket = \"second\" }}\n{arguments}\n}}\n",
        scene.source
    )
}

/// The pair that makes the source and takes it along.
fn first(scene: &Scene, arguments: &str) -> String {
    scene.text("create = true, force_destroy = true", "", arguments)
}

/// Targets of both pairs, and no source yet.
async fn targets() -> Result<Scene, LabError> {
    let scene = Scene::empty("west").await?;
    make_bucket(&scene.lab, scene.lab.site("west"), &scene.destination).await;
    make_bucket(&scene.lab, scene.lab.site("vault"), "second").await;
    Ok(scene)
}

#[tokio::test]
async fn a_bucket_that_another_pair_replicates_is_not_deleted_under_it() -> Result<(), LabError> {
    let scene = targets().await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    let after = second(&scene, "depends_on = [crr_pair.orders]");
    let both = format!("{}\n{after}", first(&scene, ""));
    scene.workdir.write("main.tf", &both)?;
    scene.apply().await?;
    put(lab, east, &scene.source, "k").await;

    scene.workdir.write("main.tf", &second(&scene, ""))?;
    lab.reset_calls();
    let refused = scene.workdir.try_apply().await?;
    let words = refused.words();
    let told = format!("Bucket {} would be deleted under pair", scene.source);
    assert!(refused.code == 1 && words.contains(&told), "{refused}");
    assert!(words.contains("force_destroy = false"), "{refused}");
    assert!(lab.calls().writes().is_empty(), "{}", lab.calls().lines());
    assert_eq!(versions(lab, east, &scene.source).await, (1, 0));

    // Both together go, whichever is first.
    for order in ["second after first", "first after second"] {
        let text = if order == "second after first" {
            both.clone()
        } else {
            let first = first(&scene, "depends_on = [crr_pair.second]");
            format!("{first}\n{}", second(&scene, ""))
        };
        scene.workdir.write("main.tf", &text)?;
        make_bucket_if_gone(&scene).await;
        scene.apply().await?;
        put(lab, east, &scene.source, "again").await;
        scene.workdir.destroy().await?;
        assert!(!stands(lab, east, &scene.source).await, "{order}");
        assert_eq!(role_names(lab, east).await, Vec::<String>::new());
    }
    Ok(())
}

/// The second pair does not make the source; where it is first somebody else must, as the tag says that we did.
async fn make_bucket_if_gone(scene: &Scene) {
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    if stands(lab, east, &scene.source).await {
        return;
    }
    make_bucket(lab, east, &scene.source).await;
    tag_as_ours(lab, east, &scene.source).await;
}

async fn tag_as_ours(lab: &Lab, site: &Site, bucket: &str) {
    let tag = Tag::builder()
        .key("crr:made-by")
        .value("terraform-provider-crr")
        .build()
        .expect("a tag");
    let tags = Tagging::builder().tag_set(tag).build().expect("tags");
    lab.admin_s3(site)
        .put_bucket_tagging()
        .bucket(bucket)
        .tagging(tags)
        .send()
        .await
        .expect("tagged");
}

#[tokio::test]
async fn a_bucket_that_another_configuration_replicates_stays() -> Result<(), LabError> {
    let scene = targets().await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.workdir.write("main.tf", &first(&scene, ""))?;
    scene.apply().await?;
    let other = Workdir::in_lab(lab, &second(&scene, "")).await?;
    other.apply().await?;
    put(lab, east, &scene.source, "k").await;

    let destroyed = scene.workdir.destroy().await?;
    let words = destroyed.words();
    assert!(
        words.contains(&format!("Bucket east:{} stays", scene.source))
            && words.contains("rule \"crr/second/"),
        "{destroyed}"
    );
    assert_eq!(versions(lab, east, &scene.source).await, (1, 0));
    assert_eq!(rule_ids(lab, east, &scene.source).await.len(), 1);
    assert!(stands(lab, west, &scene.destination).await);
    other.expect_empty_plan().await?;
    put(lab, east, &scene.source, "late").await;
    let vault = lab.site("vault");
    assert_eq!(status(lab, vault, "second", "late").await, "REPLICA");

    // The same of a target whose policy lets another in.
    let text = scene.text("", "", "");
    let text = text
        .replace(&scene.destination, "second")
        .replace("\"west\"", "\"vault\"");
    let text = text.replace(
        "bucket = \"second\",",
        "bucket = \"second\", create = true, force_destroy = true,",
    );
    let text = text.replace(&scene.source, "invoices");
    make_bucket(lab, east, "invoices").await;
    tag_as_ours(lab, vault, "second").await;
    scene.workdir.write("main.tf", &text)?;
    scene.apply().await?;
    let destroyed = scene.workdir.destroy().await?;
    assert!(
        destroyed.words().contains("Bucket vault:second stays")
            && destroyed.words().contains("statement \"CrrFrom"),
        "{destroyed}"
    );
    assert_eq!(versions(lab, vault, "second").await, (2, 0));
    other.expect_empty_plan().await
}

// Nothing on a target of the same account tells who replicates into it.
#[tokio::test]
async fn a_target_that_pairs_of_one_configuration_share_is_not_deleted_under_one()
-> Result<(), LabError> {
    let scene = Scene::empty("west").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    for bucket in [&scene.source, "invoices"] {
        make_bucket(lab, east, bucket).await;
    }
    let makes = scene.text("", "create = true, force_destroy = true", "");
    let joins = scene
        .text("", "", "depends_on = [crr_pair.orders]")
        .replace("\"orders\"", "\"invoices\"")
        .replace(&format!("\"{}\"", scene.source), "\"invoices\"");
    scene
        .workdir
        .write("main.tf", &format!("{makes}\n{joins}"))?;
    scene.apply().await?;
    put(lab, east, "invoices", "k").await;

    let alone = joins.replace("depends_on = [crr_pair.orders]", "");
    scene.workdir.write("main.tf", &alone)?;
    let refused = scene.workdir.try_apply().await?;
    assert!(
        refused.code == 1 && refused.words().contains("would be deleted under pair"),
        "{refused}"
    );
    assert_eq!(versions(lab, west, &scene.destination).await, (1, 0));

    // As the message says.
    let kept = makes.replace("force_destroy = true", "force_destroy = false");
    scene
        .workdir
        .write("main.tf", &format!("{kept}\n{alone}"))?;
    scene.apply().await?;
    scene.workdir.write("main.tf", &alone)?;
    scene.apply().await?;
    assert_eq!(versions(lab, west, &scene.destination).await, (1, 0));
    Ok(())
}

#[tokio::test]
async fn a_replacement_that_would_empty_a_bucket_is_warned_of() -> Result<(), LabError> {
    let scene = targets().await?;
    make_bucket(&scene.lab, scene.lab.site("west"), "another").await;
    scene.workdir.write("main.tf", &first(&scene, ""))?;
    scene.apply().await?;
    let moved = first(&scene, "").replace(&scene.destination, "another");
    scene.workdir.write("main.tf", &moved)?;
    let plan = scene.workdir.plan().await?;
    let told = format!(
        "Bucket east:{} would be deleted and made again",
        scene.source
    );
    assert!(plan.words().contains(&told), "{plan}");
    Ok(())
}

#[tokio::test]
async fn a_pair_whose_source_is_gone_is_destroyed_as_any_other() -> Result<(), LabError> {
    let scene = Scene::existing("vault", "").await?;
    let (lab, east, vault) = (&scene.lab, scene.lab.site("east"), scene.lab.site("vault"));
    scene.apply().await?;
    lab.admin_s3(east)
        .delete_bucket()
        .bucket(&scene.source)
        .send()
        .await
        .expect("deleted");
    let plan = scene.workdir.plan().await?;
    assert!(plan.code == 2, "{plan}");
    let gone = format!(
        "Bucket {} does not exist at site east any more",
        scene.source
    );
    assert!(plan.words().contains(&gone), "{plan}");
    let applied = scene.workdir.try_apply().await?;
    let missing = format!("Bucket {} does not exist at site east", scene.source);
    assert!(
        applied.code == 1 && applied.words().contains(&format!("Error: {missing}")),
        "{applied}"
    );
    scene.workdir.destroy().await?;
    assert_eq!(role_names(lab, east).await, Vec::<String>::new());
    assert_eq!(
        crate::ground::bucket_policy(lab, vault, &scene.destination).await,
        ""
    );
    assert_eq!(replication(lab, vault, &scene.destination).await, None);
    Ok(())
}

#[tokio::test]
async fn one_name_in_two_regions_is_told_before_anything_is_made() -> Result<(), LabError> {
    let scene = targets().await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    make_bucket(lab, east, "invoices").await;
    let elsewhere = format!(
        "resource \"crr_pair\" \"invoices\" {{\n  source      = {{ site = \"east\", bucket = \"invoices\" }}\n  \
         destination = {{ site = \"west\", bucket = \"{}\", create = true }}\n}}\n",
        scene.source
    );
    let text = format!("{}\n{elsewhere}", first(&scene, ""));
    scene.workdir.write("main.tf", &text)?;
    lab.reset_calls();
    let plan = scene.workdir.plan().await?;
    let told = format!("Bucket {} is wanted at two places", scene.source);
    assert!(plan.code == 1 && plan.words().contains(&told), "{plan}");
    assert!(lab.calls().writes().is_empty());
    Ok(())
}
