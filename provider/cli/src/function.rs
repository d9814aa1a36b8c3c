//! The agent as a function: the same engine, for the messages of one call at a time.
//!
//! # Flow
//!
//! Lambda gives messages of the queue and takes the ids of those that it shall give again. Each bucket is worked on as in the agent. What
//! cannot be done before the call must end goes back: a message at once, and a look at the whole site as a message that says where to
//! go on. A bucket that failed is put into the queue with its rest, since nobody is awake here to try it again.
//!
//! # What it must not know
//!
//! How anything is done. It only reads what Lambda gives, and answers.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cloud::Receipt;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::{Value, json};
use terraform_provider_crr::echo_mode::agent_config::Overrides;
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::agent::engine::{Engine, Remembers, Until};
use crate::agent::letter::{Letter, Mail, incoming, outgoing};
use crate::agent::served::Served;
use crate::progress::Progress;
use crate::{configuration, log};

/// Set by Lambda for its functions.
const IN_LAMBDA: &str = "AWS_LAMBDA_RUNTIME_API";
/// The configuration.
const CONFIGURATION: &str = "CRR_CONFIG";
/// What is kept of a call's time for calls under way to end, and for what is left to go back.
const MARGIN: Duration = Duration::from_secs(15);

/// Whether this process is a function.
pub fn is_one() -> bool {
    std::env::var_os(IN_LAMBDA).is_some() && std::env::args_os().len() == 1
}

/// Answers calls for ever.
pub async fn run() -> ExitCode {
    log::start(Some(log::Format::Json), log::Level::Info, &Progress::new());
    match function().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(lines) => {
            for line in lines {
                tracing::error!("{line}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn function() -> Result<(), Vec<String>> {
    let text = std::env::var(CONFIGURATION).map_err(|_| {
        vec![format!(
            "{CONFIGURATION} is not set: it holds the agent_config of a crr_echo_mode"
        )]
    })?;
    let texts = [(CONFIGURATION.to_owned(), text)];
    let opened = configuration::made(&texts, &Overrides::default()).await?;
    let served: Vec<Served> = opened.into_iter().map(Served::new).collect();
    let at_once = crate::agent::AT_ONCE;
    let (engine, mail) = Engine::new(
        served,
        at_once,
        Remembers::WhileCalled,
        CancellationToken::new(),
    );
    let mail = Arc::new(Mutex::new(mail));
    let answer = service_fn(|event: LambdaEvent<Value>| {
        let (engine, mail) = (engine.clone(), mail.clone());
        async move {
            let mut mail = mail.lock().await;
            let left = event.context.deadline().duration_since(SystemTime::now());
            let answer = call(&engine, &mut mail, event.payload, left.unwrap_or_default()).await;
            Ok::<Value, lambda_runtime::Error>(answer)
        }
    });
    lambda_runtime::run(answer)
        .await
        .map_err(|error| vec![error.to_string()])
}

/// One call: what it gives is done, or goes back.
async fn call(
    engine: &Arc<Engine>,
    mail: &mut UnboundedReceiver<Mail>,
    payload: Value,
    left: Duration,
) -> Value {
    let margin = MARGIN.min(left / 3);
    let deadline = Instant::now() + left.saturating_sub(margin);
    engine.set_deadline(deadline);
    let mut poison = Vec::new();
    // One configuration, one echo.
    let number = 0;
    if let Some(served) = engine.served.get(number)
        && !served.may_work()
    {
        engine.is_outdated(served).await;
        engine.find_roles(served).await;
    }
    match payload.get("Records").and_then(Value::as_array) {
        Some(records) => {
            for record in records {
                let text = |name: &str| record.get(name).and_then(Value::as_str);
                let id = text("messageId").unwrap_or_default().to_owned();
                let letter = Letter {
                    echo: number,
                    receipt: Receipt::from(text("receiptHandle").unwrap_or_default().to_owned()),
                    given: Some(id.clone()),
                    sent: sent(record),
                };
                let body = text("body").unwrap_or_default();
                if let Err(why) = incoming::deliver(engine, number, Some(letter), body).await {
                    tracing::warn!(
                        message = id,
                        why,
                        "a message cannot be understood and is left to the queue's dead letters"
                    );
                    poison.push(id);
                }
            }
        }
        // Called by hand, or by a schedule without a queue.
        None => {
            if let Err(why) = incoming::deliver(engine, number, None, &payload.to_string()).await {
                return json!({ "error": why });
            }
        }
    }
    engine.run(margin / 2, Until::IdleOrLate(deadline)).await;
    engine.post(Mail::Last);
    poison.extend(outgoing::see_to(engine, mail).await);
    let failures: Vec<Value> = poison
        .into_iter()
        .map(|id| json!({ "itemIdentifier": id }))
        .collect();
    json!({ "batchItemFailures": failures })
}

fn sent(record: &Value) -> Option<SystemTime> {
    let at = record.get("attributes")?.get("SentTimestamp")?.as_str()?;
    Some(SystemTime::UNIX_EPOCH + Duration::from_millis(at.parse().ok()?))
}
