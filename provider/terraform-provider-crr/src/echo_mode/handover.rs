//! One echo replaced by another of the same names: what stands is handed over, not taken off and put on again.
//!
//! S3 replicates only what is written while a rule stands, so between a removal and a creation objects would stay behind for
//! good. Terraform replaces what it has marked as tainted, as after a first apply in which one bucket failed, and what
//! `-replace` names: it plans a creation, and gives the deletion that comes before it the private data of that plan. By
//! those a deletion knows that the same rules are wanted again at once.

use tfplugin::Value;

/// What a creation leaves in the private data of its plan: the names that it makes. Nothing where they are not known yet.
pub fn mark(planned: Option<&Value>) -> Vec<u8> {
    let lines: Vec<String> = planned
        .into_iter()
        .flat_map(|planned| [rules(planned), trigger(planned)])
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

fn says(private: &[u8], line: &str) -> bool {
    private
        .split(|byte| *byte == b'\n')
        .any(|said| said == line.as_bytes())
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
