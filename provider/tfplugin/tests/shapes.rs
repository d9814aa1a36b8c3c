//! Values of every shape under the Terraform on the PATH: what it sends is read, what is planned and made it takes, and the
//! next plan is empty.

#![allow(missing_docs, clippy::pedantic)]
// The settings that allow these in tests do not reach what the tests share.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::path::{Path, PathBuf};
use std::process::Command;

const HEAD: &str = r#"
terraform {
  required_providers {
    shapes = { source = "example/shapes" }
  }
}
"#;

const EVERYTHING: &str = r#"
resource "shapes_all" "known" {
  number   = 0.1
  numbers  = [0.1, 0.25, 1e20, 18446744073709551616, -5, 123456789012345678901234567890.123456789]
  pair     = [1.5, true]
  plain    = { a = 1e-7, b = ["x", null, ""] }
  anything = { x = [1, "two", null], y = { z = 0.3 } }
  single   = { name = "n" }
  list     = [{ name = "a" }, { name = "b", size = 0 }]
  map      = { k = { name = "k" }, empty = {} }
  set      = [{ name = "a" }, { name = "b" }, { name = "b", size = 7 }, {}]
  one { name = "one" }
  item { size = 3 }
  item {}
  member { name = "x" }
  member { name = "y" }
}

resource "shapes_all" "unknown" {
  number   = shapes_all.known.made_number + 0.5
  text     = "arn:${shapes_all.known.id}"
  numbers  = [shapes_all.known.made_number, 2]
  pair     = [shapes_all.known.made_number, false]
  anything = shapes_all.known.made_list
  single   = { name = shapes_all.known.id, size = shapes_all.known.made_number }
  list     = [for name in shapes_all.known.made_list : { name = name }]
  map      = { (shapes_all.known.text == null ? "k" : "l") = { name = shapes_all.known.id } }
  set      = [{ name = shapes_all.known.id }, { name = "x" }, { size = shapes_all.known.made_number }]
  dynamic "item" {
    for_each = shapes_all.known.made_list
    content { name = item.value }
  }
  dynamic "member" {
    for_each = shapes_all.known.made_list
    content { name = member.value }
  }
}

resource "shapes_all" "empty" {
  number   = coalesce(shapes_all.known.made_number, 1)
  anything = null
  numbers  = []
  list     = []
  map      = {}
  set      = []
}
"#;

/// The same resources otherwise: elements come, go and change places.
const CHANGED: &str = r#"
resource "shapes_all" "known" {
  number   = 18446744073709551616
  numbers  = [0.1]
  anything = "text"
  options  = { label = "mine" }
  list     = [{ name = "b" }]
  map      = { k = { name = "k" }, other = { on = false } }
  set      = [{ name = "c" }, { name = "b" }, {}]
  item { name = "new" }
  member { name = "y" }
}

resource "shapes_all" "unknown" {
  text = shapes_all.known.id
  set  = [{ name = shapes_all.known.id, size = shapes_all.known.made_number }]
}

resource "shapes_all" "empty" {}
"#;

fn provider() -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop(); // …/deps
    path.pop();
    path.push("examples");
    path.push(format!("shapes{}", std::env::consts::EXE_SUFFIX));
    if !path.exists() {
        // A run of one test binary alone builds no examples.
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--package", "tfplugin", "--example", "shapes"])
            .status()
            .expect("cargo builds the provider");
        assert!(
            built.success() && path.exists(),
            "build it: cargo build --package tfplugin --examples"
        );
    }
    path
}

/// Runs Terraform there; answers its exit code and what it said.
fn terraform(directory: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new("terraform")
        .args(arguments)
        .arg("-no-color")
        .current_dir(directory)
        .env("TF_CLI_CONFIG_FILE", directory.join("terraform.rc"))
        .env("CHECKPOINT_DISABLE", "1")
        .env_remove("TF_LOG")
        .env_remove("TF_REATTACH_PROVIDERS")
        .output()
        .expect("terraform is on the PATH: install Terraform 1.11 or later");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

#[track_caller]
fn settles(directory: &Path, configuration: &str) -> serde_json::Value {
    std::fs::write(directory.join("main.tf"), format!("{HEAD}{configuration}")).unwrap();
    let (code, said) = terraform(directory, &["apply", "-auto-approve"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = terraform(directory, &["plan", "-detailed-exitcode"]);
    assert_eq!(code, Some(0), "the next plan is not empty: {said}");
    serde_json::from_slice(&std::fs::read(directory.join("terraform.tfstate")).unwrap()).unwrap()
}

fn attributes<'a>(state: &'a serde_json::Value, name: &str) -> &'a serde_json::Value {
    let resources = state["resources"].as_array().unwrap();
    let resource = resources
        .iter()
        .find(|resource| resource["name"] == name)
        .unwrap();
    &resource["instances"][0]["attributes"]
}

#[test]
fn every_shape_is_made_changed_and_settles() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let plugins = directory.join("plugins");
    std::fs::create_dir(&plugins).unwrap();
    let name = format!("terraform-provider-shapes{}", std::env::consts::EXE_SUFFIX);
    std::fs::copy(provider(), plugins.join(name)).unwrap();
    let settings = format!(
        "provider_installation {{\n  dev_overrides {{\n    \"example/shapes\" = {:?}\n  }}\n  direct {{}}\n}}\n",
        plugins.to_str().unwrap()
    );
    std::fs::write(directory.join("terraform.rc"), settings).unwrap();

    let state = settles(directory, EVERYTHING);
    let known = attributes(&state, "known");
    assert_eq!(known["number"].to_string(), "0.1");
    assert_eq!(
        known["options"],
        serde_json::json!({"fast": false, "label": "none"})
    );
    assert_eq!(known["set"].as_array().unwrap().len(), 4);
    assert_eq!(known["map"]["empty"]["on"], true);
    let text = std::fs::read_to_string(directory.join("terraform.tfstate")).unwrap();
    for exact in [
        "18446744073709551616",
        "123456789012345678901234567890.123456789",
    ] {
        assert!(text.contains(exact), "{exact} was rounded");
    }
    let empty = attributes(&state, "empty");
    assert_eq!(empty["list"], serde_json::json!([]));
    assert_eq!(empty["single"], serde_json::Value::Null);

    let kept = known["map"]["k"]["id"].clone();
    let state = settles(directory, CHANGED);
    let known = attributes(&state, "known");
    assert_eq!(
        known["options"],
        serde_json::json!({"fast": false, "label": "mine"})
    );
    assert_eq!(
        known["map"]["k"]["id"], kept,
        "an element that stays keeps what was computed"
    );
    assert_eq!(known["map"]["other"]["on"], false);
}
