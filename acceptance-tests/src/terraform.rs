//! Drives a Terraform command in a folder of its own.
//!
//! Each [`Workdir`] has its own configuration, state and CLI configuration, and finds the provider through a filesystem mirror
//! laid out from the built binary: no network, no registry. What it runs starts with a bare environment, so nothing of the
//! machine's AWS configuration leaks into a test.

mod engine;
mod mirror;
mod running;
mod scenario;
mod usage;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

pub use self::engine::Engine;
pub(crate) use self::mirror::target_folder;
pub use self::mirror::{ADDRESS, VERSION, provider_binary};
pub(crate) use self::running::signal;
pub use self::running::{Output, Running};
pub use self::usage::UsageWatch;
use crate::{Because as _, Lab, LabError};

/// A folder in which Terraform works.
#[derive(Debug)]
pub struct Workdir {
    folder: tempfile::TempDir,
    engine: Engine,
    environment: BTreeMap<String, String>,
}

impl Workdir {
    /// An empty folder with the provider at hand.
    pub fn new(engine: Engine) -> Result<Self, LabError> {
        let mirror = mirror::lay_out()?;
        Self::with_mirror(engine, Some(&mirror))
    }

    fn with_mirror(engine: Engine, mirror: Option<&Path>) -> Result<Self, LabError> {
        let folder = tempfile::Builder::new()
            .prefix("crr-terraform-")
            .tempdir()
            .because("the working folder cannot be made")?;
        let mirror = mirror.unwrap_or(folder.path()).display();
        let configuration = format!(
            "disable_checkpoint = true\nprovider_installation {{\n  filesystem_mirror {{\n    path    = \"{mirror}\"\n    include = [\"{ADDRESS}\"]\n  }}\n}}\n",
        );
        std::fs::write(folder.path().join("terraform.rc"), configuration)
            .because("the CLI configuration cannot be written")?;
        Ok(Self {
            folder,
            engine,
            environment: BTreeMap::new(),
        })
    }

    /// An empty folder without it, for what Terraform can do by itself.
    pub fn without_provider(engine: Engine) -> Result<Self, LabError> {
        Self::with_mirror(engine, None)
    }

    /// A folder with a provider block for the lab's sites and this configuration, initialised.
    pub async fn in_lab(lab: &Lab, configuration: &str) -> Result<Self, LabError> {
        Self::in_lab_with(Engine::installed()?, lab, configuration).await
    }

    /// The same with another Terraform.
    pub async fn in_lab_with(
        engine: Engine,
        lab: &Lab,
        configuration: &str,
    ) -> Result<Self, LabError> {
        let workdir = Self::new(engine)?;
        let preamble = format!(
            "terraform {{\n  required_providers {{\n    crr = {{\n      source  = \"{ADDRESS}\"\n      version = \"{VERSION}\"\n    }}\n  }}\n}}\n\n\
             variable \"sites\" {{\n  type      = any\n  sensitive = true\n}}\n\nprovider \"crr\" {{\n  sites = var.sites\n}}\n",
        );
        workdir.write("provider.tf", &preamble)?;
        let variables = serde_json::json!({ "sites": lab.terraform_sites() });
        workdir.write("terraform.tfvars.json", &variables.to_string())?;
        workdir.write("main.tf", configuration)?;
        workdir.init().await?;
        Ok(workdir)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file in the folder.
    pub fn write(&self, name: &str, text: &str) -> Result<(), LabError> {
        let path = self.path().join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).because("a folder cannot be made")?;
        }
        std::fs::write(path, text).because("a file of the configuration cannot be written")
    }

    /// Sets a variable of the environment of what runs here.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// Starts a command and does not wait.
    pub fn spawn(&self, arguments: &[&str]) -> Result<Running, LabError> {
        let mut command = self.engine.command();
        command.args(arguments).current_dir(self.path()).env_clear();
        command.envs(std::env::vars().filter(|(name, _)| {
            ["PATH", "LANG", "LC_ALL", "TF_LOG", "TF_LOG_PROVIDER"].contains(&name.as_str())
        }));
        command.env("HOME", self.path()).env("TMPDIR", self.path());
        command.env("TF_CLI_CONFIG_FILE", self.path().join("terraform.rc"));
        command.envs([
            ("TF_IN_AUTOMATION", "1"),
            ("TF_INPUT", "0"),
            ("CHECKPOINT_DISABLE", "1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]);
        command.envs(&self.environment);
        Running::start(command, arguments)
    }

    /// Runs a command to its end, whatever its end.
    pub async fn run(&self, arguments: &[&str]) -> Result<Output, LabError> {
        self.spawn(arguments)?.wait().await
    }

    /// `init`.
    pub async fn init(&self) -> Result<Output, LabError> {
        self.run(&["init", "-input=false", "-no-color"]).await?.ok()
    }

    /// `validate`, whatever it says.
    pub async fn validate(&self) -> Result<Output, LabError> {
        self.run(&["validate", "-no-color"]).await
    }

    /// `plan -detailed-exitcode`: 0 nothing to do, 1 an error, 2 something to do.
    pub async fn plan(&self) -> Result<Output, LabError> {
        self.run(&["plan", "-input=false", "-no-color", "-detailed-exitcode"])
            .await
    }

    /// The exit code of `plan -detailed-exitcode`.
    pub async fn plan_exit_code(&self) -> Result<i32, LabError> {
        Ok(self.plan().await?.code)
    }

    /// Fails, with the plan, unless there is nothing to do.
    pub async fn expect_empty_plan(&self) -> Result<(), LabError> {
        let plan = self.plan().await?;
        if plan.code == 0 {
            Ok(())
        } else {
            Err(LabError::new(format!("the plan is not empty:\n{plan}")))
        }
    }

    /// A plan as JSON.
    pub async fn plan_json(&self) -> Result<Value, LabError> {
        self.run(&["plan", "-input=false", "-no-color", "-out=plan.bin"])
            .await?
            .ok()?;
        self.run(&["show", "-json", "plan.bin"]).await?.ok()?.json()
    }

    /// `apply`, whatever its end.
    pub async fn try_apply(&self) -> Result<Output, LabError> {
        self.run(&["apply", "-auto-approve", "-input=false", "-no-color"])
            .await
    }

    /// `apply`.
    pub async fn apply(&self) -> Result<Output, LabError> {
        self.try_apply().await?.ok()
    }

    /// `destroy`, whatever its end.
    pub async fn try_destroy(&self) -> Result<Output, LabError> {
        self.run(&["destroy", "-auto-approve", "-input=false", "-no-color"])
            .await
    }

    /// `destroy`.
    pub async fn destroy(&self) -> Result<Output, LabError> {
        self.try_destroy().await?.ok()
    }

    /// `import`, whatever its end.
    pub async fn import(&self, address: &str, id: &str) -> Result<Output, LabError> {
        self.run(&["import", "-input=false", "-no-color", address, id])
            .await
    }

    /// The outputs as JSON.
    pub async fn output(&self) -> Result<Value, LabError> {
        self.run(&["output", "-json"]).await?.ok()?.json()
    }

    /// The state as `show -json` gives it.
    pub async fn state(&self) -> Result<Value, LabError> {
        self.run(&["show", "-json"]).await?.ok()?.json()
    }

    /// The values of one resource in the state, by its address, modules included; null where it is not there.
    pub async fn resource(&self, address: &str) -> Result<Value, LabError> {
        let state = self.state().await?;
        let mut modules: Vec<&Value> = state.pointer("/values/root_module").into_iter().collect();
        while let Some(module) = modules.pop() {
            let list = |name| module.get(name).and_then(Value::as_array);
            let found = list("resources")
                .into_iter()
                .flatten()
                .find(|resource| resource.get("address").and_then(Value::as_str) == Some(address));
            if let Some(resource) = found {
                return Ok(resource.get("values").cloned().unwrap_or_default());
            }
            modules.extend(list("child_modules").into_iter().flatten());
        }
        Ok(Value::Null)
    }

    /// The state file's path.
    pub fn state_file(&self) -> PathBuf {
        self.path().join("terraform.tfstate")
    }
}
