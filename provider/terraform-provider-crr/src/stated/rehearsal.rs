//! The policies that a plan leads to, before anything of it is there.

use replication::observed::Reads;
use replication::rehearsal::{Need, Papers, needs};
use replication::{BucketName, Namespace, Observed, Pair, Site, SiteName};
use serde_json::Value as Json;
use tfplugin::{Diagnostics, Path, Value};

use super::{Kind, NotLooked, Stakes, resolve_echo, resolve_pair};
use crate::diagnostics::add_error;
use crate::runtime::Runtime;

/// The policies of a pair, or of an echo's buckets, as they would be, and what S3 needs of them.
#[derive(Debug, Clone, Default)]
pub struct Rehearsal {
    /// What S3 needs.
    pub needs: Vec<Need>,
    /// The policies that the resource leads to.
    pub papers: Papers,
    /// What stands on roles already, and counts where nothing of the plan says otherwise.
    pub standing: Papers,
    /// What a pair has at stake on its roles.
    pub stakes: Stakes,
    /// Whether its roles have a permissions boundary.
    pub bounded: bool,
    /// Of an echo: the names that stand for all that its selection takes.
    pub samples: Vec<BucketName>,
    /// Whether tags select the buckets, so that those of the samples' names may not be among them.
    pub by_tags: bool,
}

/// Takes a site for what a plan says of it. Answers whether the plan says enough.
pub fn presume(runtime: &Runtime, values: &Json) -> bool {
    let text = |name: &str| values.get(name).and_then(Json::as_str);
    let site = || {
        let partition = text("partition")?.parse().ok()?;
        let endpoint = values.pointer("/endpoints/s3").and_then(Json::as_str);
        Some(Site {
            name: text("name")?.parse::<SiteName>().ok()?,
            account: text("account_id")?.parse().ok()?,
            region: text("region")?.parse().ok()?,
            namespace: Namespace::of(&partition, endpoint),
            partition,
        })
    };
    match site() {
        Some(site) => {
            runtime.presume(site);
            true
        }
        None => false,
    }
}

/// The policies that a pair or an echo leads to.
///
/// `look`: whether to look at what is there, so that others' statements count, too. Without, nobody is asked.
///
/// # Errors
///
/// Where something is not known, or a service could not be asked.
pub async fn rehearse(
    runtime: &Runtime,
    kind: Kind,
    values: &Value,
    look: bool,
) -> Result<Rehearsal, NotLooked> {
    if kind == Kind::Echo {
        return of_echo(runtime, values, look).await;
    }
    let mut found = Rehearsal::default();
    let pair = resolve_pair(runtime, values).await?;
    let reads = pair.rehearsal_reads();
    found.add(runtime, &pair, look.then_some(reads)).await?;
    Ok(found)
}

/// Which buckets an echo has a plan does not say: names that its selection takes stand for them.
async fn of_echo(runtime: &Runtime, values: &Value, look: bool) -> Result<Rehearsal, NotLooked> {
    if !look
        && values
            .get("accounts")
            .is_some_and(|accounts| !accounts.is_null())
    {
        return Err(failed(
            "The account of the target is not known",
            "It is found by asking the organization, or the vault. Rehearse with credentials, and with `--simulate`.",
        ));
    }
    let echo = resolve_echo(runtime, values).await?.echo;
    let mut found = Rehearsal {
        by_tags: echo.selection.needs_tags(),
        samples: echo.selection.samples(),
        ..Rehearsal::default()
    };
    for bucket in found.samples.clone() {
        let pair = echo
            .pair(&bucket)
            .map_err(|problem| failed(&problem.summary, &problem.detail))?;
        // The buckets of these names are none that the echo has, but the keys are its own.
        let mut reads = pair.rehearsal_reads();
        reads.buckets.clear();
        reads.roles.clear();
        found.add(runtime, &pair, look.then_some(reads)).await?;
    }
    if found.needs.is_empty() {
        return Err(failed(
            "No bucket is selected",
            "No name was found that `select` takes, so nothing can be rehearsed. Check the echo without --simulate.",
        ));
    }
    Ok(found)
}

fn failed(summary: &str, detail: &str) -> NotLooked {
    let mut diagnostics = Diagnostics::new();
    diagnostics.error(summary, detail);
    NotLooked::Failed(diagnostics)
}

impl Rehearsal {
    /// Adds a pair. `reads`: what to look at; none: nobody is asked.
    async fn add(
        &mut self,
        runtime: &Runtime,
        pair: &Pair,
        reads: Option<Reads>,
    ) -> Result<(), NotLooked> {
        let observed = match reads {
            Some(reads) => {
                let seen = runtime.observe(&reads, |seen| pair.reads_after(seen)).await;
                seen.map_err(|error| {
                    let mut diagnostics = Diagnostics::new();
                    add_error(Path::root(), &error, &mut diagnostics);
                    NotLooked::Failed(diagnostics)
                })?
            }
            None => Observed::default(),
        };
        let desired = pair.desired(&observed);
        let needs = needs(pair, &desired, &observed);
        self.stakes = Stakes::of(pair, &desired, needs.clone());
        self.needs.extend(needs);
        self.standing.extend(Papers::of_standing_roles(&observed));
        self.papers.extend(Papers::of(&desired, &observed));
        self.bounded |= pair.boundary.is_some();
        Ok(())
    }
}
