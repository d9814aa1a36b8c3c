//! The examples for CI: each file is of its schema, and the shell in it is run on the lab, with drift planted and without.

mod cron;
mod github;
mod gitlab;
mod lint;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use acceptance_tests::lab::python;
use acceptance_tests::{Engine, Lab, LabError, Workdir, agent, root};
use serde_json::{Value, json};

/// Where the configuration is in the checkout, as the examples have it.
const FOLDER: &str = "infrastructure";

/// How a piece of shell ended.
pub struct Ended {
    /// The exit code.
    pub code: i32,
    /// What it said, both streams one after the other.
    pub said: String,
}

/// The checkout of somebody who uses the examples: an applied configuration, and the scripts in `ci`.
pub struct Checkout {
    /// The lab that it is applied to.
    pub lab: Lab,
    /// The root of the checkout.
    pub workdir: Workdir,
}

impl Checkout {
    /// A checkout whose configuration is applied.
    pub async fn applied() -> Result<Self, LabError> {
        let lab = Lab::start().await?;
        let workdir = Workdir::new(Engine::installed()?)?;
        workdir.copy_example(Path::new("scenarios/quickstart"), FOLDER)?;
        let variables = json!({ "sites": lab.terraform_sites(), "bucket": "ci" }).to_string();
        workdir.write(&format!("{FOLDER}/terraform.tfvars.json"), &variables)?;
        for script in ["check.sh", "plan.sh"] {
            workdir.write(&format!("ci/{script}"), &text(script))?;
        }
        let folder = format!("-chdir={FOLDER}");
        workdir.run(&[&folder, "init"]).await?.ok()?;
        workdir
            .run(&[&folder, "apply", "-auto-approve", "-no-color"])
            .await?
            .ok()?;
        Ok(Self { lab, workdir })
    }

    /// Somebody takes the way back off, behind Terraform's back.
    pub async fn plant_drift(&self) {
        let s3 = self.lab.admin_s3(self.lab.site("west"));
        let deleted = s3.delete_bucket_replication().bucket("ci-west").send();
        deleted.await.expect("deleted");
    }

    /// Somebody forbids replicas in one of the buckets, behind Terraform's back: no part of the pair is otherwise, and every
    /// object fails.
    pub async fn plant_refusal(&self) {
        let policy = json!({ "Version": "2012-10-17", "Statement": [{
            "Sid": "Freeze", "Effect": "Deny", "Principal": "*", "Action": "s3:ReplicateObject",
            "Resource": "arn:aws:s3:::ci-west/*",
        }] });
        let s3 = self.lab.admin_s3(self.lab.site("west"));
        let put = s3.put_bucket_policy().bucket("ci-west");
        let put = put.policy(policy.to_string()).send().await;
        put.expect("the policy is put");
    }

    /// The path of a file in the checkout.
    pub fn path(&self, name: &str) -> PathBuf {
        self.workdir.path().join(name)
    }

    /// What is in a file of the checkout; empty where there is none.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Runs a command in the root of the checkout, as a runner would: with the programs in the PATH, and with credentials
    /// in the environment.
    pub async fn run(
        &self,
        command: &[&str],
        environment: &BTreeMap<String, String>,
    ) -> Result<Ended, LabError> {
        let trouble = |error: std::io::Error| LabError::new(format!("{command:?}: {error}"));
        let operator = &self.lab.site("east").operator;
        let crr = agent::binary()?;
        let programs = self.path("programs");
        std::fs::create_dir_all(&programs).map_err(trouble)?;
        let linked = programs.join("crr");
        if !linked.exists() {
            std::os::unix::fs::symlink(crr, linked).map_err(trouble)?;
        }
        let path = std::env::var("PATH").unwrap_or_default();
        let output = tokio::process::Command::new(command[0])
            .args(&command[1..])
            .current_dir(self.workdir.path())
            .env_clear()
            .env("PATH", format!("{}:{path}", programs.display()))
            .env("HOME", self.workdir.path())
            .env("TMPDIR", self.workdir.path())
            .env("TF_CLI_CONFIG_FILE", self.path("terraform.rc"))
            .env("CHECKPOINT_DISABLE", "1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ACCESS_KEY_ID", &operator.access_key)
            .env("AWS_SECRET_ACCESS_KEY", &operator.secret_key)
            .envs(environment)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .map_err(trouble)?;
        Ok(Ended {
            code: output.status.code().unwrap_or(-1),
            said: format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            ),
        })
    }
}

/// A file of `examples/ci`.
pub fn text(name: &str) -> String {
    let path = root().join("examples/ci").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A YAML file of `examples/ci`, read by the YAML parser of the lab's environment.
pub fn yaml(name: &str) -> Value {
    let program =
        "import json, sys, yaml; json.dump(yaml.load(sys.stdin, yaml.BaseLoader), sys.stdout)";
    let file = std::fs::File::open(root().join("examples/ci").join(name)).expect("the file");
    let output = std::process::Command::new(python().expect("the lab's environment"))
        .args(["-c", program])
        .stdin(file)
        .output()
        .expect("python runs");
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{name}: {error}: {output:?}"))
}
