//! Steps on the parts of a trigger.

use std::collections::{BTreeMap, HashMap};

use replication::Step;
use replication::step::Target;
use replication::trigger::{Change, ResourceRef, is_ours};

use crate::cloud::Cloud;
use crate::error::CloudError;
use crate::failure::Failure;
use crate::observe::trigger::ResourceAccess;
use crate::wait::{Ended, Patience, persist};

mod function;
mod queue;
mod rule;

pub(super) async fn take(
    cloud: &Cloud,
    at: &ResourceRef,
    step: &Step,
    mut patience: Patience<'_>,
) -> Result<(), CloudError> {
    let Step::Trigger { change, .. } = step else {
        return Ok(());
    };
    let access = ResourceAccess::to(cloud, at).await?;
    write(&access, change, &mut patience)
        .await
        .map_err(|ended| ended.at(&access.site, step.to_string(), Target::Resource(at.clone())))
}

async fn write(
    access: &ResourceAccess<'_>,
    change: &Change,
    patience: &mut Patience<'_>,
) -> Result<(), Ended> {
    match change {
        Change::CreateQueue { attributes, tags } => {
            queue::create(access, attributes, tags, patience).await
        }
        Change::PutQueueAttributes { attributes } => {
            persist!(patience, queue::put_attributes(access, attributes))
        }
        Change::TagQueue { tags } => persist!(patience, queue::put_tags(access, tags)),
        Change::DeleteQueue => persist!(patience, queue::delete(access)),
        Change::PutRule { rule, tags } => persist!(patience, rule::put(access, rule, tags)),
        Change::PutTarget { queue, others } => {
            persist!(patience, rule::put_target(access, queue, others))
        }
        Change::TagRule { tags } => persist!(patience, rule::put_tags(access, tags)),
        Change::DeleteRule => persist!(patience, rule::delete(access)),
        Change::CreateFunction {
            package,
            architecture,
            settings,
            tags,
        } => function::create(access, (package, *architecture), settings, tags, patience).await,
        Change::PutFunctionCode {
            package,
            architecture,
        } => persist!(patience, function::put_code(access, package, *architecture)),
        Change::PutFunctionSettings { settings } => {
            persist!(patience, function::put_settings(access, settings))
        }
        Change::TagFunction { tags } => persist!(patience, function::put_tags(access, tags)),
        Change::DeleteFunction { mapping } => {
            if let Some(id) = mapping {
                persist!(patience, function::delete_mapping(access, id))?;
            }
            persist!(patience, function::delete(access))
        }
        Change::CreateMapping { queue, mapping } => {
            function::create_mapping(access, queue, mapping, patience).await
        }
        Change::PutMapping { id, mapping } => {
            persist!(patience, function::put_mapping(access, id, mapping))
        }
    }
}

/// What is there under the name of what was to be made: ours where it carries our tag, since an earlier try made it whose
/// answer was lost.
fn made_before(
    tags: Result<BTreeMap<String, String>, Failure>,
    refusal: Failure,
) -> Result<(), Ended> {
    match tags {
        Ok(tags) if is_ours(&tags) => Ok(()),
        _ => Err(Ended::refused(refusal)),
    }
}

/// A delete of what is not there has succeeded: somebody was quicker, or our first answer was lost.
async fn gone_is_fine<T>(
    request: impl Future<Output = Result<T, Failure>>,
    absent: &[&str],
) -> Result<(), Failure> {
    match request.await {
        Err(failure) if !failure.is(absent) => Err(failure),
        _ => Ok(()),
    }
}

/// Tags as the SDK has them.
fn map(tags: &BTreeMap<String, String>) -> HashMap<String, String> {
    tags.iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
