//! The emulator's process: started on a free port, gone when the lab goes.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{Because as _, LabError, root};

/// A running emulator. Its standard input is ours: when this process ends, however it ends, the emulator does too.
#[derive(Debug)]
pub struct Emulator {
    address: SocketAddr,
    /// What it says of itself when it is asked: by it, ours is told from another that took the port first.
    mark: String,
    process: Child,
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // The functions that it runs are its children, in its process group; it would leave them behind.
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill")
            .args(["-s", "KILL", "--", &group])
            .stderr(Stdio::null())
            .status();
        // Neither can fail in a way that leaves something behind: a dead child is what is wanted.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Python of the lab's environment.
pub fn python() -> Result<PathBuf, LabError> {
    environment(".venv", "tools")
}

/// Python of an environment in this folder, which `make` makes under that target.
pub fn environment(folder: &str, target: &str) -> Result<PathBuf, LabError> {
    let python = root().join(folder).join("bin/python");
    if python.exists() {
        Ok(python)
    } else {
        Err(LabError::new(format!(
            "the lab's tools are missing ({}): run `make {target}` in {}",
            python.display(),
            root().display()
        )))
    }
}

impl Emulator {
    /// Starts one and waits until it answers.
    pub async fn start(folder: &Path) -> Result<Self, LabError> {
        let python = python()?;
        let mut last = String::new();
        // Between finding a free port and taking it somebody else may take it: then the emulator ends, and another port is tried.
        for attempt in 0..5 {
            let log = folder.join(format!("emulator-{attempt}.log"));
            let mut emulator = Self::spawn(&python, folder, &log)?;
            if emulator.answers().await {
                return Ok(emulator);
            }
            last = std::fs::read_to_string(&log).unwrap_or_default();
        }
        let tail: Vec<_> = last.lines().rev().take(20).collect();
        let tail: Vec<_> = tail.into_iter().rev().collect();
        Err(LabError::new(format!(
            "the emulator does not answer; the end of its log:\n{}",
            tail.join("\n")
        )))
    }

    fn spawn(python: &Path, folder: &Path, log: &Path) -> Result<Self, LabError> {
        let free = TcpListener::bind("127.0.0.1:0").because("no port is free for the emulator")?;
        let address = free.local_addr().because("the port has no address")?;
        drop(free);
        let folder_name = folder.file_name().unwrap_or_default().to_string_lossy();
        let mark = format!("lab-{folder_name}");
        let output = std::fs::File::create(log).because("the emulator's log cannot be made")?;
        let errors = output
            .try_clone()
            .because("the emulator's log cannot be shared")?;
        let process =
            std::os::unix::process::CommandExt::process_group(&mut Command::new(python), 0)
                .arg(root().join("acceptance-tests/lab/emulator.py"))
                .env_clear()
                .envs(std::env::vars().filter(|(name, _)| {
                    ["PATH", "HOME", "LANG", "LC_ALL"].contains(&name.as_str())
                }))
                .env("TMPDIR", folder)
                .env("S3_DATA_DIR", folder.join("s3"))
                .env("STATE_DIR", folder.join("state"))
                .env("GATEWAY_PORT", address.port().to_string())
                .env("BIND_HOST", "127.0.0.1")
                .env("AUTH", "true")
                .env("SFTP_ENABLED", "0")
                .env("IOT_MTLS_ENABLED", "0")
                .env("MINISTACK_EDITION", &mark)
                .env("LOG_LEVEL", "WARNING")
                .stdin(Stdio::piped())
                .stdout(output)
                .stderr(errors)
                .spawn()
                .because("the emulator cannot be started")?;
        Ok(Self {
            address,
            mark,
            process,
        })
    }

    /// Whether it comes up.
    async fn answers(&mut self) -> bool {
        for _ in 0..600 {
            if matches!(self.process.try_wait(), Ok(Some(_)) | Err(_)) {
                return false;
            }
            match self.health().await {
                Ok(health) if health.contains(&self.mark) => return true,
                // Somebody else's emulator has the port, and ours is about to end over it.
                Ok(health) if health.contains("\"services\"") => return false,
                _ => tokio::time::sleep(Duration::from_millis(25)).await,
            }
        }
        false
    }

    async fn health(&self) -> std::io::Result<String> {
        let mut stream = tokio::net::TcpStream::connect(self.address).await?;
        let ask = format!(
            "GET /_ministack/health HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(ask.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    /// The processes of its functions: those of its process group but for itself.
    pub fn function_processes(&self) -> Vec<u32> {
        let group = self.process.id();
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        numbers
            .filter(|process| *process != group && group_of(*process) == Some(group))
            .collect()
    }

    /// Host and port.
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// The process's number, for those who check that nothing is left.
    pub fn process(&self) -> u32 {
        self.process.id()
    }
}

fn group_of(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The command's name is in brackets and may hold anything; what follows the last bracket is plain: state, parent, group.
    let rest = stat.rsplit_once(')')?.1;
    rest.split_whitespace().nth(2)?.parse().ok()
}
