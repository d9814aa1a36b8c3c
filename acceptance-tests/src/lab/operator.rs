//! What the operator of the lab may do: what the documentation says, as the emulator understands it.

use serde_json::Value;

use super::OPERATOR_POLICY;
use crate::{Because as _, LabError};

/// Statements whose resources or conditions the emulator does not read off the requests: it has no name of the rule for half of
/// EventBridge's calls, none of a function that is being made, and no condition `lambda:FunctionArn`.
const NOT_UNDERSTOOD: [&str; 3] = [
    "ManageTriggers",
    "ManageTheirFunctions",
    "LeadMessagesToTheirFunctions",
];

/// The policy with those statements for every resource.
pub(super) fn policy() -> Result<String, LabError> {
    let mut policy: Value =
        serde_json::from_str(OPERATOR_POLICY).because("the operator's policy is no JSON")?;
    let statements = policy.get_mut("Statement").and_then(Value::as_array_mut);
    for statement in statements.into_iter().flatten() {
        let sid = statement.get("Sid").and_then(Value::as_str);
        if sid.is_some_and(|sid| NOT_UNDERSTOOD.contains(&sid))
            && let Some(fields) = statement.as_object_mut()
        {
            fields.insert("Resource".to_owned(), "*".into());
            fields.remove("Condition");
        }
    }
    Ok(policy.to_string())
}
