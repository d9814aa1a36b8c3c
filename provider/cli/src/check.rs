//! `crr check`: what should be, compared with what is, and a report of every difference. It reads, and never writes.
//!
//! # Flow
//!
//! [`inputs`] takes the files, and [`terraform`] reads what should be from a state or a plan; [`sites`] says how the sites are reached; [`look`] has the
//! provider's library look at each resource as a refresh would, and the model say how each part stands; [`finding`] puts that
//! into a [`report`]; [`ignore`] marks what is known; [`verdict`] makes the exit code of it, and [`format`] writes it down.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::Instant;

mod declared;
mod everything;
mod finding;
mod format;
mod ignore;
mod inputs;
mod look;
mod report;
mod sensitive;
mod simulate;
mod sites;
mod terraform;
mod verdict;

use declared::Blocks;
use everything::{Everything, of_source};
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

    /// How long Markdown may be: what is beyond is counted, not shown. The default fits into a comment on GitHub
    #[arg(long, value_name = "BYTES", default_value_t = format::MARKDOWN_LENGTH)]
    markdown_length: usize,

    /// What makes the check fail; default: all of it
    #[arg(long, value_enum, value_delimiter = ',')]
    fail_on: Vec<FailOn>,

    /// What is known to be otherwise, with a reason and a last day for each: TOML or JSON
    #[arg(long, value_name = "FILE")]
    ignore: Option<PathBuf>,

    /// Look only at resources whose address, id or bucket matches: `*` is any characters, `?` one. May be repeated
    #[arg(long, value_name = "PATTERN")]
    only: Vec<String>,

    /// It is no failure that an input has nothing to look at, or that nothing is of a pattern of `--only`
    #[arg(long)]
    allow_empty: bool,

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

async fn check(arguments: &Arguments) -> Result<u8, String> {
    let now = SystemTime::now();
    let sources = inputs::read(arguments)?;
    let sites = arguments
        .sites
        .as_deref()
        .map(|path| sites::read(&inputs::file(path)?).map_err(|error| inputs::about(path, &error)))
        .transpose()?;
    let checked_at = humantime::format_rfc3339_seconds(now).to_string();
    let today = checked_at.get(..10).unwrap_or_default();
    let mut ignores = match &arguments.ignore {
        Some(path) => Ignores::read(&inputs::file(path)?, today)
            .map_err(|error| inputs::about(path, &error))?,
        None => Ignores::default(),
    };
    outputs_can_be_written(arguments)?;
    let how = How {
        at_once: arguments.concurrency.map_or(64, |calls| calls as usize),
        deadline: arguments.timeout.map(deadline).transpose()?,
        only: arguments.only.clone(),
        progress: progress(),
    };
    let inputs: Vec<Input> = sources.iter().map(|source| source.input.clone()).collect();
    let several = sources.len() > 1;
    let mut found = Everything::default();
    for source in sources {
        let file = source.input.file.clone();
        let mut of_source = of_source(source, sites.as_ref(), arguments, &how).await?;
        if several {
            of_source.is_of(&file);
        }
        found.extend(of_source);
    }
    how.progress.finish_and_clear();
    let mut items = found.items;
    if let Some(pattern) = how.idle_pattern(&items)
        && !arguments.allow_empty
    {
        return Err(format!(
            "--only {pattern}: no resource has such an address, id or bucket. Where that may be, say --allow-empty"
        ));
    }
    items.sort_by(|a, b| (a.kind, &a.address, &a.id).cmp(&(b.kind, &b.address, &b.id)));
    let mut counts = Counts::default();
    let blocks = Blocks::scan(&arguments.source_dir);
    for item in &mut items {
        item.declared = blocks.of(&item.address);
        ignores.apply(item);
        counts.add(item);
    }
    let verdict = items.iter().map(|item| item.status).max();
    let facets = items.iter().flat_map(|item| &item.facets);
    let code = verdict::exit_code(facets.map(|facet| facet.status), &arguments.fail_on);
    // A rehearsal looks at no item: what it cannot tell is no look that failed.
    let blind = arguments.simulate.is_none() && verdict::is_blind(&items);
    let report = Report {
        format_version: FORMAT_VERSION,
        program: Program {
            name: "crr",
            version: env!("CARGO_PKG_VERSION"),
        },
        checked_at,
        inputs,
        verdict: verdict.unwrap_or(Status::InSync).max(Status::InSync),
        exit_code: verdict::at_least(code, blind, &arguments.fail_on),
        counts,
        sites: found.sites.into_iter().collect(),
        items,
        ignores: ignores.into_entries(),
        notes: found.notes.into_iter().collect(),
    };
    write(&report, arguments)?;
    Ok(report.exit_code)
}

/// When a time from now is over.
fn deadline(time: Duration) -> Result<Instant, String> {
    let now = Instant::now();
    now.checked_add(time).ok_or_else(|| {
        "--timeout: this is beyond what a clock can show. Leave it out to wait without end"
            .to_owned()
    })
}

/// Told before anything is looked at, which may take long.
fn outputs_can_be_written(arguments: &Arguments) -> Result<(), String> {
    for (_, path) in &arguments.out {
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(format!(
                "--out {}: there is no folder {}. Make it first",
                path.display(),
                folder.display()
            ));
        }
        if path.is_dir() {
            return Err(format!(
                "--out {}: this is a folder. Name a file",
                path.display()
            ));
        }
    }
    Ok(())
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
    let mut page = format::Page {
        markdown_length: arguments.markdown_length,
        ..format::Page::default()
    };
    for (format, path) in &arguments.out {
        std::fs::write(path, format::write(report, *format, &page))
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    }
    page.colour = arguments.color.is_on();
    let text = format::write(report, arguments.format, &page);
    print(&text).map_err(|error| format!("the report cannot be printed: {error}"))
}
