//! What a message says. It only wakes: whether there is anything to do the look decides.

use std::time::SystemTime;

use replication::trigger::events::{bucket_of, is_source, wakes};
use replication::{BucketName, Echo, Site};
use serde::{Deserialize, Serialize};

use crate::agent::schedule::Rest;

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Somebody made or changed a bucket.
    Changed(Changed),
    /// The whole site is to be looked at, from this name on.
    WholeSite {
        /// Empty: from the beginning.
        from: String,
    },
    /// A bucket that failed is to be tried again.
    Again {
        /// The bucket.
        bucket: BucketName,
        /// How often it failed.
        attempts: u32,
    },
    /// Something that concerns nobody: a call that failed, or one that changes nothing of ours.
    Nothing,
}

/// A call that somebody made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The bucket.
    pub bucket: String,
    /// Whose it is, where the event says so.
    pub account: Option<String>,
    /// Where it is, where the event says so.
    pub region: Option<String>,
    /// When it was made, where it was.
    pub made: Option<SystemTime>,
}

/// A message of ours.
#[derive(Debug, Serialize, Deserialize)]
struct Ours {
    crr: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket: Option<String>,
    #[serde(default)]
    attempt: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
}

/// The version of our messages.
const VERSION: u32 = 1;

#[derive(Debug, Deserialize)]
struct Event {
    source: String,
    account: Option<String>,
    region: Option<String>,
    detail: Option<Detail>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    event_name: Option<String>,
    event_time: Option<String>,
    error_code: Option<String>,
    aws_region: Option<String>,
    recipient_account_id: Option<String>,
    request_parameters: Option<Parameters>,
    resources: Option<Vec<Resource>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    bucket_name: Option<String>,
    // In whatever form: AWS does not say in which.
    resource_arn: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Resource {
    #[serde(rename = "ARN")]
    arn: Option<String>,
}

impl Detail {
    /// The bucket that the call is about. S3's own calls name it; those of S3 Control have an ARN, which may be of something else.
    fn bucket(&self) -> Option<String> {
        let parameters = self.request_parameters.as_ref();
        let named = parameters.and_then(|parameters| parameters.bucket_name.clone());
        named.or_else(|| {
            let asked =
                parameters.and_then(|parameters| parameters.resource_arn.as_ref()?.as_str());
            let listed = self.resources.iter().flatten();
            let found = listed.filter_map(|of| of.arn.as_deref());
            let mut arns = asked.into_iter().chain(found);
            // It is a part of a path, and may be written so.
            arns.find_map(|arn| {
                let arn = arn.replace("%3A", ":").replace("%3a", ":");
                bucket_of(&arn).map(str::to_owned)
            })
        })
    }
}

/// That a bucket failed and is to be tried again.
pub fn again(bucket: &BucketName, rest: Rest) -> String {
    ours(&Ours {
        crr: VERSION,
        bucket: Some(bucket.to_string()),
        attempt: rest.attempts,
        from: None,
    })
}

/// That a look at the whole site is to go on from this bucket.
pub fn go_on(from: &BucketName) -> String {
    ours(&Ours {
        crr: VERSION,
        bucket: None,
        attempt: 0,
        from: Some(from.to_string()),
    })
}

fn ours(message: &Ours) -> String {
    // Texts and numbers always become JSON.
    serde_json::to_string(message).unwrap_or_default()
}

/// Reads a message.
///
/// # Errors
///
/// Where it is none that we know: it is left alone, and the queue takes it to its dead letters.
pub fn read(body: &str) -> Result<Said, String> {
    let value: serde_json::Value =
        serde_json::from_str(body).map_err(|error| format!("it is no JSON: {error}"))?;
    if value.get("crr").is_some() {
        let ours: Ours = serde_json::from_value(value).map_err(|error| error.to_string())?;
        if ours.crr != VERSION {
            return Err(format!("it is of version {}, not {VERSION}", ours.crr));
        }
        return match (ours.bucket, ours.from) {
            (Some(bucket), None) => Ok(Said::Again {
                bucket: bucket
                    .parse()
                    .map_err(|error: replication::NameError| error.to_string())?,
                attempts: ours.attempt,
            }),
            (None, Some(from)) => Ok(Said::WholeSite { from }),
            _ => Err("it names neither a bucket nor where to go on".to_owned()),
        };
    }
    let event: Event = serde_json::from_value(value)
        .map_err(|error| format!("it is no event of EventBridge: {error}"))?;
    match event.source.as_str() {
        "aws.events" => Ok(Said::WholeSite {
            from: String::new(),
        }),
        source if is_source(source) => of_s3(event),
        other => Err(format!("it is an event of {other}")),
    }
}

fn of_s3(event: Event) -> Result<Said, String> {
    let detail = event.detail.ok_or("the event has no detail")?;
    let name = detail
        .event_name
        .as_deref()
        .ok_or("the event names no call")?;
    if detail.error_code.is_some() || !wakes(name) {
        return Ok(Said::Nothing);
    }
    let bucket = match detail.bucket() {
        Some(bucket) => bucket,
        None if ["TagResource", "UntagResource"].contains(&name) => return Ok(Said::Nothing),
        None => return Err("the event names no bucket".to_owned()),
    };
    let made = (name == "CreateBucket")
        .then(|| humantime::parse_rfc3339(detail.event_time.as_deref()?).ok())
        .flatten();
    Ok(Said::Changed(Changed {
        bucket,
        account: detail.recipient_account_id.or(event.account),
        region: detail.aws_region.or(event.region),
        made,
    }))
}

impl Changed {
    /// The bucket of an echo's source that this is about: itself, or the one that it is the target of.
    pub fn concerns(&self, echo: &Echo) -> Option<BucketName> {
        let bucket: BucketName = self.bucket.parse().ok()?;
        let (source, target) = (&echo.template.source.site, &echo.template.destination.site);
        let is_at = |site: &Site| {
            let same = |said: &Option<String>, is: &str| said.as_deref().is_none_or(|s| s == is);
            same(&self.account, site.account.as_str()) && same(&self.region, site.region.as_str())
        };
        let origin = || {
            if echo.target_bucket.is_same_name() {
                return Some(bucket.clone());
            }
            echo.target_bucket.origin_of(source, &bucket)
        };
        match (is_at(source), is_at(target)) {
            (true, false) => Some(bucket),
            (false, true) => origin(),
            // Source and target in one place: by the name alone it may be either. A name that the template could not have made
            // is the source's.
            (true, true) => Some(origin().unwrap_or(bucket)),
            (false, false) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use replication::echo::Selection;
    use replication::{Direction, Mirror, Namespace, Pair, RoleChoice, Side};

    use super::*;

    fn event(name: &str, more: &str) -> String {
        format!(
            r#"{{"version":"0","id":"1","detail-type":"AWS API Call via CloudTrail","source":"aws.s3","account":"111111111111","time":"2026-01-02T03:04:05Z","region":"us-east-1","resources":[],
            "detail":{{"eventVersion":"1.11","eventTime":"2026-01-02T03:04:05Z","eventSource":"s3.amazonaws.com","eventName":"{name}","awsRegion":"us-east-1","requestParameters":{{"bucketName":"orders","Host":"s3.amazonaws.com"}},"responseElements":null,"readOnly":false,"recipientAccountId":"111111111111"{more}}}}}"#
        )
    }

    #[test]
    fn a_call_that_was_made_wakes_its_bucket() {
        let Said::Changed(changed) = read(&event("CreateBucket", "")).unwrap() else {
            panic!("changed")
        };
        assert_eq!(changed.bucket, "orders");
        let made = changed.made.unwrap().duration_since(SystemTime::UNIX_EPOCH);
        assert_eq!(made.unwrap(), Duration::from_secs(1_767_323_045));
        let Said::Changed(changed) = read(&event("DeleteBucketReplication", "")).unwrap() else {
            panic!("changed")
        };
        assert_eq!(changed.made, None);
    }

    #[test]
    fn a_call_that_failed_or_changes_nothing_of_ours_wakes_nobody() {
        let failed = event("CreateBucket", r#","errorCode":"BucketAlreadyExists""#);
        assert_eq!(read(&failed), Ok(Said::Nothing));
        assert_eq!(read(&event("PutBucketWebsite", "")), Ok(Said::Nothing));
    }

    #[test]
    fn a_tag_by_s3_control_wakes_its_bucket_and_one_of_something_else_nobody() {
        let of = |source: &str, name: &str, parameters: &str, resources: &str| {
            read(&format!(
                r#"{{"source":"{source}","account":"111111111111","region":"us-east-1","detail":{{"eventName":"{name}","requestParameters":{parameters},"resources":{resources}}}}}"#
            ))
        };
        let orders = r#"{"resourceArn":"arn:aws:s3:::orders"}"#;
        let encoded = r#"{"resourceArn":"arn%3Aaws%3As3%3A%3A%3Aorders"}"#;
        let listed = r#"[{"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::orders"}]"#;
        for said in [
            of("aws.s3", "TagResource", orders, "[]"),
            of("aws.s3", "UntagResource", encoded, "[]"),
            of("aws.s3control", "TagResource", "null", listed),
        ] {
            let Ok(Said::Changed(changed)) = said else {
                panic!("{said:?}")
            };
            assert_eq!(changed.bucket, "orders");
        }
        let other = r#"{"resourceArn":"arn:aws:s3:us-east-1:111111111111:accesspoint/orders"}"#;
        assert_eq!(of("aws.s3", "TagResource", other, "[]"), Ok(Said::Nothing));
        assert_eq!(of("aws.s3", "UntagResource", "{}", "[]"), Ok(Said::Nothing));
    }

    #[test]
    fn ours_come_back_as_they_went() {
        let bucket: BucketName = "orders".parse().unwrap();
        let rest = Rest {
            after: Duration::ZERO,
            attempts: 7,
        };
        let text = again(&bucket, rest);
        assert_eq!(text, r#"{"crr":1,"bucket":"orders","attempt":7}"#);
        let attempts = 7;
        assert_eq!(
            read(&text),
            Ok(Said::Again {
                bucket: bucket.clone(),
                attempts
            })
        );
        let from = "orders".to_owned();
        assert_eq!(read(&go_on(&bucket)), Ok(Said::WholeSite { from }));
    }

    #[test]
    fn a_schedule_asks_for_the_whole_site() {
        let text = r#"{"version":"0","detail-type":"Scheduled Event","source":"aws.events","account":"1","region":"us-east-1","detail":{}}"#;
        let from = String::new();
        assert_eq!(read(text), Ok(Said::WholeSite { from }));
    }

    #[test]
    fn what_is_none_of_these_is_poison() {
        for body in [
            "",
            "hello",
            "[]",
            "{}",
            r#"{"crr":2,"bucket":"orders"}"#,
            r#"{"crr":1}"#,
            r#"{"crr":1,"bucket":"NOT A BUCKET"}"#,
            r#"{"source":"aws.ec2"}"#,
            r#"{"source":"aws.s3","detail":{"eventName":"CreateBucket"}}"#,
        ] {
            assert!(read(body).is_err(), "{body}");
        }
    }

    fn echo(target_bucket: &str, target_region: &str) -> Echo {
        let side = |region: &str| Side {
            site: Site {
                name: region.parse().unwrap(),
                account: "111111111111".parse().unwrap(),
                partition: "aws".parse().unwrap(),
                region: region.parse().unwrap(),
                namespace: Namespace::Partition("aws".parse().unwrap()),
            },
            bucket: "stands-for-each".parse().unwrap(),
            create: true,
            created: false,
            storage_class: None,
            key: None,
            object_lock: None,
            access_log: None,
            role: RoleChoice::Own,
        };
        Echo {
            template: Pair {
                source: side("us-east-1"),
                destination: side(target_region),
                direction: Direction::OneWay,
                rules: Vec::new(),
                owner_override: None,
                mirror: Mirror::default(),
                boundary: None,
                tags: [].into(),
                adopt: false,
                remembered_ids: [].into(),
                trusted_accounts: None,
            },
            target_bucket: target_bucket.parse().unwrap(),
            selection: Selection::default(),
            merge: false,
            adopt_targets: false,
            succeeds: None,
        }
    }

    #[test]
    fn an_event_of_a_target_is_about_its_origin() {
        let echo = echo("{bucket}-dr", "us-west-2");
        let changed = |bucket: &str, region: &str| Changed {
            bucket: bucket.to_owned(),
            account: Some("111111111111".to_owned()),
            region: Some(region.to_owned()),
            made: None,
        };
        let concerned = |bucket: &str, region: &str| {
            let bucket = changed(bucket, region).concerns(&echo);
            bucket.map(|bucket| bucket.to_string())
        };
        assert_eq!(concerned("orders", "us-east-1").as_deref(), Some("orders"));
        assert_eq!(
            concerned("orders-dr", "us-west-2").as_deref(),
            Some("orders")
        );
        assert_eq!(
            concerned("orders", "us-west-2"),
            None,
            "not of the template"
        );
        assert_eq!(concerned("orders", "eu-central-1"), None);
        let mut others = changed("orders", "us-east-1");
        others.account = Some("222222222222".to_owned());
        assert_eq!(others.concerns(&echo), None);
    }
}
