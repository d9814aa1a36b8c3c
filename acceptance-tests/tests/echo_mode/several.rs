//! Several echoes in one configuration: what one does must not undo or feed another.

use acceptance_tests::LabError;
use aws_sdk_s3::types::{Tag, Tagging};

use super::{Scene, text};
use crate::ground::{make_bucket, replication, stands};

/// Each would otherwise make targets of the other's targets, and so on for ever: neither template fits the other's names.
#[tokio::test]
async fn echoes_each_way_with_templates_of_their_own_come_to_an_end() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.buckets(&["orders"]).await;
    make_bucket(lab, west, "reports").await;
    let back = "\nresource \"crr_echo_mode\" \"back\" {\n  source = crr_site.west.name\n  target = crr_site.east.name\n  target_bucket = \"{bucket}-copy\"\n}\n";
    scene.workdir.write("main.tf", &(text("west", "") + back))?;
    for _ in 0..3 {
        scene.workdir.apply().await?;
    }
    for (site, bucket, there) in [
        (west, "orders-dr", true),
        (east, "reports-copy", true),
        (east, "orders-dr-copy", false),
        (west, "reports-copy-dr", false),
    ] {
        assert_eq!(stands(lab, site, bucket).await, there, "{bucket}");
    }
    scene.workdir.expect_empty_plan().await
}

/// The same in a ring of three, where a target's direct origin alone would tell nothing.
#[tokio::test]
async fn echoes_in_a_ring_come_to_an_end() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.buckets(&["orders"]).await;
    let site = "\nresource \"crr_site\" \"vault\" {\n  name = \"vault\"\n  replication_role = { read = [\"*\"], write = [\"*\"] }\n}\n";
    let echo = |from: &str, to: &str| {
        format!(
            "\nresource \"crr_echo_mode\" \"{from}\" {{\n  source = crr_site.{from}.name\n  target = crr_site.{to}.name\n  target_bucket = \"{{bucket}}-{to}\"\n}}\n"
        )
    };
    let sites = text("west", "");
    let sites = sites
        .split("resource \"crr_echo_mode\"")
        .next()
        .unwrap_or_default();
    let ring = [("east", "west"), ("west", "vault"), ("vault", "east")];
    let echoes: String = ring.iter().map(|(from, to)| echo(from, to)).collect();
    scene
        .workdir
        .write("main.tf", &format!("{sites}{site}{echoes}"))?;
    for _ in 0..4 {
        scene.workdir.apply().await?;
    }
    let (west, vault) = (lab.site("west"), lab.site("vault"));
    for (site, bucket, there) in [
        (west, "orders-west", true),
        (vault, "orders-west-vault", true),
        (east, "orders-west-vault-east", false),
    ] {
        assert_eq!(stands(lab, site, bucket).await, there, "{bucket}");
    }
    scene.workdir.expect_empty_plan().await
}

/// The copy is all that is left of the bucket: it is no new one.
#[tokio::test]
async fn a_target_whose_source_is_gone_is_not_echoed_back() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.buckets(&["orders"]).await;
    let back = "\nresource \"crr_echo_mode\" \"back\" {\n  source = crr_site.west.name\n  target = crr_site.east.name\n}\n";
    scene.workdir.write("main.tf", &(text("west", "") + back))?;
    for _ in 0..2 {
        scene.workdir.apply().await?;
    }
    lab.admin_s3(east)
        .delete_bucket()
        .bucket("orders")
        .send()
        .await
        .expect("deleted");
    for _ in 0..2 {
        scene.workdir.apply().await?;
    }
    assert!(stands(lab, west, "orders-dr").await);
    assert!(!stands(lab, east, "orders-dr-dr").await);
    Ok(())
}

/// Two echoes with one template share the form of their rules' IDs; only the selection tells them apart.
#[tokio::test]
async fn an_echo_that_goes_leaves_the_buckets_of_another_alone() -> Result<(), LabError> {
    let remove = "on_destroy = \"remove\"\n";
    let gold = format!("{remove}select = {{ include = [\"gold-*\"] }}");
    let silver = "\nresource \"crr_echo_mode\" \"silver\" {\n  source = crr_site.east.name\n  target = crr_site.west.name\n  on_destroy = \"remove\"\n  storage_class = \"STANDARD_IA\"\n  select = { include = [\"silver-*\"] }\n}\n";
    let scene = Scene::new("").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.buckets(&["gold-a", "gold-b", "silver-a"]).await;
    scene
        .workdir
        .write("main.tf", &(text("west", &gold) + silver))?;
    scene.apply().await?;
    let before = replication(lab, east, "silver-a").await;
    assert!(before.is_some());

    let narrower = gold.replace("gold-*", "gold-a");
    scene
        .workdir
        .write("main.tf", &(text("west", &narrower) + silver))?;
    scene.workdir.apply().await?;
    assert_eq!(replication(lab, east, "gold-b").await, None);
    assert_eq!(replication(lab, east, "silver-a").await, before, "narrowed");

    let alone = text("west", "")
        .split("resource \"crr_echo_mode\"")
        .next()
        .unwrap_or_default()
        .to_owned();
    scene.workdir.write("main.tf", &(alone + silver))?;
    scene.workdir.apply().await?;
    assert_eq!(replication(lab, east, "gold-a").await, None);
    assert_eq!(
        replication(lab, east, "silver-a").await,
        before,
        "destroyed"
    );
    Ok(())
}

/// The same, where only the value of a tag tells the two apart; a bucket that lost its tag is still released.
#[tokio::test]
async fn an_echo_that_goes_leaves_the_buckets_of_another_tag_alone() -> Result<(), LabError> {
    let echo = |tier: &str| {
        format!(
            "resource \"crr_echo_mode\" \"{tier}\" {{\n  source = crr_site.east.name\n  target = crr_site.west.name\n  on_destroy = \"remove\"\n  select = {{ tags = {{ tier = \"{tier}\" }} }}\n}}\n"
        )
    };
    let scene = Scene::new("").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    let sites = text("west", "")
        .split("resource \"crr_echo_mode\"")
        .next()
        .unwrap_or_default()
        .to_owned();
    for (bucket, tier) in [("a", "gold"), ("b", "gold"), ("c", "silver")] {
        let bucket = format!("bucket-{bucket}");
        make_bucket(lab, east, &bucket).await;
        let tag = Tag::builder()
            .key("tier")
            .value(tier)
            .build()
            .expect("a tag");
        let tags = Tagging::builder().tag_set(tag).build().expect("tags");
        let s3 = lab.admin_s3(east);
        let tagged = s3.put_bucket_tagging().bucket(&bucket).tagging(tags);
        tagged.send().await.expect("tagged");
    }
    scene.workdir.write(
        "main.tf",
        &(sites.clone() + &echo("gold") + &echo("silver")),
    )?;
    scene.apply().await?;
    let before = replication(lab, east, "bucket-c").await;
    assert!(before.is_some());
    let s3 = lab.admin_s3(east);
    let untagged = s3.delete_bucket_tagging().bucket("bucket-b").send().await;
    untagged.expect("untagged");
    scene.workdir.write("main.tf", &(sites + &echo("silver")))?;
    let applied = scene.workdir.apply().await?;
    let words = applied.words();
    assert!(
        words.contains("Rules stay on 1 bucket") && words.contains("- bucket-c"),
        "{words}"
    );
    assert_eq!(replication(lab, east, "bucket-a").await, None);
    assert_eq!(replication(lab, east, "bucket-b").await, None);
    assert_eq!(replication(lab, east, "bucket-c").await, before);
    Ok(())
}

/// Each would rewrite the other's rules in every apply.
#[tokio::test]
async fn two_echoes_for_one_bucket_are_an_error_of_the_plan() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    scene.buckets(&["orders"]).await;
    let other = |select: &str| {
        format!(
            "\nresource \"crr_echo_mode\" \"other\" {{\n  source = crr_site.east.name\n  target = crr_site.west.name\n  storage_class = \"STANDARD_IA\"\n  select = {{ {select} }}\n}}\n"
        )
    };
    let one = text(
        "west",
        "select = { exclude = [\"logs-*\"], tags = { dr = \"1\" } }",
    );
    for select in ["include = [\"o*\"]", "tags = { tier = \"gold\" }"] {
        scene
            .workdir
            .write("main.tf", &(one.clone() + &other(select)))?;
        let plan = scene.workdir.plan().await?;
        let words = plan.words();
        assert!(
            plan.code == 1
                && words.contains("may be for one bucket")
                && words.contains("every bucket without logs-* tagged dr = 1"),
            "{select}: {plan}"
        );
    }
    for select in ["include = [\"logs-*\"]", "tags = { dr = \"2\" }"] {
        scene
            .workdir
            .write("main.tf", &(one.clone() + &other(select)))?;
        assert_eq!(scene.workdir.plan().await?.code, 2, "{select}");
    }
    Ok(())
}
