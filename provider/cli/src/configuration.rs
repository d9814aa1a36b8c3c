//! From files to echoes that can be worked on.

use std::path::PathBuf;

use terraform_provider_crr::echo_mode::agent_config::{
    AgentConfig, Opened, Overrides, open, words,
};
use tfplugin::Diagnostics;

mod changes;

pub use changes::{Changes, Refusal};

/// Which echoes, and how their sites are reached.
#[derive(Debug, Clone, clap::Args)]
// A group has the name of its struct, and the command's own is called so, too.
#[group(id = "configuration")]
pub struct Arguments {
    /// A file with the `agent_config` of a `crr_echo_mode`, or one by hand of the same form; `-` is standard input. May be given
    /// several times
    #[arg(long = "config", value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The profile of the shared AWS files that a site's credentials come from, in place of the configuration's. May be given
    /// several times
    #[arg(long = "profile", value_name = "SITE=NAME", value_parser = profile)]
    profiles: Vec<(String, String)>,
    /// How many calls may be in flight at once, in place of the configuration's `max_concurrency`, and how many buckets are worked on
    /// at once
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub concurrency: Option<u32>,
}

fn profile(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((site, name)) if !site.is_empty() && !name.is_empty() => {
            Ok((site.to_owned(), name.to_owned()))
        }
        _ => Err("write SITE=NAME".to_owned()),
    }
}

/// Each file's name, and what is in it.
type Texts = Vec<(String, String)>;

/// What stands for standard input.
const STANDARD_INPUT: &str = "-";

impl Arguments {
    fn overrides(&self) -> Overrides {
        Overrides {
            profiles: self.profiles.iter().cloned().collect(),
            concurrency: self.concurrency,
        }
    }

    fn read(&self) -> Result<Texts, Vec<String>> {
        let read = |file: &PathBuf| {
            let name = file.display().to_string();
            let text = if name == STANDARD_INPUT {
                std::io::read_to_string(std::io::stdin())
            } else {
                std::fs::read_to_string(file)
            };
            match text {
                Ok(text) => Ok((name, text)),
                Err(error) => Err(vec![format!("{name} cannot be read: {error}")]),
            }
        };
        self.files.iter().map(read).collect()
    }
}

/// Reads the files and asks each site who we are there. What is wrong is told line by line.
pub async fn load(arguments: &Arguments) -> Result<Vec<Opened>, Vec<String>> {
    made(&arguments.read()?, &arguments.overrides()).await
}

/// The echoes of these texts, each with a name to complain about.
pub async fn made(
    texts: &[(String, String)],
    overrides: &Overrides,
) -> Result<Vec<Opened>, Vec<String>> {
    let mut configs = Vec::new();
    for (name, text) in texts {
        let mut diagnostics = Diagnostics::new();
        let Some(config) = AgentConfig::parse(text, &mut diagnostics) else {
            let lines = words(&diagnostics).into_iter();
            return Err(lines.map(|line| format!("{name}: {line}")).collect());
        };
        configs.push(config);
    }
    let mut diagnostics = Diagnostics::new();
    let opened = open(&configs, overrides, &mut diagnostics).await;
    opened.ok_or_else(|| words(&diagnostics))
}

/// Tells a person what is wrong.
pub fn complain(lines: &[String]) {
    for line in lines {
        eprintln!("crr: {line}");
    }
}
