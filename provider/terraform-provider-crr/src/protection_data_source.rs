//! Data source `crr_protection`: whether one bucket is replicated, and waiting until it is.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use replication::bucket::BucketRef;
use replication::observed::{BucketReads, Existence, ObservedBucket, Reads, RoleReads, Seen};
use replication::{BucketName, ReplicationDocument, RoleArn, SiteName, Versioning, arn};
use tfplugin::{
    Attribute, Context, DataSource, DataSourceRequest, DataSourceResponse, Diagnostics, Path,
    Schema, Type, Value,
};
use tokio::time::Instant;

use crate::diagnostics::add_error;
use crate::duration;
use crate::runtime::{Runtime, Shared};
use crate::validators::parses_as;

/// How often is asked while waiting.
const INTERVAL: Duration = Duration::from_secs(1);

/// The data source.
pub struct ProtectionDataSource {
    shared: Arc<Shared>,
}

impl ProtectionDataSource {
    /// The data source over what the provider block made.
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

fn schema() -> Schema {
    Schema::new(0)
        .describe("Whether one bucket is protected: it is versioned, and an enabled rule replicates it, whoever made it, under a role that exists. With `wait`, the read goes on until it is. Reads only.")
        .attribute("site", Attribute::string().required().validate(parses_as::<SiteName>("Not a site name")).describe("The name of one of the provider's sites."))
        .attribute("bucket", Attribute::string().required().validate(parses_as::<BucketName>("Not a bucket name")).describe("The bucket."))
        .attribute(
            "target_bucket",
            Attribute::string().optional().validate(parses_as::<BucketName>("Not a bucket name")).describe("The bucket that it must be replicated to. Default: any."),
        )
        .attribute("wait", duration::attribute("How long to wait until it is protected, such as `5m`; if it is not by then, that is an error. Left out: not at all, and `protected` says how it is."))
        .attribute("protected", Attribute::bool().computed().describe("Whether it is."))
        .attribute("why", Attribute::string().computed().describe("Why it is not; null where it is."))
        .attribute("target_buckets", Attribute::list(Type::String).computed().describe("The buckets that enabled rules replicate it to, in the order of their names."))
}

#[async_trait]
impl DataSource for ProtectionDataSource {
    fn schema(&self) -> Schema {
        schema()
    }

    async fn read(
        &self,
        context: &Context,
        request: DataSourceRequest,
        diagnostics: &mut Diagnostics,
    ) -> DataSourceResponse {
        match self.shared.to_read(&request, diagnostics) {
            Ok(runtime) => DataSourceResponse {
                state: look(&runtime, context, request.config, diagnostics).await,
                deferred: None,
            },
            Err(answer) => answer,
        }
    }
}

/// How a bucket is found.
struct Protection {
    why: Option<String>,
    targets: Vec<String>,
    /// The role that its rules run under, as they name it.
    role: Option<String>,
}

async fn look(
    runtime: &Runtime,
    context: &Context,
    config: Value,
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    let root = Path::root();
    let text = |name: &str| config.get(name).and_then(Value::as_str);
    let at = BucketRef {
        site: text("site")?.parse().ok()?,
        bucket: text("bucket")?.parse().ok()?,
    };
    let wait = text("wait").and_then(|text| duration::parse(text).ok());
    let until = wait.map(|wait| Instant::now() + wait);
    let asked = BucketReads {
        versioning: true,
        replication: true,
        ..BucketReads::default()
    };
    let reads = Reads {
        buckets: [(at.clone(), asked)].into(),
        ..Reads::default()
    };
    let found = loop {
        let observed = match runtime.cloud.observe(&reads).await {
            Ok(observed) => observed,
            Err(error) => {
                add_error(root.attribute("site"), &error, diagnostics);
                return None;
            }
        };
        let mut found = protection(observed.buckets.get(&at)?, text("target_bucket"));
        if let (None, Some(role)) = (&found.why, &found.role) {
            found.why = missing(runtime, &at.site, role).await;
        }
        let (Some(why), Some(until)) = (&found.why, until) else {
            break found;
        };
        let over = Instant::now() + INTERVAL > until;
        if over || context.cancel.is_cancelled() {
            diagnostics.error_at(
                root.attribute("wait"),
                format!("Bucket {at} is not protected"),
                format!("{why}. It was asked for as long as `wait` says. Apply what protects it first, and let this depend on it."),
            );
            return None;
        }
        tokio::select! {
            () = tokio::time::sleep(INTERVAL) => {}
            () = context.cancel.cancelled() => {}
        }
    };
    let mut state = config.clone();
    state.set("protected", Value::from(found.why.is_none()));
    state.set("why", found.why.map_or(Value::Null, Value::from));
    let targets = found.targets.into_iter().map(Value::from).collect();
    state.set("target_buckets", Value::List(targets));
    Some(state)
}

/// S3 takes rules with a role that is not there, and then fails every object. What cannot be known of the role is not held
/// against it: it may be another account's, or a system's that knows no roles, or one that we may not look at.
async fn missing(runtime: &Runtime, site: &SiteName, role: &str) -> Option<String> {
    let role: RoleArn = role.parse().ok()?;
    let identity = runtime.cloud.identity(site).await.ok()?;
    if identity.account.as_str() != role.account() {
        return None;
    }
    let asked = RoleReads {
        site: site.clone(),
        policies: BTreeSet::new(),
        policy_names: false,
    };
    let reads = Reads {
        roles: [(role.clone(), asked)].into(),
        ..Reads::default()
    };
    let observed = runtime.cloud.observe(&reads).await.ok()?;
    let found = observed.roles.get(&role)?;
    found.role.is_absent().then(|| {
        format!("Its rules run under role {role}, which does not exist, so S3 fails every object")
    })
}

fn protection(found: &ObservedBucket, wanted: Option<&str>) -> Protection {
    let mut targets = Vec::new();
    let mut role = None;
    let because = |why: &str| Some(why.to_owned());
    let mut why = match (&found.existence, &found.versioning) {
        (Existence::Missing, _) => because("The bucket does not exist"),
        (Existence::Elsewhere { region }, _) => Some(format!(
            "The bucket is in {}",
            region.as_deref().unwrap_or("another region")
        )),
        (Existence::Exists, Seen::Present(Versioning::Enabled)) => None,
        (Existence::Forbidden { message }, _) | (_, Seen::Denied { message, .. }) => {
            Some(format!("The service answers: {message}"))
        }
        _ => because("The bucket is not versioned"),
    };
    match &found.replication {
        Seen::Present(xml) => match ReplicationDocument::parse(xml) {
            Ok(document) => {
                let enabled = document.rules.iter().filter(|rule| rule.rule.enabled);
                targets = enabled
                    .map(|rule| &rule.rule.destination)
                    .map(|to| arn::bucket_of_arn(to).map_or_else(|| to.clone(), |b| b.to_string()))
                    .collect();
                targets.sort();
                targets.dedup();
                role = Some(document.role);
            }
            Err(error) => why = why.or_else(|| Some(error.to_string())),
        },
        Seen::Denied { message, .. } => {
            why = why.or_else(|| Some(format!("The service answers: {message}")));
        }
        Seen::Absent | Seen::NotLooked => {}
    }
    if why.is_none() {
        why = match wanted {
            Some(wanted) if !targets.iter().any(|to| to == wanted) => {
                Some(format!("No enabled rule replicates it to {wanted}"))
            }
            None if targets.is_empty() => because("No enabled rule replicates it"),
            _ => None,
        };
    }
    Protection { why, targets, role }
}
