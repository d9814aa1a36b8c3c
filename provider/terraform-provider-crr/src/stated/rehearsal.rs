//! The policies that a plan leads to, before anything of it is there.

use replication::rehearsal::{Need, Papers, needs};
use replication::{Namespace, Observed, Pair, Site, SiteName};
use serde_json::Value as Json;
use tfplugin::{Diagnostics, Path, Value};

use super::{NotLooked, resolve_pair};
use crate::diagnostics::add_error;
use crate::runtime::Runtime;

/// A pair's policies as they would be, and what S3 needs of them.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// The pair.
    pub pair: Pair,
    /// What S3 needs.
    pub needs: Vec<Need>,
    /// The policies that the pair leads to.
    pub papers: Papers,
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

/// The policies that a pair leads to.
///
/// `look`: whether to look at what is there, so that others' statements count, too. Without, nobody is asked.
///
/// # Errors
///
/// Where something is not known, or a service could not be asked.
pub async fn rehearse(
    runtime: &Runtime,
    values: &Value,
    look: bool,
) -> Result<Rehearsal, NotLooked> {
    let pair = resolve_pair(runtime, values).await?;
    let observed = if look {
        let reads = pair.rehearsal_reads();
        let seen = runtime.observe(&reads, |seen| pair.reads_after(seen)).await;
        seen.map_err(|error| {
            let mut diagnostics = Diagnostics::new();
            add_error(Path::root(), &error, &mut diagnostics);
            NotLooked::Failed(diagnostics)
        })?
    } else {
        Observed::default()
    };
    let desired = pair.desired(&observed);
    Ok(Rehearsal {
        needs: needs(&pair, &desired, &observed),
        papers: Papers::of(&desired, &observed),
        pair,
    })
}
