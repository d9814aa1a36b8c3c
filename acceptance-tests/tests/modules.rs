//! The modules under real Terraform: their own tests, and what those cannot say.
//!
//! `tests/unit.tftest.hcl` of a module asks no provider. `tests/lab.tftest.hcl` applies it on a lab, plans again in the run
//! `nothing_is_left_to_do`, and destroys. A test file cannot say "the plan is empty", so that is looked at here.

mod comparison;
mod elsewhere;
mod tree;

use std::path::Path;

use acceptance_tests::{Engine, Lab, LabError, Workdir, root};
use aws_sdk_s3::types::{Tag, Tagging};
use serde_json::Value;

use crate::ground::{make_bucket, role_names};

/// The run of each lab test whose plan must be empty.
const SECOND_PLAN: &str = "nothing_is_left_to_do";

/// Makes the tests of one module, so that each runs by itself.
macro_rules! module {
    ($test:ident, $name:literal) => {
        mod $test {
            #[tokio::test]
            async fn unit() -> Result<(), acceptance_tests::LabError> {
                super::unit($name).await
            }

            #[tokio::test]
            async fn lab() -> Result<(), acceptance_tests::LabError> {
                super::on_the_lab($name).await
            }
        }
    };
}

module!(active_active, "active-active");
module!(active_passive, "active-passive");
module!(aggregate, "aggregate");
module!(cross_account, "cross-account");
module!(dr_strategy, "dr-strategy");
module!(fan_out, "fan-out");
module!(full_mesh, "full-mesh");
module!(site_echo, "site-echo");
module!(tag_driven, "tag-driven");

/// A folder with all modules, one of them initialised.
async fn with_modules(engine: Engine, name: &str) -> Result<Workdir, LabError> {
    let workdir = Workdir::new(engine)?;
    copy_modules(&workdir);
    let folder = format!("-chdir=modules/{name}");
    workdir
        .run(&[&folder, "init", "-input=false", "-no-color"])
        .await?
        .ok()?;
    Ok(workdir)
}

/// Copies the modules, which refer to each other by their folders.
fn copy_modules(workdir: &Workdir) {
    copy(&root().join("modules"), &workdir.path().join("modules"));
}

/// Copies a folder, without what Terraform leaves in one that it has worked in.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder is made");
    for entry in std::fs::read_dir(from).expect("a folder is read") {
        let entry = entry.expect("an entry is read");
        let name = entry.file_name();
        if name.to_string_lossy().starts_with(".terraform") {
            continue;
        }
        let target = to.join(&name);
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file is copied");
        }
    }
}

/// Each validation refuses what it should, and each option reaches the resource, under the oldest Terraform that there is a
/// promise for, the one at hand and the newest.
async fn unit(name: &str) -> Result<(), LabError> {
    for engine in [Engine::oldest()?, Engine::installed()?, Engine::library()?] {
        let workdir = with_modules(engine, name).await?;
        let folder = format!("-chdir=modules/{name}");
        let tested = workdir
            .run(&[
                &folder,
                "test",
                "-no-color",
                "-filter=tests/unit.tftest.hcl",
            ])
            .await?
            .ok()?;
        assert!(
            tested.stdout.contains("Success!"),
            "no run was found: {tested}"
        );
    }
    Ok(())
}

/// Applies, finds nothing more to do, and leaves nothing of ours behind.
async fn on_the_lab(name: &str) -> Result<(), LabError> {
    let lab = Lab::start().await?;
    for (site, bucket) in buckets_of_others(name) {
        make_bucket(&lab, lab.site(site), bucket).await;
    }
    if name == "tag-driven" {
        tag(&lab, "east", "lab-orders").await;
    }
    let workdir = with_modules(Engine::installed()?, name).await?;
    let variables = serde_json::json!({ "sites": lab.terraform_sites() });
    workdir.write("lab.tfvars.json", &variables.to_string())?;
    let folder = format!("-chdir=modules/{name}");
    let file = format!(
        "-var-file={}",
        workdir.path().join("lab.tfvars.json").display()
    );
    let tested = workdir
        .run(&[
            &folder,
            "test",
            "-json",
            "-verbose",
            &file,
            "-filter=tests/lab.tftest.hcl",
        ])
        .await?
        .ok()?;
    let plan = plan_of(&tested.stdout, SECOND_PLAN)
        .unwrap_or_else(|| panic!("the run {SECOND_PLAN} has no plan:\n{tested}"));
    let changes = plan["resource_changes"]
        .as_array()
        .expect("the second plan knows the resources");
    assert!(!changes.is_empty(), "the module made nothing:\n{plan:#}");
    for change in changes {
        assert_eq!(
            change["change"]["actions"],
            serde_json::json!(["no-op"]),
            "{} is not as it should be after one apply:\n{change:#}",
            change["address"]
        );
    }
    for site in lab.sites() {
        assert_eq!(
            role_names(&lab, site).await,
            Vec::<String>::new(),
            "left at {}",
            site.name
        );
    }
    Ok(())
}

/// What is there before a module is: an echo makes no bucket of its own accord.
fn buckets_of_others(module: &str) -> &'static [(&'static str, &'static str)] {
    match module {
        "site-echo" => &[("east", "lab-orders"), ("west", "lab-reports")],
        "tag-driven" => &[("east", "lab-orders"), ("east", "lab-notes")],
        _ => &[],
    }
}

/// Tags a bucket with `dr = true`.
async fn tag(lab: &Lab, site: &str, bucket: &str) {
    let tag = Tag::builder().key("dr").value("true").build();
    let tags = Tagging::builder().tag_set(tag.expect("a tag")).build();
    let put = lab.admin_s3(lab.site(site)).put_bucket_tagging();
    let put = put.bucket(bucket).tagging(tags.expect("tags")).send();
    put.await.expect("the bucket is tagged");
}

/// The plan of a run, out of the lines that `terraform test -json -verbose` writes.
fn plan_of(lines: &str, run: &str) -> Option<Value> {
    lines
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find(|line| line["type"] == "test_plan" && line["@testrun"] == run)
        .map(|line| line["test_plan"].clone())
}
