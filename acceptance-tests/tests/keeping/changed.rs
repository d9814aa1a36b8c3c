//! A configuration that changes while the agent runs.

use acceptance_tests::LabError;
use serde_json::json;

use super::{applied, desk, exported, replicates};
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
