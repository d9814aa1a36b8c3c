//! What can be said on the command line.

use clap::{Parser, Subcommand};

/// Keeps S3 buckets replicated: the agent that protects every bucket of a site, and the checks that find drift.
#[derive(Debug, Parser)]
#[command(name = "crr", version, propagate_version = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Keep every bucket protected, until told to stop
    Echo(crate::agent::Arguments),
    /// Wait until a bucket is protected. Reads only
    Wait(crate::wait::Arguments),
    /// Say how the buckets stand. Reads only
    Status(crate::status::Arguments),
    /// Compare what should be with what is, and report every difference. Reads only
    Check(crate::check::Arguments),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn what_cannot_be_is_said() {
        let refused = |words: &[&str]| {
            let words = ["crr", "echo"].iter().chain(words);
            Arguments::try_parse_from(words)
                .err()
                .map(|e| e.to_string())
        };
        for (words, said) in [
            (&["--once"][..], "--config"),
            (&["--config", "f", "--interval", "1ms"], "100ms"),
            (&["--config", "f", "--profile", "east"], "SITE=NAME"),
            (&["--config", "f", "--concurrency", "0"], "1..=10000"),
        ] {
            let error = refused(words).unwrap();
            assert!(error.contains(said), "{words:?}: {error}");
        }
        assert_eq!(refused(&["--config", "f", "--config", "g"]), None);
    }
}
