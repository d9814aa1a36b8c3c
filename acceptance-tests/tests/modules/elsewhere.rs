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

/// Each source sends what lies below its prefix and nothing else.
#[tokio::test]
async fn aggregate_keeps_the_sources_apart() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west, vault) = (lab.site("east"), lab.site("west"), lab.site("vault"));
    make_bucket(&lab, east, "app-logs").await;
    make_bucket(&lab, west, "web-logs").await;
    make_bucket(&lab, vault, "archive").await;
    let configuration = r#"
module "archive" {
  source        = "./modules/aggregate"
  target_bucket = { site = "vault", bucket = "archive" }

  sources = {
    app = { site = "east", bucket = "app-logs" }
    web = { site = "west", bucket = "web-logs" }
  }
}
"#;
    let workdir = using(&lab, configuration).await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    put(&lab, east, "app-logs", "app/1").await;
    put(&lab, east, "app-logs", "web/1").await;
    put(&lab, west, "web-logs", "web/1").await;
    assert_eq!(status(&lab, vault, "archive", "app/1").await, "REPLICA");
    assert_eq!(status(&lab, vault, "archive", "web/1").await, "REPLICA");
    assert_eq!(
        versions(&lab, vault, "archive").await,
        (2, 0),
        "what the first source has of the second's prefix stays there"
    );
    workdir.destroy().await?;
    assert!(stands(&lab, vault, "archive").await);
    Ok(())
}

/// What is written at any site is at all of them, once; and a site that joins later moves nothing.
#[tokio::test]
async fn full_mesh_brings_every_object_to_every_site_once() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let members = ["east", "west", "vault"];
    for name in members {
        make_bucket(&lab, lab.site(name), &format!("catalog-{name}")).await;
    }
    let configuration = |members: &[&str]| {
        let entries: Vec<String> = members
            .iter()
            .map(|name| {
                format!("    {name} = {{ site = \"{name}\", bucket = \"catalog-{name}\" }}\n")
            })
            .collect();
        format!(
            "module \"catalog\" {{\n  source = \"./modules/full-mesh\"\n  members = {{\n{}  }}\n}}\n",
            entries.concat()
        )
    };
    let workdir = using(&lab, &configuration(&["east", "west"])).await?;
    workdir.apply().await?;
    workdir.write("main.tf", &configuration(&members))?;
    let joined = workdir.apply().await?;
    assert!(
        joined.stdout.contains("2 added, 0 changed, 0 destroyed"),
        "{joined}"
    );
    workdir.expect_empty_plan().await?;
    for name in members {
        put(&lab, lab.site(name), &format!("catalog-{name}"), name).await;
    }
    for name in members {
        let bucket = format!("catalog-{name}");
        assert_eq!(
            versions(&lab, lab.site(name), &bucket).await,
            (3, 0),
            "at {name}"
        );
    }
    workdir.destroy().await?;
    for name in members {
        let bucket = format!("catalog-{name}");
        assert_eq!(replication(&lab, lab.site(name), &bucket).await, None);
    }
    Ok(())
}

/// The pair goes from one module to another by a `moved` block, and its rules stand all the while.
#[tokio::test]
async fn a_pair_moves_from_one_module_to_another() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    make_bucket(&lab, east, "orders").await;
    make_bucket(&lab, west, "orders-dr").await;
    let before = r#"
module "copies" {
  source           = "./modules/active-passive"
  source_site      = "east"
  destination_site = "west"
  buckets          = { orders = { source = { bucket = "orders" }, destination = { bucket = "orders-dr" } } }
}
"#;
    let after = r#"
module "strategy" {
  source       = "./modules/dr-strategy"
  strategy     = "pilot-light"
  primary_site = "east"
  standby_site = "west"
  buckets      = { orders = { primary = { bucket = "orders" }, standby = { bucket = "orders-dr" } } }
}

moved {
  from = module.copies.crr_pair.this["orders"]
  to   = module.strategy.crr_pair.this["orders"]
}
"#;
    let workdir = using(&lab, before).await?;
    workdir.apply().await?;
    workdir.write("main.tf", after)?;
    workdir.init().await?;
    let moved = workdir.apply().await?;
    assert!(
        moved.stdout.contains("0 added, 1 changed, 0 destroyed"),
        "{moved}"
    );
    workdir.expect_empty_plan().await?;
    put(&lab, west, "orders-dr", "home").await;
    assert_eq!(status(&lab, east, "orders", "home").await, "REPLICA");
    Ok(())
}

/// The sites are given as resources, so that the module sees whose accounts they are.
#[tokio::test]
async fn cross_account_keeps_what_its_source_deletes() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, vault) = (lab.site("east"), lab.site("vault"));
    make_bucket(&lab, east, "ledger").await;
    make_bucket(&lab, vault, "ledger-vault").await;
    let configuration = |vault: &str| {
        format!(
            r#"
resource "crr_site" "main" {{
  name = "east"
}}

resource "crr_site" "vault" {{
  name = "{vault}"
}}

module "vault" {{
  source              = "./modules/cross-account"
  source_site         = crr_site.main
  vault_site          = crr_site.vault
  trusted_account_ids = ["222222222222"]
  buckets             = {{ ledger = {{ source = {{ bucket = "ledger" }}, vault = {{ bucket = "ledger-vault" }} }} }}
}}
"#
        )
    };
    let workdir = using(&lab, &configuration("west")).await?;
    let refused = workdir.try_apply().await?;
    assert!(
        refused
            .words()
            .contains("The vault is in the account of the source"),
        "{refused}"
    );
    workdir.destroy().await?;

    workdir.write("main.tf", &configuration("vault"))?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    put(&lab, east, "ledger", "k").await;
    let delete = lab.admin_s3(east).delete_object().bucket("ledger").key("k");
    delete.send().await.expect("a delete marker");
    assert_eq!(status(&lab, vault, "ledger-vault", "k").await, "REPLICA");
    assert_eq!(versions(&lab, vault, "ledger-vault").await, (1, 0));
    Ok(())
}

/// What is written at the standby comes home, and a bucket that is made there gets its own target once that site is active.
#[tokio::test]
async fn site_echo_brings_home_what_the_standby_got() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    make_bucket(&lab, east, "orders").await;
    let configuration = |active: &str| {
        format!(
            r#"
module "echo" {{
  source      = "./modules/site-echo"
  first_site  = "east"
  second_site = "west"
  active_site = "{active}"
}}
"#
        )
    };
    let workdir = using(&lab, &configuration("east")).await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    make_bucket(&lab, west, "reports").await;
    put(&lab, west, "orders-dr", "while-in-charge").await;
    assert_eq!(
        status(&lab, east, "orders", "while-in-charge").await,
        "REPLICA"
    );
    assert!(
        !stands(&lab, east, "reports-dr").await,
        "its echo is paused"
    );

    workdir.write("main.tf", &configuration("west"))?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    put(&lab, west, "reports", "k").await;
    assert_eq!(status(&lab, east, "reports-dr", "k").await, "REPLICA");
    assert!(
        !stands(&lab, east, "orders-dr-dr").await,
        "a target is no bucket of its own"
    );
    Ok(())
}
