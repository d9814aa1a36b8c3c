//! Measures the provider: calls a pair, round trips, time and memory, for few pairs and for many, through the gateway with a
//! latency on each call. Prints a table in Markdown; docs/design/bench.md keeps one beside the targets.
//!
//! `bench [trace] [PAIRS...]`, by default 1, 100 and 1000 pairs, and then a whole site. `bench [trace] echo [SWEPT REFRESHED]` is
//! the latter alone, by default with 1,000 and 10,000 buckets. With `trace` the calls of each line are shown below it.

mod check;
mod echo;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use acceptance_tests::gateway::Calls;
use acceptance_tests::terraform::provider_binary;
use acceptance_tests::{Lab, LabError, Workdir};

/// What each call takes besides the emulator's own time.
const LATENCY: Duration = Duration::from_millis(20);
/// How many resources Terraform works on at once.
const PARALLELISM: u32 = 10;

/// One line of the table.
struct Line {
    pairs: u32,
    what: &'static str,
    calls: Calls,
    wall: Duration,
    memory: u64,
    processor: Duration,
}

impl Line {
    fn cells(&self) -> String {
        let pairs = f64::from(self.pairs);
        let calls = f64::from(u32::try_from(self.calls.len()).unwrap_or(u32::MAX));
        let trips = self.calls.round_trips();
        let waves = self.pairs.div_ceil(PARALLELISM);
        let chain = if self.pairs == 1 {
            trips.to_string()
        } else {
            "-".to_owned()
        };
        format!(
            "| {} | {} | {:.1} | {chain} | {:.2} s | {waves} | {:.1} ms | {:.0} MB |",
            self.pairs,
            self.what,
            calls / pairs,
            self.wall.as_secs_f64(),
            self.processor.as_secs_f64() * 1_000.0 / pairs,
            f64::from(u32::try_from(self.memory / 1_024).unwrap_or(u32::MAX)) / 1_024.0,
        )
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn say(line: &str) -> Result<(), LabError> {
    writeln!(std::io::stdout(), "{line}").map_err(|error| LabError::new(error.to_string()))
}

async fn run() -> Result<(), LabError> {
    let trace = std::env::args().any(|argument| argument == "trace");
    let asked: Vec<u32> = std::env::args()
        .skip(1)
        .filter_map(|number| number.parse().ok())
        .collect();
    if std::env::args().any(|argument| argument == "echo") {
        return echo::run(trace, asked.first().copied(), asked.get(1).copied()).await;
    }
    let (sizes, all) = if asked.is_empty() {
        (vec![1, 100, 1_000], true)
    } else {
        (asked, false)
    };
    let binary = provider_binary()?;
    let size = std::fs::metadata(&binary).map_or(0, |data| data.len());
    say(&format!(
        "binary: {} MB; start to handshake: {} ms",
        size / 1_048_576,
        handshake(&binary)?.as_millis()
    ))?;
    say(&format!(
        "each call takes {} ms more; Terraform works on {PARALLELISM} pairs at once\n",
        LATENCY.as_millis()
    ))?;
    say(
        "| pairs | what | calls a pair | round trips in a row | wall time | waves | the provider's processor time a pair | its peak memory |",
    )?;
    say("|---|---|---|---|---|---|---|---|")?;
    for pairs in sizes {
        for line in measure(pairs).await? {
            say(&line.cells())?;
            if trace {
                say(&line.calls.lines())?;
            }
        }
    }
    if all {
        return echo::run(trace, None, None).await;
    }
    Ok(())
}

async fn measure(pairs: u32) -> Result<Vec<Line>, LabError> {
    let lab = Lab::start().await?;
    for (site, suffix) in [("east", ""), ("west", "-dr")] {
        let site = lab.site(site);
        let s3 = lab.admin_s3(site);
        for number in 0..pairs {
            let mut create = s3.create_bucket().bucket(format!("fleet-{number}{suffix}"));
            if site.region != "us-east-1" {
                let place = aws_sdk_s3::types::BucketLocationConstraint::from(site.region.as_str());
                let place = aws_sdk_s3::types::CreateBucketConfiguration::builder()
                    .location_constraint(place)
                    .build();
                create = create.create_bucket_configuration(place);
            }
            create
                .send()
                .await
                .map_err(|error| LabError::new(format!("a bucket cannot be made: {error:?}")))?;
        }
    }
    let text = format!(
        "resource \"crr_pair\" \"fleet\" {{\n  count       = {pairs}\n  source      = {{ site = \"east\", bucket = \"fleet-${{count.index}}\" }}\n  \
         destination = {{ site = \"west\", bucket = \"fleet-${{count.index}}-dr\" }}\n}}\n"
    );
    let workdir = Workdir::in_lab(&lab, &text).await?;
    lab.set_latency(LATENCY);
    // With very many pairs it is the emulator that would be measured.
    lab.gateway().set_memory(pairs >= 1_000);
    let create = timed(
        &lab,
        &workdir,
        pairs,
        "create",
        &["apply", "-auto-approve", "-input=false", "-no-color"],
    )
    .await?;
    let refresh = timed(
        &lab,
        &workdir,
        pairs,
        "refresh, no change",
        &["plan", "-refresh-only", "-input=false", "-no-color"],
    )
    .await?;
    let check = check::run(&lab, &workdir, pairs).await?;
    let destroy = timed(
        &lab,
        &workdir,
        pairs,
        "destroy",
        &["destroy", "-auto-approve", "-input=false", "-no-color"],
    )
    .await?;
    Ok(vec![create, refresh, check, destroy])
}

async fn timed(
    lab: &Lab,
    workdir: &Workdir,
    pairs: u32,
    what: &'static str,
    arguments: &[&str],
) -> Result<Line, LabError> {
    lab.reset_calls();
    let began = Instant::now();
    let running = workdir.spawn(arguments)?;
    let usage = running.watch_provider();
    running.wait().await?.ok()?;
    Ok(Line {
        pairs,
        what,
        calls: lab.calls(),
        wall: began.elapsed(),
        memory: usage.peak_memory(),
        processor: usage.processor_time(),
    })
}

/// From the start of the process to the line with which it tells Terraform where it listens: the best of several.
fn handshake(binary: &Path) -> Result<Duration, LabError> {
    let trouble =
        |error: std::io::Error| LabError::new(format!("the provider cannot be started: {error}"));
    let mut best = Duration::MAX;
    for _ in 0..10 {
        let began = Instant::now();
        let mut process = Command::new(binary)
            .env(
                "TF_PLUGIN_MAGIC_COOKIE",
                "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
            )
            .env("PLUGIN_PROTOCOL_VERSIONS", "6")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(trouble)?;
        let mut line = String::new();
        if let Some(output) = &mut process.stdout {
            std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line)
                .map_err(trouble)?;
        }
        best = best.min(began.elapsed());
        // It has said its line, and nobody will call it.
        let _ = process.kill();
        let _ = process.wait();
        if !line.contains("|grpc") {
            return Err(LabError::new(format!(
                "the provider does not shake hands: {line}"
            )));
        }
    }
    Ok(best)
}
