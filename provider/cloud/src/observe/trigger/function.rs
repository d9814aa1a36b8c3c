//! Looking at a function, and at what leads messages to it.

use aws_sdk_lambda::types::{
    EventSourceMappingConfiguration, FunctionResponseType, Runtime, ScalingConfig,
};
use replication::Seen;
use replication::trigger::{ENVIRONMENT, FunctionFacts, MappingFacts};

use super::{ResourceAccess, sorted};
use crate::failure::Failure;
use crate::observe::seen;
use crate::operation::{GET_FUNCTION, LIST_FUNCTION_TAGS, LIST_MAPPINGS};

pub(crate) const ABSENT: [&str; 1] = ["ResourceNotFoundException"];

pub(crate) async fn look(access: &ResourceAccess<'_>) -> Result<Seen<FunctionFacts>, Failure> {
    let request = access
        .site
        .lambda
        .get_function()
        .function_name(access.at.name());
    let answer = access.cloud.inner.call(GET_FUNCTION, request.send()).await;
    let answer = match seen(answer.map(Some), &ABSENT)? {
        Seen::Present(answer) => answer,
        Seen::Absent | Seen::NotLooked => return Ok(Seen::Absent),
        Seen::Denied { action, message } => return Ok(Seen::Denied { action, message }),
    };
    // Lambda leaves the tags out where they may not be read: without them we would not know what is ours.
    if let Some(error) = answer.tags_error() {
        return Ok(Seen::Denied {
            action: LIST_FUNCTION_TAGS.action.to_owned(),
            message: format!("{}: {}", error.error_code(), error.message()),
        });
    }
    let Some(found) = answer.configuration() else {
        return Err(Failure::incomplete(GET_FUNCTION, "Configuration"));
    };
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let number = |value: Option<i32>| {
        value
            .and_then(|value| u32::try_from(value).ok())
            .unwrap_or_default()
    };
    let architecture = found.architectures().first();
    Ok(Seen::Present(FunctionFacts {
        sha256: text(found.code_sha256()),
        // Lambda's own default.
        architecture: architecture.map_or("x86_64", |one| one.as_str()).to_owned(),
        runtime: text(found.runtime().map(Runtime::as_str)),
        handler: text(found.handler()),
        role: text(found.role()),
        memory: number(found.memory_size()),
        timeout: number(found.timeout()),
        configuration: found
            .environment()
            .and_then(|environment| environment.variables()?.get(ENVIRONMENT).cloned()),
        tags: sorted(answer.tags()),
    }))
}

/// What leads messages from a queue to the function.
pub(crate) async fn mapping(
    access: &ResourceAccess<'_>,
    queue: &str,
) -> Result<Seen<MappingFacts>, Failure> {
    seen(find(access, queue).await, &ABSENT)
}

/// One that is on its way out counts as gone.
async fn find(access: &ResourceAccess<'_>, queue: &str) -> Result<Option<MappingFacts>, Failure> {
    let mut next = None;
    loop {
        // By the queue: those of a function that is not there are not told.
        let request = access
            .site
            .lambda
            .list_event_source_mappings()
            .event_source_arn(queue)
            .set_marker(next)
            .send();
        let page = access.cloud.inner.call(LIST_MAPPINGS, request).await?;
        let found = page.event_source_mappings().iter().find(|mapping| {
            mapping.function_arn() == Some(access.at.arn.as_str())
                && mapping.state() != Some("Deleting")
        });
        if let Some(found) = found {
            return Ok(facts(found));
        }
        match page.next_marker {
            Some(marker) if !marker.is_empty() => next = Some(marker),
            _ => return Ok(None),
        }
    }
}

fn facts(found: &EventSourceMappingConfiguration) -> Option<MappingFacts> {
    let number = |value: i32| u32::try_from(value).unwrap_or_default();
    Some(MappingFacts {
        id: found.uuid()?.to_owned(),
        enabled: !matches!(found.state(), Some("Disabled" | "Disabling")),
        batch: found.batch_size().map(number).unwrap_or_default(),
        reports_failures: found
            .function_response_types()
            .contains(&FunctionResponseType::ReportBatchItemFailures),
        at_once: found
            .scaling_config()
            .and_then(ScalingConfig::maximum_concurrency)
            .map(number),
    })
}
