//! Import: a pair from replication that stands, whoever made it.
//!
//! What the rules say becomes the configuration that would make them: options that all rules share become the pair's,
//! others stay with the rule. A rule whose ID is not one that we would give keeps it through `rules[…].id`, and a role
//! that is not ours is named, so that the plan after an import changes nothing.

use std::collections::BTreeSet;

use replication::observed::{BucketReads, Reads};
use replication::{Observed, PairId, ReplicationDocument, Rule, Site, arn};
use tfplugin::{Diagnostics, ImportRequest, Imported, Path, Schema, Value};

use super::state::identity;
use crate::diagnostics::add_error;
use crate::runtime::{Runtime, SiteLookup};

mod rules;

use rules::rules;

/// Imports a pair by its id or its identity.
pub async fn import(
    runtime: &Runtime,
    request: ImportRequest,
    diagnostics: &mut Diagnostics,
) -> Option<Imported> {
    let id = name(&request, diagnostics)?;
    let root = Path::root();
    let mut sites = Vec::new();
    for site in [&id.source_site, &id.destination_site] {
        match runtime.site(site, root.clone(), diagnostics).await {
            SiteLookup::Known(site) => sites.push(site),
            SiteLookup::Unknown => {
                diagnostics.error(
                    "The provider block is not known yet",
                    "An import needs every site's settings. Apply what they come from first.",
                );
                return None;
            }
            SiteLookup::Failed => return None,
        }
    }
    let [source, destination] = <[Site; 2]>::try_from(sites).ok()?;
    let mut reads = Reads::default();
    let looked = BucketReads {
        versioning: true,
        replication: true,
        ..BucketReads::default()
    };
    let at = |site: &Site, bucket: &replication::BucketName| replication::bucket::BucketRef {
        site: site.name.clone(),
        bucket: bucket.clone(),
    };
    let from = at(&source, &id.source_bucket);
    let to = at(&destination, &id.destination_bucket);
    reads.buckets.insert(from.clone(), looked);
    reads.buckets.insert(to.clone(), looked);
    let observed = match runtime.cloud.observe(&reads).await {
        Ok(observed) => observed,
        Err(error) => {
            add_error(root, &error, diagnostics);
            return None;
        }
    };
    let forward = rules_to(&observed, &from, &id.destination_bucket);
    let backward = rules_to(&observed, &to, &id.source_bucket);
    let Some(forward) = forward else {
        diagnostics.error(
            format!("Nothing replicates {from} to {}", id.destination_bucket),
            "The source's replication configuration has no rule with that destination, or the bucket is not there for these credentials. Check the id: SITE:BUCKET->SITE:BUCKET.",
        );
        return None;
    };
    let backward = backward.filter(|backward| {
        let mirrored = mirrors(&id, &forward, backward);
        if !mirrored {
            diagnostics.warning(
                format!("{id} is imported one way"),
                format!(
                    "Rules on {to} replicate back, but they are not the mirror of those on {from}, which a two-way pair's are. Import them as a pair of their own: {}",
                    id.reversed()
                ),
            );
        }
        mirrored
    });
    let state = state(&id, &forward, backward.as_ref(), &source, &destination);
    Some(Imported {
        type_name: request.type_name,
        state: conform(state),
        private: Vec::new(),
        identity: Some(identity(&id)),
    })
}

fn name(request: &ImportRequest, diagnostics: &mut Diagnostics) -> Option<PairId> {
    let text = match (&request.id, &request.identity) {
        (Some(id), _) => id.clone(),
        (None, Some(identity)) => {
            let part = |name: &str| {
                identity
                    .get(name)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            format!(
                "{}:{}->{}:{}",
                part("source_site"),
                part("source_bucket"),
                part("destination_site"),
                part("destination_bucket")
            )
        }
        (None, None) => String::new(),
    };
    match text.parse() {
        Ok(id) => Some(id),
        Err(error) => {
            diagnostics.error("Not a pair", error.to_string());
            None
        }
    }
}

/// The rules of one direction, and the role that they run under.
struct Found {
    role: String,
    rules: Vec<Rule>,
}

impl Found {
    /// The storage class that all rules share: a rule with none cannot be written under a side that has one.
    fn storage_class(&self) -> Option<String> {
        let first = self.rules.first()?.storage_class.as_ref()?;
        let shared = |rule: &Rule| rule.storage_class.as_ref() == Some(first);
        self.rules.iter().all(shared).then(|| first.clone())
    }
}

fn rules_to(
    observed: &Observed,
    from: &replication::bucket::BucketRef,
    to: &replication::BucketName,
) -> Option<Found> {
    let xml = observed.buckets.get(from)?.replication.present()?;
    let document = ReplicationDocument::parse(xml).ok()?;
    let rules: Vec<Rule> = document
        .rules
        .iter()
        .filter(|rule| arn::bucket_of_arn(&rule.rule.destination).as_ref() == Some(to))
        .map(|rule| rule.rule.clone())
        .collect();
    (!rules.is_empty()).then_some(Found {
        role: document.role,
        rules,
    })
}

/// Whether the rules of the way back are what a two-way pair would have there.
fn mirrors(id: &PairId, forward: &Found, backward: &Found) -> bool {
    let meaning = |found: &Found, prefix: String| -> BTreeSet<String> {
        let plain = |rule: &Rule| {
            let name = rule.id.strip_prefix(&prefix).unwrap_or(&rule.id).to_owned();
            let mut plain = Rule::to(name.clone(), "");
            plain.enabled = rule.enabled;
            plain.filter = rule.filter.clone();
            plain.delete_markers = rule.delete_markers;
            plain.replica_modifications = rule.replica_modifications;
            plain.rtc = rule.rtc;
            plain.metrics = rule.metrics;
            format!("{name} {}", plain.describe())
        };
        found.rules.iter().map(plain).collect()
    };
    meaning(forward, format!("crr/{}/", id.destination_bucket))
        == meaning(backward, format!("crr/{}/", id.source_bucket))
}

fn state(
    id: &PairId,
    forward: &Found,
    backward: Option<&Found>,
    source: &Site,
    destination: &Site,
) -> Value {
    let first = forward.rules.first();
    let pick = |option: fn(&Rule) -> bool| first.is_some_and(option);
    let two_way = backward.is_some();
    let side = |site: &Site,
                bucket: &replication::BucketName,
                leaves: Option<&Found>,
                arrives: Option<&Found>| {
        let arriving = arrives.and_then(|found| found.rules.first());
        let role = leaves
            .map(|found| found.role.clone())
            .filter(|role| !ours(role, site, bucket));
        Value::object([
            ("site", Value::from(site.name.to_string())),
            ("bucket", Value::from(bucket.to_string())),
            ("create", Value::from(false)),
            ("force_destroy", Value::from(false)),
            (
                "storage_class",
                text(arrives.and_then(Found::storage_class)),
            ),
            (
                "kms_key_arn",
                text(arriving.and_then(|rule| rule.replica_key.clone())),
            ),
            ("role", text(role)),
            ("object_lock", Value::Null),
            ("access_log", Value::Null),
        ])
    };
    let rules = rules(id, forward);
    Value::object([
        ("id", Value::from(id.to_string())),
        (
            "source",
            side(source, &id.source_bucket, Some(forward), backward),
        ),
        (
            "destination",
            side(destination, &id.destination_bucket, backward, Some(forward)),
        ),
        (
            "direction",
            Value::from(if two_way { "two_way" } else { "one_way" }),
        ),
        ("rules", rules),
        (
            "delete_markers",
            Value::from(pick(|rule| rule.delete_markers)),
        ),
        (
            "replica_modifications",
            Value::from(pick(|rule| rule.replica_modifications)),
        ),
        ("rtc", Value::from(pick(|rule| rule.rtc))),
        ("metrics", Value::from(pick(|rule| rule.metrics))),
        (
            "owner_override",
            if pick(|rule| rule.owner_override) {
                Value::from(true)
            } else {
                Value::Null
            },
        ),
        ("role", Value::from("own")),
        ("adopt", Value::from(false)),
    ])
}

fn text(value: Option<String>) -> Value {
    value.map_or(Value::Null, Value::from)
}

/// Whether a role is the one that we make for the bucket.
fn ours(role: &str, site: &Site, bucket: &replication::BucketName) -> bool {
    replication::pair::own_role(site, bucket).as_str() == role
}

/// Fills in nulls for what the schema has besides.
fn conform(mut state: Value) -> Value {
    let schema: Schema = super::schema::schema();
    for (name, _) in schema.attributes() {
        if state.get(name).is_none() {
            state.set(name, Value::Null);
        }
    }
    state
}
