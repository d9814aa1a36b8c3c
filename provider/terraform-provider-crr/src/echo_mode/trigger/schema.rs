//! The attribute `trigger`, and the one that shows what is there of it.

use std::time::Duration;

use replication::RoleArn;
use replication::trigger::Architecture;
use tfplugin::{Attribute, Diagnostics, Nested, Path, Value};

use super::owner;
use crate::validators::parses_as;
use crate::{duration, facets};

/// The attribute that shows what is there.
pub const SHOWN: &str = "trigger_facets";
/// What runs the function where nothing else is said.
pub const ARCHITECTURE: Architecture = Architecture::X86;
/// Its memory in megabytes.
pub const MEMORY: u32 = 256;
/// The time that one run may take.
pub const TIMEOUT: &str = "5m";
/// What Lambda gives a function at most, in seconds.
const LONGEST: u64 = 900;

/// A schedule that is rarer is a slip of the pen.
const RAREST: Duration = Duration::from_hours(365 * 24);

/// What is computed in the attribute, and what it is.
pub const COMPUTED: [(&str, &str); 6] = [
    (
        owner::ID,
        "What tells the trigger from that of another configuration whose sites have the same names: the tag `crr:trigger-id` of the queue. A trigger with another id is another state's: a plan warns before it takes it over, and a removal leaves it.",
    ),
    (
        "rule_arn",
        "The EventBridge rule that sends the calls which make or change buckets.",
    ),
    (
        "queue_url",
        "The queue that they are sent to. An agent takes it as `queue_url`, which is in `agent_config`.",
    ),
    ("queue_arn", "The ARN of the queue."),
    (
        "dead_letter_queue_url",
        "Where messages go that were taken five times and not done. Look here, and raise an alarm, when there is one.",
    ),
    ("function_arn", "The function, where there is one."),
];

fn whole_minutes(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let Some(Ok(time)) = value.as_str().map(duration::parse) else {
        return;
    };
    if time > RAREST {
        diagnostics.error_at(
            path.clone(),
            "Out of range",
            "A look at the whole site may be asked for once a year (\"365days\") or more often. Leave `look_every` out for never.",
        );
    } else if time.subsec_nanos() != 0 || time.as_secs() % 60 != 0 {
        diagnostics.error_at(
            path.clone(),
            "Not whole minutes",
            "EventBridge's schedules are in minutes. Write such as \"15m\" or \"1h\".",
        );
    }
}

fn at_most_longest(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let Some(Ok(time)) = value.as_str().map(duration::parse) else {
        return;
    };
    if time.subsec_nanos() != 0 || time.as_secs() > LONGEST {
        diagnostics.error_at(
            path.clone(),
            "Not a time that Lambda gives",
            "A run takes whole seconds, and at most 15 minutes.",
        );
    }
}

fn memory(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    if let Value::Number(number) = value
        && !number.as_u64().is_some_and(|n| (128..=10_240).contains(&n))
    {
        diagnostics.error_at(
            path.clone(),
            "Out of range",
            "Lambda gives a function 128 to 10,240 megabytes.",
        );
    }
}

fn function() -> Attribute {
    let architectures = Architecture::ALL.map(Architecture::as_str);
    let nested = Nested::new()
        .attribute("zip", Attribute::string().required().describe("The path of the zip: the program `crr` of a release, under the name `bootstrap`. A zip with other contents is a change of the function."))
        .attribute("architecture", Attribute::string().optional_computed().default(ARCHITECTURE.as_str()).one_of(&architectures).describe("The processor that the program was built for."))
        .attribute("memory", Attribute::number().optional_computed().default(i64::from(MEMORY)).validate(memory).describe("Megabytes of memory."))
        .attribute("timeout", duration::attribute("How long one run may take, at most 15 minutes. A look at a whole site is one run: it goes on at the next look where it was cut off.").optional_computed().default(TIMEOUT).validate(at_most_longest))
        .attribute("role_arn", Attribute::string().optional().validate(parses_as::<RoleArn>("Not a role")).describe("The role that the function runs under. Left out: one is made that may do just what the echo does, on just its buckets."));
    Attribute::single(nested).optional().describe(
        "A Lambda function that takes the messages in place of an agent. Left out: none is made, and an agent, `crr echo`, reads the queue.",
    )
}

/// The attribute.
pub fn attribute() -> Attribute {
    let nested = Nested::new()
        .attribute("look_every", duration::attribute("How often a look at the whole site is asked for through the same queue, in whole minutes. It finds what no event tells of: changes at the target, and what happened while events were not sent. Left out: never.").validate(whole_minutes))
        .attribute("function", function());
    let nested = COMPUTED.iter().fold(nested, |nested, (name, what)| {
        nested.attribute(*name, Attribute::string().computed().describe(*what))
    });
    Attribute::single(nested).optional().describe(
        "What wakes whoever keeps the site protected between applies: an EventBridge rule at the source that sends the calls which make or change buckets to an SQS queue, with a dead-letter queue. EventBridge has these calls only where a CloudTrail trail of the account logs management events of the region. All of it is named `crr-echo-SOURCE-TARGET`, is kept as it should be, and goes with the echo, whatever `on_destroy` says. While the echo is `paused` nothing is sent. Where two echoes lead from one site to the same target, give it to one of them. Another configuration of the account whose sites have the same names would have the same trigger: the plan warns before it takes it over, and neither deletes the other's.",
    )
}

/// What is there of it.
pub fn shown() -> Attribute {
    facets::attribute(
        "Each part of the trigger as it is: queues, rules, function. A part that is not as it should be is a difference in the plan, and the apply mends it.",
    )
}
