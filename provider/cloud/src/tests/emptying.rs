//! Emptying a bucket.

use std::time::Duration;

use replication::Step;
use tokio::time::timeout;

use super::script::{Answer, Script, answer};
use super::{EAST, at, caller, cloud, cloud_calling, execute};

fn empty() -> Step {
    Step::EmptyBucket {
        at: at("east", "orders"),
    }
}

fn versions(content: &str) -> Answer {
    answer(200).xml(&format!(
        "<ListVersionsResult>{content}</ListVersionsResult>"
    ))
}

#[tokio::test(start_paused = true)]
async fn a_bucket_is_emptied_of_versions_markers_and_uploads_until_nothing_is_left() {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect(
        "east s3 GET /orders?versions",
        versions("<IsTruncated>true</IsTruncated><NextKeyMarker>a b</NextKeyMarker><NextVersionIdMarker>2</NextVersionIdMarker><Version><Key>a b</Key><VersionId>1</VersionId></Version><DeleteMarker><Key>a b</Key><VersionId>2</VersionId></DeleteMarker>"),
    );
    script.expect(
        "east s3 GET /orders?versions&key-marker=a%20b&version-id-marker=2",
        versions("<IsTruncated>false</IsTruncated><Version><Key>c</Key><VersionId>3</VersionId></Version>"),
    );
    script.expect(
        "east s3 POST /orders?delete",
        answer(200).xml("<DeleteResult/>"),
    );
    script.expect(
        "east s3 POST /orders?delete",
        answer(200).xml("<DeleteResult/>"),
    );
    // A replica has arrived meanwhile.
    script.expect(
        "east s3 GET /orders?versions",
        versions("<Version><Key>d</Key><VersionId>4</VersionId></Version>"),
    );
    script.expect(
        "east s3 POST /orders?delete",
        answer(200).xml("<DeleteResult/>"),
    );
    script.expect("east s3 GET /orders?versions", versions(""));
    script.expect(
        "east s3 GET /orders?uploads",
        answer(200).xml("<ListMultipartUploadsResult><Upload><Key>big</Key><UploadId>u1</UploadId></Upload></ListMultipartUploadsResult>"),
    );
    script.expect("east s3 DELETE /orders/big?uploadId=u1", answer(204));
    execute(&cloud(&script), empty()).await.unwrap();
    let deleted = script.bodies("east s3 POST /orders?delete").concat();
    for version in 1..=4 {
        let id = format!("<VersionId>{version}</VersionId>");
        assert_eq!(deleted.matches(&id).count(), 1, "{deleted}");
    }
}

#[tokio::test(start_paused = true)]
async fn versions_under_a_lock_stay_and_are_said() {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect(
        "east s3 GET /orders?versions",
        versions("<Version><Key>a</Key><VersionId>1</VersionId></Version>"),
    );
    script.expect(
        "east s3 POST /orders?delete",
        answer(200).xml("<DeleteResult><Error><Key>a</Key><VersionId>1</VersionId><Code>AccessDenied</Code><Message>Access Denied because object protected by object lock.</Message></Error></DeleteResult>"),
    );
    let error = execute(&cloud(&script), empty()).await.unwrap_err();
    let failure = &error.failures[0];
    assert_eq!(failure.code.as_deref(), Some("AccessDenied"));
    assert!(
        failure.message.contains("1 of 1 versions stay"),
        "{failure}"
    );
    assert!(
        failure.detail().contains("retention and legal hold"),
        "{failure}"
    );
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn many_pages_are_deleted_where_one_call_is_allowed_at_a_time() {
    let script = Script::default();
    caller(&script, "east", EAST);
    let mut list = "east s3 GET /orders?versions".to_owned();
    for page in 0..9 {
        let next = if page < 8 {
            format!(
                "<IsTruncated>true</IsTruncated><NextKeyMarker>k{page}</NextKeyMarker><NextVersionIdMarker>{page}</NextVersionIdMarker>"
            )
        } else {
            String::new()
        };
        script.expect(
            &list,
            versions(&format!(
                "{next}<Version><Key>k{page}</Key><VersionId>{page}</VersionId></Version>"
            )),
        );
        script.expect(
            "east s3 POST /orders?delete",
            answer(200).xml("<DeleteResult/>").after(1),
        );
        list = format!("east s3 GET /orders?versions&key-marker=k{page}&version-id-marker={page}");
    }
    script.expect("east s3 GET /orders?versions", versions(""));
    script.expect(
        "east s3 GET /orders?uploads",
        answer(200).xml("<ListMultipartUploadsResult/>"),
    );
    let cloud = cloud_calling(&script, 1);
    // No call takes as long: only one that waits for itself does.
    timeout(Duration::from_hours(1), execute(&cloud, empty()))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(script.bodies("east s3 POST /orders?delete").len(), 9);
}
