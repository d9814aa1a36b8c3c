//! A trigger against a small EventBridge, SQS and Lambda.

use std::collections::BTreeMap;

use proptest::prelude::*;
use replication::facet::differences;
use replication::observed::Reads;
use replication::plan::{Removal, plan_removal};
use replication::trigger::{
    Architecture, Change, Function, FunctionFacts, FunctionRole, MappingFacts, ObservedTrigger,
    Package, QueueFacts, RuleFacts, Trigger, When,
};
use replication::{Facets, Namespace, Observed, Plan, PolicyDocument, Seen, Site, Step, plan};

use crate::world::World;

/// What is there of triggers, beside the roles of a world.
#[derive(Debug, Clone, PartialEq, Default)]
struct Cloud {
    roles: World,
    queues: BTreeMap<String, QueueFacts>,
    rules: BTreeMap<String, RuleFacts>,
    functions: BTreeMap<String, FunctionFacts>,
    /// By the function that they lead to.
    mappings: BTreeMap<String, MappingFacts>,
}

fn seen<T>(value: Option<T>) -> Seen<T> {
    value.map_or(Seen::Absent, Seen::Present)
}

impl Cloud {
    fn look(&self, reads: &Reads) -> Observed {
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

    fn take(&mut self, step: &Step) -> Result<(), String> {
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
                    tags: old.map_or(tags, |old| old.tags),
                };
                self.rules.insert(arn, made);
            }
            Change::PutTarget { queue } => {
                if !self.queues.contains_key(&queue) {
                    return Err(format!("events would be lost: no {queue}"));
                }
                self.rules.get_mut(&arn).ok_or_else(none)?.target = Some(queue);
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

    fn planned(&self, trigger: &Trigger) -> Plan {
        plan(&trigger.desired(), &self.look(&trigger.reads()))
    }

    fn take_all(&mut self, plan: &Plan) {
        assert!(!plan.has_errors(), "{:#?}", plan.problems);
        for step in plan.steps() {
            if let Err(refusal) = self.take(&step.step) {
                panic!("{}: {refusal}\nin\n{}", step.step, plan.describe());
            }
        }
    }

    fn apply(&mut self, trigger: &Trigger) {
        self.take_all(&self.planned(trigger));
        let (desired, observed) = (trigger.desired(), self.look(&trigger.reads()));
        assert_eq!(plan(&desired, &observed).describe(), "");
        assert_eq!(differences(&desired, &observed), []);
        assert_eq!(
            Facets::desired(&desired),
            Facets::observed(&desired, &observed)
        );
    }

    fn removal(&self, trigger: &Trigger) -> Plan {
        let observed = self.look(&trigger.reads());
        plan_removal(&trigger.desired(), &observed, &Removal::default())
    }

    fn remove(&mut self, trigger: &Trigger) {
        self.take_all(&self.removal(trigger));
    }
}

fn site() -> Site {
    Site {
        name: "east".parse().unwrap(),
        account: "111122223333".parse().unwrap(),
        partition: "aws".parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
        namespace: Namespace::Partition("aws".parse().unwrap()),
    }
}

fn function(own: bool, code: &str, configuration: Option<&str>) -> Function {
    Function {
        package: Package {
            sha256: code.to_owned(),
            bytes: Vec::new().into(),
        },
        architecture: Architecture::X86,
        memory: 256,
        timeout: 300,
        role: if own {
            FunctionRole::Own {
                policy: PolicyDocument {
                    statements: vec![replication::Statement::allow("A", ["s3:B"], ["*"])],
                },
            }
        } else {
            FunctionRole::Existing("arn:aws:iam::111122223333:role/theirs".parse().unwrap())
        },
        configuration: configuration.map(str::to_owned),
    }
}

fn trigger(look: Option<u32>, function: Option<Function>) -> Trigger {
    Trigger {
        source: site(),
        target: "west".parse().unwrap(),
        active: true,
        look_every: look,
        function,
        tags: [("team".to_owned(), "dr".to_owned())].into(),
        edition: Some("1".to_owned()),
    }
}

fn triggers() -> impl Strategy<Value = Trigger> {
    let function = (any::<bool>(), "[ab]", "[cd]")
        .prop_map(|(own, code, text)| function(own, &code, Some(&text)));
    (
        any::<bool>(),
        prop::option::of(1..60_u32),
        prop::option::of(function),
    )
        .prop_map(|(active, look, function)| Trigger {
            active,
            ..trigger(look, function)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn after_any_prefix_of_any_plan_another_arrives_at_the_same(old in triggers(), new in triggers()) {
        let mut cloud = Cloud::default();
        cloud.apply(&old);
        let mut whole = cloud.clone();
        whole.apply(&new);
        for step in cloud.planned(&new).steps() {
            let mut other = cloud.clone();
            other.apply(&new);
            prop_assert_eq!(&other, &whole);
            // Or the user takes his change back, or the whole trigger away.
            other = cloud.clone();
            other.apply(&old);
            other.remove(&new);
            prop_assert_eq!(&other, &Cloud::default());
            cloud.take(&step.step).unwrap();
        }
    }

    #[test]
    fn a_removal_that_was_cut_off_goes_on(trigger in triggers()) {
        let mut cloud = Cloud::default();
        cloud.apply(&trigger);
        for step in cloud.removal(&trigger).steps() {
            let mut rest = cloud.clone();
            rest.remove(&trigger);
            prop_assert_eq!(rest, Cloud::default());
            cloud.take(&step.step).unwrap();
        }
    }
}

#[test]
fn a_trigger_is_made_in_this_order() {
    let cloud = Cloud::default();
    let trigger = trigger(Some(15), Some(function(true, "a", Some("{}"))));
    insta::assert_snapshot!(cloud.planned(&trigger).describe());
    let mut made = cloud;
    made.apply(&trigger);
    insta::assert_snapshot!("removed", made.removal(&trigger).describe());
}

#[test]
fn the_facets_of_a_trigger() {
    let trigger = trigger(Some(15), Some(function(true, "a", Some("{}"))));
    let facets = Facets::desired(&trigger.desired());
    let lines: Vec<String> = facets.0.iter().map(|(n, t)| format!("{n}: {t}")).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_function_waits_for_the_url_of_the_queue() {
    let mut cloud = Cloud::default();
    let unknown = trigger(None, Some(function(true, "a", None)));
    cloud.take_all(&cloud.planned(&unknown));
    assert!(cloud.functions.is_empty());
    assert_eq!(cloud.queues.len(), 2);
    cloud.apply(&trigger(None, Some(function(true, "a", Some("{}")))));
    assert_eq!((cloud.functions.len(), cloud.mappings.len()), (1, 1));
}

#[test]
fn what_others_call_so_is_neither_written_nor_deleted() {
    let wanted = trigger(Some(15), Some(function(true, "a", Some("{}"))));
    let mut made = Cloud::default();
    made.apply(&wanted);
    let strip = |tags: &mut BTreeMap<String, String>| drop(tags.remove("crr:made-by"));
    let mut foreign = Vec::new();
    for arn in made.queues.keys() {
        let mut cloud = made.clone();
        strip(&mut cloud.queues.get_mut(arn).unwrap().tags);
        foreign.push((arn.clone(), cloud));
    }
    for arn in made.rules.keys() {
        let mut cloud = made.clone();
        strip(&mut cloud.rules.get_mut(arn).unwrap().tags);
        foreign.push((arn.clone(), cloud));
    }
    for arn in made.functions.keys() {
        let mut cloud = made.clone();
        strip(&mut cloud.functions.get_mut(arn).unwrap().tags);
        foreign.push((arn.clone(), cloud));
    }
    assert_eq!(foreign.len(), 5);
    for (arn, cloud) in foreign {
        let planned = cloud.planned(&wanted);
        let problem = planned.problems.iter().find(|p| p.is_error()).unwrap();
        assert!(problem.summary.contains(&arn), "{}", problem.summary);
        let removal = cloud.removal(&wanted);
        let touched = removal
            .steps()
            .any(|step| matches!(&step.step, Step::Trigger { at, .. } if at.arn == arn));
        assert!(!touched, "{arn}:\n{}", removal.describe());
    }
}

#[test]
fn what_may_not_be_seen_is_neither_written_nor_forgotten() {
    let wanted = trigger(None, None);
    let mut made = Cloud::default();
    made.apply(&wanted);
    let mut observed = made.look(&wanted.reads());
    let denied = Seen::Denied {
        action: "events:DescribeRule".to_owned(),
        message: "no".to_owned(),
    };
    let found = observed.trigger.as_mut().unwrap();
    found.rules.insert(wanted.rule().arn, denied);
    found.function = Seen::Denied {
        action: "lambda:GetFunction".to_owned(),
        message: "no".to_owned(),
    };
    let planned = plan(&wanted.desired(), &observed);
    let said: Vec<&str> = planned
        .problems
        .iter()
        .map(|p| p.summary.as_str())
        .collect();
    let rule = format!("Not allowed to read the rule {}", wanted.rule().arn);
    assert_eq!(said, [rule], "no function is wanted");
    let removal = plan_removal(&wanted.desired(), &observed, &Removal::default());
    assert!(removal.has_errors() && removal.is_empty());
}

#[test]
fn what_is_written_otherwise_and_means_the_same_is_no_drift() {
    let wanted = trigger(None, None);
    let mut cloud = Cloud::default();
    cloud.apply(&wanted);
    let queue = cloud.queues.get_mut(&wanted.queue().arn).unwrap();
    let dead = wanted.dead_letter_queue().arn;
    let text = format!("{{\"maxReceiveCount\":\"5\",\"deadLetterTargetArn\":\"{dead}\"}}");
    queue.attributes.insert("RedrivePolicy".to_owned(), text);
    queue
        .attributes
        .insert("QueueArn".to_owned(), "told by SQS".to_owned());
    assert_eq!(cloud.planned(&wanted).describe(), "");
}

#[test]
fn a_key_that_was_set_on_the_queue_gives_way() {
    let wanted = trigger(None, None);
    let mut cloud = Cloud::default();
    cloud.apply(&wanted);
    let queue = cloud.queues.get_mut(&wanted.queue().arn).unwrap();
    for (name, value) in [("KmsMasterKeyId", "k"), ("SqsManagedSseEnabled", "false")] {
        queue.attributes.insert(name.to_owned(), value.to_owned());
    }
    let plan = cloud.planned(&wanted);
    let steps: Vec<&Step> = plan.steps().map(|planned| &planned.step).collect();
    let [
        Step::Trigger {
            change: Change::PutQueueAttributes { attributes },
            ..
        },
    ] = steps.as_slice()
    else {
        panic!("{}", plan.describe());
    };
    assert_eq!(attributes["KmsMasterKeyId"], "");
    assert_eq!(attributes["SqsManagedSseEnabled"], "true");
    assert_eq!(attributes.len(), 2);
}

#[test]
fn names_are_short_and_no_two_pairs_of_sites_share_one() {
    let name = |source: &str, target: &str| {
        let mut trigger = trigger(None, None);
        trigger.source.name = source.parse().unwrap();
        trigger.target = target.parse().unwrap();
        trigger.name()
    };
    assert_eq!(name("east", "west"), "crr-echo-east-west");
    assert_ne!(name("a-b", "c"), name("a", "b-c"));
    assert_ne!(name("a.b", "c"), name("a-b", "c"));
    let long = "x".repeat(64);
    for name in [name(&long, &long), name(&long, "w"), name("a.b", "c")] {
        assert!(name.len() <= 59, "{name}");
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        assert!(name.chars().all(plain), "{name}");
    }
}
