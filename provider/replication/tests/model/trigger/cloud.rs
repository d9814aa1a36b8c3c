//! A small EventBridge, SQS and Lambda: it refuses what they refuse.

use std::collections::BTreeMap;

use replication::facet::differences;
use replication::observed::Reads;
use replication::plan::{Removal, plan_removal};
use replication::trigger::{
    Change, FunctionFacts, MappingFacts, ObservedTrigger, QueueFacts, RuleFacts, Trigger, When,
};
use replication::{Facets, Observed, Plan, Seen, Step, plan};

use crate::world::World;

/// What is there of triggers, beside the roles of a world.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cloud {
    roles: World,
    pub queues: BTreeMap<String, QueueFacts>,
    pub rules: BTreeMap<String, RuleFacts>,
    pub functions: BTreeMap<String, FunctionFacts>,
    /// By the function that they lead to.
    pub mappings: BTreeMap<String, MappingFacts>,
}

fn seen<T>(value: Option<T>) -> Seen<T> {
    value.map_or(Seen::Absent, Seen::Present)
}

impl Cloud {
    pub fn look(&self, reads: &Reads) -> Observed {
        let mut observed = self.roles.look(reads);
        if let Some(reads) = &reads.trigger {
            let queues = reads.queues.iter();
            let rules = reads.rules.iter();
            observed.trigger = Some(Box::new(ObservedTrigger {
                queues: queues
                    .map(|at| (at.arn.clone(), seen(self.queues.get(&at.arn).cloned())))
                    .collect(),
                rules: rules
                    .map(|at| (at.arn.clone(), seen(self.rules.get(&at.arn).cloned())))
                    .collect(),
                function: seen(self.functions.get(&reads.function.arn).cloned()),
                mapping: seen(self.mappings.get(&reads.function.arn).cloned()),
            }));
        }
        observed
    }

    pub fn take(&mut self, step: &Step) -> Result<(), String> {
        let Step::Trigger { at, change } = step else {
            return self.roles.take(step);
        };
        let arn = at.arn.clone();
        let none = || format!("{arn} is not there");
        match change.clone() {
            Change::CreateQueue { attributes, tags } => {
                if let Some(redrive) = attributes.get("RedrivePolicy")
                    && !self.queues.keys().any(|dead| redrive.contains(dead))
                {
                    return Err("Dead letter target does not exist".to_owned());
                }
                let made = QueueFacts {
                    url: format!("https://sqs/{}", at.name()),
                    attributes,
                    tags,
                };
                if self.queues.insert(arn, made).is_some() {
                    return Err("QueueAlreadyExists".to_owned());
                }
            }
            Change::PutQueueAttributes { attributes } => self
                .queues
                .get_mut(&arn)
                .ok_or_else(none)?
                .attributes
                .extend(attributes),
            Change::TagQueue { tags } => {
                let queue = self.queues.get_mut(&arn).ok_or_else(none)?;
                queue.tags.extend(tags);
            }
            Change::DeleteQueue => drop(self.queues.remove(&arn).ok_or_else(none)?),
            Change::PutRule { rule, tags } => {
                let old = self.rules.remove(&arn);
                let (pattern, schedule) = match rule.when {
                    When::Event(pattern) => (Some(pattern), None),
                    When::Schedule(schedule) => (None, Some(schedule)),
                };
                let made = RuleFacts {
                    pattern,
                    schedule,
                    enabled: rule.enabled,
                    target: old.as_ref().and_then(|old| old.target.clone()),
                    others: old
                        .as_ref()
                        .map(|old| old.others.clone())
                        .unwrap_or_default(),
                    tags: old.map_or(tags, |old| old.tags),
                };
                self.rules.insert(arn, made);
            }
            Change::PutTarget { queue, others } => {
                if !self.queues.contains_key(&queue) {
                    return Err(format!("events would be lost: no {queue}"));
                }
                let rule = self.rules.get_mut(&arn).ok_or_else(none)?;
                rule.target = Some(queue);
                rule.others.retain(|id, _| !others.contains(id));
            }
            Change::TagRule { tags } => {
                let rule = self.rules.get_mut(&arn).ok_or_else(none)?;
                rule.tags.extend(tags);
            }
            Change::DeleteRule => drop(self.rules.remove(&arn).ok_or_else(none)?),
            change => self.take_of_function(&arn, change)?,
        }
        Ok(())
    }

    fn take_of_function(&mut self, arn: &str, change: Change) -> Result<(), String> {
        let none = || format!("{arn} is not there");
        match change {
            Change::CreateFunction {
                package,
                architecture,
                settings,
                tags,
            } => {
                self.assumable(&settings.role)?;
                let made = FunctionFacts {
                    sha256: package.sha256,
                    architecture: architecture.to_string(),
                    runtime: settings.runtime,
                    handler: settings.handler,
                    role: settings.role,
                    memory: settings.memory,
                    timeout: settings.timeout,
                    configuration: Some(settings.configuration),
                    tags,
                };
                if self.functions.insert(arn.to_owned(), made).is_some() {
                    return Err("ResourceConflictException".to_owned());
                }
            }
            Change::PutFunctionCode {
                package,
                architecture,
            } => {
                let function = self.functions.get_mut(arn).ok_or_else(none)?;
                function.sha256 = package.sha256;
                function.architecture = architecture.to_string();
            }
            Change::PutFunctionSettings { settings } => {
                self.assumable(&settings.role)?;
                let function = self.functions.get_mut(arn).ok_or_else(none)?;
                function.runtime = settings.runtime;
                function.handler = settings.handler;
                function.role = settings.role;
                function.memory = settings.memory;
                function.timeout = settings.timeout;
                function.configuration = Some(settings.configuration);
            }
            Change::TagFunction { tags } => {
                let function = self.functions.get_mut(arn).ok_or_else(none)?;
                function.tags.extend(tags);
            }
            Change::DeleteFunction { mapping } => {
                if let Some(id) = mapping {
                    self.mappings.retain(|_, found| found.id != id);
                }
                self.functions.remove(arn);
            }
            Change::CreateMapping { queue, mapping } => {
                if !self.functions.contains_key(arn) || !self.queues.contains_key(&queue) {
                    return Err("InvalidParameterValueException".to_owned());
                }
                let made = MappingFacts {
                    id: format!("id of {arn}"),
                    enabled: mapping.enabled,
                    batch: mapping.batch,
                    reports_failures: mapping.reports_failures,
                    at_once: mapping.at_once,
                };
                if self.mappings.insert(arn.to_owned(), made).is_some() {
                    return Err("ResourceConflictException".to_owned());
                }
            }
            Change::PutMapping { mapping, .. } => {
                let found = self.mappings.get_mut(arn).ok_or_else(none)?;
                found.enabled = mapping.enabled;
                found.batch = mapping.batch;
                found.reports_failures = mapping.reports_failures;
                found.at_once = mapping.at_once;
            }
            other => panic!("no change of a function: {other:?}"),
        }
        Ok(())
    }

    fn assumable(&self, role: &str) -> Result<(), String> {
        let there = role.ends_with("/theirs")
            || self.roles.roles.iter().any(|(arn, found)| {
                arn.as_str() == role && found.trust.contains("lambda.amazonaws.com")
            });
        if there {
            Ok(())
        } else {
            Err("The role defined for the function cannot be assumed by Lambda".to_owned())
        }
    }

    pub fn planned(&self, trigger: &Trigger) -> Plan {
        plan(&trigger.desired(), &self.look(&trigger.reads()))
    }

    pub fn take_all(&mut self, plan: &Plan) {
        assert!(!plan.has_errors(), "{:#?}", plan.problems);
        for step in plan.steps() {
            if let Err(refusal) = self.take(&step.step) {
                panic!("{}: {refusal}\nin\n{}", step.step, plan.describe());
            }
        }
    }

    pub fn apply(&mut self, trigger: &Trigger) {
        self.take_all(&self.planned(trigger));
        let (desired, observed) = (trigger.desired(), self.look(&trigger.reads()));
        assert_eq!(plan(&desired, &observed).describe(), "");
        assert_eq!(differences(&desired, &observed), []);
        assert_eq!(
            Facets::desired(&desired),
            Facets::observed(&desired, &observed)
        );
    }

    pub fn removal(&self, trigger: &Trigger) -> Plan {
        let observed = self.look(&trigger.reads());
        plan_removal(&trigger.desired(), &observed, &Removal::default())
    }

    pub fn remove(&mut self, trigger: &Trigger) {
        self.take_all(&self.removal(trigger));
    }
}
