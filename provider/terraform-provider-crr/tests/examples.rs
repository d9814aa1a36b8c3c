//! Every configuration that people copy is one that Terraform takes: the examples, and the ```` ```terraform ````
//! blocks of README.md and the guides, of which those of one page make one configuration.
//!
//! They are formatted and validated by Terraform 1.11 or later from the PATH against the provider that was just built.
//! What only a newer Terraform knows (import by identity) goes to the one in the lab's environment, with `make tools`.

// The settings that allow these in tests do not reach what the tests share.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// Terraform from `CRR_TERRAFORM`, else from the PATH.
fn from_path() -> Vec<OsString> {
    let named = std::env::var_os("CRR_TERRAFORM").filter(|named| !named.is_empty());
    vec![named.unwrap_or_else(|| "terraform".into())]
}

/// The Terraform of the lab's environment.
fn newest() -> Vec<OsString> {
    let python = root().join(".venv/bin/python");
    assert!(
        python.exists(),
        "there is no {}: run `make tools`",
        python.display()
    );
    let script = root().join("acceptance-tests/lab/terraform.py");
    vec![python.into(), script.into()]
}

/// Runs Terraform with the provider under test in a folder, and says what it says.
fn terraform(command: &[OsString], folder: &Path, arguments: &[&str]) {
    let provider = Path::new(env!("CARGO_BIN_EXE_terraform-provider-crr"));
    let config = folder.join("terraformrc");
    let overrides = format!(
        "provider_installation {{\n  dev_overrides {{\n    \"crr-dr/crr\" = \"{}\"\n  }}\n  direct {{}}\n}}\n",
        provider.parent().unwrap().display()
    );
    fs::write(&config, overrides).unwrap();
    let output = Command::new(&command[0])
        .args(&command[1..])
        .args(arguments)
        .current_dir(folder)
        .env("TF_CLI_CONFIG_FILE", &config)
        .env("CHECKPOINT_DISABLE", "1")
        .output()
        .unwrap_or_else(|error| {
            panic!("{} cannot be run ({error}): install Terraform 1.11 or later, or name it in CRR_TERRAFORM", command[0].display())
        });
    assert!(
        output.status.success(),
        "terraform {} of {}:\n{}{}",
        arguments.join(" "),
        folder.display(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}

/// A folder with these texts as its configuration.
fn configuration(texts: &[String]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (number, text) in texts.iter().enumerate() {
        fs::write(folder.path().join(format!("part{number}.tf")), text).unwrap();
    }
    folder
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The folders of `examples/KIND`.
fn examples(kind: &str) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(root().join("examples").join(kind))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    assert!(!folders.is_empty(), "examples/{kind} is empty");
    folders
}

/// The `terraform` blocks of a page, without the comment that a fence may carry.
fn blocks(text: &str) -> Vec<String> {
    text.split("```terraform\n")
        .skip(1)
        .filter_map(|rest| {
            rest.split_once("\n```")
                .map(|(block, _)| format!("{block}\n"))
        })
        .collect()
}

#[test]
fn examples_are_formatted() {
    terraform_fmt(&root().join("examples"));
}

fn terraform_fmt(folder: &Path) {
    let output = Command::new(&from_path()[0])
        .args(["fmt", "-check", "-diff", "-recursive"])
        .current_dir(folder)
        .output()
        .expect("install Terraform 1.11 or later, or name it in CRR_TERRAFORM");
    assert!(
        output.status.success(),
        "run `terraform fmt -recursive examples`:\n{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

#[test]
fn the_provider_block_is_valid() {
    let folder = configuration(&[read("examples/provider/provider.tf")]);
    terraform(&from_path(), folder.path(), &["validate"]);
}

#[test]
fn resources_are_valid() {
    for example in examples("resources") {
        let provider = read("examples/provider/provider.tf");
        let resource = read(example.join("resource.tf"));
        let by_id = read(example.join("import.tf"));
        let folder = configuration(&[provider.clone(), resource.clone(), by_id]);
        terraform(&from_path(), folder.path(), &["validate"]);
        // The pages cannot be made without it where a resource has an identity.
        let by_identity = example.join("import-by-identity.tf");
        if !by_identity.exists() {
            continue;
        }
        let by_identity = read(by_identity);
        let folder = configuration(&[provider, resource, by_identity]);
        terraform(&newest(), folder.path(), &["validate"]);
    }
}

#[test]
fn data_sources_and_functions_are_valid() {
    for (kind, file) in [
        ("data-sources", "data-source.tf"),
        ("functions", "function.tf"),
    ] {
        for example in examples(kind) {
            let folder = configuration(&[
                read("examples/provider/provider.tf"),
                read(example.join(file)),
            ]);
            terraform(&from_path(), folder.path(), &["validate"]);
        }
    }
}

#[test]
fn what_pages_show_is_valid() {
    let mut pages: Vec<PathBuf> = fs::read_dir(root().join("docs/guides"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    pages.push(root().join("README.md"));
    for page in pages {
        let mut texts = blocks(&read(&page));
        if texts.is_empty() {
            continue;
        }
        if !texts.iter().any(|text| text.contains("required_providers")) {
            // A page with a provider block of its own lacks only what says where the provider is from.
            let own = texts.iter().any(|text| text.contains("provider \"crr\""));
            texts.push(if own {
                read("modules/active-passive/versions.tf")
            } else {
                read("examples/provider/provider.tf")
            });
        }
        let identity = texts.iter().any(|text| text.contains("identity = {"));
        let modules = texts.iter().any(|text| text.contains("\"./modules/"));
        let folder = configuration(&texts);
        terraform_fmt(folder.path());
        if modules {
            std::os::unix::fs::symlink(root().join("modules"), folder.path().join("modules"))
                .unwrap();
            terraform(&from_path(), folder.path(), &["get"]);
        }
        let command = if identity { newest() } else { from_path() };
        terraform(&command, folder.path(), &["validate"]);
    }
}
