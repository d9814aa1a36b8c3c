//! An agent under way.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

use super::Metrics;
use crate::terraform::signal;
use crate::{Because as _, Lab, LabError};

/// How long a condition may take to come true. A wait ends when it does; this only bounds a failure.
const LIMIT: Duration = Duration::from_mins(4);
/// How often it is looked at.
const INTERVAL: Duration = Duration::from_millis(25);

/// A running agent. It ends with this.
#[derive(Debug)]
pub struct Agent<'a> {
    lab: &'a Lab,
    child: Child,
    process: u32,
    address: SocketAddr,
    log: PathBuf,
}

impl<'a> Agent<'a> {
    pub(super) async fn start(
        lab: &'a Lab,
        mut command: Command,
        address: SocketAddr,
        log: PathBuf,
    ) -> Result<Self, LabError> {
        let errors = std::fs::File::create(&log).because("the agent's log cannot be made")?;
        let output = errors
            .try_clone()
            .because("the agent's log cannot be shared")?;
        let child = command
            .stdout(output)
            .stderr(errors)
            .kill_on_drop(true)
            .spawn()
            .because("the agent cannot be started")?;
        let process = child.id().unwrap_or_default();
        let mut agent = Self {
            lab,
            child,
            process,
            address,
            log,
        };
        agent.wait_until_it_listens().await?;
        Ok(agent)
    }

    async fn wait_until_it_listens(&mut self) -> Result<(), LabError> {
        let began = Instant::now();
        while self.get("/healthz").await.is_err() {
            if began.elapsed() > LIMIT || self.has_ended() {
                return Err(self.trouble("the agent does not listen").await);
            }
            tokio::time::sleep(INTERVAL).await;
        }
        Ok(())
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.process
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// All it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The most memory that it has taken, in bytes.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process));
        let status = status.unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = peak.and_then(|peak| peak.split_whitespace().next()?.parse::<u64>().ok());
        kilobytes.unwrap_or_default() * 1_024
    }

    /// What it answers to a GET: status and body.
    pub async fn get(&self, path: &str) -> Result<(u16, String), LabError> {
        let words = "the agent does not answer";
        let mut stream = tokio::net::TcpStream::connect(self.address)
            .await
            .because(words)?;
        let ask = format!("GET {path} HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n\r\n");
        stream.write_all(ask.as_bytes()).await.because(words)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.because(words)?;
        let status = answer.split_whitespace().nth(1);
        let status = status.and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| LabError::new(words))?;
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body);
        Ok((status, body.unwrap_or_default().to_owned()))
    }

    /// Its metrics.
    pub async fn metrics(&self) -> Result<Metrics, LabError> {
        Ok(Metrics::new(self.get("/metrics").await?.1))
    }

    /// How many buckets it says have this status.
    pub async fn buckets(&self, status: &str) -> Result<f64, LabError> {
        let metrics = self.metrics().await?;
        Ok(metrics.sum("crr_buckets", &[("status", status)]))
    }

    /// Waits until a condition is true, and fails, with all that can be told, where that does not come.
    pub async fn until(
        &mut self,
        what: &str,
        mut condition: impl AsyncFnMut(&Self) -> Result<bool, LabError>,
    ) -> Result<Duration, LabError> {
        let began = Instant::now();
        loop {
            if condition(self).await? {
                return Ok(began.elapsed());
            }
            if self.has_ended() {
                return Err(self
                    .trouble(&format!("the agent ended before {what}"))
                    .await);
            }
            if began.elapsed() > LIMIT {
                return Err(self
                    .trouble(&format!("in {LIMIT:?} it did not come to {what}"))
                    .await);
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }

    /// Waits until it counts so many protected buckets and none that is not.
    pub async fn until_all_protected(&mut self, many: u32) -> Result<Duration, LabError> {
        let what = format!("{many} protected buckets and no other");
        self.until(&what, async |agent: &Self| {
            let metrics = agent.metrics().await?;
            let count = |status| metrics.sum("crr_buckets", &[("status", status)]);
            let other = ["pending", "drifted", "failed"].map(count);
            Ok((count("protected") - f64::from(many)).abs() < 0.5
                && other.iter().sum::<f64>() < 0.5)
        })
        .await
    }

    async fn trouble(&mut self, what: &str) -> LabError {
        let log = self.log();
        let last = |text: &str, many: usize| {
            let lines: Vec<_> = text.lines().collect();
            lines
                .get(lines.len().saturating_sub(many)..)
                .unwrap_or_default()
                .join("\n")
        };
        let metrics = self.metrics().await.unwrap_or_default();
        let ended = self.child.try_wait().ok().flatten();
        LabError::new(format!(
            "{what}{}\n--- the end of its log\n{}\n--- its metrics\n{}\n--- the last calls\n{}\n--- the events: {:?}",
            ended.map_or_else(String::new, |status| format!(" ({status})")),
            last(&log, 60),
            metrics.text(),
            last(&self.lab.calls().lines(), 60),
            self.lab.gateway().told(),
        ))
    }

    /// SIGTERM, and no wait.
    pub fn ask_to_stop(&self) {
        signal("TERM", &self.process.to_string());
    }

    /// SIGTERM, and its end; the exit code, with the log where that is not 0.
    pub async fn terminate(mut self) -> Result<String, LabError> {
        self.ask_to_stop();
        let ended = tokio::time::timeout(LIMIT, self.child.wait()).await;
        match ended {
            Ok(Ok(status)) if status.success() => Ok(self.log()),
            _ => Err(self.trouble("it did not end well after SIGTERM").await),
        }
    }

    /// kill -9, and its end.
    pub async fn kill(mut self) {
        // It may have ended before, which is as good.
        let _ = self.child.kill().await;
    }
}
