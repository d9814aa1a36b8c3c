//! A trigger against a small EventBridge, SQS and Lambda.

mod cloud;

use std::collections::BTreeMap;

use proptest::prelude::*;
use replication::plan::{Removal, plan_removal};
use replication::trigger::{Architecture, Change, Function, FunctionRole, Package, Trigger};
use replication::{Facets, Namespace, PolicyDocument, Seen, Site, Step, plan};

use cloud::Cloud;

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
        id: Some("a1".to_owned()),
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
fn a_target_that_others_added_is_drift_and_is_taken_off() {
    let wanted = trigger(Some(15), None);
    let mut cloud = Cloud::default();
    cloud.apply(&wanted);
    let queue = "arn:aws:sqs:us-east-1:999988887777:strangers";
    for at in [wanted.rule(), wanted.look()] {
        let rule = cloud.rules.get_mut(&at.arn).unwrap();
        rule.others.insert("Id1".to_owned(), queue.to_owned());
        let found =
            replication::facet::differences(&wanted.desired(), &cloud.look(&wanted.reads()));
        assert!(
            found.len() == 1 && found[0].to_string().contains(queue),
            "{found:?}"
        );
        cloud.apply(&wanted);
    }
}

#[test]
fn the_queue_says_whose_state_the_trigger_is_in() {
    let ours = trigger(None, None);
    let mut cloud = Cloud::default();
    cloud.apply(&ours);
    let seen = |cloud: &Cloud, trigger: &Trigger| {
        let observed = cloud.look(&trigger.reads());
        let found = observed.trigger.unwrap();
        trigger.id_in_another_state(&found).map(str::to_owned)
    };
    assert_eq!(seen(&cloud, &ours), None);
    let new = Trigger {
        id: None,
        ..ours.clone()
    };
    assert_eq!(seen(&cloud, &new).as_deref(), Some("a1"));
    let theirs = Trigger {
        id: Some("b2".to_owned()),
        ..ours.clone()
    };
    cloud.apply(&theirs);
    assert_eq!(seen(&cloud, &ours).as_deref(), Some("b2"));
    assert_eq!(seen(&cloud, &theirs), None);
}

#[test]
fn a_function_runs_under_a_role_of_its_own_account() {
    let mut wanted = trigger(None, Some(function(false, "a", Some("{}"))));
    assert_eq!(wanted.check("{}"), []);
    let role = "arn:aws:iam::999988887777:role/theirs".parse().unwrap();
    wanted.function.as_mut().unwrap().role = FunctionRole::Existing(role);
    let problems = wanted.check("{}");
    assert_eq!(problems[0].at, ["trigger", "function", "role_arn"]);
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
