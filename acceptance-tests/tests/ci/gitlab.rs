//! The jobs of GitLab CI.

use std::collections::BTreeMap;

use acceptance_tests::LabError;
use serde_json::Value;

use super::{Checkout, Ended, yaml};

/// Runs a job's scripts as GitLab's runner does: line after line, until one fails.
async fn job(checkout: &Checkout, pipeline: &Value, name: &str) -> Result<Ended, LabError> {
    let lines = |value: &Value| -> Vec<String> {
        let lines = value.as_array().expect("lines").iter();
        lines
            .map(|line| line.as_str().expect("text").to_owned())
            .collect()
    };
    let mut script = lines(&pipeline["default"]["before_script"]);
    script.extend(lines(&pipeline[name]["script"]));
    checkout.workdir.write("job.sh", &script.join("\n"))?;
    let variables = pipeline["variables"].as_object().expect("variables");
    let environment: BTreeMap<String, String> = variables
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect();
    checkout.run(&["sh", "-e", "job.sh"], &environment).await
}

#[tokio::test]
async fn a_schedule_finds_drift_and_a_merge_request_gets_its_plan() -> Result<(), LabError> {
    let checkout = Checkout::applied().await?;
    let pipeline = yaml("gitlab/.gitlab-ci.yml");
    let ended = job(&checkout, &pipeline, "drift").await?;
    assert_eq!(ended.code, 0, "{}", ended.said);
    checkout.plant_drift().await;
    let ended = job(&checkout, &pipeline, "drift").await?;
    assert_eq!(ended.code, 2, "{}", ended.said);
    let report = pipeline["drift"]["artifacts"]["reports"]["junit"]
        .as_str()
        .expect("a report");
    assert!(
        checkout
            .read(report)
            .contains("destination.rule.everything"),
        "{}",
        checkout.read(report)
    );
    let ended = job(&checkout, &pipeline, "plan").await?;
    assert_eq!(ended.code, 0, "{}", ended.said);
    let plan = checkout.read("crr-reports/plan.md");
    let (today, after) = plan
        .split_once("#### After the apply")
        .unwrap_or_else(|| panic!("no rehearsal:\n{plan}"));
    assert!(
        today.contains("Plan: 0 to add, 1 to change")
            && today.contains("destination.rule.everything"),
        "{plan}"
    );
    assert!(
        after.contains("in sync") && !after.contains("missing"),
        "an apply would mend all of it: {plan}"
    );
    checkout.plant_refusal().await;
    let ended = job(&checkout, &pipeline, "plan").await?;
    assert_eq!(ended.code, 2, "{}", ended.said);
    let plan = checkout.read("crr-reports/plan.md");
    assert!(
        plan.contains("source.bucket_policy.s3:ReplicateObject"),
        "{plan}"
    );
    Ok(())
}
