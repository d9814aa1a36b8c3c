//! What is allowed, denied, and not to be judged.

use super::*;

fn request() -> Request {
    Request {
        by: Asker::Role {
            arn: "arn:aws:iam::111122223333:role/r".to_owned(),
            account: "111122223333".to_owned(),
        },
        action: "s3:ReplicateObject".to_owned(),
        resource: "arn:aws:s3:::orders-dr/key".to_owned(),
        context: [("aws:SecureTransport".to_owned(), "true".to_owned())].into(),
    }
}

fn decided(statements: &str) -> Decision {
    let policy = format!("{{\"Statement\":[{statements}]}}");
    evaluate([policy.as_str()], &request())
}

#[test]
fn allowed_only_where_a_statement_says_so_and_none_denies() {
    let allow =
        r#"{"Effect":"Allow","Action":"s3:Replicate*","Resource":"arn:aws:s3:::orders-dr/*"}"#;
    for (statements, decision) in [
        (allow.to_owned(), Decision::Allowed),
        (
            allow.replace("s3:Replicate*", "S3:replicateobject"),
            Decision::Allowed,
        ),
        (
            allow.replace("s3:Replicate*", "s3:ReplicateDelete"),
            Decision::NotAllowed,
        ),
        (
            allow.replace("orders-dr/*", "orders-dr"),
            Decision::NotAllowed,
        ),
        (
            format!(r#"{allow},{{"Effect":"Deny","NotAction":"s3:Get*","Resource":"*"}}"#),
            Decision::Denied,
        ),
        (
            format!(
                r#"{allow},{{"Effect":"Deny","Action":"*","NotResource":"arn:aws:s3:::orders-dr/*"}}"#
            ),
            Decision::Allowed,
        ),
        (String::new(), Decision::NotAllowed),
    ] {
        assert_eq!(decided(&statements), decision, "{statements}");
    }
}

#[test]
fn who_is_named() {
    for (principal, decision) in [
        (r#""*""#, Decision::Allowed),
        (
            r#"{"AWS":["arn:aws:iam::111122223333:role/r"]}"#,
            Decision::Allowed,
        ),
        (
            r#"{"AWS":"arn:aws:iam::111122223333:root"}"#,
            Decision::Allowed,
        ),
        (r#"{"AWS":"111122223333"}"#, Decision::Allowed),
        (
            r#"{"AWS":"arn:aws:iam::111122223333:role/other"}"#,
            Decision::NotAllowed,
        ),
        (r#"{"Service":"s3.amazonaws.com"}"#, Decision::NotAllowed),
    ] {
        let statement = format!(
            r#"{{"Effect":"Allow","Principal":{principal},"Action":"s3:*","Resource":"*"}}"#
        );
        assert_eq!(decided(&statement), decision, "{principal}");
    }
}

#[test]
fn conditions_count_as_iam_counts_them() {
    for (effect, condition, decision) in [
        (
            "Deny",
            r#"{"Bool":{"aws:SecureTransport":"false"}}"#,
            Decision::NotAllowed,
        ),
        (
            "Deny",
            r#"{"Bool":{"AWS:securetransport":true}}"#,
            Decision::Denied,
        ),
        // A denial of everything that does not come from a network: S3 comes from none.
        (
            "Deny",
            r#"{"StringNotEquals":{"aws:SourceVpce":"vpce-1"}}"#,
            Decision::Denied,
        ),
        (
            "Deny",
            r#"{"StringNotEqualsIfExists":{"aws:SourceVpce":"vpce-1"}}"#,
            Decision::Denied,
        ),
        (
            "Deny",
            r#"{"StringEquals":{"aws:SourceVpce":"vpce-1"}}"#,
            Decision::NotAllowed,
        ),
        (
            "Allow",
            r#"{"StringEquals":{"aws:SourceVpce":"vpce-1"}}"#,
            Decision::NotAllowed,
        ),
        (
            "Allow",
            r#"{"StringEqualsIfExists":{"aws:SourceVpce":"vpce-1"}}"#,
            Decision::Allowed,
        ),
        (
            "Allow",
            r#"{"ForAnyValue:StringEquals":{"aws:SourceVpc":"1"}}"#,
            Decision::NotAllowed,
        ),
        // What certainly does not hold makes what cannot be judged of no matter.
        (
            "Deny",
            r#"{"Bool":{"aws:SecureTransport":"false"},"NumericLessThan":{"s3:TlsVersion":"1.2"}}"#,
            Decision::NotAllowed,
        ),
        (
            "Allow",
            r#"{"Null":{"aws:SourceVpce":"true"}}"#,
            Decision::Allowed,
        ),
        (
            "Allow",
            r#"{"Null":{"aws:SecureTransport":"true"}}"#,
            Decision::NotAllowed,
        ),
    ] {
        let statement = format!(
            r#"{{"Effect":"{effect}","Action":"*","Resource":"*","Condition":{condition}}}"#
        );
        assert_eq!(decided(&statement), decision, "{statement}");
    }
}

#[test]
fn what_cannot_be_judged_is_neither_allowed_nor_denied() {
    for condition in [
        r#"{"NumericLessThan":{"s3:TlsVersion":"1.2"}}"#,
        r#"{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}"#,
        r#"{"StringNotEquals":{"aws:SecureTransport":"${aws:PrincipalTag/x}"}}"#,
        r#"{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#,
    ] {
        let statement = |effect: &str| {
            format!(
                r#"{{"Effect":"{effect}","Action":"*","Resource":"*","Condition":{condition}}}"#
            )
        };
        let allow = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
        let denied = decided(&format!("{allow},{}", statement("Deny")));
        let allowed = decided(&statement("Allow"));
        assert!(matches!(denied, Decision::MaybeDenied(_)), "{condition}");
        assert!(matches!(allowed, Decision::MaybeAllowed(_)), "{condition}");
    }
}

#[test]
fn a_denial_of_all_but_an_account_denies_its_roles() {
    let deny = |spared: &str| {
        decided(&format!(
            r#"{{"Effect":"Deny","NotPrincipal":{{"AWS":["{spared}"]}},"Action":"*","Resource":"*"}}"#
        ))
    };
    assert_eq!(deny("arn:aws:iam::111122223333:root"), Decision::Denied);
    assert_eq!(
        deny("arn:aws:iam::111122223333:role/other"),
        Decision::Denied
    );
    // Whether S3's session is spared, too, does not show.
    assert!(matches!(
        deny("arn:aws:iam::111122223333:role/r"),
        Decision::MaybeDenied(_)
    ));
}

#[test]
fn a_denial_of_some_objects_is_found() {
    let within = ["arn:aws:s3:::orders-dr/".to_owned()];
    for (resource, found) in [
        ("arn:aws:s3:::orders-dr/secret/*", true),
        ("arn:aws:s3:::*/secret/*", true),
        ("arn:aws:s3:::orders-dr", false),
        ("arn:aws:s3:::orders/secret/*", false),
        // The one that is asked about is denied itself.
        ("arn:aws:s3:::orders-dr/*", false),
    ] {
        let policy = format!(
            r#"{{"Statement":{{"Effect":"Deny","Principal":"*","Action":"s3:Replicate*","Resource":"{resource}"}}}}"#
        );
        let parts = denied_in_part([policy.as_str()], &request(), &within);
        assert_eq!(parts.len(), usize::from(found), "{resource}");
    }
}
