//! What can be known to fail before anything is asked.

use super::{ENVIRONMENT, FunctionRole, Trigger};
use crate::problem::Problem;

/// What Lambda takes in a function's whole environment, names included.
const ENVIRONMENT_QUOTA: usize = 4096;
/// What IAM gives all inline policies of a role together. White space does not count.
const POLICY_QUOTA: usize = 10_240;
/// The longest URL of a queue, for a configuration that does not name it yet.
const LONGEST_URL: usize = 160;

impl Trigger {
    /// What cannot be. `configuration` is what the function will be told, perhaps still without the queue's URL.
    pub fn check(&self, configuration: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        let Some(function) = &self.function else {
            return problems;
        };
        let without_url = function.configuration.is_none();
        let length =
            ENVIRONMENT.len() + configuration.len() + if without_url { LONGEST_URL } else { 0 };
        if length > ENVIRONMENT_QUOTA {
            problems.push(Problem::error(
                ["trigger", "function"],
                format!("The function's configuration would have {length} characters"),
                format!(
                    "Lambda takes {ENVIRONMENT_QUOTA} in a function's environment, where {ENVIRONMENT} holds the echo's configuration. Use fewer and wider patterns and rules, or leave `function` out and run the agent, `crr echo`, on the queue."
                ),
            ));
        }
        if let FunctionRole::Existing(role) = &function.role
            && role.account() != self.source.account.as_str()
        {
            problems.push(Problem::error(
                ["trigger", "function", "role_arn"],
                format!("Role {role} is in another account than the function"),
                format!(
                    "Lambda runs a function under a role of the function's own account, {}, which is that of site {}. Name a role of that account, or leave `role_arn` out to have one made.",
                    self.source.account, self.source.name
                ),
            ));
        }
        if let FunctionRole::Own { policy, .. } = &function.role {
            let length = policy
                .to_json()
                .chars()
                .filter(|c| !c.is_whitespace())
                .count();
            if length > POLICY_QUOTA {
                problems.push(Problem::error(
                    ["trigger", "function"],
                    format!("The policy of the function's role would have {length} characters"),
                    format!(
                        "IAM takes {POLICY_QUOTA} in all inline policies of a role together. Use fewer and wider patterns in `select`, or give a role of your own as `role_arn`."
                    ),
                ));
            }
        }
        problems
    }
}
