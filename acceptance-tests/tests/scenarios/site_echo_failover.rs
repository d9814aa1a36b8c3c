//! The primary is lost, the secondary takes writes, the primary comes back: nothing is lost.

use acceptance_tests::agent::Desk;
use acceptance_tests::{Effect, Fault, Lab, LabError, Site, When, Workdir};
use aws_sdk_s3::types as t;
use serde_json::json;

use super::{scenario, set};
use crate::ground::{make_bucket, put, replication, stands, status};

/// Nothing that asks the primary gets an answer.
fn cut(lab: &Lab, site: &Site) {
    lab.inject(
        Fault::on("*", Effect::DropBefore)
            .region(&site.region)
            .when(When::Every),
    );
}

/// The keys of a bucket's objects.
async fn keys(lab: &Lab, site: &Site, bucket: &str) -> Vec<String> {
    let listed = lab
        .admin_s3(site)
        .list_objects_v2()
        .bucket(bucket)
        .send()
        .await
        .expect("a listing");
    let keys = listed.contents().iter().filter_map(|object| object.key());
    keys.map(str::to_owned).collect()
}

/// The keys of a bucket's objects, each with what is in it.
async fn contents(lab: &Lab, site: &Site, bucket: &str) -> Vec<(String, String)> {
    let mut contents = Vec::new();
    for key in keys(lab, site, bucket).await {
        let s3 = lab.admin_s3(site);
        let object = s3.get_object().bucket(bucket).key(&key).send().await;
        let body = object.expect("an object").body.collect().await;
        let text = String::from_utf8(body.expect("a body").to_vec());
        contents.push((key, text.expect("text")));
    }
    contents
}

/// Every object that S3 has not sent on from here is written again over itself, as the guide's command does it.
async fn copy_in_place(lab: &Lab, site: &Site, bucket: &str) {
    for key in keys(lab, site, bucket).await {
        if status(lab, site, bucket, &key).await == "COMPLETED" {
            continue;
        }
        lab.admin_s3(site)
            .copy_object()
            .bucket(bucket)
            .key(&key)
            .copy_source(format!("{bucket}/{key}"))
            .storage_class(t::StorageClass::Standard)
            .send()
            .await
            .expect("the object is copied onto itself");
    }
}

/// What `terraform apply` is run with while a site does not answer.
const WITHOUT_A_LOOK: [&str; 5] = [
    "apply",
    "-auto-approve",
    "-input=false",
    "-no-color",
    "-refresh=false",
];

fn lose(lab: &Lab, workdir: &Workdir, site: Option<&str>) -> Result<(), LabError> {
    set(lab, workdir, json!({ "lost_site": site }))
}

#[tokio::test]
async fn the_primary_is_lost_and_comes_back_and_nothing_is_lost() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    make_bucket(&lab, east, "failover-orders").await;
    make_bucket(&lab, east, "somebody-elses").await;
    let workdir = scenario(&lab, "site-echo-failover", json!({})).await?;
    // A lost site is tried once here, and not for as long as the retries take.
    workdir.write(
        "lab_override.tf",
        "provider \"crr\" {\n  retry = { attempts = 1 }\n}\n",
    )?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    assert!(!stands(&lab, west, "somebody-elses-dr").await);
    put(&lab, east, "failover-orders", "before").await;
    assert_eq!(
        status(&lab, west, "failover-orders-dr", "before").await,
        "REPLICA"
    );

    // The primary is lost: nothing can be looked at, and pausing both echoes is possible all the same.
    cut(&lab, east);
    let blind = workdir.plan().await?;
    assert!(
        blind.code == 1 && blind.words().contains("at site \"east\""),
        "{blind}"
    );
    lose(&lab, &workdir, Some("east"))?;
    lab.reset_calls();
    let paused = workdir.run(&WITHOUT_A_LOOK).await?.ok()?;
    assert!(
        paused.words().contains("Site \"east\" does not answer"),
        "{paused}"
    );
    let calls = lab.calls();
    assert!(calls.writes().is_empty(), "{}", calls.lines());
    for echo in ["first", "second"] {
        let address = format!("module.echo.crr_echo_mode.this[\"{echo}\"]");
        assert_eq!(workdir.resource(&address).await?["paused"], true, "{echo}");
    }

    // The secondary takes writes: to the buckets that are there, and to new ones.
    put(&lab, west, "failover-orders-dr", "meanwhile").await;
    make_bucket(&lab, west, "failover-reports").await;
    put(&lab, west, "failover-reports", "first").await;
    assert!(
        replication(&lab, west, "failover-orders-dr")
            .await
            .is_some(),
        "the way home stands while the echo is paused"
    );

    // The primary is back. Resuming looks at the whole site: nobody has noted what was made meanwhile.
    lab.gateway().clear_faults();
    lose(&lab, &workdir, None)?;
    let plan = workdir.plan().await?;
    assert!(
        plan.code == 2 && plan.words().contains("failover-reports"),
        "{plan}"
    );
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    assert_eq!(
        keys(&lab, east, "failover-orders").await,
        ["before", "meanwhile"]
    );
    put(&lab, west, "failover-reports", "second").await;
    assert_eq!(
        keys(&lab, east, "failover-reports-dr").await,
        ["second"],
        "S3 replicates what is written once the rule stands"
    );
    copy_in_place(&lab, west, "failover-reports").await;
    assert_eq!(
        keys(&lab, east, "failover-reports-dr").await,
        ["first", "second"]
    );
    for (bucket, target) in [
        ("failover-orders-dr", "failover-orders"),
        ("failover-reports", "failover-reports-dr"),
    ] {
        assert_eq!(
            contents(&lab, west, bucket).await,
            contents(&lab, east, target).await,
            "{bucket}"
        );
    }

    // Failed back: the primary takes writes again, in the buckets of both echoes.
    for (bucket, target) in [
        ("failover-orders", "failover-orders-dr"),
        ("failover-reports-dr", "failover-reports"),
    ] {
        put(&lab, east, bucket, "home-again").await;
        assert_eq!(
            status(&lab, west, target, "home-again").await,
            "REPLICA",
            "{bucket}"
        );
    }
    workdir.expect_empty_plan().await
}

/// The primary is built again, empty: what it had comes from the secondary, and both ways stand again.
#[tokio::test]
async fn a_primary_that_is_built_again_gets_everything_from_the_secondary() -> Result<(), LabError>
{
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    make_bucket(&lab, east, "failover-orders").await;
    let workdir = scenario(&lab, "site-echo-failover", json!({})).await?;
    workdir.apply().await?;
    put(&lab, east, "failover-orders", "before").await;
    let s3 = lab.admin_s3(east);
    for version in s3
        .list_object_versions()
        .bucket("failover-orders")
        .send()
        .await
        .expect("a listing")
        .versions()
    {
        s3.delete_object()
            .bucket("failover-orders")
            .set_key(version.key.clone())
            .set_version_id(version.version_id.clone())
            .send()
            .await
            .expect("deleted");
    }
    let deleted = s3.delete_bucket().bucket("failover-orders").send().await;
    deleted.expect("deleted");
    make_bucket(&lab, east, "failover-orders").await;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    put(&lab, west, "failover-orders-dr", "meanwhile").await;
    copy_in_place(&lab, west, "failover-orders-dr").await;
    assert_eq!(
        keys(&lab, east, "failover-orders").await,
        ["before", "meanwhile"]
    );
    Ok(())
}

/// Another region takes the primary's place: the targets of the old echo are what there is, and are protected themselves.
#[tokio::test]
async fn a_third_site_takes_the_place_of_a_primary_that_never_comes_back() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west, vault) = (lab.site("east"), lab.site("west"), lab.site("vault"));
    make_bucket(&lab, east, "failover-orders").await;
    let workdir = scenario(&lab, "site-echo-failover", json!({})).await?;
    workdir.apply().await?;
    put(&lab, east, "failover-orders", "before").await;
    cut(&lab, east);
    workdir.run(&["state", "rm", "module.echo"]).await?.ok()?;
    workdir.write("outputs.tf", "")?;
    let s3 = lab.admin_s3(west);
    let way_home = s3.delete_bucket_replication().bucket("failover-orders-dr");
    way_home.send().await.expect("deleted");
    workdir.write("main.tf", "provider \"crr\" {\n  sites = var.sites\n}\nresource \"crr_site\" \"this\" {\n  for_each         = toset([\"west\", \"vault\"])\n  name             = each.key\n  replication_role = { read = [\"*\"], write = [\"*\"] }\n}\nresource \"crr_echo_mode\" \"instead\" {\n  source    = crr_site.this[\"west\"].name\n  target    = crr_site.this[\"vault\"].name\n  direction = \"two_way\"\n}\n")?;
    workdir.apply().await?;
    put(&lab, west, "failover-orders-dr", "meanwhile").await;
    assert_eq!(
        keys(&lab, vault, "failover-orders-dr-dr").await,
        ["meanwhile"]
    );
    Ok(())
}

/// Nobody tells the agent anything: it fails while the primary is lost, and goes on when that is back.
#[tokio::test]
async fn the_agent_takes_it_up_by_itself_when_the_primary_is_back() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    make_bucket(&lab, east, "failover-orders").await;
    let workdir = scenario(&lab, "site-echo-failover", json!({})).await?;
    workdir.apply().await?;
    let configs = workdir.output().await?["agent_configs"]["value"].clone();
    let mut desk = Desk::new(&lab)?;
    for echo in ["east", "west"] {
        let config = configs[echo].as_str().expect("a configuration");
        desk.configure(&format!("{echo}.json"), config)?;
    }
    let mut agent = desk.start(&["--interval", "200ms"]).await?;
    agent.until_all_protected(1).await?;

    cut(&lab, east);
    put(&lab, west, "failover-orders-dr", "meanwhile").await;
    make_bucket(&lab, west, "failover-reports").await;
    put(&lab, west, "failover-reports", "first").await;
    agent
        .until("an error that names the site", async |agent| {
            Ok(agent.log().contains("did not answer"))
        })
        .await?;
    let status = desk.run(&["status"]).await?;
    assert!(
        status.code == 1 && status.words().contains("at site \"east\""),
        "{status}"
    );

    lab.gateway().clear_faults();
    agent.until_all_protected(2).await?;
    let back = configs["west"].as_str().expect("a configuration");
    let waited = Desk::of(&lab, back)?
        .run(&["wait", "failover-reports"])
        .await?;
    assert_eq!(waited.code, 0, "{waited}");
    copy_in_place(&lab, west, "failover-reports").await;
    for (bucket, target) in [
        ("failover-orders-dr", "failover-orders"),
        ("failover-reports", "failover-reports-dr"),
    ] {
        let here = contents(&lab, west, bucket).await;
        assert!(!here.is_empty());
        assert_eq!(here, contents(&lab, east, target).await, "{bucket}");
    }
    agent.terminate().await?;
    // What the agent did is what an apply would have done: only the numbers are new.
    workdir.apply().await?;
    workdir.expect_empty_plan().await
}
