//! A Terraform command under way.

use std::process::Stdio;

use serde_json::Value;
use tokio::process::{Child, Command};

use crate::{Because as _, LabError};

/// How a command ended.
#[derive(Debug, Clone)]
pub struct Output {
    /// The command's arguments.
    pub arguments: String,
    /// The exit code; -1 when it was killed.
    pub code: i32,
    /// What it said.
    pub stdout: String,
    /// What it said was wrong.
    pub stderr: String,
}

impl std::fmt::Display for Output {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "terraform {} ended with {}\n{}\n{}",
            self.arguments, self.code, self.stdout, self.stderr
        )
    }
}

impl Output {
    /// How a command of these arguments ended.
    pub(crate) fn of(arguments: String, output: &std::process::Output) -> Self {
        Self {
            arguments,
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Fails, with all that was said, unless it went well.
    pub fn ok(self) -> Result<Self, LabError> {
        if self.code == 0 {
            Ok(self)
        } else {
            Err(LabError::new(self.to_string()))
        }
    }

    /// What it said, as JSON.
    pub fn json(&self) -> Result<Value, LabError> {
        serde_json::from_str(&self.stdout).because("terraform's answer is no JSON")
    }

    /// Everything it said, without the frames and line breaks that Terraform puts into its messages.
    pub fn words(&self) -> String {
        let all = format!("{} {}", self.stdout, self.stderr);
        all.split(|letter: char| letter.is_whitespace() || "│╷╵".contains(letter))
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// A command under way. It and the provider that it started end with this.
#[derive(Debug)]
pub struct Running {
    arguments: String,
    child: Option<Child>,
    group: u32,
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.child.is_some() {
            self.kill();
        }
    }
}

/// Sends a signal to a process or, with a minus, to a process group that was started here.
pub(crate) fn signal(name: &str, target: &str) {
    // A process that is gone already is what was wanted.
    let _ = std::process::Command::new("kill")
        .args(["-s", name, "--", target])
        .stderr(Stdio::null())
        .status();
}

impl Running {
    pub(super) fn start(mut command: Command, arguments: &[&str]) -> Result<Self, LabError> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        let child = command.spawn().because("terraform cannot be started")?;
        let group = child
            .id()
            .ok_or_else(|| LabError::new("terraform ended before it started"))?;
        Ok(Self {
            arguments: arguments.join(" "),
            child: Some(child),
            group,
        })
    }

    /// Waits for its end.
    pub async fn wait(mut self) -> Result<Output, LabError> {
        let Some(child) = self.child.take() else {
            return Err(LabError::new("terraform has ended before"));
        };
        // Held until the end: a test that is dropped while it waits ends the group too.
        let ended = child.wait_with_output();
        let guard = Running {
            arguments: String::new(),
            child: None,
            group: self.group,
        };
        let waiting = KillOnDrop(Some(guard));
        let output = ended.await.because("terraform cannot be waited for")?;
        waiting.disarm();
        Ok(Output {
            arguments: std::mem::take(&mut self.arguments),
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Ctrl-C.
    pub fn interrupt(&self) {
        signal("INT", &self.group.to_string());
    }

    /// kill -9 to Terraform and the provider, at once.
    pub fn kill(&self) {
        let providers = self.provider_processes();
        signal("KILL", &format!("-{}", self.group));
        for process in providers {
            signal("KILL", &process.to_string());
        }
    }

    /// kill -9 to the provider alone.
    pub fn kill_provider(&self) {
        for process in self.provider_processes() {
            signal("KILL", &process.to_string());
        }
    }

    /// The provider's processes: Terraform's children.
    pub fn provider_processes(&self) -> Vec<u32> {
        super::usage::children(self.group)
    }

    /// Watches what the provider takes, until the watch is dropped.
    pub fn watch_provider(&self) -> super::UsageWatch {
        super::usage::UsageWatch::start(self.group)
    }
}

/// Ends a group unless it is told that all went well.
struct KillOnDrop(Option<Running>);

impl KillOnDrop {
    fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        if let Some(running) = &self.0 {
            running.kill();
        }
    }
}
