//! Looking at a trigger: its queues, its rules, its function.

use std::collections::BTreeMap;

use futures::future::{join, join_all, join3};
use replication::step::Target;
use replication::trigger::{ObservedTrigger, ResourceRef, TriggerReads};

use crate::cloud::Cloud;
use crate::error::CloudError;
use crate::failure::Failure;
use crate::site::Site;

pub(crate) mod function;
pub(crate) mod queue;
pub(crate) mod rule;

/// Answers all of it at once.
pub(super) async fn look(
    cloud: &Cloud,
    asked: &TriggerReads,
) -> Result<ObservedTrigger, CloudError> {
    let queues = join_all(asked.queues.iter().map(|at| async move {
        let access = ResourceAccess::to(cloud, at).await?;
        let found = access.named(queue::look(&access).await)?;
        Ok::<_, CloudError>((at.arn.clone(), found))
    }));
    let rules = join_all(asked.rules.iter().map(|at| async move {
        let access = ResourceAccess::to(cloud, at).await?;
        let found = access.named(rule::look(&access).await)?;
        Ok::<_, CloudError>((at.arn.clone(), found))
    }));
    let function = async {
        let access = ResourceAccess::to(cloud, &asked.function).await?;
        let (function, mapping) = join(
            function::look(&access),
            function::mapping(&access, &asked.queue.arn),
        )
        .await;
        Ok::<_, CloudError>((access.named(function)?, access.named(mapping)?))
    };
    let (queues, rules, function) = join3(queues, rules, function).await;
    let (function, mapping) = function?;
    Ok(ObservedTrigger {
        queues: queues.into_iter().collect::<Result<_, _>>()?,
        rules: rules.into_iter().collect::<Result<_, _>>()?,
        function,
        mapping,
    })
}

/// A queue, rule or function, and the site that reaches it.
pub(crate) struct ResourceAccess<'a> {
    pub cloud: &'a Cloud,
    pub site: std::sync::Arc<Site>,
    pub at: &'a ResourceRef,
}

impl<'a> ResourceAccess<'a> {
    pub(crate) async fn to(cloud: &'a Cloud, at: &'a ResourceRef) -> Result<Self, CloudError> {
        Ok(Self {
            cloud,
            site: cloud.inner.site(&at.site).await?,
            at,
        })
    }

    fn named<T>(&self, found: Result<T, Failure>) -> Result<T, CloudError> {
        found.map_err(|failure| {
            let what = format!("look at {} {}", self.at.kind(), self.at);
            let target = Target::Resource(self.at.clone());
            failure.at(&self.site, what, Some(target))
        })
    }
}

/// Tags as the model has them.
pub(crate) fn sorted(
    tags: Option<&std::collections::HashMap<String, String>>,
) -> BTreeMap<String, String> {
    tags.into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
