//! The toy provider under the Terraform on the PATH.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::toy;

/// A working directory with a configuration for the toy provider, and a Terraform that finds it.
pub struct Workspace {
    pub directory: TempDir,
    program: Vec<String>,
}

impl Workspace {
    /// With the Terraform on the PATH.
    pub fn new(configuration: &str) -> Self {
        let found = Command::new("terraform").arg("version").output();
        assert!(
            found.is_ok(),
            "terraform is not on the PATH: install Terraform 1.11 or later"
        );
        Self::with(vec!["terraform".to_owned()], configuration)
    }

    pub fn with(program: Vec<String>, configuration: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let plugins = directory.path().join("plugins");
        std::fs::create_dir(&plugins).unwrap();
        std::fs::create_dir(directory.path().join("boxes")).unwrap();
        let name = format!("terraform-provider-toy{}", std::env::consts::EXE_SUFFIX);
        std::fs::copy(toy::binary(), plugins.join(name)).unwrap();
        let settings = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"example/toy\" = {:?}\n  }}\n  direct {{}}\n}}\n",
            plugins.to_str().unwrap()
        );
        std::fs::write(directory.path().join("terraform.rc"), settings).unwrap();
        let workspace = Self { directory, program };
        workspace.write(configuration);
        workspace
    }

    pub fn boxes(&self) -> std::path::PathBuf {
        self.directory.path().join("boxes")
    }

    /// Replaces the configuration.
    pub fn write(&self, configuration: &str) {
        self.write_to("main.tf", configuration);
    }

    pub fn write_to(&self, file: &str, configuration: &str) {
        let head = if file == "main.tf" {
            format!(
                "terraform {{\n  required_providers {{\n    toy = {{ source = \"example/toy\" }}\n  }}\n}}\n\
                 provider \"toy\" {{\n  directory = {:?}\n}}\n",
                self.boxes().to_str().unwrap()
            )
        } else {
            String::new()
        };
        std::fs::write(
            self.directory.path().join(file),
            format!("{head}{configuration}"),
        )
        .unwrap();
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let (program, first) = self.program.split_first().unwrap();
        let mut command = Command::new(program);
        command
            .args(first)
            .args(arguments)
            .current_dir(self.directory.path())
            .env(
                "TF_CLI_CONFIG_FILE",
                self.directory.path().join("terraform.rc"),
            )
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1")
            .env_remove("TF_LOG")
            .env_remove("TF_REATTACH_PROVIDERS");
        command
    }

    /// Runs it and answers its exit code and everything that it said.
    pub fn run(&self, arguments: &[&str]) -> (i32, String) {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(arguments).output().unwrap();
        let said =
            String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
        (status.code().unwrap_or(-1), said)
    }

    /// Runs it, and it succeeds.
    #[track_caller]
    pub fn succeeds(&self, arguments: &[&str]) -> String {
        let (code, said) = self.run(arguments);
        assert_eq!(code, 0, "{said}");
        said
    }

    #[track_caller]
    pub fn apply(&self) -> String {
        self.succeeds(&["apply", "-auto-approve", "-no-color"])
    }

    #[track_caller]
    pub fn destroy(&self) -> String {
        self.succeeds(&["destroy", "-auto-approve", "-no-color"])
    }

    /// The next plan finds nothing to do.
    #[track_caller]
    pub fn assert_settled(&self) {
        let (code, said) = self.run(&["plan", "-detailed-exitcode", "-no-color"]);
        assert_eq!(code, 0, "{said}");
    }

    pub fn state(&self) -> serde_json::Value {
        let state = std::fs::read(self.directory.path().join("terraform.tfstate")).unwrap();
        serde_json::from_slice(&state).unwrap()
    }
}

/// A box with something of everything.
pub const EVERYTHING: &str = r#"
resource "toy_box" "one" {
  name         = "one"
  size         = 12345678901234567890.5
  secret       = "correct horse"
  labels       = { a = "b" }
  anything     = { x = [1, "two", null] }
  lid          = { color = "red" }
  compartments = { left = { holds = "nothing" }, right = { holds = "all" } }
  drawers      = [{ holds = "a" }, { holds = "b" }]
  stickers     = [{ text = "fragile" }, { text = "this side up" }]
  handle {
    side = "left"
  }
}
data "toy_box" "one" {
  name = toy_box.one.name
}
ephemeral "toy_token" "one" {
  seed = "abc"
}
resource "toy_box" "two" {
  name   = "two"
  secret = ephemeral.toy_token.one.token
}
output "found" {
  value = [
    data.toy_box.one.serial, toy_box.one.compartments.right.order, toy_box.two.secret_length,
    provider::toy::shout("a", "b"),
  ]
}
"#;

/// Plan, apply, update in place, replacement, refresh, and destroy of [`EVERYTHING`].
pub fn walk_through(workspace: &Workspace) {
    workspace.apply();
    workspace.assert_settled();
    let state = workspace.state();
    assert_eq!(
        state["outputs"]["found"]["value"],
        serde_json::json!(["1", 1, 3, "A B"])
    );
    let text = state.to_string();
    assert!(
        !text.contains("correct horse") && !text.contains("cba"),
        "secrets are not in state"
    );

    workspace.write(&EVERYTHING.replace("holds = \"all\"", "holds = \"more\""));
    let said = workspace.apply();
    assert!(said.contains("1 changed, 0 destroyed"), "{said}");
    workspace.assert_settled();

    workspace.write(&EVERYTHING.replace("name         = \"one\"", "name         = \"three\""));
    let said = workspace.apply();
    assert!(
        said.contains("# forces replacement") && said.contains("1 added, 0 changed, 1 destroyed"),
        "{said}"
    );
    assert!(!exists(&workspace.boxes(), "one") && exists(&workspace.boxes(), "three"));

    // Behind Terraform's back: one box is painted, the other taken away.
    let file = workspace.boxes().join("three.json");
    let painted = std::fs::read_to_string(&file)
        .unwrap()
        .replace("\"red\"", "\"blue\"");
    std::fs::write(&file, painted).unwrap();
    std::fs::remove_file(workspace.boxes().join("two.json")).unwrap();
    let (code, said) = workspace.run(&["plan", "-detailed-exitcode", "-no-color"]);
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("1 to add, 1 to change, 0 to destroy"),
        "{said}"
    );
    assert!(said.contains("\"blue\" -> \"red\""), "{said}");
    workspace.apply();
    workspace.assert_settled();

    workspace.destroy();
    assert_eq!(std::fs::read_dir(workspace.boxes()).unwrap().count(), 0);
}

fn exists(boxes: &Path, name: &str) -> bool {
    boxes.join(format!("{name}.json")).exists()
}

#[test]
fn everything_is_planned_applied_changed_and_destroyed() {
    walk_through(&Workspace::new(EVERYTHING));
}

#[test]
fn a_box_is_imported_and_needs_no_change() {
    let workspace = Workspace::new("resource \"toy_box\" \"one\" {\n  name = \"one\"\n}\n");
    workspace.apply();
    std::fs::remove_file(workspace.directory.path().join("terraform.tfstate")).unwrap();
    workspace.succeeds(&["import", "-no-color", "toy_box.one", "one"]);
    workspace.assert_settled();
}

#[test]
fn a_crash_leaves_the_box_in_state_and_the_next_apply_goes_on() {
    let bursting = "resource \"toy_box\" \"one\" {\n  name = \"one\"\n  behavior = \"panic\"\n}\n";
    let workspace = Workspace::new(bursting);
    let (code, said) = workspace.run(&["apply", "-auto-approve", "-no-color"]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("The provider crashed in create of toy_box"),
        "{said}"
    );
    assert_eq!(
        workspace.state()["resources"][0]["instances"][0]["status"],
        "tainted"
    );
    workspace.write(&bursting.replace("  behavior = \"panic\"\n", ""));
    workspace.apply();
    workspace.assert_settled();
    workspace.destroy();
}

#[test]
fn ctrl_c_keeps_what_was_made() {
    let workspace = Workspace::new(
        "resource \"toy_box\" \"one\" {\n  name = \"one\"\n  behavior = \"wait\"\n}\n",
    );
    let mut terraform = workspace.command(&["apply", "-auto-approve", "-no-color"]);
    let mut terraform = terraform
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while !exists(&workspace.boxes(), "one") {
        assert!(
            terraform.try_wait().unwrap().is_none(),
            "terraform ended before the box was made"
        );
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let interrupted = Command::new("kill")
        .args(["-INT", &terraform.id().to_string()])
        .status()
        .unwrap();
    assert!(interrupted.success());
    assert_eq!(terraform.wait().unwrap().code(), Some(1));
    assert_eq!(
        workspace.state()["resources"][0]["instances"][0]["attributes"]["id"],
        "box-one"
    );
}

#[test]
fn terraform_attaches_to_a_provider_under_a_debugger() {
    use std::io::{BufRead, BufReader};

    let workspace = Workspace::new("resource \"toy_box\" \"one\" {\n  name = \"one\"\n}\n");
    let mut provider = Command::new(toy::binary())
        .arg("--debug")
        .env("TMPDIR", workspace.directory.path())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let stderr = BufReader::new(provider.stderr.take().unwrap());
    let mut lines = stderr.lines().map(Result::unwrap);
    let setting = lines
        .find_map(|line| {
            line.strip_prefix("TF_REATTACH_PROVIDERS=")
                .map(str::to_owned)
        })
        .unwrap();
    // Keeps reading, so that the provider can keep writing.
    std::thread::spawn(move || lines.for_each(drop));
    std::fs::remove_dir_all(workspace.directory.path().join("plugins")).unwrap();
    std::fs::write(workspace.directory.path().join("terraform.rc"), "").unwrap();
    for arguments in [
        &["init", "-no-color"][..],
        &["apply", "-auto-approve", "-no-color"],
    ] {
        let output = workspace
            .command(arguments)
            .env("TF_REATTACH_PROVIDERS", setting.trim_matches('\''))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert!(exists(&workspace.boxes(), "one"));
    assert!(
        provider.try_wait().unwrap().is_none(),
        "it outlives Terraform"
    );
    provider.kill().unwrap();
    provider.wait().unwrap();
}
