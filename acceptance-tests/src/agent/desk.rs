//! Where an agent works: its configuration, and who it is.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use tokio::process::Command;

use super::Agent;
use crate::terraform::Output;
use crate::{Because as _, Lab, LabError};

/// Runs a command on a terminal.
const TERMINAL: &str =
    "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

/// A folder with the configuration of the agent and a profile for each site.
#[derive(Debug)]
pub struct Desk<'a> {
    lab: &'a Lab,
    folder: tempfile::TempDir,
    configs: Vec<PathBuf>,
    started: AtomicU32,
}

impl<'a> Desk<'a> {
    /// A folder with a profile for each site of the lab, named as the site, with the operator's keys.
    pub fn new(lab: &'a Lab) -> Result<Self, LabError> {
        let folder = tempfile::Builder::new()
            .prefix("crr-agent-")
            .tempdir()
            .because("the agent's folder cannot be made")?;
        let desk = Self {
            lab,
            folder,
            configs: Vec::new(),
            started: AtomicU32::new(0),
        };
        let mut profiles = String::new();
        for site in lab.sites() {
            let keys = &site.operator;
            let _ = writeln!(
                profiles,
                "[profile {}]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
                site.name, keys.access_key, keys.secret_key
            );
        }
        desk.write("aws-config", &profiles)?;
        desk.write("aws-credentials", "")?;
        Ok(desk)
    }

    /// A folder for the echo that this exports as `agent_config`.
    pub fn of(lab: &'a Lab, agent_config: &str) -> Result<Self, LabError> {
        let mut desk = Self::new(lab)?;
        desk.configure("echo.json", agent_config)?;
        Ok(desk)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file there. `aws-config` is AWS's shared configuration.
    pub fn write(&self, name: &str, text: &str) -> Result<PathBuf, LabError> {
        let path = self.path().join(name);
        std::fs::write(&path, text).because("a file of the agent cannot be written")?;
        Ok(path)
    }

    /// Writes a configuration, or writes it anew. Its sites get the profiles of their names: the keys that Terraform was given are
    /// not in it.
    pub fn configure(&mut self, name: &str, agent_config: &str) -> Result<(), LabError> {
        let mut config: Value =
            serde_json::from_str(agent_config).because("the agent's configuration is no JSON")?;
        let sites = config.get_mut("sites").and_then(Value::as_object_mut);
        for (name, site) in sites.into_iter().flatten() {
            if let Some(site) = site.as_object_mut() {
                site.entry("profile")
                    .or_insert_with(|| name.as_str().into());
            }
        }
        let path = self.write(name, &config.to_string())?;
        if !self.configs.contains(&path) {
            self.configs.push(path);
        }
        Ok(())
    }

    /// A command of the program, with the configuration where it takes one.
    fn command(&self, arguments: &[&str]) -> Result<Command, LabError> {
        let mut command = Command::new(super::binary()?);
        command.args(arguments);
        for config in &self.configs {
            command.arg("--config").arg(config);
        }
        command.current_dir(self.path()).env_clear();
        command.envs(
            std::env::vars()
                .filter(|(name, _)| ["PATH", "LANG", "LC_ALL"].contains(&name.as_str())),
        );
        let shared = self.path().join("aws-config");
        command
            .env("HOME", self.path())
            .env("AWS_CONFIG_FILE", &shared)
            .env(
                "AWS_SHARED_CREDENTIALS_FILE",
                self.path().join("aws-credentials"),
            )
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null());
        Ok(command)
    }

    /// Runs a command to its end, whatever its end.
    pub async fn run(&self, arguments: &[&str]) -> Result<Output, LabError> {
        Self::ended(self.command(arguments)?, arguments).await
    }

    /// The same on a terminal of its own. What it says there, on either stream, is the answer's standard output.
    pub async fn run_on_a_terminal(&self, arguments: &[&str]) -> Result<Output, LabError> {
        let of = self.command(arguments)?;
        let of = of.as_std();
        let mut command = Command::new(crate::lab::python()?);
        command.args(["-c", TERMINAL]).arg(of.get_program());
        command.args(of.get_args()).current_dir(self.path());
        command
            .env_clear()
            .env("TERM", "xterm")
            .stdin(Stdio::null());
        let variables = of
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?)));
        command.envs(variables);
        Self::ended(command, arguments).await
    }

    async fn ended(mut command: Command, arguments: &[&str]) -> Result<Output, LabError> {
        command.kill_on_drop(true);
        let output = command.output().await.because("crr cannot be started")?;
        let arguments = format!("(crr) {}", arguments.join(" "));
        Ok(Output::of(arguments, &output))
    }

    /// Starts `crr echo` with these further arguments, and waits until it listens.
    pub async fn start(&self, arguments: &[&str]) -> Result<Agent<'a>, LabError> {
        let free = std::net::TcpListener::bind("127.0.0.1:0")
            .because("no port is free for the agent's metrics")?;
        let address = free.local_addr().because("the port has no address")?;
        drop(free);
        let listen = address.to_string();
        let mut all = vec!["echo", "--listen", &listen, "--log-format", "json"];
        all.extend(arguments);
        let number = self.started.fetch_add(1, Ordering::SeqCst) + 1;
        let log = self.path().join(format!("agent-{number}.log"));
        let command = self.command(&all)?;
        Agent::start(self.lab, command, address, log).await
    }
}
