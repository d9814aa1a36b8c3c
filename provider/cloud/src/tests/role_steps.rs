//! Steps on roles and keys.

use std::collections::BTreeMap;

use replication::{KeyArn, Step};

use super::script::{Answer, Script, answer, json_error, query_error};
use super::{EAST, cloud, execute, made_by, role, site_name};

fn create() -> Step {
    Step::CreateRole {
        site: site_name("east"),
        role: role(),
        path: "/crr/".to_owned(),
        description: "For S3 replication".to_owned(),
        trust: "{\"trust\":1}".to_owned(),
        boundary: Some("arn:aws:iam::111122223333:policy/b".to_owned()),
        tags: made_by(),
    }
}

fn role_with(tags: &str) -> Answer {
    answer(200).xml(&format!(
        "<GetRoleResponse><GetRoleResult><Role><Path>/crr/</Path><RoleName>crr-orders</RoleName><RoleId>A</RoleId><Arn>{}</Arn><CreateDate>2024-01-01T00:00:00Z</CreateDate><Tags>{tags}</Tags></Role></GetRoleResult></GetRoleResponse>",
        role()
    ))
}

fn created() -> Answer {
    answer(200).xml(&format!(
        "<CreateRoleResponse><CreateRoleResult><Role><Path>/crr/</Path><RoleName>crr-orders</RoleName><RoleId>A</RoleId><Arn>{}</Arn><CreateDate>2024-01-01T00:00:00Z</CreateDate></Role></CreateRoleResult></CreateRoleResponse>",
        role()
    ))
}

const OURS: &str = "<member><Key>crr:made-by</Key><Value>terraform-provider-crr</Value></member>";

fn policies(name: &str) -> Answer {
    answer(200).xml(&format!("<ListRolePoliciesResponse><ListRolePoliciesResult><PolicyNames><member>{name}</member></PolicyNames><IsTruncated>false</IsTruncated></ListRolePoliciesResult></ListRolePoliciesResponse>"))
}

fn attached(arn: &str) -> Answer {
    answer(200).xml(&format!("<ListAttachedRolePoliciesResponse><ListAttachedRolePoliciesResult><AttachedPolicies><member><PolicyName>n</PolicyName><PolicyArn>{arn}</PolicyArn></member></AttachedPolicies><IsTruncated>false</IsTruncated></ListAttachedRolePoliciesResult></ListAttachedRolePoliciesResponse>"))
}

#[tokio::test(start_paused = true)]
async fn a_role_is_made_with_all_it_is_to_have() {
    let script = Script::default();
    script.expect("east iam CreateRole", created());
    execute(&cloud(&script), create()).await.unwrap();
    let body = &script.bodies("east iam CreateRole")[0];
    for part in [
        "RoleName=crr-orders&",
        "Path=%2Fcrr%2F",
        "AssumeRolePolicyDocument=%7B%22trust%22%3A1%7D",
        "PermissionsBoundary=arn",
        "Tags.member.1.Key=crr%3Amade-by",
    ] {
        assert!(format!("{body}&").contains(part), "{part} in {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_role_whose_answer_was_lost_is_known_by_our_tag() {
    let script = Script::default();
    script.expect("east iam CreateRole", answer(200).lost());
    script.expect(
        "east iam CreateRole",
        query_error(409, "EntityAlreadyExists", "it exists"),
    );
    script.expect("east iam GetRole", role_with(OURS));
    script.expect("east iam UpdateAssumeRolePolicy", answer(200).xml("<A/>"));
    execute(&cloud(&script), create()).await.unwrap();
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn a_role_of_others_is_not_taken_over() {
    let script = Script::default();
    script.expect(
        "east iam CreateRole",
        query_error(409, "EntityAlreadyExists", "it exists"),
    );
    script.expect("east iam GetRole", role_with(""));
    let error = execute(&cloud(&script), create()).await.unwrap_err();
    assert_eq!(
        error.failures[0].code.as_deref(),
        Some("EntityAlreadyExists")
    );
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn a_new_role_that_iam_does_not_know_yet_is_waited_for() {
    let script = Script::default();
    let cloud = cloud(&script);
    let put = || Step::PutRolePolicy {
        site: site_name("east"),
        role: role(),
        name: "crr".to_owned(),
        policy: "{}".to_owned(),
    };
    let unknown = || query_error(404, "NoSuchEntity", "The role cannot be found");
    script.expect("east iam PutRolePolicy", unknown());
    let error = execute(&cloud, put()).await.unwrap_err();
    assert_eq!(
        error.failures[0].code.as_deref(),
        Some("NoSuchEntity"),
        "it is not new"
    );
    script.expect("east iam CreateRole", created());
    script.expect("east iam PutRolePolicy", unknown());
    script.expect("east iam PutRolePolicy", answer(200).xml("<A/>"));
    execute(&cloud, create()).await.unwrap();
    execute(&cloud, put()).await.unwrap();
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn a_role_goes_with_all_that_is_on_it() {
    let script = Script::default();
    script.expect("east iam ListRolePolicies", policies("found"));
    script.expect(
        "east iam DeleteRolePolicy",
        query_error(404, "NoSuchEntity", "gone"),
    );
    script.expect("east iam DeleteRolePolicy", answer(200).xml("<A/>"));
    script.expect("east iam ListAttachedRolePolicies", attached("arn:p"));
    script.expect("east iam DetachRolePolicy", answer(200).xml("<A/>"));
    script.expect("east iam DeleteRole", answer(200).xml("<A/>"));
    let step = Step::DeleteRole {
        site: site_name("east"),
        role: role(),
        policies: ["known".to_owned()].into(),
    };
    execute(&cloud(&script), step).await.unwrap();
    let deleted = script.bodies("east iam DeleteRolePolicy").join(" ");
    assert!(deleted.contains("PolicyName=found") && deleted.contains("PolicyName=known"));
    assert_eq!(script.calls().last().unwrap(), "east iam DeleteRole");
}

#[tokio::test(start_paused = true)]
async fn a_role_that_is_gone_is_deleted() {
    let script = Script::default();
    script.expect(
        "east iam ListRolePolicies",
        query_error(404, "NoSuchEntity", "gone"),
    );
    let step = Step::DeleteRole {
        site: site_name("east"),
        role: role(),
        policies: ["known".to_owned()].into(),
    };
    execute(&cloud(&script), step).await.unwrap();
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn the_small_steps_are_one_call_each() {
    let site = || site_name("east");
    let steps = [
        (
            "UpdateAssumeRolePolicy",
            Step::PutRoleTrust {
                site: site(),
                role: role(),
                trust: "{}".to_owned(),
            },
        ),
        (
            "PutRolePermissionsBoundary",
            Step::PutRoleBoundary {
                site: site(),
                role: role(),
                boundary: Some("arn:b".to_owned()),
            },
        ),
        (
            "DeleteRolePermissionsBoundary",
            Step::PutRoleBoundary {
                site: site(),
                role: role(),
                boundary: None,
            },
        ),
        (
            "TagRole",
            Step::TagRole {
                site: site(),
                role: role(),
                tags: BTreeMap::from([("k".to_owned(), "v".to_owned())]),
            },
        ),
        (
            "DeleteRolePolicy",
            Step::DeleteRolePolicy {
                site: site(),
                role: role(),
                name: "p".to_owned(),
            },
        ),
    ];
    for (call, step) in steps {
        let script = Script::default();
        let call = format!("east iam {call}");
        script.expect(&call, answer(200).xml("<A/>"));
        execute(&cloud(&script), step).await.unwrap();
        assert_eq!(script.calls(), [call]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_policy_of_an_alias_goes_to_the_key_behind_it_and_is_merged_anew_after_a_wait() {
    let script = Script::default();
    let key: KeyArn = format!("arn:aws:kms:us-east-1:{EAST}:alias/dr")
        .parse()
        .unwrap();
    script.expect(
        "east kms DescribeKey",
        answer(200).json("{\"KeyMetadata\":{\"KeyId\":\"k1\",\"Arn\":\"arn:the-key\"}}"),
    );
    script.expect(
        "east kms PutKeyPolicy",
        json_error(
            400,
            "MalformedPolicyDocumentException",
            "Policy contains a statement with one or more invalid principals.",
        ),
    );
    script.expect(
        "east kms GetKeyPolicy",
        answer(200).json("{\"Policy\":\"{\\\"Statement\\\":[{\\\"Sid\\\":\\\"theirs\\\"}]}\"}"),
    );
    script.expect("east kms PutKeyPolicy", answer(200).json("{}"));
    let step = Step::PutKeyPolicy {
        site: site_name("east"),
        key,
        policy: "{\"first\":1}".to_owned(),
        owned: replication::OwnedStatements {
            prefix: "crr".to_owned(),
            statements: vec![replication::Statement::allow(
                "crrA",
                ["kms:Encrypt"],
                ["*"],
            )],
            alone: false,
            stays: false,
        },
    };
    execute(&cloud(&script), step).await.unwrap();
    let bodies = script.bodies("east kms PutKeyPolicy");
    assert!(
        bodies
            .iter()
            .all(|body| body.contains("\"KeyId\":\"arn:the-key\""))
    );
    assert!(bodies[0].contains("first"), "{}", bodies[0]);
    assert!(
        bodies[1].contains("theirs") && bodies[1].contains("crrA"),
        "{}",
        bodies[1]
    );
}

#[tokio::test]
async fn a_role_that_is_full_is_told_from_a_quota_that_is_used_up() {
    for (call, step, hint) in [
        (
            "PutRolePolicy",
            Step::PutRolePolicy {
                site: site_name("east"),
                role: role(),
                name: "crr-to-orders-dr".to_owned(),
                policy: "{}".to_owned(),
            },
            "role = \"site\"",
        ),
        ("CreateRole", create(), "raise it"),
    ] {
        let script = Script::default();
        script.expect(
            &format!("east iam {call}"),
            query_error(409, "LimitExceeded", "too much"),
        );
        let error = execute(&cloud(&script), step).await.unwrap_err();
        let remedy = error.failures[0].remedy.clone().unwrap_or_default();
        assert!(remedy.contains(hint), "{remedy}");
    }
}
