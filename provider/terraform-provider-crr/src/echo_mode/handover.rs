//! One echo replaced by another of the same names: what stands is handed over, not taken off and put on again.
//!
//! S3 replicates only what is written while a rule stands, so between a removal and a creation objects would stay behind for
//! good. Terraform replaces what it has marked as tainted, as after a first apply in which one bucket failed, and what
//! `-replace` names: it plans a creation, and gives the deletion that comes before it the private data of that plan. By
//! those a deletion knows that the same rules are wanted again at once.

use tfplugin::{Diagnostics, Value};

use super::config::{Resolution, resolve};
use super::schema;
use super::trigger::schema::SHOWN;
use crate::runtime::{Runtime, Successor};

/// What a creation leaves in the private data of its plan: the names that it makes. Nothing where they are not known yet.
pub fn mark(planned: Option<&Value>) -> Vec<u8> {
    let lines: Vec<String> = planned
        .into_iter()
        .flat_map(|planned| [rules(planned), trigger(planned), pauses(planned)])
        .flatten()
        .collect();
    lines.join("\n").into_bytes()
}

fn rules(value: &Value) -> Option<String> {
    let part = |name: &str| value.get(name)?.as_str();
    let (source, target, bucket) = (part("source")?, part("target")?, part("target_bucket")?);
    Some(format!("creates {source}->{target} {bucket}"))
}

fn trigger(value: &Value) -> Option<String> {
    let part = |name: &str| value.get(name)?.as_str();
    let (source, target) = (part("source")?, part("target")?);
    matches!(value.get("trigger"), Some(Value::Object(_)))
        .then(|| format!("triggers {source}->{target}"))
}

fn pauses(value: &Value) -> Option<String> {
    super::is_paused(value).then(|| "pauses".to_owned())
}

/// Whether a line is one that a creation leaves: it is about that plan alone.
fn is_mark(line: &str) -> bool {
    line == "pauses" || line.starts_with("creates ") || line.starts_with("triggers ")
}

/// Whether what a deletion with this private data makes way for is paused: it would put nothing in place of the rules that go.
pub fn makes_way_for_paused(private: &[u8]) -> bool {
    says(private, "pauses")
}

fn says(private: &[u8], line: &str) -> bool {
    private
        .split(|byte| *byte == b'\n')
        .any(|said| said == line.as_bytes())
}

/// The names that an echo makes.
pub fn names(echo: &Value) -> Option<String> {
    rules(echo)
}

/// By what names a deletion with this private data hands its rules over, where it is the first half of a replacement that
/// makes the same again.
pub fn handed_over(prior: &Value, private: &[u8]) -> Option<String> {
    rules(prior).filter(|line| says(private, line))
}

/// Whether what a deletion with this private data makes way for has a trigger of the same names.
pub fn keeps_trigger(prior: &Value, private: &[u8]) -> bool {
    trigger(prior).is_some_and(|line| says(private, &line))
}

/// A line of the private data of an echo whose rules stay until those of another stand: the other's configuration.
const AWAITS: &str = "awaits ";

/// What of an echo is not about its rules: what it has made, and what runs beside it.
const BESIDE: [&str; 7] = [
    "id",
    "target_account_id",
    "timeouts",
    "coverage",
    "agent_config",
    "trigger",
    SHOWN,
];

/// The configuration of an echo's rules. What the provider fills in is yet to be known in a plan.
fn configuration(planned: &Value) -> Value {
    let attributes = schema::schema();
    let attributes = attributes.attributes().map(|(name, _)| {
        let value = planned
            .get(name)
            .filter(|value| value.is_wholly_known() && !BESIDE.contains(&name));
        (name.to_owned(), value.cloned().unwrap_or(Value::Null))
    });
    Value::object(attributes)
}

fn lines(private: &[u8]) -> impl Iterator<Item = &str> {
    let text = std::str::from_utf8(private).unwrap_or_default();
    text.lines().filter(|line| !line.is_empty())
}

/// These private data, without what a plan said that has failed.
pub fn without_marks(private: &[u8]) -> Vec<u8> {
    let others: Vec<&str> = lines(private).filter(|line| !is_mark(line)).collect();
    others.join("\n").into_bytes()
}

/// These private data, with what is awaited, and without what a plan said that has failed.
pub fn awaiting(private: &[u8], successors: &[Successor]) -> Vec<u8> {
    let ty = schema::schema().ty();
    let awaits = successors.iter().filter_map(|successor| {
        let text = tfplugin::json::encode(&configuration(&successor.configuration), &ty).ok()?;
        Some(format!("{AWAITS}{}", String::from_utf8(text).ok()?))
    });
    let others = lines(private).filter(|line| !line.starts_with(AWAITS) && !is_mark(line));
    let all: Vec<String> = others.map(str::to_owned).chain(awaits).collect();
    all.join("\n").into_bytes()
}

/// These private data, and what was awaited by those before. What a plan said is no part of a state.
pub fn still_awaiting(before: &[u8], private: &[u8]) -> Vec<u8> {
    let others = lines(private).filter(|line| !line.starts_with(AWAITS) && !is_mark(line));
    let awaits = lines(before).filter(|line| line.starts_with(AWAITS));
    let all: Vec<&str> = others.chain(awaits).collect();
    all.join("\n").into_bytes()
}

/// The echoes without whose rules those of `former` do not go: the ones that this run plans in its place, or else those for
/// which an apply before this has left it standing. Terraform plans in an apply only what changes.
pub async fn successors(
    runtime: &Runtime,
    former: &replication::Echo,
    private: &[u8],
    diagnostics: &mut Diagnostics,
) -> Vec<Successor> {
    let planned = runtime.echoes().successors(former);
    if !planned.is_empty() {
        return planned;
    }
    let ty = schema::schema().ty();
    let mut awaited = Vec::new();
    for line in lines(private).filter_map(|line| line.strip_prefix(AWAITS)) {
        let Ok((value, _)) = tfplugin::json::decode_state(line.as_bytes(), &ty) else {
            continue;
        };
        if names(&value).is_none_or(|names| runtime.echoes().is_gone(&names)) {
            continue;
        }
        let Resolution::Known(resolved) = resolve(&value, runtime, diagnostics).await else {
            continue;
        };
        // It is planned as another by now, which is for none of these buckets.
        if !runtime.echoes().of_the_same_way(&resolved.echo).is_empty() {
            continue;
        }
        awaited.extend(Successor::of(former, &resolved.echo, false, value));
    }
    awaited
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_awaited_stands_beside_the_rest_and_survives_a_refresh() {
        let mut configuration = schema::empty("east", "west");
        configuration.set("target_bucket", Value::from("{bucket}-v3"));
        for name in ["coverage", "replica_modifications"] {
            configuration.set(name, Value::unknown());
        }
        let successor = Successor {
            echo: crate::runtime::echo("{bucket}-v3"),
            works: true,
            configuration,
        };
        let private = awaiting(b"trigger abc", std::slice::from_ref(&successor));
        let again = awaiting(&private, &[successor]);
        assert_eq!(private, again);
        let told: Vec<&str> = lines(&private).collect();
        assert_eq!((told.len(), told[0]), (2, "trigger abc"));
        let awaited = told[1].strip_prefix(AWAITS).unwrap();
        let read = tfplugin::json::decode(awaited.as_bytes(), &schema::schema().ty()).unwrap();
        assert_eq!(
            names(&read).as_deref(),
            Some("creates east->west {bucket}-v3")
        );
        assert_eq!(still_awaiting(&private, b"trigger abc"), private);
        assert_eq!(awaiting(&private, &[]), b"trigger abc");
    }

    #[test]
    fn a_creation_says_that_it_is_paused_and_a_plan_that_failed_says_nothing() {
        let mut planned = schema::empty("east", "west");
        assert!(!makes_way_for_paused(&mark(Some(&planned))));
        planned.set("target_bucket", Value::from("{bucket}-v3"));
        planned.set("paused", Value::from(true));
        let private = mark(Some(&planned));
        assert!(makes_way_for_paused(&private) && handed_over(&planned, &private).is_some());
        assert_eq!(awaiting(&private, &[]), b"");
        assert_eq!(without_marks(&private), b"");
        assert_eq!(still_awaiting(&private, &private), b"");
    }
}
