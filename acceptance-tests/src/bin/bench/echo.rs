//! What it takes to keep a whole site: a first sweep, a refresh, and the time from a new bucket to its protection.
//!
//! A thousand buckets and more are held by the gateway itself: the emulator is one Python process, and how fast it writes would be
//! measured. For the time of a single bucket it is the emulator that answers.

use std::time::{Duration, Instant};

use acceptance_tests::agent::{self, Desk};
use acceptance_tests::gateway::Calls;
use acceptance_tests::{Lab, LabError, Site, Workdir};

use super::{LATENCY, say};

/// How many buckets are made one after the other for a median.
const MADE: usize = 20;

/// A lab with an applied echo, and what it exports.
async fn applied(arguments: &str) -> Result<(Lab, Workdir, String), LabError> {
    let lab = Lab::start().await?;
    lab.grant_queues().await?;
    let workdir = Workdir::in_lab(&lab, &agent::echo("west", arguments)).await?;
    workdir.apply().await?;
    let echo = workdir.resource("crr_echo_mode.dr").await?;
    let config = echo.get("agent_config").and_then(|text| text.as_str());
    let config = config.unwrap_or_default().to_owned();
    Ok((lab, workdir, config))
}

fn fill(lab: &Lab, many: u32) {
    lab.gateway().set_canned(true);
    let site = lab.site("east");
    for number in 0..many {
        let name = format!("fleet-{number:05}");
        lab.gateway()
            .make_canned(&site.account, &site.region, &name);
    }
}

fn line(
    what: &str,
    buckets: u32,
    calls: &Calls,
    wall: Duration,
    memory: u64,
) -> Result<(), LabError> {
    let count = f64::from(u32::try_from(calls.len()).unwrap_or(u32::MAX));
    let megabytes = f64::from(u32::try_from(memory / 1_024).unwrap_or(u32::MAX)) / 1_024.0;
    say(&format!(
        "| {what} | {buckets} | {:.1} | {:.1} s | {megabytes:.0} MB |",
        count / f64::from(buckets),
        wall.as_secs_f64()
    ))
}

/// The first sweep of the agent over so many new buckets.
async fn first_sweep(what: &str, buckets: u32, more: &[&str], trace: bool) -> Result<(), LabError> {
    let (lab, _workdir, config) = applied("").await?;
    fill(&lab, buckets);
    lab.set_latency(LATENCY);
    let desk = Desk::of(&lab, &config)?;
    lab.reset_calls();
    let began = Instant::now();
    // One sweep and no more: what polling adds is not its cost.
    let mut agent = desk.start(&[&["--interval", "1h"], more].concat()).await?;
    // The last of them is seen by the gateway, not by asking the agent: that would be measured too.
    while lab.gateway().canned_with("BucketReplication") < usize::try_from(buckets).unwrap_or(0) {
        if agent.has_ended() || began.elapsed() > Duration::from_mins(5) {
            let words = format!("the sweep does not end:\n{}", agent.log());
            return Err(LabError::new(words));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let wall = began.elapsed();
    agent.until_all_protected(buckets).await?;
    let calls = lab.calls();
    line(what, buckets, &calls, wall, agent.peak_memory())?;
    if trace {
        for (operation, count) in calls.counts() {
            say(&format!("    {count:>6} {operation}"))?;
        }
    }
    agent.terminate().await.map(drop)
}

/// `terraform plan -refresh-only` of an echo over so many protected buckets.
async fn refresh(buckets: u32, trace: bool) -> Result<(), LabError> {
    let (lab, workdir, config) = applied("").await?;
    fill(&lab, buckets);
    let swept = Desk::of(&lab, &config)?.run(&["echo", "--once"]).await?;
    swept.ok()?;
    workdir.apply().await?;
    lab.set_latency(LATENCY);
    lab.reset_calls();
    let began = Instant::now();
    let running = workdir.spawn(&["plan", "-refresh-only", "-input=false", "-no-color"])?;
    let usage = running.watch_provider();
    running.wait().await?.ok()?;
    let wall = began.elapsed();
    let calls = lab.calls();
    line(
        "a refresh by Terraform, all protected",
        buckets,
        &calls,
        wall,
        usage.peak_memory(),
    )?;
    if trace {
        for (operation, count) in calls.counts() {
            say(&format!("    {count:>6} {operation}"))?;
        }
    }
    Ok(())
}

async fn make(lab: &Lab, site: &Site, name: &str) -> Result<(), LabError> {
    let made = lab.admin_s3(site).create_bucket().bucket(name).send().await;
    made.map(drop)
        .map_err(|error| LabError::new(format!("a bucket cannot be made: {error:?}")))
}

/// Buckets made one after the other, each from the answer that it is there to the answer that its rules are.
async fn made_to_protected(what: &str, echo: &str, arguments: &[&str]) -> Result<(), LabError> {
    let (lab, _workdir, config) = applied(echo).await?;
    lab.set_latency(LATENCY);
    let desk = Desk::of(&lab, &config)?;
    let mut agent = desk.start(arguments).await?;
    agent.until_all_protected(0).await?;
    let mut taken = Vec::new();
    let mut spent = 0;
    for number in 0..MADE {
        let name = format!("made-{number:02}");
        // At another moment of the interval each time.
        let pause = u64::try_from(number * 137 % 1_000).unwrap_or(0);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        lab.reset_calls();
        make(&lab, lab.site("east"), &name).await?;
        let protected = |calls: &Calls| {
            let calls = calls.of("PutBucketReplication").on(&name);
            calls.iter().find_map(|call| call.ended)
        };
        let mut calls = lab.calls();
        while protected(&calls).is_none() {
            if agent.has_ended() {
                return Err(LabError::new(agent.log()));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
            calls = lab.calls();
        }
        let made = calls.of("CreateBucket").on(&name);
        let made = made.iter().find_map(|call| call.ended).unwrap_or_default();
        taken.push(protected(&calls).unwrap_or_default().saturating_sub(made));
        agent
            .until_all_protected(u32::try_from(number + 1).unwrap_or(0))
            .await?;
        spent += lab.calls().len();
    }
    taken.sort_unstable();
    let median = taken.get(MADE / 2).copied().unwrap_or_default();
    let most = taken.last().copied().unwrap_or_default();
    say(&format!(
        "| {what} | {MADE} | {} | median {median} ms, at most {most} ms | |",
        spent / MADE
    ))?;
    agent.terminate().await.map(drop)
}

/// All of it.
pub async fn run(trace: bool, swept: Option<u32>, refreshed: Option<u32>) -> Result<(), LabError> {
    say("\n| what | buckets | calls a bucket | time | peak memory |")?;
    say("|---|---|---|---|---|")?;
    let swept = swept.unwrap_or(1_000);
    first_sweep("the agent's first sweep", swept, &[], trace).await?;
    let more = ["--concurrency", "128"];
    first_sweep("the same, 128 calls at once", swept, &more, trace).await?;
    refresh(refreshed.unwrap_or(10_000), trace).await?;
    let queue = "trigger = { look_every = null }";
    made_to_protected(
        "made to protected, by events",
        queue,
        &["--look-every", "1h"],
    )
    .await?;
    made_to_protected(
        "made to protected, polling every second",
        "",
        &["--interval", "1s"],
    )
    .await
}
