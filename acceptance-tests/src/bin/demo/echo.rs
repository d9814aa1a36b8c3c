//! The second act: a whole site, and the agent that keeps it.

use acceptance_tests::agent::{self, Agent, Desk};
use acceptance_tests::{Lab, LabError, Workdir};

use super::{arrives, say, step};

/// Plays it on the lab of the first.
pub async fn play(lab: &Lab, stem: &str) -> Result<(), LabError> {
    let (east, west) = (lab.site("east"), lab.site("west"));
    let workdir = step(
        "terraform apply: an echo, for every bucket of the east, made or not",
        async {
            let echo = agent::echo("west", "  on_destroy = \"remove\"");
            let workdir = Workdir::in_lab(lab, &echo).await?;
            workdir.apply().await?;
            Ok(workdir)
        },
    )
    .await?;
    let echo = workdir.resource("crr_echo_mode.dr").await?;
    let config = echo.get("agent_config").and_then(|text| text.as_str());
    let desk = Desk::of(lab, config.unwrap_or_default())?;
    let mut agent = step(
        "crr echo: the agent starts, and looks every second",
        async { desk.start(&["--interval", "1s"]).await },
    )
    .await?;
    let buckets = ["a", "b"].map(|letter| format!("{stem}-made-later-{letter}"));
    step("somebody makes two buckets on the east side", async {
        for bucket in &buckets {
            let made = lab.admin_s3(east).create_bucket().bucket(bucket);
            let made = Box::pin(made.send()).await;
            made.map_err(|error| LabError::new(format!("it cannot be made: {error:?}")))?;
        }
        Ok(())
    })
    .await?;
    step(
        "the agent protects both: nobody ran anything",
        agent.until_all_protected(2),
    )
    .await?;
    for line in told(&agent, &buckets) {
        say(&format!("    {line}"));
    }
    step("an object put in each arrives on the west side", async {
        for bucket in &buckets {
            let target = format!("{bucket}-dr");
            arrives(lab, (east, bucket), (west, &target), "k").await?;
        }
        Ok(())
    })
    .await?;
    step(
        "terraform apply: what the agent did is what it wanted",
        async {
            workdir.apply().await?;
            workdir.expect_empty_plan().await
        },
    )
    .await?;
    step("SIGTERM to the agent, and terraform destroy", async {
        agent.terminate().await?;
        workdir.destroy().await.map(drop)
    })
    .await
}

/// What the agent said of the buckets: one line for each.
fn told(agent: &Agent<'_>, buckets: &[String]) -> Vec<String> {
    let log = agent.log();
    let of = |bucket: &String| {
        let line = log.lines().rfind(|line| line.contains(bucket.as_str()))?;
        let line: serde_json::Value = serde_json::from_str(line).ok()?;
        let seconds = line.get("seconds")?.as_f64()?;
        Some(format!(
            "{bucket}: protected {seconds:.1} s after it was made"
        ))
    };
    buckets.iter().filter_map(of).collect()
}
