//! A configuration that changes while the agent runs.

use acceptance_tests::LabError;
use serde_json::json;

use super::{applied, desk, exported, replicates};
use crate::echo_mode::Scene;
use crate::ground::replication;

const REFUSED: &str = "the new configuration is not taken";

#[tokio::test]
async fn a_new_file_is_taken_at_once_and_a_wrong_one_never() -> Result<(), LabError> {
    let scene = applied("").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.buckets(&["orders"]).await;
    let mut desk = desk(&scene).await?;
    let mut agent = desk.start(&["--interval", "200ms"]).await?;
    agent.until_all_protected(1).await?;

    // Half a file, one that says what is wrong, one whose site nobody reaches.
    let good = exported(&scene).await?;
    let mut wrong: serde_json::Value = serde_json::from_str(&good).expect("JSON");
    wrong["select"] = json!({ "exclude": ["Logs_*"] });
    let mut elsewhere: serde_json::Value = serde_json::from_str(&good).expect("JSON");
    elsewhere["target"] = json!("nowhere");
    for (times, (text, word)) in [
        (good[..good.len() / 2].to_owned(), "echo.json"),
        (wrong.to_string(), "Logs_*"),
        (elsewhere.to_string(), "nowhere"),
    ]
    .into_iter()
    .enumerate()
    {
        desk.write("echo.json", &text)?;
        agent
            .until(word, async |agent: &_| {
                let log = agent.log();
                let refused: Vec<_> = log.lines().filter(|line| line.contains(REFUSED)).collect();
                Ok(refused.len() > times && refused.iter().any(|line| line.contains(word)))
            })
            .await?;
    }
    let (status, said) = agent.get("/healthz").await?;
    assert!(status == 503 && said.contains("nowhere"), "{said}");
    let taken = agent.metrics().await?.sum("crr_config_taken", &[]);
    assert!(taken < 0.5, "{taken}");
    scene.buckets(&["invoices"]).await;
    agent.until_all_protected(2).await?;

    let mut narrow: serde_json::Value = serde_json::from_str(&good).expect("JSON");
    narrow["select"] = json!({ "exclude": ["logs*"] });
    desk.configure("echo.json", &narrow.to_string())?;
    agent
        .until("the new configuration", async |agent: &_| {
            Ok(agent.log().contains("going on with the new configuration"))
        })
        .await?;
    let taken = agent.metrics().await?.sum("crr_config_taken", &[]);
    assert!(taken > 0.5, "{taken}");
    scene.buckets(&["logs", "late"]).await;
    agent
        .until(
            "one left out and the others protected",
            async |agent: &_| {
                Ok(agent.buckets("excluded").await? > 0.5
                    && agent.buckets("protected").await? > 2.5)
            },
        )
        .await?;
    replicates(&scene, "late", "k").await;
    assert_eq!(replication(lab, east, "logs").await, None);
    agent.terminate().await?;
    Ok(())
}

/// Waits until the agent says that it holds still, and why.
async fn until_outdated(
    agent: &mut acceptance_tests::agent::Agent<'_>,
    why: &str,
) -> Result<(), LabError> {
    agent
        .until(why, async |agent: &_| {
            let (status, said) = agent.get("/healthz").await?;
            Ok(status == 503 && said.contains(why))
        })
        .await?;
    Ok(())
}

async fn is_replicated(scene: &Scene, bucket: &str) -> bool {
    let east = scene.lab.site("east");
    replication(&scene.lab, east, bucket).await.is_some()
}

#[tokio::test]
async fn what_an_apply_or_a_destroy_took_off_an_agent_of_before_does_not_put_back()
-> Result<(), LabError> {
    const COMMON: &str = "on_destroy = \"remove\"\ntrigger = { look_every = null }";
    let scene = applied(COMMON).await?;
    scene.buckets(&["orders", "logs"]).await;
    let mut desk = desk(&scene).await?;
    let long = ["--look-every", "1h"];
    let mut agent = desk.start(&long).await?;
    agent.until_all_protected(2).await?;

    scene.configure(&format!("{COMMON}\nselect = {{ exclude = [\"logs\"] }}"))?;
    scene.apply().await?;
    until_outdated(&mut agent, "an apply has changed the echo").await?;
    assert!(!is_replicated(&scene, "logs").await);
    // It waits, and touches nothing: what is made meanwhile is for whoever knows the echo.
    scene.buckets(&["late"]).await;
    desk.configure("echo.json", &exported(&scene).await?)?;
    agent.until_all_protected(2).await?;
    assert!(is_replicated(&scene, "late").await);
    assert!(!is_replicated(&scene, "logs").await);

    scene.workdir.destroy().await?;
    until_outdated(&mut agent, "its queue is gone").await?;
    scene.buckets(&["later"]).await;
    agent
        .until("the new bucket is seen", async |agent: &_| {
            Ok(agent.log().contains("\"later\""))
        })
        .await?;
    agent.terminate().await?;
    for bucket in ["orders", "late", "logs", "later"] {
        assert!(!is_replicated(&scene, bucket).await, "{bucket}");
    }
    Ok(())
}
