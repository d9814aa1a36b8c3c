//! `crr wait`: until a bucket is protected. Looks, and touches nothing.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use replication::BucketName;
use replication::echo::{Coverage, Standing};
use terraform_provider_crr::echo_mode::agent_config::Opened;
use tokio::time::Instant;

use crate::configuration;

/// How often is asked.
const INTERVAL: Duration = Duration::from_secs(1);

/// What `crr wait` is told.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The bucket at the source
    bucket: BucketName,
    #[command(flatten)]
    configuration: configuration::Arguments,
    /// How long to wait
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = humantime::parse_duration)]
    timeout: Duration,
}

/// Ends with 0 when every echo that is for the bucket has it protected.
pub async fn run(arguments: Arguments) -> ExitCode {
    let end = Instant::now() + arguments.timeout;
    let opened = match configuration::load(&arguments.configuration).await {
        Ok(opened) => opened,
        Err(lines) => {
            configuration::complain(&lines);
            return ExitCode::FAILURE;
        }
    };
    let bucket = &arguments.bucket;
    loop {
        // A look that hangs does not outlast the time given.
        let found =
            tokio::time::timeout_at(end.max(Instant::now() + INTERVAL), look(&opened, bucket));
        let why = match found.await {
            Ok(Found::Protected) => return ExitCode::SUCCESS,
            Ok(Found::Never(why)) => {
                configuration::complain(&[why]);
                return ExitCode::FAILURE;
            }
            Ok(Found::NotYet(why)) => why,
            Err(_) => "the services do not answer".to_owned(),
        };
        if Instant::now() + INTERVAL > end {
            configuration::complain(&[format!(
                "bucket {bucket} is not protected after {}: {why}",
                humantime::format_duration(arguments.timeout)
            )]);
            return ExitCode::FAILURE;
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

enum Found {
    Protected,
    NotYet(String),
    /// Waiting will not help.
    Never(String),
}

async fn look(opened: &[Opened], bucket: &BucketName) -> Found {
    let mut protected = false;
    let mut excluded = Vec::new();
    for opened in opened {
        let id = &opened.name;
        let cloud = &opened.runtime.cloud;
        let standing = match echo::excluded_by_name(&opened.echo, bucket) {
            None => {
                let roles = echo::Roles::look(cloud, &opened.echo).await;
                echo::look(cloud, &opened.echo, bucket, &roles).await
            }
            Some(excluded) => excluded,
        };
        match standing {
            Standing::Protected => match opened.role_trouble().await {
                // It may be made yet.
                Some(why) => return Found::NotYet(format!("{id}: {why}")),
                None => protected = true,
            },
            // Under whose role those rules run is for others to see to.
            Standing::ByOthers { .. } => protected = true,
            Standing::Excluded { why } => excluded.push(format!("{id}: {why}")),
            Standing::Gone => return Found::NotYet(format!("{id}: there is no such bucket")),
            standing => {
                let mut line = Coverage::default();
                line.add(bucket.as_str(), &standing);
                let why = line.exceptions.into_values().next().unwrap_or_default();
                return Found::NotYet(format!("{id}: {why}"));
            }
        }
    }
    if protected {
        Found::Protected
    } else {
        Found::Never(format!(
            "no echo is for bucket {bucket}: {}",
            excluded.join("; ")
        ))
    }
}
