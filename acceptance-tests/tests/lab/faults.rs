//! Each fault does what its name says, to the calls it was asked for and to no other.

use std::time::Duration;

use acceptance_tests::gateway::Origin;
use acceptance_tests::{Effect, Fault, Lab, When};

use super::{said, versioned_bucket};

/// What the operator hears when asking for a bucket's versioning.
async fn asks(lab: &Lab, bucket: &str) -> String {
    match lab
        .s3(lab.site("east"))
        .get_bucket_versioning()
        .bucket(bucket)
        .send()
        .await
    {
        Ok(answer) => answer
            .status()
            .map_or("none".to_owned(), |status| status.as_str().to_owned()),
        Err(error) => said(&error),
    }
}

#[tokio::test]
async fn errors_are_answered_in_s3s_words() {
    let lab = Lab::start().await.unwrap();
    let bucket = versioned_bucket(&lab, lab.site("east"), "orders").await;
    for (effect, expected) in [
        (Effect::SlowDown, "503 SlowDown"),
        (Effect::InternalError, "500 InternalError"),
        (Effect::OperationAborted, "409 OperationAborted"),
        (Effect::AccessDenied, "403 AccessDenied"),
        (
            Effect::SourceNotVersioned,
            "400 InvalidRequest: Versioning must be 'Enabled'",
        ),
        (
            Effect::DestinationNotVersioned,
            "400 InvalidRequest: Destination bucket must have versioning enabled.",
        ),
        (
            Effect::InvalidPrincipal,
            "400 MalformedPolicy: Invalid principal in policy",
        ),
        (Effect::UnknownRole, "400 InvalidArgument"),
        (
            Effect::Answer {
                status: 418,
                code: "Teapot".to_owned(),
                message: "short & stout".to_owned(),
            },
            "418 Teapot: short & stout",
        ),
    ] {
        lab.inject(Fault::on("GetBucketVersioning", effect));
        let heard = asks(&lab, &bucket).await;
        assert!(heard.starts_with(expected), "{expected}: {heard}");
        assert_eq!(asks(&lab, &bucket).await, "Enabled", "only the first call");
    }
}

#[tokio::test]
async fn iam_and_kms_errors_have_their_own_form() {
    let lab = Lab::start().await.unwrap();
    let east = lab.site("east");
    lab.inject(Fault::on("GetRole", Effect::Throttling).when(When::Every));
    let error = lab
        .iam(east)
        .get_role()
        .role_name("crr-orders")
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        error
            .as_service_error()
            .and_then(|error| error.meta().code()),
        Some("Throttling")
    );
    lab.inject(Fault::on("DescribeKey", Effect::AccessDenied));
    let error = lab
        .kms(east)
        .describe_key()
        .key_id("alias/dr")
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        error
            .as_service_error()
            .and_then(|error| error.meta().code()),
        Some("AccessDenied")
    );
}

#[tokio::test]
async fn connections_break_before_and_after_the_work() {
    let lab = Lab::start().await.unwrap();
    let east = lab.site("east");
    let bucket = versioned_bucket(&lab, east, "orders").await;
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{}"}},"Action":"s3:GetObject","Resource":"arn:aws:s3:::{bucket}/*"}}]}}"#,
        east.operator_arn()
    );
    let s3 = lab.s3(east);
    let put = || {
        s3.put_bucket_policy()
            .bucket(&bucket)
            .policy(&policy)
            .send()
    };
    let stands = async || {
        lab.admin_s3(east)
            .get_bucket_policy()
            .bucket(&bucket)
            .send()
            .await
            .is_ok()
    };

    lab.inject(Fault::on("PutBucketPolicy", Effect::DropBefore));
    assert!(said(&put().await.unwrap_err()).starts_with("broken"));
    assert!(!stands().await, "nothing happened");

    lab.inject(Fault::on("PutBucketPolicy", Effect::DropAfter));
    assert!(said(&put().await.unwrap_err()).starts_with("broken"));
    assert!(stands().await, "it happened, and nobody heard");

    lab.inject(Fault::on("GetBucketPolicy", Effect::HalfBody));
    assert!(!stands().await, "half an answer is none");
    assert!(stands().await);
    let faults = lab
        .calls()
        .0
        .iter()
        .filter(|call| call.origin == Some(Origin::Fault))
        .count();
    assert_eq!(faults, 3, "{}", lab.calls().lines());
}

#[tokio::test]
async fn rules_choose_by_name_and_count() {
    let lab = Lab::start().await.unwrap();
    let east = lab.site("east");
    let orders = versioned_bucket(&lab, east, "orders").await;
    let invoices = versioned_bucket(&lab, east, "invoices").await;
    let second = lab.inject(
        Fault::on("Get*Versioning", Effect::SlowDown)
            .resource("orders-*")
            .when(When::Nth(2)),
    );
    assert_eq!(asks(&lab, &invoices).await, "Enabled");
    assert_eq!(asks(&lab, &orders).await, "Enabled");
    assert_eq!(second.hits(), 0);
    assert!(asks(&lab, &orders).await.starts_with("503"));
    assert_eq!(asks(&lab, &orders).await, "Enabled");
    assert_eq!(second.hits(), 1);

    let every = lab.inject(Fault::on("GetBucketVersioning", Effect::SlowDown).when(When::Every));
    for _ in 0..3 {
        assert!(asks(&lab, &invoices).await.starts_with("503"));
    }
    assert_eq!(every.hits(), 3);
    lab.gateway().clear_faults();
    assert_eq!(asks(&lab, &invoices).await, "Enabled");
}

#[tokio::test]
async fn a_pause_holds_a_call_until_it_is_released() {
    let lab = Lab::start().await.unwrap();
    let bucket = versioned_bucket(&lab, lab.site("east"), "orders").await;
    for effect in [Effect::PauseBefore, Effect::PauseAfter] {
        let pause = lab.inject(Fault::on("GetBucketVersioning", effect));
        let s3 = lab.s3(lab.site("east"));
        let held = tokio::spawn({
            let bucket = bucket.clone();
            async move {
                s3.get_bucket_versioning()
                    .bucket(bucket)
                    .send()
                    .await
                    .map(drop)
            }
        });
        pause.reached(Duration::from_secs(10)).await.unwrap();
        assert!(!held.is_finished(), "nobody let it go");
        pause.release();
        held.await
            .unwrap()
            .expect("it goes on as if nothing had been");
    }
}

#[tokio::test]
async fn a_time_begins_with_the_first_call() {
    let lab = Lab::start().await.unwrap();
    let bucket = versioned_bucket(&lab, lab.site("east"), "orders").await;
    let never =
        lab.inject(Fault::on("GetBucketVersioning", Effect::SlowDown).when(When::Within(0)));
    assert_eq!(
        (asks(&lab, &bucket).await.as_str(), never.hits()),
        ("Enabled", 0)
    );
    let hour = lab
        .inject(Fault::on("GetBucketVersioning", Effect::SlowDown).when(When::Within(3_600_000)));
    for _ in 0..3 {
        assert!(asks(&lab, &bucket).await.starts_with("503"));
    }
    assert_eq!(hour.hits(), 3);
}

#[tokio::test]
async fn latency_is_added_to_each_call() {
    let lab = Lab::start().await.unwrap();
    let bucket = versioned_bucket(&lab, lab.site("east"), "orders").await;
    lab.set_latency(Duration::from_millis(50));
    asks(&lab, &bucket).await;
    let calls = lab.calls().of("GetBucketVersioning").0;
    assert!(
        calls[0].ended.expect("answered") - calls[0].began >= 50,
        "a sleep is never shorter"
    );
}
