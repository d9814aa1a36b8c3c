//! Who may do what: signatures, accounts, regions, the operator's permissions, and the passing of roles.

use acceptance_tests::Lab;
use acceptance_tests::lab::Keys;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, Tag};

use super::{configuration, make_role, replicate, rule, said, versioned_bucket};

#[tokio::test]
async fn signatures_accounts_and_regions_are_checked() {
    let lab = Lab::start().await.unwrap();
    let (east, west, vault) = (lab.site("east"), lab.site("west"), lab.site("vault"));
    let bucket = versioned_bucket(&lab, west, "orders").await;
    let read = async |s3: aws_sdk_s3::Client| match s3
        .get_bucket_versioning()
        .bucket(&bucket)
        .send()
        .await
    {
        Ok(_) => "taken".to_owned(),
        Err(error) => said(&error),
    };
    assert_eq!(read(lab.s3(west)).await, "taken");
    let elsewhere = read(lab.s3(east)).await;
    assert!(
        elsewhere.starts_with("301 PermanentRedirect"),
        "another region: {elsewhere}"
    );
    let mut here = vault.clone();
    here.region.clone_from(&west.region);
    let stranger = read(lab.s3(&here)).await;
    assert!(
        stranger.starts_with("403 AccessDenied"),
        "another account: {stranger}"
    );
    let forged = Keys {
        secret_key: "wrong".to_owned(),
        ..west.operator.clone()
    };
    let forged = read(lab.s3_as(west, &forged)).await;
    assert!(
        forged.starts_with("403 SignatureDoesNotMatch"),
        "another secret: {forged}"
    );
    let identity = lab
        .sts(vault)
        .get_caller_identity()
        .send()
        .await
        .expect("known");
    assert_eq!(identity.arn(), Some(vault.operator_arn().as_str()));
}

#[tokio::test]
async fn the_operator_has_what_the_policy_lists_and_no_more() {
    let lab = Lab::start().await.unwrap();
    let (east, west) = (lab.site("east"), lab.site("west"));
    let bucket = lab.bucket("orders");
    let tag = Tag::builder()
        .key("dr")
        .value("true")
        .build()
        .expect("a tag");
    let place = CreateBucketConfiguration::builder()
        .location_constraint(BucketLocationConstraint::UsWest2)
        .tags(tag);
    let made = lab
        .s3(west)
        .create_bucket()
        .bucket(&bucket)
        .create_bucket_configuration(place.build())
        .send()
        .await;
    made.expect("the operator makes buckets, with tags");
    let tags = lab
        .s3(west)
        .get_bucket_tagging()
        .bucket(&bucket)
        .send()
        .await
        .expect("the tags are read");
    assert_eq!(tags.tag_set().len(), 1);

    let trust = r#"{"Version":"2012-10-17","Statement":[]}"#;
    let role = |name: &str| {
        lab.iam(east)
            .create_role()
            .role_name(name)
            .assume_role_policy_document(trust)
            .send()
    };
    role("crr-orders")
        .await
        .expect("the operator makes roles of ours");
    assert!(role("admin").await.is_err(), "and no others");
    assert!(
        lab.iam(east)
            .create_user()
            .user_name("second")
            .send()
            .await
            .is_err()
    );
    let object = lab
        .s3(west)
        .put_object()
        .bucket(&bucket)
        .key("k")
        .send()
        .await;
    assert!(
        said(&object.unwrap_err()).starts_with("403"),
        "the operator neither writes nor reads objects"
    );
}

#[tokio::test]
async fn a_role_is_passed_only_by_who_may() {
    let lab = Lab::start().await.unwrap();
    let (east, west, vault) = (lab.site("east"), lab.site("west"), lab.site("vault"));
    let source = versioned_bucket(&lab, east, "orders").await;
    let destination = versioned_bucket(&lab, west, "orders-dr").await;
    let put = async |role: &str| {
        replicate(
            &lab,
            east,
            &source,
            configuration(role, vec![rule("all", 1, &destination)]),
        )
        .await
    };

    let ours = make_role(&lab, east, "crr-orders").await;
    put(&ours).await.expect("a role of ours");
    let trust = r#"{"Version":"2012-10-17","Statement":[]}"#;
    let other = lab
        .admin_iam(east)
        .create_role()
        .role_name("admin")
        .assume_role_policy_document(trust)
        .send()
        .await;
    let other = other
        .expect("made")
        .role()
        .expect("a role")
        .arn()
        .to_owned();
    let refused = put(&other).await.unwrap_err();
    assert!(
        refused.starts_with("403 AccessDenied")
            && refused.contains("not authorized to perform: iam:PassRole on resource: "),
        "{refused}"
    );
    let foreign = make_role(&lab, vault, "crr-orders").await;
    assert_eq!(
        put(&foreign).await.unwrap_err(),
        "403 AccessDenied: Cross-account pass role is not allowed."
    );

    // Taken away, it is gone at the next call; the root needs none.
    let iam = lab.admin_iam(east);
    let arn = format!("arn:aws:iam::{}:policy/operator", east.account);
    let narrow = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}}]}"#;
    iam.put_user_policy()
        .user_name("operator")
        .policy_name("narrow")
        .policy_document(narrow)
        .send()
        .await
        .expect("put");
    iam.detach_user_policy()
        .user_name("operator")
        .policy_arn(arn)
        .send()
        .await
        .expect("detached");
    assert!(put(&ours).await.unwrap_err().contains("iam:PassRole"));
    let root = lab.admin_s3(east).put_bucket_replication().bucket(&source);
    root.replication_configuration(configuration(&other, vec![rule("all", 1, &destination)]))
        .send()
        .await
        .expect("the root may");
}

#[tokio::test]
async fn a_session_passes_only_what_its_role_may() {
    let lab = Lab::start().await.unwrap();
    let (east, west) = (lab.site("east"), lab.site("west"));
    let source = versioned_bucket(&lab, east, "orders").await;
    let destination = versioned_bucket(&lab, west, "orders-dr").await;
    let ours = make_role(&lab, east, "crr-orders").await;
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{}"}},"Action":"sts:AssumeRole"}}]}}"#,
        east.account
    );
    let iam = lab.admin_iam(east);
    let made = iam
        .create_role()
        .role_name("deployer")
        .assume_role_policy_document(trust)
        .send()
        .await
        .expect("made");
    let may = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    iam.put_role_policy()
        .role_name("deployer")
        .policy_name("may")
        .policy_document(may)
        .send()
        .await
        .expect("put");
    let deployer = made.role().expect("a role").arn();
    let session = lab
        .admin_sts(east)
        .assume_role()
        .role_arn(deployer)
        .role_session_name("crr")
        .send()
        .await
        .expect("assumed");
    let session = session.credentials().expect("credentials");
    let keys = Keys {
        access_key: session.access_key_id().to_owned(),
        secret_key: session.secret_access_key().to_owned(),
        session_token: Some(session.session_token().to_owned()),
    };
    let put_by_session = lab
        .s3_as(east, &keys)
        .put_bucket_replication()
        .bucket(&source);
    let refused = put_by_session
        .replication_configuration(configuration(&ours, vec![rule("all", 1, &destination)]))
        .send()
        .await;
    let refused = said(&refused.unwrap_err());
    assert!(
        refused.contains(":assumed-role/deployer/crr is not authorized to perform: iam:PassRole"),
        "{refused}"
    );
}
