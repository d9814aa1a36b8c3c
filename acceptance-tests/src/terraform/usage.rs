//! What the provider takes while a command runs: memory and processor time.
//!
//! Processor time is what can be compared on a machine that others use too: a wall clock also shows what they do.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How often it is looked at: what a process takes after the last look is not seen.
const INTERVAL: Duration = Duration::from_millis(20);
/// What the kernel counts processor time in: `USER_HZ` is 100 on every Linux that Terraform runs on.
const TICK: Duration = Duration::from_millis(10);

/// What one process has taken so far.
#[derive(Debug, Clone, Copy, Default)]
struct Taken {
    memory: u64,
    processor: Duration,
}

/// A watch over what the provider takes.
#[derive(Debug)]
pub struct UsageWatch {
    // By process: Terraform starts the provider once for each phase.
    seen: Arc<Mutex<BTreeMap<u32, Taken>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for UsageWatch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl UsageWatch {
    /// Watches the providers among the children of a process.
    pub(super) fn start(group: u32) -> Self {
        let seen: Arc<Mutex<BTreeMap<u32, Taken>>> = Arc::default();
        let notes = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            loop {
                for process in children(group) {
                    if let Some(taken) = taken(process) {
                        notes
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .insert(process, taken);
                    }
                }
                tokio::time::sleep(INTERVAL).await;
            }
        });
        Self { seen, task }
    }

    /// Watches one process.
    pub fn of(process: u32) -> Self {
        let seen: Arc<Mutex<BTreeMap<u32, Taken>>> = Arc::default();
        let notes = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            loop {
                if let Some(taken) = taken_by(process) {
                    let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
                    notes.insert(process, taken);
                }
                tokio::time::sleep(INTERVAL).await;
            }
        });
        Self { seen, task }
    }

    /// The most memory that one process took, in bytes.
    pub fn peak_memory(&self) -> u64 {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.values().map(|taken| taken.memory).max().unwrap_or(0)
    }

    /// The processor time of all of them together.
    pub fn processor_time(&self) -> Duration {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.values().map(|taken| taken.processor).sum()
    }
}

fn taken(process: u32) -> Option<Taken> {
    let folder = PathBuf::from(format!("/proc/{process}"));
    // Between fork and exec a child is still a copy of Terraform, memory and all.
    let program = std::fs::read_link(folder.join("exe")).ok()?;
    if !program
        .file_name()?
        .to_str()?
        .starts_with("terraform-provider-")
    {
        return None;
    }
    taken_by(process)
}

fn taken_by(process: u32) -> Option<Taken> {
    let folder = PathBuf::from(format!("/proc/{process}"));
    let status = std::fs::read_to_string(folder.join("status")).ok()?;
    let memory = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = memory.split_whitespace().next()?.parse().ok()?;
    // The command's name is in brackets and may hold anything; what follows the last bracket is plain.
    let stat = std::fs::read_to_string(folder.join("stat")).ok()?;
    let numbers: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |index: usize| numbers.get(index)?.parse::<u32>().ok();
    Some(Taken {
        memory: kilobytes * 1_024,
        // utime and stime: the 14th and 15th field of the line, the 12th and 13th after the name.
        processor: TICK * (ticks(11)? + ticks(12)?),
    })
}

/// The processes that a process has started.
pub(super) fn children(of: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = processes.filter_map(|entry| {
        entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
    });
    numbers
        .filter(|process| parent(*process) == Some(of))
        .collect()
}

fn parent(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(PathBuf::from(format!("/proc/{process}/stat"))).ok()?;
    // The command's name is in brackets and may hold anything; what follows the last bracket is plain.
    stat.rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()
}
