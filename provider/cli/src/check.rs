//! `crr check`: what should be, compared with what is, and a report of every difference. It reads, and never writes.
//!
//! # Flow
//!
//! [`terraform`] reads what should be from a state or a plan; [`sites`] says how the sites are reached; [`look`] has the
//! provider's library look at each resource as a refresh would, and the model say how each part stands; [`finding`] puts that
//! into a [`report`]; [`ignore`] marks what is known; [`verdict`] makes the exit code of it, and [`format`] writes it down.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::Instant;

mod declared;
mod finding;
mod format;
mod ignore;
mod look;
mod report;
mod simulate;
mod sites;
mod terraform;
mod verdict;

use declared::Blocks;
use format::Format;
use ignore::Ignores;
use look::How;
use report::{Counts, FORMAT_VERSION, Input, Program, Report, Status};
use simulate::Simulator;
use verdict::FailOn;

use crate::print::print;

/// What `crr check` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 everything is in sync; 2 something has drifted or is missing; 3 a bucket is unprotected; 4 \
    not everything could be looked at; 1 wrong usage, or a failure before anything was looked at. The highest that applies counts."
)]
pub struct Arguments {
    /// What `terraform show -json` prints; `-` is standard input
    #[arg(long, value_name = "FILE")]
    state: Vec<String>,

    /// What `terraform show -json PLANFILE` prints: what should be is what the plan leads to
    #[arg(long, value_name = "FILE")]
    plan: Vec<String>,

    /// The configuration of an agent, as `crr_echo_mode` exports it: its echo is looked at
    #[arg(long, value_name = "FILE")]
    config: Vec<String>,

    /// Rehearse a plan instead of looking: the policies that it leads to are put through an evaluation of each action that S3
    /// needs, and what would fail is named. `own` asks nobody
    #[arg(long, value_enum, value_name = "WHO", num_args = 0..=1, default_missing_value = "auto", requires = "plan", conflicts_with_all = ["state", "config"])]
    simulate: Option<Simulator>,

    /// How the sites are reached: JSON in the form of the provider block's `sites`, or of the whole block. Default: the plan's
    /// provider block, else region and endpoints of each `crr_site` in the state, with credentials from the usual chain
    #[arg(long, value_name = "FILE")]
    sites: Option<PathBuf>,

    /// The form of what is printed
    #[arg(long, value_enum, default_value = "text")]
    format: Format,

    /// Write the report to a file, too: such as `json=report.json`. May be repeated
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output)]
    out: Vec<(Format, PathBuf)>,

    /// What makes the check fail; default: all of it
    #[arg(long, value_enum, value_delimiter = ',')]
    fail_on: Vec<FailOn>,

    /// What is known to be otherwise, with a reason and a last day for each: TOML or JSON
    #[arg(long, value_name = "FILE")]
    ignore: Option<PathBuf>,

    /// Look only at resources whose address, id or bucket matches: `*` is any characters, `?` one. May be repeated
    #[arg(long, value_name = "PATTERN")]
    only: Vec<String>,

    /// How many calls may be in flight at once. Default: the provider block's `max_concurrency`, else 64
    #[arg(long, value_name = "CALLS", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    concurrency: Option<u32>,

    /// How long the check may take, such as `90s` or `10m`: what was not looked at by then is unknown
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    timeout: Option<Duration>,

    /// Where the configuration is: reports then name the file and the line of each resource
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    source_dir: PathBuf,

    /// When to colour what is printed as text
    #[arg(long, value_enum, default_value = "auto")]
    color: Colour,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Colour {
    fn is_on(self) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                !refused && std::io::stdout().is_terminal()
            }
        }
    }
}

fn output(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, file) = text
        .split_once('=')
        .ok_or("write FORMAT=FILE, such as json=report.json")?;
    let format = <Format as clap::ValueEnum>::from_str(format, true)?;
    if file.is_empty() {
        return Err("the file's name is missing".to_owned());
    }
    Ok((format, PathBuf::from(file)))
}

/// Runs the check.
pub async fn run(arguments: Arguments) -> ExitCode {
    match check(&arguments).await {
        Ok(code) => ExitCode::from(code),
        Err(message) => {
            eprintln!("crr check: {message}");
            ExitCode::from(verdict::FAILURE)
        }
    }
}

/// A document, and where it comes from.
struct Source {
    input: Input,
    document: terraform::Document,
}

async fn check(arguments: &Arguments) -> Result<u8, String> {
    let now = SystemTime::now();
    let sources = sources(arguments)?;
    let sites = arguments
        .sites
        .as_deref()
        .map(|path| sites::read(&read_file(path)?).map_err(|error| about(path, &error)))
        .transpose()?;
    let checked_at = humantime::format_rfc3339_seconds(now).to_string();
    let today = checked_at.get(..10).unwrap_or_default();
    let mut ignores = match &arguments.ignore {
        Some(path) => {
            Ignores::read(&read_file(path)?, today).map_err(|error| about(path, &error))?
        }
        None => Ignores::default(),
    };
    let how = How {
        at_once: arguments.concurrency.map_or(64, |calls| calls as usize),
        deadline: arguments.timeout.map(|time| Instant::now() + time),
        only: arguments.only.clone(),
        progress: progress(),
    };
    let mut items = Vec::new();
    let mut answered = std::collections::BTreeSet::new();
    let mut inputs = Vec::new();
    for source in sources {
        let resources = &source.document.resources;
        let mut block = sites::block(sites.clone(), source.document.block, resources);
        if let (Some(calls), Some(members)) = (arguments.concurrency, block.as_object_mut()) {
            members.insert("max_concurrency".to_owned(), calls.into());
        }
        let runtime = terraform_provider_crr::stated::runtime(&block, env!("CARGO_PKG_VERSION"))
            .map_err(|diagnostics| {
                let (summary, detail) = finding::first(&diagnostics);
                format!(
                    "{}: how its sites are reached: {summary}. {detail}",
                    source.input.file
                )
            })?;
        if let Some(simulator) = arguments.simulate {
            items.extend(simulate::simulate(&runtime, resources, &how, simulator).await);
            items.extend(simulate::not_rehearsed(resources, &how));
        } else {
            let found = look::look(&runtime, resources, &how).await;
            items.extend(found.items);
            answered.extend(found.sites);
        }
        inputs.push(source.input);
    }
    how.progress.finish_and_clear();
    items.sort_by(|a, b| (a.kind, &a.address, &a.id).cmp(&(b.kind, &b.address, &b.id)));
    let mut counts = Counts::default();
    let blocks = Blocks::scan(&arguments.source_dir);
    for item in &mut items {
        item.declared = blocks.of(&item.address);
        ignores.apply(item);
        counts.add(item.status);
    }
    let verdict = items.iter().map(|item| item.status).max();
    let report = Report {
        format_version: FORMAT_VERSION,
        program: Program {
            name: "crr",
            version: env!("CARGO_PKG_VERSION"),
        },
        checked_at,
        inputs,
        verdict: verdict.unwrap_or(Status::InSync).max(Status::InSync),
        exit_code: verdict::exit_code(items.iter().map(|item| item.status), &arguments.fail_on),
        counts,
        sites: answered.into_iter().collect(),
        items,
        ignores: ignores.into_entries(),
    };
    write(&report, arguments)?;
    Ok(report.exit_code)
}

fn read_input(file: &str) -> Result<String, String> {
    if file != "-" {
        return read_file(Path::new(file));
    }
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| format!("standard input cannot be read: {error}"))?;
    Ok(text)
}

fn sources(arguments: &Arguments) -> Result<Vec<Source>, String> {
    let states = arguments
        .state
        .iter()
        .map(|file| (file, terraform::Form::State, "state"));
    let plans = arguments
        .plan
        .iter()
        .map(|file| (file, terraform::Form::Plan, "plan"));
    let mut sources = Vec::new();
    for (file, form, kind) in states.chain(plans) {
        let text = read_input(file)?;
        let document = terraform::read(&text, form).map_err(|error| format!("{file}: {error}"))?;
        let input = Input {
            kind,
            file: file.clone(),
        };
        sources.push(Source { input, document });
    }
    for file in &arguments.config {
        let document = terraform::of_config(&read_input(file)?, file)?;
        let input = Input {
            kind: "config",
            file: file.clone(),
        };
        sources.push(Source { input, document });
    }
    if sources.is_empty() {
        return Err(
            "say what should be: --state FILE, --plan FILE or --config FILE. See `crr check --help`"
                .to_owned(),
        );
    }
    Ok(sources)
}

fn read_file(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| about(path, &error.to_string()))
}

fn about(path: &Path, error: &str) -> String {
    format!("{}: {error}", path.display())
}

/// Shown on a terminal only.
fn progress() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} looked at, {elapsed}") {
        bar.set_style(style);
    }
    bar
}

fn write(report: &Report, arguments: &Arguments) -> Result<(), String> {
    for (format, path) in &arguments.out {
        std::fs::write(path, format::write(report, *format, false))
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    }
    let text = format::write(report, arguments.format, arguments.color.is_on());
    print(&text).map_err(|error| format!("the report cannot be printed: {error}"))
}
