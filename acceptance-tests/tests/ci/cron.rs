//! The script for cron, which mails what a job says.

use std::collections::BTreeMap;

use acceptance_tests::LabError;

use super::{Checkout, FOLDER, text};

#[tokio::test]
async fn it_says_nothing_until_something_drifts() -> Result<(), LabError> {
    let checkout = Checkout::applied().await?;
    checkout
        .workdir
        .write("ci/crr-drift", &text("cron/crr-drift"))?;
    let none = BTreeMap::new();
    let command = ["sh", "ci/crr-drift", FOLDER];
    let ended = checkout.run(&command, &none).await?;
    assert_eq!((ended.code, ended.said.as_str()), (0, ""));

    checkout.plant_drift().await;
    let ended = checkout.run(&command, &none).await?;
    assert_eq!(ended.code, 2, "{}", ended.said);
    assert!(
        ended.said.contains("destination.rule.everything"),
        "{}",
        ended.said
    );
    let page = checkout.read(&format!("{FOLDER}/crr-reports/drift.html"));
    assert!(page.contains("destination.rule.everything"));
    Ok(())
}

#[tokio::test]
async fn two_do_not_run_at_once_and_a_failure_is_told() -> Result<(), LabError> {
    let checkout = Checkout::applied().await?;
    checkout
        .workdir
        .write("ci/crr-drift", &text("cron/crr-drift"))?;
    let none = BTreeMap::new();
    let reports = format!("{FOLDER}/crr-reports");
    let locked =
        format!("mkdir -p {reports}; exec 8>{reports}/lock; flock -n 8; sh ci/crr-drift {FOLDER}");
    let ended = checkout.run(&["sh", "-c", &locked], &none).await?;
    assert!(
        ended.code == 1 && ended.said.contains("still runs"),
        "{}",
        ended.said
    );
    // A shell's own code for a missing argument is 2, which would be drift.
    for script in ["ci/crr-drift", "ci/check.sh", "ci/plan.sh"] {
        let ended = checkout.run(&["sh", script], &none).await?;
        assert_eq!(ended.code, 1, "{script}: {}", ended.said);
        assert!(ended.said.contains("usage:"), "{}", ended.said);
    }
    checkout.workdir.write("empty/README.md", "Nothing here.")?;
    let ended = checkout.run(&["sh", "ci/check.sh", "empty"], &none).await?;
    assert!(
        ended.code == 1 && ended.said.contains("--allow-empty"),
        "the wrong folder is not in sync: {}",
        ended.said
    );
    let ended = checkout
        .run(&["sh", "ci/crr-drift", FOLDER, "--timeout=soon"], &none)
        .await?;
    assert!(
        ended.code == 1 && ended.said.contains("--timeout"),
        "{}",
        ended.said
    );
    Ok(())
}
