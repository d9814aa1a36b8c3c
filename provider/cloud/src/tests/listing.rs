use super::script::{Script, answer, s3_error};
use super::{cloud, site_name};

fn page(buckets: &[(&str, Option<&str>)], next: Option<&str>) -> super::script::Answer {
    let buckets: Vec<String> = buckets
        .iter()
        .map(|(name, region)| {
            let region =
                region.map_or_else(String::new, |r| format!("<BucketRegion>{r}</BucketRegion>"));
            format!("<Bucket><Name>{name}</Name>{region}</Bucket>")
        })
        .collect();
    let next = next.map_or_else(String::new, |token| {
        format!("<ContinuationToken>{token}</ContinuationToken>")
    });
    answer(200).xml(&format!(
        "<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Buckets>{}</Buckets>{next}</ListAllMyBucketsResult>",
        buckets.concat()
    ))
}

const FIRST: &str = "west s3 GET /?max-buckets=10000&bucket-region=us-west-2";

#[tokio::test(start_paused = true)]
async fn every_page_and_only_the_site_s_region() {
    let script = Script::default();
    let here = Some("us-west-2");
    script.expect(FIRST, page(&[("c", here), ("a", here)], Some("t")));
    script.expect(
        "west s3 GET /?max-buckets=10000&continuation-token=t&bucket-region=us-west-2",
        page(&[("b", here), ("x", Some("us-east-1"))], None),
    );
    let names = cloud(&script).list_buckets(&site_name("west")).await.unwrap();
    assert_eq!(names, ["a", "b", "c"]);
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn a_service_that_does_not_say_where_is_asked_for_each() {
    let script = Script::default();
    script.expect(
        FIRST,
        page(&[("abc", None), ("def", None), ("ghi", None), ("jkl", None)], None),
    );
    let location = |region: &str| {
        answer(200).xml(&format!(
            "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{region}</LocationConstraint>"
        ))
    };
    script.expect("west s3 GET /abc?location", location("us-west-2"));
    script.expect("west s3 GET /def?location", location(""));
    script.expect(
        "west s3 GET /ghi?location",
        s3_error(404, "NoSuchBucket", "gone"),
    );
    script.expect(
        "west s3 GET /jkl?location",
        s3_error(403, "AccessDenied", "no"),
    );
    let names = cloud(&script).list_buckets(&site_name("west")).await.unwrap();
    assert_eq!(names, ["abc", "jkl"], "what may not be asked is kept: its look says so");
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn a_refusal_names_the_action() {
    let script = Script::default();
    script.expect(FIRST, s3_error(403, "AccessDenied", "no"));
    let error = cloud(&script)
        .list_buckets(&site_name("west"))
        .await
        .unwrap_err();
    assert!(error.detail().contains("s3:ListAllMyBuckets"), "{}", error.detail());
}
