//! A stand-in for S3: buckets with tags, versioning and rules, behind a real connection. What it is told to refuse it refuses.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(super) const ACCOUNT: &str = "111122223333";

/// A bucket.
#[derive(Debug, Clone, Default)]
pub(super) struct Bucket {
    pub region: String,
    pub tags: BTreeMap<String, String>,
    pub versioned: bool,
    pub replication: Option<String>,
    pub policy: Option<String>,
    pub full: bool,
    /// Whether it is another account's.
    pub foreign: bool,
}

#[derive(Default)]
pub(super) struct State {
    pub buckets: BTreeMap<String, Bucket>,
    /// Calls that are refused: `PUT /orders?replication`.
    pub refused: Vec<String>,
    /// Calls that we may not make.
    pub denied: Vec<String>,
    /// A call, and the bucket that somebody deletes right before it.
    pub deleted_at: Option<(String, String)>,
    /// The policy of the site's roles, which a `crr_site` made; none: others made them, and there is none of that name.
    pub site_policy: Option<String>,
    /// Inline policies of roles: `theirs/policy`.
    pub role_policies: BTreeSet<String>,
    /// A role that is not there.
    pub missing_role: Option<String>,
    /// A role that nobody may look at.
    pub hidden_role: Option<String>,
    /// How often IAM was asked.
    pub asked_iam: usize,
    /// Every call of S3.
    pub calls: Vec<String>,
}

/// The stand-in.
#[derive(Clone)]
pub(super) struct StandIn {
    pub endpoint: String,
    state: Arc<Mutex<State>>,
}

impl StandIn {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let this = Self {
            endpoint: format!("http://{}", listener.local_addr().unwrap()),
            state: Arc::default(),
        };
        let serving = this.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(connection));
            }
        });
        this
    }

    /// Looks at, or changes, what it holds.
    pub(super) fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap())
    }

    /// The calls so far, which are then forgotten.
    pub(super) fn calls(&self) -> Vec<String> {
        self.with(|state| std::mem::take(&mut state.calls))
    }

    /// Those of them that write.
    pub(super) fn writes(&self) -> Vec<String> {
        let mut calls = self.calls();
        calls.retain(|call| !call.starts_with("GET"));
        calls
    }

    async fn serve(self, mut connection: TcpStream) {
        let mut read = Vec::new();
        let mut buffer = [0; 8192];
        loop {
            let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else {
                match connection.read(&mut buffer).await {
                    Ok(count) if count > 0 => read.extend_from_slice(&buffer[..count]),
                    _ => return,
                }
                continue;
            };
            let head = String::from_utf8_lossy(&read[..end]).into_owned();
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                let value = name
                    .eq_ignore_ascii_case("content-length")
                    .then_some(value)?;
                value.trim().parse::<usize>().ok()
            });
            let all = end + 4 + length.unwrap_or_default();
            while read.len() < all {
                match connection.read(&mut buffer).await {
                    Ok(count) if count > 0 => read.extend_from_slice(&buffer[..count]),
                    _ => return,
                }
            }
            let body = String::from_utf8_lossy(&read[end + 4..all]).into_owned();
            read.drain(..all);
            let line = head.lines().next().unwrap_or_default().to_owned();
            let (status, answer) = self.answer(&line, &body);
            let answer = format!(
                "HTTP/1.1 {status} x\r\ncontent-type: application/xml\r\ncontent-length: {}\r\n\r\n{answer}",
                answer.len()
            );
            if connection.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    fn iam(&self, body: &str) -> (u16, String) {
        let mut state = self.state.lock().unwrap();
        state.asked_iam += 1;
        let none = || {
            let (status, text) = error(404, "NoSuchEntity", "there is none");
            (status, format!("<ErrorResponse>{text}</ErrorResponse>"))
        };
        let parts: Vec<&str> = body.split('&').collect();
        let name = parts.iter().find_map(|part| part.strip_prefix("RoleName="));
        let name = name.unwrap_or_default();
        if state.hidden_role.as_deref() == Some(name) {
            return (
                403,
                "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>".to_owned(),
            );
        }
        if state.missing_role.as_deref() == Some(name) {
            return none();
        }
        let policy = parts
            .iter()
            .find_map(|part| part.strip_prefix("PolicyName="));
        let policy = format!("{name}/{}", policy.unwrap_or_default());
        if parts.contains(&"Action=ListRolePolicies") {
            let mut all = String::new();
            for policy in &state.role_policies {
                if let Some(("", policy)) =
                    policy.strip_prefix(name).and_then(|p| p.split_once('/'))
                {
                    let _ = write!(all, "<member>{policy}</member>");
                }
            }
            return (
                200,
                format!(
                    "<ListRolePoliciesResponse><ListRolePoliciesResult><IsTruncated>false</IsTruncated><PolicyNames>{all}</PolicyNames></ListRolePoliciesResult></ListRolePoliciesResponse>"
                ),
            );
        }
        if parts.contains(&"Action=DeleteRolePolicy") {
            if !state.role_policies.remove(&policy) {
                return none();
            }
            return (200, "<DeleteRolePolicyResponse/>".to_owned());
        }
        if parts.contains(&"Action=GetRolePolicy") {
            return match state.site_policy.as_deref() {
                None | Some("") => none(),
                Some(policy) => {
                    let policy = policy.replace('"', "%22");
                    (
                        200,
                        format!(
                            "<GetRolePolicyResponse><GetRolePolicyResult><RoleName>{name}</RoleName><PolicyName>p</PolicyName><PolicyDocument>{policy}</PolicyDocument></GetRolePolicyResult></GetRolePolicyResponse>"
                        ),
                    )
                }
            };
        }
        let ours = "<Tags><member><Key>crr:made-by</Key><Value>terraform-provider-crr</Value></member></Tags>";
        let tags = state.site_policy.as_ref().map_or("", |_| ours);
        let path = if name.starts_with("crr-site") {
            "/crr/"
        } else {
            "/"
        };
        (
            200,
            format!(
                "<GetRoleResponse><GetRoleResult><Role><Path>{path}</Path><RoleName>{name}</RoleName><RoleId>A</RoleId><Arn>arn:aws:iam::{ACCOUNT}:role{path}{name}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument>{tags}</Role></GetRoleResult></GetRoleResponse>"
            ),
        )
    }

    fn answer(&self, line: &str, body: &str) -> (u16, String) {
        let mut words = line.split(' ');
        let (method, uri) = (words.next().unwrap(), words.next().unwrap());
        if method == "POST" && body.contains("Role") {
            return self.iam(body);
        }
        if method == "POST" {
            return (
                200,
                format!(
                    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:user/ops</Arn><UserId>A</UserId><Account>{ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
                ),
            );
        }
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let bucket = path.trim_matches('/').to_owned();
        let part = query
            .split('&')
            .find(|part| !part.starts_with("x-id"))
            .unwrap_or_default();
        let part = part.trim_end_matches('=');
        let mut state = self.state.lock().unwrap();
        let call = if bucket.is_empty() {
            "GET /".to_owned()
        } else if part.is_empty() {
            format!("{method} /{bucket}")
        } else {
            format!("{method} /{bucket}?{part}")
        };
        state.calls.push(call.clone());
        if let Some((_, name)) = state.deleted_at.take_if(|(at, _)| *at == call) {
            state.buckets.remove(&name);
        }
        if state.refused.contains(&call) {
            return error(400, "InvalidRequest", "on purpose");
        }
        if state.denied.contains(&call) {
            return error(403, "AccessDenied", "not for you");
        }
        if bucket.is_empty() {
            return (200, listing(&state.buckets, query));
        }
        if method == "PUT" && part.is_empty() {
            let region = between(body, "<LocationConstraint>", "</LocationConstraint>");
            let made = Bucket {
                region: region.unwrap_or("us-east-1").to_owned(),
                tags: tags(body),
                ..Bucket::default()
            };
            state.buckets.insert(bucket, made);
            return (200, String::new());
        }
        let Some(found) = state.buckets.get_mut(&bucket) else {
            return error(404, "NoSuchBucket", "there is none");
        };
        if found.foreign {
            return error(403, "AccessDenied", "not yours");
        }
        found.answer(method, part, body)
    }
}

impl Bucket {
    fn answer(&mut self, method: &str, part: &str, body: &str) -> (u16, String) {
        match (method, part) {
            ("GET", "versioning") => {
                let status = if self.versioned {
                    "<Status>Enabled</Status>"
                } else {
                    ""
                };
                (
                    200,
                    format!("<VersioningConfiguration>{status}</VersioningConfiguration>"),
                )
            }
            ("GET", "replication") => self.replication.clone().map_or_else(
                || error(404, "ReplicationConfigurationNotFoundError", "none"),
                |xml| (200, xml),
            ),
            ("GET", "tagging") if self.tags.is_empty() => error(404, "NoSuchTagSet", "none"),
            ("GET", "tagging") => {
                let tags = self
                    .tags
                    .iter()
                    .fold(String::new(), |mut text, (key, value)| {
                        let _ = write!(text, "<Tag><Key>{key}</Key><Value>{value}</Value></Tag>");
                        text
                    });
                (200, format!("<Tagging><TagSet>{tags}</TagSet></Tagging>"))
            }
            ("GET", "versions") => {
                let one = "<Version><Key>a</Key><VersionId>1</VersionId></Version>";
                let one = if self.full { one } else { "" };
                (
                    200,
                    format!("<ListVersionsResult>{one}</ListVersionsResult>"),
                )
            }
            ("GET", "object-lock") => error(404, "ObjectLockConfigurationNotFoundError", "none"),
            ("GET", "encryption") => error(
                404,
                "ServerSideEncryptionConfigurationNotFoundError",
                "none",
            ),
            ("GET", "ownershipControls") => error(404, "OwnershipControlsNotFoundError", "none"),
            ("GET", "publicAccessBlock") => {
                error(404, "NoSuchPublicAccessBlockConfiguration", "none")
            }
            ("GET", "lifecycle") => error(404, "NoSuchLifecycleConfiguration", "none"),
            ("GET", "policy") => self.policy.clone().map_or_else(
                || error(404, "NoSuchBucketPolicy", "none"),
                |policy| (200, policy),
            ),
            ("PUT", "policy") => {
                self.policy = Some(body.to_owned());
                (204, String::new())
            }
            ("DELETE", "policy") => {
                self.policy = None;
                (204, String::new())
            }
            ("PUT", "versioning") => {
                self.versioned = true;
                (200, String::new())
            }
            ("PUT", "replication") => {
                self.replication = Some(body.to_owned());
                (200, String::new())
            }
            ("DELETE", "replication") => {
                self.replication = None;
                (204, String::new())
            }
            ("PUT", "tagging") => {
                self.tags = tags(body);
                (204, String::new())
            }
            ("PUT", "publicAccessBlock" | "ownershipControls" | "encryption") => {
                (200, String::new())
            }
            other => panic!("not expected: {other:?}"),
        }
    }
}

fn error(status: u16, code: &str, message: &str) -> (u16, String) {
    (
        status,
        format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"),
    )
}

fn listing(buckets: &BTreeMap<String, Bucket>, query: &str) -> String {
    let here = |bucket: &Bucket| {
        !bucket.foreign && query.contains(&format!("bucket-region={}", bucket.region))
    };
    let names = buckets.iter().filter(|(_, bucket)| here(bucket));
    let list = names.fold(String::new(), |mut text, (name, bucket)| {
        let region = &bucket.region;
        let _ = write!(
            text,
            "<Bucket><Name>{name}</Name><BucketRegion>{region}</BucketRegion></Bucket>"
        );
        text
    });
    format!("<ListAllMyBucketsResult><Buckets>{list}</Buckets></ListAllMyBucketsResult>")
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?
        .1
        .split_once(after)
        .map(|found| found.0)
}

fn tags(body: &str) -> BTreeMap<String, String> {
    body.split("<Tag>")
        .skip(1)
        .filter_map(|tag| {
            let key = between(tag, "<Key>", "</Key>")?;
            let value = between(tag, "<Value>", "</Value>")?;
            Some((key.to_owned(), value.to_owned()))
        })
        .collect()
}
