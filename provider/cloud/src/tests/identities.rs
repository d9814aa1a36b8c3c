use futures::future::join_all;

use super::script::{Script, answer, query_error};
use super::{EAST, SECRET, caller, cloud, site_name};
use crate::{Cloud, CloudConfig, ErrorKind, Secret, SiteConfig};

#[tokio::test(start_paused = true)]
async fn those_who_ask_at_once_share_one_call() {
    let script = Script::default();
    caller(&script, "east", EAST);
    let cloud = cloud(&script);
    let east = site_name("east");
    let answers = join_all((0..50).map(|_| cloud.identity(&east))).await;
    for identity in answers {
        let identity = identity.unwrap();
        assert_eq!(identity.account.as_str(), EAST);
        assert_eq!(identity.partition.as_str(), "aws");
        assert_eq!(identity.region.as_str(), "us-east-1");
        assert_eq!(identity.endpoints["s3"], "http://s3.east.test");
    }
    cloud.identity(&east).await.unwrap();
    assert_eq!(script.finish().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_shared_and_not_remembered() {
    let script = Script::default();
    let call = "east sts GetCallerIdentity";
    script.expect(
        call,
        query_error(403, "InvalidClientTokenId", "The security token is invalid").after(1),
    );
    let cloud = cloud(&script);
    let east = site_name("east");
    let failed = join_all((0..10).map(|_| cloud.identity(&east))).await;
    for error in failed {
        let error = error.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Credentials);
        assert_eq!(error.operation, "sts:GetCallerIdentity");
        assert!(
            error.detail().contains("site \"east\""),
            "{}",
            error.detail()
        );
    }
    caller(&script, "east", EAST);
    cloud.identity(&east).await.unwrap();
    assert_eq!(script.finish().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_site_that_does_not_answer_is_named_and_no_secret_is_said() {
    let script = Script::default();
    for _ in 0..3 {
        script.expect("west sts GetCallerIdentity", answer(200).lost());
    }
    let cloud = cloud(&script);
    let error = cloud.identity(&site_name("west")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Connection);
    assert!(error.message.contains("http://sts.west.test"), "{error}");
    assert!(error.message.contains("connection reset"), "{error}");
    assert!(!format!("{error:?} {error} {}", error.detail()).contains(SECRET));
    assert_eq!(script.finish().len(), 3, "as often as retry says");
}

#[tokio::test(start_paused = true)]
async fn a_site_is_proved_by_any_answer_of_s3_but_a_refusal_of_the_credentials() {
    let script = Script::default();
    let call = "east s3 GET /?max-buckets=1";
    let cloud = cloud(&script);
    let east = site_name("east");
    script.expect(call, answer(200).xml("<ListAllMyBucketsResult/>"));
    cloud.prove(&east).await.unwrap();
    script.expect(call, super::script::s3_error(403, "AccessDenied", "no"));
    cloud.prove(&east).await.unwrap();
    script.expect(
        call,
        super::script::s3_error(403, "InvalidAccessKeyId", "unknown"),
    );
    let error = cloud.prove(&east).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Credentials);
    script.finish();
}

#[tokio::test]
async fn a_site_that_is_none_is_an_error_that_names_those_there_are() {
    let cloud = cloud(&Script::default());
    let error = cloud.identity(&site_name("north")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Configuration);
    assert!(error.message.contains("\"east\", \"west\""), "{error}");
}

#[tokio::test]
async fn a_profile_that_is_none_is_named_with_the_files_that_it_is_not_in() {
    let script = Script::default();
    let cloud = super::cloud_of(&script, |config| {
        let east = config.sites.get_mut(&site_name("east")).unwrap();
        (east.access_key, east.secret_key, east.session_token) = (None, None, None);
        east.profile = Some("nobody-has-this".to_owned());
    });
    let error = cloud.identity(&site_name("east")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Credentials);
    for word in ["\"nobody-has-this\"", "config", "credentials, or has none"] {
        assert!(error.message.contains(word), "{word}: {error}");
    }
    assert!(
        error.detail().contains("Write the profile"),
        "{}",
        error.detail()
    );
    script.finish();
}

#[test]
fn half_a_key_is_refused() {
    let with = |site: SiteConfig| CloudConfig {
        sites: [(site_name("east"), site)].into(),
        ..CloudConfig::default()
    };
    let secret = || Some(Secret::new(SECRET));
    let halves = [
        SiteConfig {
            access_key: secret(),
            ..SiteConfig::default()
        },
        SiteConfig {
            secret_key: secret(),
            ..SiteConfig::default()
        },
        SiteConfig {
            session_token: secret(),
            ..SiteConfig::default()
        },
    ];
    for half in halves {
        let config = with(half);
        assert!(!format!("{config:?}").contains(SECRET));
        let Err(error) = Cloud::new(config) else {
            panic!("half a key was taken");
        };
        assert_eq!(error.kind, ErrorKind::Configuration);
    }
}
