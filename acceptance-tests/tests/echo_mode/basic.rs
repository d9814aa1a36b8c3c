//! From apply to objects that arrived, and a bucket that is made later.

use acceptance_tests::{Effect, Fault, LabError, When};

use super::{ECHO, Scene, text};
use crate::ground::{
    bucket_policy, is_versioned, make_bucket, put, replication, role_names, status,
};

#[tokio::test]
async fn every_bucket_is_protected_and_so_is_one_made_later() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.buckets(&["orders", "invoices"]).await;
    scene.apply().await?;
    for bucket in ["orders", "invoices"] {
        let target = format!("{bucket}-dr");
        put(lab, east, bucket, "k").await;
        assert_eq!(status(lab, east, bucket, "k").await, "COMPLETED");
        assert_eq!(status(lab, west, &target, "k").await, "REPLICA");
        assert!(is_versioned(lab, west, &target).await);
    }
    let mut roles = role_names(lab, east).await;
    roles.sort();
    assert_eq!(
        roles,
        ["crr-site-east", "crr-site-west"],
        "one role a site, none a bucket"
    );

    scene.buckets(&["payroll"]).await;
    let plan = scene.workdir.plan().await?;
    assert_eq!(plan.code, 2, "a new bucket is something to do: {plan}");
    assert!(
        plan.words().contains("payroll") && plan.words().contains("pending"),
        "{plan}"
    );
    scene.apply().await?;
    put(lab, east, "payroll", "k").await;
    assert_eq!(status(lab, west, "payroll-dr", "k").await, "REPLICA");

    scene.lab.reset_calls();
    scene.workdir.apply().await?;
    assert!(
        scene.lab.calls().writes().is_empty(),
        "{}",
        scene.lab.calls().lines()
    );
    let coverage = scene.coverage().await?;
    assert_eq!(
        (&coverage["buckets"], &coverage["protected"]),
        (&3.into(), &3.into())
    );
    Ok(())
}

#[tokio::test]
async fn two_way_across_accounts() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east, vault) = (&scene.lab, scene.lab.site("east"), scene.lab.site("vault"));
    scene.workdir.write(
        "main.tf",
        &text("vault", "direction = \"two_way\"\ndelete_markers = true"),
    )?;
    scene.buckets(&["orders"]).await;
    scene.apply().await?;
    put(lab, east, "orders", "out").await;
    put(lab, vault, "orders-dr", "home").await;
    assert_eq!(status(lab, vault, "orders-dr", "out").await, "REPLICA");
    assert_eq!(status(lab, east, "orders", "home").await, "REPLICA");

    scene
        .workdir
        .write("main.tf", &text("vault", "delete_markers = true"))?;
    scene.apply().await?;
    assert_eq!(
        replication(lab, vault, "orders-dr").await,
        None,
        "the way back is gone"
    );
    assert_eq!(bucket_policy(lab, east, "orders").await, "");
    put(lab, east, "orders", "again").await;
    assert_eq!(status(lab, vault, "orders-dr", "again").await, "REPLICA");
    Ok(())
}

#[tokio::test]
async fn what_drifts_is_named_and_mended_and_what_is_deleted_is_protected_again()
-> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.buckets(&["orders", "invoices"]).await;
    scene.apply().await?;
    lab.admin_s3(east)
        .delete_bucket_replication()
        .bucket("orders")
        .send()
        .await
        .expect("deleted");
    let suspended = aws_sdk_s3::types::BucketVersioningStatus::Suspended;
    crate::ground::set_versioning(lab, west, "invoices-dr", suspended)
        .await
        .expect("suspended");
    let plan = scene.workdir.plan().await?;
    assert_eq!(plan.code, 2, "{plan}");
    assert!(
        plan.words().contains("drifted: destination.versioning")
            && plan.words().contains("pending"),
        "{plan}"
    );
    scene.apply().await?;
    put(lab, east, "orders", "k").await;
    assert_eq!(status(lab, west, "orders-dr", "k").await, "REPLICA");

    for (site, bucket) in [(east, "invoices"), (west, "invoices-dr")] {
        lab.admin_s3(site)
            .delete_bucket()
            .bucket(bucket)
            .send()
            .await
            .expect("deleted");
    }
    assert_eq!(
        scene.workdir.plan_exit_code().await?,
        0,
        "what is gone needs nothing"
    );
    make_bucket(lab, east, "invoices").await;
    scene.apply().await?;
    put(lab, east, "invoices", "k").await;
    assert_eq!(status(lab, west, "invoices-dr", "k").await, "REPLICA");
    Ok(())
}

#[tokio::test]
async fn while_paused_nothing_is_touched_and_all_is_shown() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    scene.buckets(&["orders"]).await;
    scene.apply().await?;
    scene.configure("paused = true")?;
    scene.workdir.apply().await?;
    scene.buckets(&["invoices"]).await;
    scene.workdir.expect_empty_plan().await?;
    scene.lab.reset_calls();
    scene.workdir.apply().await?;
    assert!(
        scene.lab.calls().writes().is_empty(),
        "{}",
        scene.lab.calls().lines()
    );
    let coverage = scene.coverage().await?;
    assert_eq!(
        (&coverage["protected"], &coverage["pending"]),
        (&1.into(), &1.into())
    );
    scene.configure("paused = false")?;
    assert_eq!(scene.workdir.plan_exit_code().await?, 2);
    scene.apply().await?;
    assert_eq!(scene.coverage().await?["protected"], 2);
    Ok(())
}

#[tokio::test]
async fn without_a_site_role_it_says_so_and_touches_nothing() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    scene.buckets(&["orders"]).await;
    scene.workdir.write(
        "main.tf",
        "resource \"crr_echo_mode\" \"dr\" {\n  source = \"east\"\n  target = \"west\"\n}\n",
    )?;
    scene.lab.reset_calls();
    let refused = scene.workdir.try_apply().await?;
    assert_eq!(refused.code, 1, "{refused}");
    assert!(refused.words().contains("replication_role"), "{refused}");
    assert!(
        scene.lab.calls().writes().is_empty(),
        "{}",
        scene.lab.calls().lines()
    );
    Ok(())
}

#[tokio::test]
async fn it_is_imported_and_holds_no_secret() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    scene.buckets(&["orders"]).await;
    scene.apply().await?;
    scene.workdir.run(&["state", "rm", ECHO]).await?.ok()?;
    let imported = scene.workdir.import(ECHO, "east->west").await?;
    assert_eq!(imported.code, 0, "{imported}");
    scene.apply().await?;
    let state = std::fs::read_to_string(scene.workdir.state_file()).expect("a state");
    let keys = &scene.lab.site("east").operator;
    assert!(!state.contains(&keys.secret_key) && !state.contains(&keys.access_key));
    Ok(())
}

#[tokio::test]
async fn site_roles_of_other_names_that_were_there_before() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.buckets(&["orders"]).await;
    let given = "source_role = crr_site.east.replication_role_arn\ntarget_role = crr_site.west.replication_role_arn";
    let named =
        text("west", given).replace("read = [\"*\"]", "name = \"crr-ours\", read = [\"*\"]");
    let named = named.replacen("crr-ours", "crr-theirs", 1);
    let sites = named
        .split("resource \"crr_echo_mode\"")
        .next()
        .unwrap_or_default();
    scene.workdir.write("main.tf", sites)?;
    scene.workdir.apply().await?;
    scene.workdir.write("main.tf", &named)?;
    scene.apply().await?;
    put(lab, east, "orders", "k").await;
    assert_eq!(status(lab, west, "orders-dr", "k").await, "REPLICA");
    let rules = replication(lab, east, "orders").await.expect("rules");
    assert!(rules.role().ends_with("/crr-theirs"), "{rules:?}");
    scene.buckets(&["invoices"]).await;
    scene.apply().await
}

#[tokio::test]
async fn a_role_that_may_not_be_looked_at_and_one_that_is_not_used_are_told_at_plan()
-> Result<(), LabError> {
    let scene = Scene::new("target_role = \"arn:aws:iam::111111111111:role/back\"").await?;
    let refusal = Effect::Answer {
        status: 403,
        code: "AccessDenied".to_owned(),
        message: "not authorized to perform: iam:GetRole".to_owned(),
    };
    scene
        .lab
        .inject(Fault::on("GetRole", refusal).when(When::Every));
    let plan = scene.workdir.plan().await?;
    assert_eq!(plan.code, 2, "{plan}");
    for said in [
        "crr-site-east could not be looked at",
        "not authorized to perform: iam:GetRole",
        "No rule runs under this role",
    ] {
        assert!(plan.words().contains(said), "{said}: {plan}");
    }
    Ok(())
}
