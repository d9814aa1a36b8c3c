//! One echo replaced by another of the same names: what stands is handed over, not taken off and put on again.
//!
//! S3 replicates only what is written while a rule stands, so between a removal and a creation objects would stay behind for
//! good. Terraform replaces what it has marked as tainted, as after a first apply in which one bucket failed, and what
//! `-replace` names: it plans a creation, and gives the deletion that comes before it the private data of that plan. By
//! those a deletion knows that the same rules are wanted again at once.

use tfplugin::Value;

/// What a creation leaves in the private data of its plan: the names that it makes. Nothing where they are not known yet.
pub fn mark(planned: Option<&Value>) -> Vec<u8> {
    let part = |name: &str| planned.and_then(|value| value.get(name)?.as_str());
    match (part("source"), part("target"), part("target_bucket")) {
        (Some(source), Some(target), Some(bucket)) => {
            format!("creates {source}->{target} {bucket}").into_bytes()
        }
        _ => Vec::new(),
    }
}

/// Whether a deletion with this private data is the first half of a replacement that makes the same again.
pub fn is_replaced(prior: &Value, private: &[u8]) -> bool {
    !private.is_empty() && private == mark(Some(prior))
}
