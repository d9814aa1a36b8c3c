//! Looking at a role.

use std::collections::BTreeSet;

use futures::future::{join_all, join3};
use replication::observed::{RoleFacts, RoleReads};
use replication::{ObservedRole, RoleArn, Seen};

use super::{seen, when};
use crate::cloud::Cloud;
use crate::failure::Failure;
use crate::operation::{GET_ROLE, GET_ROLE_POLICY, LIST_ROLE_POLICIES};
use crate::site::Site;

pub(super) const ABSENT: [&str; 2] = ["NoSuchEntity", "NoSuchEntityException"];

/// Looks at a role and at what is asked of its inline policies, at once.
pub(super) async fn look(
    cloud: &Cloud,
    site: &Site,
    arn: &RoleArn,
    asked: &RoleReads,
) -> Result<ObservedRole, Failure> {
    let name = arn.role_name();
    let policies = join_all(asked.policies.iter().map(|policy| async move {
        let found = seen(inline_policy(cloud, site, name, policy).await, &ABSENT)?;
        Ok::<_, Failure>((policy.clone(), found))
    }));
    let (facts, policies, names) = join3(
        facts(cloud, site, arn),
        policies,
        when(asked.policy_names, policy_names(cloud, site, name)),
    )
    .await;
    Ok(ObservedRole {
        role: seen(facts, &ABSENT)?,
        policies: policies.into_iter().collect::<Result<_, _>>()?,
        policy_names: match names {
            Some(names) => seen(names.map(Some), &ABSENT)?,
            None => Seen::NotLooked,
        },
    })
}

/// The facts of the role of this very ARN: `GetRole` gives trust, boundary and tags in one answer.
///
/// IAM finds a role by its name alone. One on another path is not this one: rules that name the wrong path fail every
/// object.
pub(crate) async fn facts(
    cloud: &Cloud,
    site: &Site,
    arn: &RoleArn,
) -> Result<Option<RoleFacts>, Failure> {
    let request = site.iam.get_role().role_name(arn.role_name());
    let answer = cloud.inner.call(GET_ROLE, request.send()).await?;
    let Some(role) = answer.role() else {
        return Err(Failure::incomplete(GET_ROLE, "role"));
    };
    // Systems that speak IAM differ in what stands before the path, or have no ARN.
    if let Some(found) = on_path(role.arn())
        && on_path(arn.as_str()) != Some(found)
    {
        return Ok(None);
    }
    Ok(Some(RoleFacts {
        trust: decode(role.assume_role_policy_document().unwrap_or_default()),
        boundary: role
            .permissions_boundary()
            .and_then(|boundary| boundary.permissions_boundary_arn())
            .map(str::to_owned),
        tags: role
            .tags()
            .iter()
            .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
            .collect(),
    }))
}

/// Path and name of a role.
fn on_path(arn: &str) -> Option<&str> {
    arn.split_once(":role/").map(|(_, path)| path)
}

pub(super) async fn inline_policy(
    cloud: &Cloud,
    site: &Site,
    role: &str,
    policy: &str,
) -> Result<Option<String>, Failure> {
    let request = site
        .iam
        .get_role_policy()
        .role_name(role)
        .policy_name(policy)
        .send();
    let answer = cloud.inner.call(GET_ROLE_POLICY, request).await?;
    Ok(Some(decode(answer.policy_document())))
}

/// The names of all inline policies, page by page.
pub(crate) async fn policy_names(
    cloud: &Cloud,
    site: &Site,
    role: &str,
) -> Result<BTreeSet<String>, Failure> {
    let mut names = BTreeSet::new();
    let mut marker = None;
    loop {
        let request = site
            .iam
            .list_role_policies()
            .role_name(role)
            .set_marker(marker)
            .send();
        let page = cloud.inner.call(LIST_ROLE_POLICIES, request).await?;
        names.extend(page.policy_names().iter().cloned());
        if !page.is_truncated() || page.marker().is_none() {
            return Ok(names);
        }
        marker = page.marker().map(str::to_owned);
    }
}

/// IAM gives policies percent-encoded (RFC 3986). What is no such encoding stays as it is: systems that speak IAM's
/// protocol give the JSON itself.
pub(super) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let encoded = match after {
            [high, low, ..] if first == b'%' => digit(*high).zip(digit(*low)),
            _ => None,
        };
        if let Some((high, low)) = encoded {
            bytes.push(high * 16 + low);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn policies_are_percent_encoded() {
        assert_eq!(decode("%7B%22Sid%22%3A%22a+b%22%7D"), r#"{"Sid":"a+b"}"#);
        assert_eq!(decode(r#"{"Sid":"100%"}"#), r#"{"Sid":"100%"}"#);
        assert_eq!(decode("%C3%A9"), "é");
        assert_eq!(decode("%FF"), "%FF", "no UTF-8: left as it is");
        assert_eq!(decode("%2"), "%2");
    }
}
