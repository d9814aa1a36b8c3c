//! The policies of KMS keys.

use super::*;

/// A key opens to a role of its own account only where its policy names the role, or leaves it to the account.
#[test]
fn a_key_of_the_account_itself_must_let_the_role_in() {
    let pair = pair();
    let facet = "source.key_policy.kms:Decrypt";
    let outcome = |policy: Seen<String>| {
        let mut observed = observed(&pair);
        let of_key = crate::ObservedKey {
            key: Seen::NotLooked,
            policy,
        };
        observed
            .keys
            .insert(pair.source.key.clone().unwrap(), of_key);
        outcome_of(facet, &pair, &observed)
    };
    let policy = |effect: &str, principal: &str, action: &str| {
        format!(
            r#"{{"Effect":"{effect}","Principal":{{"AWS":"{principal}"}},"Action":"{action}","Resource":"*"}}"#
        )
    };
    let says = |statements: &[String]| {
        let statements = statements.join(",");
        Seen::Present(format!(r#"{{"Statement":[{statements}]}}"#))
    };
    let desired = pair.desired(&observed(&pair));
    let role = desired.roles.keys().next().unwrap();
    let account = policy("Allow", "arn:aws:iam::111122223333:root", "kms:*");

    assert_eq!(
        outcome(says(std::slice::from_ref(&account))),
        Outcome::Allowed
    );
    let named = policy("Allow", role.as_str(), "kms:Decrypt");
    assert_eq!(outcome(says(&[named])), Outcome::Allowed);

    let administrators = policy("Allow", "arn:aws:iam::111122223333:role/Keys", "kms:*");
    let Outcome::Refused(why) = outcome(says(&[administrators])) else {
        panic!("the role is not named");
    };
    assert!(
        why.starts_with("no statement of the policy of arn:aws:kms:"),
        "{why}"
    );
    let denied = policy("Deny", "*", "kms:Decrypt");
    assert!(matches!(
        outcome(says(&[account, denied])),
        Outcome::Refused(_)
    ));

    let unreadable = Seen::Denied {
        action: "kms:GetKeyPolicy".to_owned(),
        message: "no".to_owned(),
    };
    let Outcome::Unknown { lacks, .. } = outcome(unreadable) else {
        panic!("nobody knows");
    };
    assert_eq!(lacks.as_deref(), Some("kms:GetKeyPolicy"));
    assert_eq!(outcome(Seen::NotLooked), Outcome::Allowed);
    assert!(pair.rehearsal_reads().keys.values().all(|key| key.policy));
}

/// S3 names the bucket in the encryption context where it has an S3 Bucket Key, and else the object.
#[test]
fn a_key_policy_is_judged_by_the_context_that_s3_gives() {
    let pair = pair();
    let facet = "source.key_policy.kms:Decrypt";
    let outcome = |only: &str, bucket_key: Option<bool>| {
        let mut observed = observed(&pair);
        let statement = format!(
            r#"{{"Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::111122223333:root"}},"Action":"kms:*","Resource":"*","Condition":{{"StringLike":{{"kms:EncryptionContext:aws:s3:arn":"{only}"}}}}}}]}}"#
        );
        let of_key = crate::ObservedKey {
            key: Seen::NotLooked,
            policy: Seen::Present(statement),
        };
        let key = pair.source.key.clone().unwrap();
        observed.keys.insert(key.clone(), of_key);
        let found = observed.buckets.get_mut(&pair.source.at()).unwrap();
        if let Some(bucket_key) = bucket_key {
            found.encryption = Seen::Present(crate::bucket::Encryption {
                bucket_key,
                ..crate::bucket::Encryption::with_key(Some(&key))
            });
        }
        outcome_of(facet, &pair, &observed)
    };
    let bucket = "arn:aws:s3:::orders-east";
    let objects = "arn:aws:s3:::orders-east/*";
    assert_eq!(outcome(bucket, Some(true)), Outcome::Allowed);
    assert_eq!(outcome(objects, Some(false)), Outcome::Allowed);
    assert!(matches!(outcome(objects, Some(true)), Outcome::Refused(_)));
    assert!(matches!(outcome(bucket, Some(false)), Outcome::Refused(_)));
    for only in [bucket, objects] {
        let Outcome::Unknown { why, .. } = outcome(only, None) else {
            panic!("nobody knows");
        };
        assert!(why.contains("S3 Bucket Key"), "{why}");
    }
    assert_eq!(outcome("arn:aws:s3:::orders-east*", None), Outcome::Allowed);
    assert!(matches!(outcome("other", None), Outcome::Refused(_)));
}
