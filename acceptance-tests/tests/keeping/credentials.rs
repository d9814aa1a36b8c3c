//! Credentials that end while the agent runs.

use std::time::{Duration, SystemTime};

use acceptance_tests::LabError;
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};

use super::{applied, desk, replicates};

/// The SDK asks anew ten seconds before the end.
const LIFE: Duration = Duration::from_secs(12);

#[tokio::test]
async fn keys_that_end_are_renewed_and_the_old_ones_never_used_again() -> Result<(), LabError> {
    let scene = applied("").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    let desk = desk(&scene).await?;
    let keys = &east.operator;
    // Each asking hands out the same user's next key, and notes that it was asked.
    let mut handed = Vec::new();
    let iam = lab.admin_iam(east);
    for number in 1..=2 {
        let key = if number == 1 {
            (keys.access_key.clone(), keys.secret_key.clone())
        } else {
            let made = iam
                .create_access_key()
                .user_name("operator")
                .send()
                .await
                .expect("a key");
            let key = made.access_key().expect("a key");
            (
                key.access_key_id().to_owned(),
                key.secret_access_key().to_owned(),
            )
        };
        let ends = if number == 1 {
            LIFE
        } else {
            Duration::from_hours(1)
        };
        let ends = DateTime::from(SystemTime::now() + ends)
            .fmt(DateTimeFormat::DateTime)
            .expect("a time");
        let said = serde_json::json!({ "Version": 1, "AccessKeyId": key.0, "SecretAccessKey": key.1, "Expiration": ends });
        desk.write(&format!("key-{number}.json"), &said.to_string())?;
        handed.push(key.0);
    }
    let folder = desk.path().display();
    let script = format!(
        "#!/bin/sh\necho asked >> {folder}/asked-$1\nif [ $(wc -l < {folder}/asked-$1) = 1 ]; then cat {folder}/key-1.json; else cat {folder}/key-2.json; fi\n"
    );
    let script = desk.write("hand-out", &script)?;
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("it may run");
    let profile =
        |site: &str| format!("[profile {site}]\ncredential_process = {folder}/hand-out {site}\n");
    desk.write(
        "aws-config",
        &format!("{}{}", profile("east"), profile("west")),
    )?;

    let mut agent = desk.start(&["--interval", "200ms"]).await?;
    scene.buckets(&["orders"]).await;
    agent.until_all_protected(1).await?;
    let asked = |site: &str| {
        std::fs::read_to_string(desk.path().join(format!("asked-{site}")))
            .unwrap_or_default()
            .lines()
            .count()
    };
    agent
        .until("new keys for both sites", async |_: &_| {
            Ok(asked("east") > 1 && asked("west") > 1)
        })
        .await?;
    // The first one is over: S3 refuses it from now on.
    iam.delete_access_key()
        .user_name("operator")
        .access_key_id(&handed[0])
        .send()
        .await
        .expect("deleted");
    lab.reset_calls();
    scene.buckets(&["invoices"]).await;
    agent.until_all_protected(2).await?;
    replicates(&scene, "invoices", "k").await;
    let stale = lab
        .calls()
        .iter()
        .filter(|call| call.call.access_key == handed[0])
        .count();
    assert_eq!(stale, 0, "{}", lab.calls().lines());
    let log = agent.terminate().await?;
    for number in 1..=2 {
        let said: serde_json::Value = serde_json::from_str(
            &std::fs::read_to_string(desk.path().join(format!("key-{number}.json")))
                .expect("a key"),
        )
        .expect("JSON");
        assert!(
            !log.contains(said["SecretAccessKey"].as_str().expect("a secret")),
            "a secret is in the log"
        );
    }
    Ok(())
}

/// What an operator does who rotates the key of a profile: here in the wrong order, as he does who is in a hurry.
#[tokio::test]
async fn a_key_that_was_rotated_in_its_file_is_taken_up() -> Result<(), LabError> {
    let scene = applied("").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    let desk = desk(&scene).await?;
    let former = &east.operator;
    let keys = |id: &str, secret: &str| {
        let profile = |site: &str| {
            format!("[{site}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n")
        };
        profile("east") + &profile("west")
    };
    desk.write("aws-config", "")?;
    desk.write(
        "aws-credentials",
        &keys(&former.access_key, &former.secret_key),
    )?;
    let mut agent = desk.start(&["--interval", "200ms"]).await?;
    scene.buckets(&["orders"]).await;
    agent.until_all_protected(1).await?;
    let iam = lab.admin_iam(east);
    let made = iam.create_access_key().user_name("operator").send().await;
    let made = made.expect("a key");
    let rotated = made.access_key().expect("a key");
    let deleted = iam.delete_access_key().user_name("operator");
    let deleted = deleted.access_key_id(&former.access_key).send().await;
    deleted.expect("deleted");
    agent
        .until("the former key is refused", async |agent: &_| {
            Ok(agent.get("/healthz").await?.0 == 503)
        })
        .await?;
    assert_eq!(
        agent.get("/livez").await?.0,
        200,
        "a new start is not what is needed"
    );
    desk.write(
        "aws-credentials",
        &keys(rotated.access_key_id(), rotated.secret_access_key()),
    )?;
    scene.buckets(&["invoices"]).await;
    agent.until_all_protected(2).await?;
    assert_eq!(agent.get("/healthz").await?.0, 200);
    replicates(&scene, "invoices", "k").await;
    let log = agent.terminate().await?;
    assert!(!log.contains(rotated.secret_access_key()), "a secret");
    Ok(())
}
