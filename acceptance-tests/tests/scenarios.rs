//! The scenarios of `examples/scenarios`, as they stand there, on the lab: objects really move.

mod site_echo_failover;

use acceptance_tests::{Engine, Lab, LabError, Workdir};
use serde_json::Value;

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
