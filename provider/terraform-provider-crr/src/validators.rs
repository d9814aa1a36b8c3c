//! What `terraform validate` asks of a text wherever it stands.

use std::str::FromStr;

use replication::AccountId;
use tfplugin::{Diagnostics, Path, Value};

/// Checks that a text parses as a validated name.
pub fn parses_as<T>(
    summary: &'static str,
) -> impl Fn(&Value, &Path, &mut Diagnostics) + Send + Sync + 'static
where
    T: FromStr,
    T::Err: ToString,
{
    move |value, path, diagnostics| {
        if let Some(Err(error)) = value.as_str().map(str::parse::<T>) {
            diagnostics.error_at(path.clone(), summary, error.to_string());
        }
    }
}

/// Checks that a text is the ARN of an IAM policy: as a permissions boundary IAM takes nothing else.
pub fn policy_arn(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let Some(text) = value.as_str() else { return };
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let right = matches!(
        parts.as_slice(),
        ["arn", partition, "iam", "", account, resource]
            if !partition.is_empty()
                && (*account == "aws" || account.parse::<AccountId>().is_ok())
                && resource.strip_prefix("policy/").is_some_and(|name| !name.is_empty())
    );
    if !right {
        diagnostics.error_at(
            path.clone(),
            "Not a policy",
            format!("{text:?} is no policy ARN: write arn:aws:iam::ACCOUNT:policy/NAME."),
        );
    }
}
