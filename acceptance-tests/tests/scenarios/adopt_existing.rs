//! Replication that others made becomes a pair, and is never interrupted.

use acceptance_tests::{Lab, LabError, Site, Workdir};
use aws_sdk_s3::types as t;
use serde_json::json;

use super::{arrives, scenario};
use crate::ground::{
    configuration, make_role, replication, rule, set_replication, set_versioning, versioned_bucket,
    versions,
};
use crate::reads::v1;

/// The form in which the AWS provider's resource writes a rule in which everything is set.
fn of_the_aws_provider(destination: &str) -> t::ReplicationRule {
    let fifteen = || t::ReplicationTimeValue::builder().minutes(15).build();
    let mut rule = rule("tf-s3-repl-20240102030405060700000001", 0, destination);
    rule.filter = Some(
        t::ReplicationRuleFilter::builder()
            .prefix("ledger/")
            .build(),
    );
    rule.delete_marker_replication = Some(
        t::DeleteMarkerReplication::builder()
            .status(t::DeleteMarkerReplicationStatus::Disabled)
            .build(),
    );
    rule.destination = rule.destination.map(|mut to| {
        to.storage_class = Some(t::StorageClass::StandardIa);
        to.metrics = Some(
            t::Metrics::builder()
                .status(t::MetricsStatus::Enabled)
                .event_threshold(fifteen())
                .build()
                .expect("metrics"),
        );
        to.replication_time = Some(
            t::ReplicationTime::builder()
                .status(t::ReplicationTimeStatus::Enabled)
                .time(fifteen())
                .build()
                .expect("a time"),
        );
        to
    });
    rule
}

/// Imports with a generated configuration: nothing is written, and the plan is empty afterwards.
async fn adopt(lab: &Lab, buckets: (&str, &str)) -> Result<Workdir, LabError> {
    let (east, west) = (lab.site("east"), lab.site("west"));
    let before = (
        replication(lab, east, buckets.0).await,
        replication(lab, west, buckets.1).await,
    );
    let variables = json!({ "buckets": { "east": buckets.0, "west": buckets.1 } });
    let workdir = scenario(lab, "adopt-existing", variables).await?;
    lab.reset_calls();
    let plan = workdir
        .run(&[
            "plan",
            "-input=false",
            "-no-color",
            "-generate-config-out=generated.tf",
        ])
        .await?
        .ok()?;
    assert!(
        plan.words()
            .contains("1 to import, 0 to add, 0 to change, 0 to destroy"),
        "{plan}\n{}",
        std::fs::read_to_string(workdir.path().join("generated.tf")).unwrap_or_default()
    );
    let applied = workdir.apply().await?;
    assert!(applied.words().contains("1 imported"), "{applied}");
    workdir.expect_empty_plan().await?;
    assert!(
        lab.calls().writes().is_empty(),
        "an import writes nothing: {}",
        lab.calls().lines()
    );
    let after = (
        replication(lab, east, buckets.0).await,
        replication(lab, west, buckets.1).await,
    );
    assert_eq!(after, before);
    Ok(workdir)
}

async fn two_buckets(lab: &Lab) -> (String, String) {
    (
        versioned_bucket(lab, lab.site("east"), "ledger").await,
        versioned_bucket(lab, lab.site("west"), "ledger-copy").await,
    )
}

async fn by_hand(lab: &Lab, site: &Site, bucket: &str, rules: Vec<t::ReplicationRule>) {
    let role = make_role(lab, site, &format!("crr-by-hand-{}", site.name)).await;
    set_replication(lab, site, bucket, configuration(&role, rules)).await;
}

#[tokio::test]
async fn one_way_and_what_is_changed_by_hand_shows_up_from_then_on() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    let (here, there) = two_buckets(&lab).await;
    by_hand(&lab, east, &here, vec![rule("by-hand", 1, &there)]).await;
    arrives(&lab, (east, &here), (west, &there), "before").await;
    let workdir = adopt(&lab, (&here, &there)).await?;
    arrives(&lab, (east, &here), (west, &there), "after").await;

    set_versioning(&lab, west, &there, t::BucketVersioningStatus::Suspended)
        .await
        .expect("suspended");
    let plan = workdir.plan().await?;
    assert!(
        plan.code == 2 && plan.words().contains("destination.versioning"),
        "{plan}"
    );
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    arrives(&lab, (east, &here), (west, &there), "mended").await;
    Ok(())
}

#[tokio::test]
async fn both_ways() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    let (here, there) = two_buckets(&lab).await;
    by_hand(&lab, east, &here, vec![rule("out", 1, &there)]).await;
    by_hand(&lab, west, &there, vec![rule("out", 1, &here)]).await;
    let workdir = adopt(&lab, (&here, &there)).await?;
    assert_eq!(
        workdir.resource("crr_pair.adopted").await?["direction"],
        "two_way"
    );
    arrives(&lab, (east, &here), (west, &there), "out").await;
    arrives(&lab, (west, &there), (east, &here), "home").await;
    Ok(())
}

#[tokio::test]
async fn with_all_that_the_aws_provider_sets() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    let (here, there) = two_buckets(&lab).await;
    let elsewhere = versioned_bucket(&lab, west, "elsewhere").await;
    let mut other = rule("somebody-elses", 7, &elsewhere);
    other.filter = Some(t::ReplicationRuleFilter::builder().prefix("logs/").build());
    by_hand(&lab, east, &here, vec![of_the_aws_provider(&there), other]).await;
    let workdir = adopt(&lab, (&here, &there)).await?;
    arrives(&lab, (east, &here), (west, &there), "ledger/1").await;
    arrives(&lab, (east, &here), (west, &elsewhere), "logs/1").await;

    // A change of ours leaves the rule of others as it is.
    let generated = workdir.path().join("generated.tf");
    let text = std::fs::read_to_string(&generated).expect("the generated configuration");
    let changed = text.replace("\"ledger/\"", "\"books/\"");
    assert_ne!(changed, text);
    workdir.write("generated.tf", &changed)?;
    workdir.apply().await?;
    // The data source was read before the change, so its output takes another.
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    arrives(&lab, (east, &here), (west, &there), "books/1").await;
    arrives(&lab, (east, &here), (west, &elsewhere), "logs/2").await;
    Ok(())
}

/// Rules of the older schema are written anew in the newer one, with the same meaning.
#[tokio::test]
async fn rules_of_the_older_schema() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    let (here, there) = two_buckets(&lab).await;
    by_hand(&lab, east, &here, vec![v1("old", "ledger/", &there)]).await;
    let variables = json!({ "buckets": { "east": here, "west": there } });
    let workdir = scenario(&lab, "adopt-existing", variables).await?;
    let plan = workdir
        .run(&[
            "plan",
            "-input=false",
            "-no-color",
            "-generate-config-out=generated.tf",
        ])
        .await?;
    assert!(
        plan.words()
            .contains("1 to import, 0 to add, 1 to change, 0 to destroy"),
        "{plan}"
    );
    workdir.apply().await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    let rules = replication(&lab, east, &here).await.expect("rules").rules;
    assert!(
        rules.len() == 1 && rules[0].id() == Some("old") && rules[0].filter().is_some(),
        "{rules:?}"
    );
    arrives(&lab, (east, &here), (west, &there), "ledger/1").await;
    let deleted = lab.admin_s3(east).delete_object();
    let deleted = deleted.bucket(&here).key("ledger/1").send().await;
    deleted.expect("hidden");
    assert_eq!(
        versions(&lab, west, &there).await,
        (1, 1),
        "the older schema replicates delete markers, and so does what became of it"
    );
    Ok(())
}
