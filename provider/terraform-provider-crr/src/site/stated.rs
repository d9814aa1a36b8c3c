//! A site as a state or a plan states it, looked at and not written.

use replication::rehearsal::Papers;
use replication::{Health, Observed, examine};
use tfplugin::{Diagnostics, Path, Value, from_value};

use super::apply::look;
use super::proof::{Proof, moved};
use super::role::SiteAttributes;
use crate::diagnostics::add_error;
use crate::runtime::{Runtime, SiteLookup};
use crate::stated::{NotLooked, SiteLook};

/// Looks at a site as a refresh does: who answers there, that S3 does, and how its role stands.
///
/// # Errors
///
/// Where something is not known, the site cannot be reached, or it is another account than the one stated.
pub async fn look_at_site(runtime: &Runtime, values: &Value) -> Result<SiteLook, NotLooked> {
    let mut diagnostics = Diagnostics::new();
    let proven = match Proof::of(runtime, values, &mut diagnostics).await {
        Proof::Proven(proven) => proven,
        Proof::Unknown => return Err(NotLooked::Unknown),
        Proof::Failed => return Err(NotLooked::Failed(diagnostics)),
    };
    if moved(values, &proven, &mut diagnostics) {
        return Err(NotLooked::Failed(diagnostics));
    }
    if let Err(error) = runtime.cloud.prove(proven.name()).await {
        add_error(Path::root().attribute("name"), &error, &mut diagnostics);
        return Err(NotLooked::Failed(diagnostics));
    }
    let health = match &proven.wish {
        Some(wish) => match look(runtime, wish, false, &mut diagnostics).await {
            Some(observed) => examine(&wish.desired(), &observed),
            None => return Err(NotLooked::Failed(diagnostics)),
        },
        None => Health::default(),
    };
    Ok(SiteLook {
        site: proven.site,
        caller: proven.identity.caller_arn,
        role: proven.wish.map(|wish| wish.arn),
        health,
    })
}

/// The policies of the role that a site is to have. No call is made for a site that is presumed.
pub(crate) async fn papers_of_site(runtime: &Runtime, values: &Value) -> Option<Papers> {
    let attributes: SiteAttributes = from_value(values).ok()?;
    let name = attributes.name.as_known()?.parse().ok()?;
    let mut diagnostics = Diagnostics::new();
    let SiteLookup::Known(site) = runtime.site(&name, Path::root(), &mut diagnostics).await else {
        return None;
    };
    let wish = attributes.wish(&site, &runtime.default_tags).ok()??;
    Some(Papers::of(&wish.desired(), &Observed::default()))
}
