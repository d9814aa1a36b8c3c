//! Data source `crr_pair`: what stands on a bucket, whoever made it.

use std::sync::Arc;

use async_trait::async_trait;
use replication::bucket::BucketRef;
use replication::document::DocumentRule;
use replication::observed::{BucketReads, Existence, Reads, Seen};
use replication::{BucketName, ReplicationDocument, SiteName, arn};
use tfplugin::{
    Attribute, Context, DataSource, DataSourceRequest, DataSourceResponse, Diagnostics, Nested,
    Path, Schema, Type, Value,
};

use crate::diagnostics::add_error;
use crate::runtime::{Shared, SiteLookup};
use crate::validators::parses_as;

/// The data source.
pub struct PairDataSource {
    shared: Arc<Shared>,
}

impl PairDataSource {
    /// The data source over what the provider block made.
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

/// The schema of the data source.
pub fn schema() -> Schema {
    Schema::new(0)
        .describe("What stands on a bucket: its versioning and every replication rule, whoever made them. Reads only.")
        .attribute(
            "site",
            Attribute::string()
                .required()
                .validate(parses_as::<SiteName>("Not a site name"))
                .describe("The name of one of the provider's sites."),
        )
        .attribute(
            "bucket",
            Attribute::string()
                .required()
                .validate(parses_as::<BucketName>("Not a bucket name"))
                .describe("The bucket whose replication is asked for."),
        )
        .attribute("versioning", Attribute::string().computed().describe("`Enabled`, `Suspended` or `Never enabled`."))
        .attribute(
            "version",
            Attribute::string().computed().describe("`V1` or `V2` of S3's replication configuration; null where there is none."),
        )
        .attribute("role", Attribute::string().computed().describe("The role that all rules run under; null where there are none."))
        .attribute(
            "rules",
            Attribute::nested_map(rule()).computed().describe("Every rule by its ID. Empty where the bucket replicates nowhere."),
        )
}

fn rule() -> Nested {
    let text = |what: &str| Attribute::string().computed().describe(what);
    let switch = |what: &str| Attribute::bool().computed().describe(what);
    Nested::new()
        .attribute("destination", text("The destination bucket."))
        .attribute(
            "ours",
            switch("Whether this provider made it: its ID begins with `crr/`."),
        )
        .attribute("enabled", switch("Whether it works."))
        .attribute(
            "priority",
            Attribute::number()
                .computed()
                .describe("Its priority; null in V1."),
        )
        .attribute(
            "prefix",
            text("Only objects whose key begins with this; empty: every object."),
        )
        .attribute(
            "tags",
            Attribute::map(Type::String)
                .computed()
                .describe("Only objects with these tags."),
        )
        .attribute(
            "storage_class",
            text("The storage class of its replicas; null: as the object's."),
        )
        .attribute("replica_kms_key_arn", text("The KMS key of its replicas."))
        .attribute(
            "account_id",
            text("The destination's account, where the rule names it."),
        )
        .attribute(
            "delete_markers",
            switch("Whether delete markers replicate."),
        )
        .attribute(
            "replica_modifications",
            switch("Replica modification sync."),
        )
        .attribute(
            "owner_override",
            switch("Whether the destination's account owns the replicas."),
        )
        .attribute("rtc", switch("Replication Time Control."))
        .attribute("metrics", switch("Replication metrics."))
}

fn text(value: Option<&String>) -> Value {
    value.map_or(Value::Null, |text| Value::from(text.clone()))
}

fn rule_value(found: &DocumentRule) -> Value {
    let rule = &found.rule;
    let destination = arn::bucket_of_arn(&rule.destination)
        .map_or_else(|| rule.destination.clone(), |bucket| bucket.to_string());
    Value::object([
        ("destination", Value::from(destination)),
        ("ours", Value::from(rule.id.starts_with("crr/"))),
        ("enabled", Value::from(rule.enabled)),
        (
            "priority",
            rule.priority
                .map_or(Value::Null, |p| Value::from(i64::from(p))),
        ),
        ("prefix", Value::from(rule.filter.prefix.clone())),
        (
            "tags",
            Value::map(
                rule.filter
                    .tags
                    .iter()
                    .map(|(key, value)| (key.clone(), Value::from(value.clone()))),
            ),
        ),
        ("storage_class", text(rule.storage_class.as_ref())),
        ("replica_kms_key_arn", text(rule.replica_key.as_ref())),
        ("account_id", text(rule.account.as_ref())),
        ("delete_markers", Value::from(rule.delete_markers)),
        (
            "replica_modifications",
            Value::from(rule.replica_modifications),
        ),
        ("owner_override", Value::from(rule.owner_override)),
        ("rtc", Value::from(rule.rtc)),
        ("metrics", Value::from(rule.metrics)),
    ])
}

#[async_trait]
impl DataSource for PairDataSource {
    fn schema(&self) -> Schema {
        schema()
    }

    async fn read(
        &self,
        _context: &Context,
        request: DataSourceRequest,
        diagnostics: &mut Diagnostics,
    ) -> DataSourceResponse {
        match self.shared.to_read(&request, diagnostics) {
            Ok(runtime) => DataSourceResponse {
                state: look(&runtime, request.config, diagnostics).await,
                deferred: None,
            },
            Err(answer) => answer,
        }
    }
}

async fn look(
    runtime: &crate::runtime::Runtime,
    config: Value,
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    let root = Path::root();
    let name = |name: &str| config.get(name).and_then(Value::as_str).unwrap_or_default();
    let site: SiteName = name("site").parse().ok()?;
    let bucket: BucketName = name("bucket").parse().ok()?;
    match runtime
        .site(&site, root.attribute("site"), diagnostics)
        .await
    {
        SiteLookup::Known(_) => {}
        SiteLookup::Failed => return None,
        SiteLookup::Unknown => {
            diagnostics.error(
                "The provider block is not known yet",
                "A data source needs every site's settings when it is read. Apply what they come from first, with -target.",
            );
            return None;
        }
    }
    let at = BucketRef { site, bucket };
    let looked = BucketReads {
        versioning: true,
        replication: true,
        ..BucketReads::default()
    };
    let reads = Reads {
        buckets: [(at.clone(), looked)].into(),
        ..Reads::default()
    };
    let observed = match runtime.cloud.observe(&reads).await {
        Ok(observed) => observed,
        Err(error) => {
            add_error(root, &error, diagnostics);
            return None;
        }
    };
    let found = observed.buckets.get(&at)?;
    let wrong = match (&found.existence, &found.replication) {
        (Existence::Missing, _) => Some("The service answers NoSuchBucket.".to_owned()),
        (Existence::Elsewhere { region }, _) => Some(format!(
            "The bucket is in {}, not in the site's region. Name a site of that region.",
            region.as_deref().unwrap_or("another region")
        )),
        (Existence::Forbidden { message }, _) => Some(format!("The service answers: {message}")),
        (_, Seen::Denied { action, message }) => Some(format!(
            "The service answers: {message}\n\nAllow {action} for the site's credentials."
        )),
        _ => None,
    };
    if let Some(wrong) = wrong {
        diagnostics.error_at(
            root.attribute("bucket"),
            format!("Bucket {at} cannot be read"),
            wrong,
        );
        return None;
    }
    let document = match found
        .replication
        .present()
        .map(|xml| ReplicationDocument::parse(xml))
        .transpose()
    {
        Ok(document) => document,
        Err(error) => {
            diagnostics.error_at(
                root.attribute("bucket"),
                format!("The replication configuration of {at} cannot be read"),
                error.to_string(),
            );
            return None;
        }
    };
    let mut state = config.clone();
    state.set(
        "versioning",
        text(found.versioning.present().map(ToString::to_string).as_ref()),
    );
    let version = document
        .as_ref()
        .map(|d| if d.is_v1() { "V1" } else { "V2" });
    state.set("version", version.map_or(Value::Null, Value::from));
    state.set("role", text(document.as_ref().map(|d| &d.role)));
    let rules = document
        .iter()
        .flat_map(|d| &d.rules)
        .map(|rule| (rule.rule.id.clone(), rule_value(rule)));
    state.set("rules", Value::map(rules));
    Some(state)
}
