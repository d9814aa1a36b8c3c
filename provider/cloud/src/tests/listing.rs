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
    let names = cloud(&script)
        .list_buckets(&site_name("west"))
        .await
        .unwrap();
    assert_eq!(names, ["a", "b", "c"]);
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn a_service_that_does_not_say_where_is_asked_for_each() {
    let script = Script::default();
    script.expect(
        FIRST,
        page(
            &[("abc", None), ("def", None), ("ghi", None), ("jkl", None)],
            None,
        ),
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
    let names = cloud(&script)
        .list_buckets(&site_name("west"))
        .await
        .unwrap();
    assert_eq!(
        names,
        ["abc", "jkl"],
        "what may not be asked is kept: its look says so"
    );
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
    assert!(
        error.detail().contains("s3:ListAllMyBuckets"),
        "{}",
        error.detail()
    );
}

#[tokio::test(start_paused = true)]
async fn a_site_is_called_no_faster_than_it_may_be() {
    let script = Script::default();
    for _ in 0..6 {
        script.expect(FIRST, page(&[], None));
    }
    let west = crate::SiteConfig {
        region: Some("us-west-2".to_owned()),
        endpoints: [("s3".to_owned(), "http://s3.west.test".to_owned())].into(),
        path_style: true,
        access_key: Some(crate::Secret::new("AKIDEXAMPLE")),
        secret_key: Some(crate::Secret::new("not-to-be-printed")),
        calls_per_second: Some(5),
        ..crate::SiteConfig::default()
    };
    let config = crate::CloudConfig {
        sites: [(site_name("west"), west)].into(),
        ..crate::CloudConfig::default()
    };
    let cloud = crate::Cloud::with_http(config, Some(script.client())).unwrap();
    let west = site_name("west");
    let start = tokio::time::Instant::now();
    for listed in futures::future::join_all((0..6).map(|_| cloud.list_buckets(&west))).await {
        listed.unwrap();
    }
    assert_eq!(start.elapsed().as_millis(), 1000, "five intervals");
    script.finish();
}
