//! Modules over buckets that others made: objects arrive, and destroy leaves the buckets as they are.

use acceptance_tests::{Lab, LabError, Workdir};

use super::copy_modules;
use crate::ground::{is_versioned, make_bucket, put, replication, stands, status, versions};

/// A folder with the modules, and a configuration that uses them.
async fn using(lab: &Lab, configuration: &str) -> Result<Workdir, LabError> {
    let workdir = Workdir::in_lab(lab, "").await?;
    copy_modules(&workdir);
    workdir.write("main.tf", configuration)?;
    workdir.init().await?;
    Ok(workdir)
}

#[tokio::test]
async fn active_passive_takes_buckets_as_they_are() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    for bucket in ["orders", "uploads"] {
        make_bucket(&lab, east, bucket).await;
        make_bucket(&lab, west, &format!("{bucket}-dr")).await;
    }
    let workdir = using(
        &lab,
        r#"
module "copies" {
  source           = "./modules/active-passive"
  source_site      = "east"
  destination_site = "west"
  delete_markers   = true

  buckets = { for name in ["orders", "uploads"] : name => {
    source      = { bucket = name }
    destination = { bucket = "${name}-dr" }
  } }
}
"#,
    )
    .await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    for bucket in ["orders", "uploads"] {
        let copy = format!("{bucket}-dr");
        put(&lab, east, bucket, "k").await;
        assert_eq!(status(&lab, east, bucket, "k").await, "COMPLETED");
        assert_eq!(status(&lab, west, &copy, "k").await, "REPLICA");
    }
    workdir.destroy().await?;
    for bucket in ["orders", "uploads"] {
        let copy = format!("{bucket}-dr");
        assert_eq!(replication(&lab, east, bucket).await, None);
        assert!(stands(&lab, east, bucket).await && stands(&lab, west, &copy).await);
        assert!(is_versioned(&lab, west, &copy).await);
        assert_eq!(versions(&lab, west, &copy).await, (1, 0));
    }
    Ok(())
}

#[tokio::test]
async fn active_active_sends_what_either_side_gets_to_the_other_once() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    make_bucket(&lab, east, "documents-east").await;
    make_bucket(&lab, west, "documents-west").await;
    let configuration = r#"
module "documents" {
  source      = "./modules/active-active"
  first_site  = "east"
  second_site = "west"

  buckets = {
    documents = { first = { bucket = "documents-east" }, second = { bucket = "documents-west" } }
  }
}
"#;
    let workdir = using(&lab, configuration).await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    put(&lab, east, "documents-east", "out").await;
    put(&lab, west, "documents-west", "home").await;
    assert_eq!(status(&lab, west, "documents-west", "out").await, "REPLICA");
    assert_eq!(
        status(&lab, east, "documents-east", "home").await,
        "REPLICA"
    );
    assert_eq!(
        (
            versions(&lab, east, "documents-east").await,
            versions(&lab, west, "documents-west").await
        ),
        ((2, 0), (2, 0)),
        "each once on each side"
    );
    workdir.destroy().await?;
    assert_eq!(versions(&lab, west, "documents-west").await, (2, 0));
    Ok(())
}

/// A target that goes takes its own rules with it and nothing else.
#[tokio::test]
async fn fan_out_loses_one_target_and_keeps_the_other() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west, vault) = (lab.site("east"), lab.site("west"), lab.site("vault"));
    make_bucket(&lab, east, "orders").await;
    make_bucket(&lab, west, "orders-near").await;
    let configuration = |near: &str| {
        format!(
            r#"
module "orders" {{
  source        = "./modules/fan-out"
  source_bucket = {{ site = "east", bucket = "orders" }}

  targets = {{
    {near}
    vault = {{ site = "vault", bucket = "orders-vault", create = true }}
  }}
}}
"#
        )
    };
    let near = r#"near = { site = "west", bucket = "orders-near", rules = { invoices = { prefix = "invoices/" } } }"#;
    let workdir = using(&lab, &configuration(near)).await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    put(&lab, east, "orders", "invoices/1").await;
    put(&lab, east, "orders", "notes").await;
    assert_eq!(versions(&lab, west, "orders-near").await, (1, 0));
    assert_eq!(versions(&lab, vault, "orders-vault").await, (2, 0));

    workdir.write("main.tf", &configuration(""))?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    put(&lab, east, "orders", "invoices/2").await;
    assert_eq!(versions(&lab, west, "orders-near").await, (1, 0));
    assert_eq!(
        status(&lab, vault, "orders-vault", "invoices/2").await,
        "REPLICA"
    );
    workdir.destroy().await?;
    assert_eq!(replication(&lab, east, "orders").await, None);
    assert_eq!(versions(&lab, vault, "orders-vault").await, (3, 0));
    Ok(())
}
