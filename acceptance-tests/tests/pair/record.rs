//! What a side keeps for the record: its access log, and Object Lock with a retention.

use acceptance_tests::LabError;
use aws_sdk_s3::types as t;

use super::Scene;
use super::drift::found_and_mended;
use crate::ground::{bucket_policy, stands};

/// Where S3 writes a bucket's log.
async fn log_of(scene: &Scene, site: &str, bucket: &str) -> Option<(String, String)> {
    let read = scene
        .lab
        .admin_s3(scene.lab.site(site))
        .get_bucket_logging()
        .bucket(bucket)
        .send()
        .await
        .expect("logging is read");
    let to = read.logging_enabled()?;
    Some((to.target_bucket().to_owned(), to.target_prefix().to_owned()))
}

#[tokio::test]
async fn both_sides_are_logged_by_one_apply() -> Result<(), LabError> {
    let scene = Scene::empty("west").await?;
    let (east, west) = (scene.lab.site("east"), scene.lab.site("west"));
    let side = |log: &str| {
        format!(
            "create = true, force_destroy = true, access_log = {{ bucket = \"{log}\", create = true, force_destroy = true }}"
        )
    };
    scene.configure_sides(
        &side("log-east"),
        &side("log-west"),
        "direction = \"two_way\"",
    )?;
    scene.apply().await?;
    for (site, bucket, log) in [
        ("east", &scene.source, "log-east"),
        ("west", &scene.destination, "log-west"),
    ] {
        let prefix = format!("{bucket}/");
        assert_eq!(
            log_of(&scene, site, bucket).await,
            Some((log.to_owned(), prefix.clone()))
        );
        let policy = bucket_policy(&scene.lab, scene.lab.site(site), log).await;
        let policy: serde_json::Value = serde_json::from_str(&policy).expect("a policy");
        let statement = &policy["Statement"][0];
        assert_eq!(
            statement["Principal"]["Service"],
            "logging.s3.amazonaws.com"
        );
        assert_eq!(statement["Action"], "s3:PutObject");
        assert_eq!(
            statement["Resource"],
            format!("arn:aws:s3:::{log}/{prefix}*")
        );
        assert_eq!(
            statement["Condition"]["ArnLike"]["aws:SourceArn"],
            format!("arn:aws:s3:::{bucket}")
        );
        assert_eq!(
            statement["Condition"]["StringEquals"]["aws:SourceAccount"],
            "111111111111"
        );
    }

    let off = scene
        .lab
        .admin_s3(east)
        .put_bucket_logging()
        .bucket(&scene.source)
        .bucket_logging_status(t::BucketLoggingStatus::builder().build())
        .send();
    off.await.expect("logging is off");
    found_and_mended(&scene, "source.access_log", &["PutBucketLogging"]).await?;

    scene.workdir.destroy().await?;
    assert!(!stands(&scene.lab, east, "log-east").await);
    assert!(!stands(&scene.lab, west, "log-west").await);
    Ok(())
}

/// A log bucket of others is used as it is, and without it there is nothing to write to.
#[tokio::test]
async fn a_log_bucket_of_others_stays_and_must_be_there() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let east = scene.lab.site("east");
    scene.configure_sides(
        "access_log = { bucket = \"logs\", prefix = \"all/\" }",
        "",
        "",
    )?;
    let missing = scene.workdir.plan().await?;
    assert!(
        missing.words().contains("Bucket logs does not exist"),
        "{missing}"
    );
    crate::ground::make_bucket(&scene.lab, east, "logs").await;
    scene.apply().await?;
    assert_eq!(
        log_of(&scene, "east", &scene.source).await,
        Some(("logs".to_owned(), "all/".to_owned()))
    );
    scene.workdir.destroy().await?;
    assert!(stands(&scene.lab, east, "logs").await);
    assert_ne!(
        bucket_policy(&scene.lab, east, "logs").await,
        "",
        "the log goes on"
    );
    Ok(())
}

#[tokio::test]
async fn a_vault_locks_what_arrives() -> Result<(), LabError> {
    let scene = Scene::existing("vault", "").await?;
    let vault = scene.lab.site("vault");
    let locked = "arrivals";
    let configure = |days: u32| {
        scene.workdir.write(
            "main.tf",
            &format!(
                "resource \"crr_pair\" \"orders\" {{\n  source = {{ site = \"east\", bucket = \"{}\" }}\n  destination = {{ site = \"vault\", bucket = \"{locked}\", create = true, object_lock = {{ mode = \"COMPLIANCE\", days = {days} }} }}\n}}\n",
                scene.source
            ),
        )
    };
    for days in [30, 60] {
        configure(days)?;
        scene.apply().await?;
        let lock = scene
            .lab
            .admin_s3(vault)
            .get_object_lock_configuration()
            .bucket(locked)
            .send();
        let lock = lock.await.expect("Object Lock is read");
        let default = lock
            .object_lock_configuration()
            .and_then(|lock| lock.rule()?.default_retention())
            .cloned()
            .expect("a default retention");
        assert_eq!(default.days(), i32::try_from(days).ok());
        assert_eq!(
            default.mode(),
            Some(&t::ObjectLockRetentionMode::Compliance)
        );
    }
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_is_said_at_the_attribute() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    for (side, words) in [
        (
            "object_lock = { mode = \"COMPLIANCE\", days = 1 }",
            "Only a bucket that the provider makes gets Object Lock",
        ),
        (
            "create = true, object_lock = { mode = \"COMPLIANCE\" }",
            "`mode` without `days`",
        ),
        (
            "access_log = { bucket = \"logs\", force_destroy = true }",
            "Only a bucket that the provider made can be destroyed",
        ),
    ] {
        scene.configure_sides("", side, "")?;
        let refused = scene.workdir.validate().await?;
        assert_eq!(refused.code, 1, "{side}");
        assert!(refused.words().contains(words), "{side}: {refused}");
    }
    let own = format!("access_log = {{ bucket = \"{}\" }}", scene.source);
    scene.configure_sides(&own, "", "")?;
    let refused = scene.workdir.plan().await?;
    assert!(refused.words().contains("cannot go to"), "{refused}");
    Ok(())
}
