//! The scenarios of `examples/scenarios`, as they stand there, on the lab: objects really move.

mod adopt_existing;
mod cross_account_vault;
mod environments;
mod fan_out;
mod full_mesh;
mod kms;
mod quickstart;
mod site_echo_failover;
mod tag_driven;
mod two_way_lab;

use acceptance_tests::{Engine, Lab, LabError, Site, Workdir, root};
use serde_json::Value;

use crate::ground::{put, role_names, status};

/// A scenario in a folder of its own, with the lab's sites and these further variables.
pub async fn scenario(lab: &Lab, name: &str, variables: Value) -> Result<Workdir, LabError> {
    let variables = with_sites(lab, variables);
    Workdir::of_scenario(Engine::installed()?, name, &variables).await
}

/// Variables with the lab's sites among them.
pub fn with_sites(lab: &Lab, mut variables: Value) -> Value {
    variables["sites"] = lab.terraform_sites();
    variables
}

/// Gives variables other values.
pub fn set(lab: &Lab, workdir: &Workdir, variables: Value) -> Result<(), LabError> {
    let text = with_sites(lab, variables).to_string();
    workdir.write("terraform.tfvars.json", &text)
}

/// Puts an object into a bucket and finds it in another, marked as what it is on both sides.
pub async fn arrives(lab: &Lab, from: (&Site, &str), to: (&Site, &str), key: &str) {
    put(lab, from.0, from.1, key).await;
    let sides = (
        status(lab, from.0, from.1, key).await,
        status(lab, to.0, to.1, key).await,
    );
    assert_eq!(
        (sides.0.as_str(), sides.1.as_str()),
        ("COMPLETED", "REPLICA"),
        "{key} from {} to {}",
        from.1,
        to.1
    );
}

/// No role of ours is left at any site.
pub async fn no_roles_are_left(lab: &Lab) {
    for site in lab.sites() {
        let roles = role_names(lab, site).await;
        assert_eq!(roles, Vec::<String>::new(), "left at {}", site.name);
    }
}

/// Each scenario has a page and a test, so that none is shown that nobody runs.
#[test]
fn every_scenario_is_explained_and_played() {
    let tests = include_str!("scenarios.rs");
    let folders = std::fs::read_dir(root().join("examples/scenarios")).expect("the scenarios");
    for folder in folders {
        let folder = folder.expect("an entry").path();
        if !folder.is_dir() {
            continue;
        }
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        assert!(folder.join("README.md").is_file(), "{name} has no page");
        let module = format!("mod {};", name.replace('-', "_"));
        assert!(tests.contains(&module), "{name} is not played");
    }
}
