//! `crr echo`: keeps every bucket of its sites protected until it is told to stop.
//!
//! # Flow
//!
//! [`polling`] or the queue wakes buckets; [`engine`] hands them out as [`schedule`] says, looks and protects by crate `echo`, and notes on
//! the [`board`] how each stands; [`listen`] shows that. Nothing is kept between two lives of the process: the first thing that it does is
//! to look at the whole site. Where a file of the configuration changes, so does the engine: what the old one has begun comes to its end
//! first, so that no bucket is worked on by two.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use terraform_provider_crr::echo_mode::agent_config::Opened;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::configuration::Changes;
use crate::log::{Format, Level};
use crate::progress::Progress;
use crate::{configuration, log};

pub mod board;
pub mod edition;
pub mod engine;
mod exposition;
pub mod letter;
mod listen;
mod metrics;
mod polling;
mod schedule;
pub mod served;
mod signals;
pub mod troubles;

use engine::{Engine, Remembers, Until};
use letter::{Mail, incoming, outgoing};
use polling::Pace;
use served::Served;

/// How many buckets are worked on at once where nobody says.
pub const AT_ONCE: u32 = 64;

/// How long the last calls to a queue may take.
const LAST_CALLS: Duration = Duration::from_secs(5);
/// How long a picture of how far a look is may take once it is over.
const LAST_PICTURE: Duration = Duration::from_secs(1);

/// What `crr echo` is told.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    configuration: configuration::Arguments,
    /// How often the buckets are listed, where no queue says what happens. A tenth more or less, so that many agents do not call at once
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = time)]
    interval: Duration,
    /// How often every bucket is looked at, at least. Without a queue a small site is looked at as often as it is listed: as often as 20
    /// calls a second allow
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = time)]
    look_every: Duration,
    /// Look at every bucket once, protect what needs it, and end: with 0 where all is protected
    #[arg(long)]
    once: bool,
    /// Where to answer /metrics, /healthz and /livez, such as 127.0.0.1:9440
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// How long what is under way may take to its end when the process is to stop
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = humantime::parse_duration)]
    grace: Duration,
    /// The form of log lines, on standard error. Default: json, and text where that is a terminal
    #[arg(long, value_name = "FORM")]
    log_format: Option<Format>,
    /// How much is logged
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    log_level: Level,
}

fn time(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if time < Duration::from_millis(100) => Err("at least 100ms".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(error.to_string()),
    }
}

/// Runs until it is told to stop, or once.
pub async fn run(arguments: Arguments) -> ExitCode {
    let progress = Progress::new();
    log::start(arguments.log_format, arguments.log_level, &progress);
    let stop = CancellationToken::new();
    if let Err(error) = signals::stop_when_asked(stop.clone()) {
        tracing::error!(error = %error, "signals cannot be heard");
        return ExitCode::FAILURE;
    }
    let opened = tokio::select! {
        opened = Changes::begin(&arguments.configuration) => opened,
        () = stop.cancelled() => return ExitCode::SUCCESS,
    };
    let (mut changes, opened) = match opened {
        Ok(opened) => opened,
        Err(lines) => {
            for line in lines {
                tracing::error!("{line}");
            }
            return ExitCode::FAILURE;
        }
    };
    let listener = match arguments.listen {
        None => None,
        Some(address) => match listen::bind(address).await {
            Ok(listener) => Some(listener),
            Err(error) => {
                tracing::error!(%address, error = %error, "the address of --listen cannot be had");
                return ExitCode::FAILURE;
            }
        },
    };
    let (mut engine, mut letters) = arguments.engine(opened, &stop);
    let shown = watch::Sender::new(engine.clone());
    if let Some(listener) = listener {
        // With port 0 the system chooses one.
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, "listening");
        }
        let shown = listen::Shown {
            engine: shown.subscribe(),
            refusal: changes.refusal(),
        };
        tokio::spawn(listen::serve(listener, shown));
    }
    let pictures = tokio::spawn(progress.follow(engine.clone()));
    if arguments.once {
        let code = once(&engine, arguments.grace).await;
        // Its last picture; a look that was broken off has none.
        let _ = tokio::time::timeout(LAST_PICTURE, pictures).await;
        return code;
    }
    loop {
        let opened = serve(&engine, letters, &arguments, &mut changes).await;
        let Some(opened) = opened.filter(|_| !stop.is_cancelled()) else {
            break;
        };
        // What the old configuration made to get in goes with it.
        for served in &engine.served {
            let _ = tokio::time::timeout(LAST_CALLS, served.opened.runtime.cloud.close()).await;
        }
        tracing::info!("going on with the new configuration");
        (engine, letters) = arguments.engine(opened, &stop);
        shown.send_replace(engine.clone());
    }
    tracing::info!("stopped");
    ExitCode::SUCCESS
}

impl Arguments {
    /// An engine for these, which stops when the process is to, or by itself.
    fn engine(
        &self,
        opened: Vec<Opened>,
        stop: &CancellationToken,
    ) -> (Arc<Engine>, UnboundedReceiver<Mail>) {
        let at_once = self.configuration.concurrency.unwrap_or(AT_ONCE);
        let served: Vec<Served> = opened.into_iter().map(Served::new).collect();
        let made = Engine::new(served, at_once, Remembers::Always, stop.child_token());
        for served in &made.0.served {
            tracing::info!(
                echo = served.name,
                paused = served.opened.paused,
                version = env!("CARGO_PKG_VERSION"),
                "serving an echo"
            );
        }
        made
    }
}

/// Lets an engine run until it is told to stop, or until there is a new configuration, which is the answer.
async fn serve(
    engine: &Arc<Engine>,
    mut letters: UnboundedReceiver<Mail>,
    arguments: &Arguments,
    changes: &mut Changes,
) -> Option<Vec<Opened>> {
    let pace = Pace {
        interval: arguments.interval,
        look_every: arguments.look_every,
    };
    let seeing_to_letters = {
        let engine = engine.clone();
        tokio::spawn(async move { outgoing::see_to(&engine, &mut letters).await })
    };
    // They end with this.
    let mut helpers = JoinSet::new();
    let taking: Vec<_> = (0..engine.served.len())
        .filter_map(|number| wake(engine, number, pace, &mut helpers))
        .collect();
    let mut running = Box::pin(engine.run(arguments.grace, Until::Stopped));
    let opened = tokio::select! {
        () = &mut running => None,
        opened = changes.next() => {
            engine.stop.cancel();
            running.await;
            Some(opened)
        }
    };
    // Each ends soon after it is told to stop, and may have something to hand back.
    let _ = tokio::time::timeout(LAST_CALLS, futures::future::join_all(taking)).await;
    engine.post(Mail::Last);
    // What could not be handed back by now comes back by itself.
    let _ = tokio::time::timeout(LAST_CALLS, seeing_to_letters).await;
    opened
}

/// Starts what wakes an echo's buckets. Answers what takes its messages.
fn wake(
    engine: &Arc<Engine>,
    number: usize,
    pace: Pace,
    helpers: &mut JoinSet<()>,
) -> Option<JoinHandle<()>> {
    let Some(queue) = incoming::queue(engine, number) else {
        helpers.spawn(polling::poll(engine.clone(), number, pace));
        return None;
    };
    helpers.spawn(polling::look_now_and_then(
        engine.clone(),
        number,
        pace.look_every,
    ));
    helpers.spawn(incoming::keep(engine.clone(), number, queue.clone()));
    helpers.spawn(incoming::count(engine.clone(), number, queue.clone()));
    let engine = engine.clone();
    Some(tokio::spawn(async move {
        if let Some(served) = engine.served.get(number) {
            tokio::select! {
                () = engine.find_roles(served) => {}
                () = engine.stop.cancelled() => return,
            }
        }
        incoming::take(engine, number, queue).await;
    }))
}

/// One look at everything, and what it takes to protect it.
async fn once(engine: &Arc<Engine>, grace: Duration) -> ExitCode {
    let mut complete = true;
    for number in 0..engine.served.len() {
        complete &= engine.list(number, Some(Duration::ZERO)).await.is_some();
    }
    engine.run(grace, Until::Idle).await;
    complete &= !engine.stop.is_cancelled();
    for served in &engine.served {
        if let Some(trouble) = served.trouble() {
            complete = false;
            eprintln!("crr: {}: {trouble}", served.name);
        }
        for (bucket, why) in served.board().unprotected() {
            complete = false;
            eprintln!("crr: {}: {bucket}: {why}", served.name);
        }
    }
    if complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
