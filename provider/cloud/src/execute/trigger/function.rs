//! Steps on a function, and on what leads messages to it.

use std::collections::BTreeMap;

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    Architecture as SdkArchitecture, Environment, FunctionCode, FunctionResponseType, Runtime,
    ScalingConfig,
};
use replication::Seen;
use replication::trigger::{Architecture, ENVIRONMENT, FunctionSettings, Mapping, Package};

use super::{gone_is_fine, made_before, map};
use crate::failure::Failure;
use crate::observe::trigger::ResourceAccess;
use crate::observe::trigger::function::{ABSENT, look, mapping as find};
use crate::operation::{
    CREATE_FUNCTION, CREATE_MAPPING, DELETE_FUNCTION, DELETE_MAPPING, GET_FUNCTION,
    PUT_FUNCTION_CODE, PUT_FUNCTION_SETTINGS, PUT_MAPPING, TAG_FUNCTION,
};
use crate::wait::{Ended, Patience, persist};

/// Makes the function. One that is there and carries our tag is the one that an earlier try made whose answer was lost.
pub(super) async fn create(
    access: &ResourceAccess<'_>,
    code: (&Package, Architecture),
    settings: &FunctionSettings,
    tags: &BTreeMap<String, String>,
    patience: &mut Patience<'_>,
) -> Result<(), Ended> {
    loop {
        match request(access, code, settings, tags).await {
            Ok(()) => return Ok(()),
            Err(failure) if failure.is(&["ResourceConflictException"]) => {
                let tags = match look(access).await {
                    Ok(Seen::Present(found)) => Ok(found.tags),
                    Ok(_) => Err(Failure::incomplete(GET_FUNCTION, "function")),
                    Err(failure) => Err(failure),
                };
                return made_before(tags, failure);
            }
            Err(failure) => patience.wait(failure).await?,
        }
    }
}

async fn request(
    access: &ResourceAccess<'_>,
    (package, architecture): (&Package, Architecture),
    settings: &FunctionSettings,
    tags: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    let code = FunctionCode::builder().zip_file(bytes(package)).build();
    let request = access
        .site
        .lambda
        .create_function()
        .function_name(access.at.name())
        .code(code)
        .architectures(named(architecture))
        .runtime(Runtime::from(settings.runtime.as_str()))
        .handler(&settings.handler)
        .role(&settings.role)
        .memory_size(number(settings.memory))
        .timeout(number(settings.timeout))
        .environment(environment(settings))
        .description(&settings.description)
        .set_tags(Some(map(tags)))
        .send();
    access
        .cloud
        .inner
        .call(CREATE_FUNCTION, request)
        .await
        .map(drop)
}

pub(super) async fn put_code(
    access: &ResourceAccess<'_>,
    package: &Package,
    architecture: Architecture,
) -> Result<(), Failure> {
    let request = access
        .site
        .lambda
        .update_function_code()
        .function_name(access.at.name())
        .zip_file(bytes(package))
        .architectures(named(architecture))
        .send();
    let answer = access.cloud.inner.call(PUT_FUNCTION_CODE, request).await;
    answer.map(drop)
}

pub(super) async fn put_settings(
    access: &ResourceAccess<'_>,
    settings: &FunctionSettings,
) -> Result<(), Failure> {
    let request = access
        .site
        .lambda
        .update_function_configuration()
        .function_name(access.at.name())
        .runtime(Runtime::from(settings.runtime.as_str()))
        .handler(&settings.handler)
        .role(&settings.role)
        .memory_size(number(settings.memory))
        .timeout(number(settings.timeout))
        .environment(environment(settings))
        .description(&settings.description)
        .send();
    let answer = access
        .cloud
        .inner
        .call(PUT_FUNCTION_SETTINGS, request)
        .await;
    answer.map(drop)
}

pub(super) async fn put_tags(
    access: &ResourceAccess<'_>,
    tags: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    let request = access
        .site
        .lambda
        .tag_resource()
        .resource(&access.at.arn)
        .set_tags(Some(map(tags)))
        .send();
    access
        .cloud
        .inner
        .call(TAG_FUNCTION, request)
        .await
        .map(drop)
}

pub(super) async fn delete(access: &ResourceAccess<'_>) -> Result<(), Failure> {
    let request = access.site.lambda.delete_function();
    let request = request.function_name(access.at.name()).send();
    gone_is_fine(access.cloud.inner.call(DELETE_FUNCTION, request), &ABSENT).await
}

/// Makes what leads messages to the function. There is one for a queue and a function: one that is on its way out is waited
/// for, any other is the one that an earlier try made.
pub(super) async fn create_mapping(
    access: &ResourceAccess<'_>,
    queue: &str,
    mapping: &Mapping,
    patience: &mut Patience<'_>,
) -> Result<(), Ended> {
    loop {
        let request = access
            .site
            .lambda
            .create_event_source_mapping()
            .function_name(access.at.name())
            .event_source_arn(queue)
            .enabled(mapping.enabled)
            .batch_size(number(mapping.batch))
            .set_function_response_types(Some(response_types(mapping)))
            .set_scaling_config(scaling(mapping))
            .send();
        match access.cloud.inner.call(CREATE_MAPPING, request).await {
            Ok(_) => return Ok(()),
            Err(failure) if failure.is(&["ResourceConflictException"]) => {
                if let Ok(Seen::Present(found)) = find(access, queue).await {
                    return persist!(patience, put_mapping(access, &found.id, mapping));
                }
                patience.wait(failure).await?;
            }
            Err(failure) => patience.wait(failure).await?,
        }
    }
}

pub(super) async fn put_mapping(
    access: &ResourceAccess<'_>,
    id: &str,
    mapping: &Mapping,
) -> Result<(), Failure> {
    let request = access
        .site
        .lambda
        .update_event_source_mapping()
        .uuid(id)
        .enabled(mapping.enabled)
        .batch_size(number(mapping.batch))
        .set_function_response_types(Some(response_types(mapping)))
        .set_scaling_config(scaling(mapping))
        .send();
    access
        .cloud
        .inner
        .call(PUT_MAPPING, request)
        .await
        .map(drop)
}

pub(super) async fn delete_mapping(access: &ResourceAccess<'_>, id: &str) -> Result<(), Failure> {
    let request = access.site.lambda.delete_event_source_mapping();
    let request = request.uuid(id).send();
    gone_is_fine(access.cloud.inner.call(DELETE_MAPPING, request), &ABSENT).await
}

fn bytes(package: &Package) -> Blob {
    Blob::new(package.bytes.to_vec())
}

fn named(architecture: Architecture) -> SdkArchitecture {
    SdkArchitecture::from(architecture.as_str())
}

fn environment(settings: &FunctionSettings) -> Environment {
    Environment::builder()
        .variables(ENVIRONMENT, &settings.configuration)
        .build()
}

fn response_types(mapping: &Mapping) -> Vec<FunctionResponseType> {
    let failures = FunctionResponseType::ReportBatchItemFailures;
    mapping
        .reports_failures
        .then_some(failures)
        .into_iter()
        .collect()
}

fn scaling(mapping: &Mapping) -> Option<ScalingConfig> {
    let runs = mapping.at_once?;
    let runs = number(runs);
    Some(ScalingConfig::builder().maximum_concurrency(runs).build())
}

fn number(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}
