//! Who answers at the sites, and which of them are not to be looked at.

use std::collections::BTreeSet;

use replication::SiteName;
use terraform_provider_crr::runtime::Runtime;
use terraform_provider_crr::stated::{self, Kind};

use super::{
    Barred, Found, How, NOT_IN_TIME, TOO_LATE, in_time, item, late, region_setting, text,
    unreadable,
};
use crate::check::finding::{add_failure, add_health, first, not_looked};
use crate::check::report::{Item, SiteFacts};
use crate::check::terraform::Resource;

/// The sites that are resources: who answers there, and their roles.
pub(super) async fn stated(
    runtime: &Runtime,
    resources: &[Resource],
    how: &How,
    found: &mut Found,
    barred: &mut Barred,
) {
    for resource in resources.iter().filter(|r| r.kind == Kind::Site) {
        how.progress.inc_length(1);
        let mut item = item(resource);
        let look = Box::pin(site(runtime, resource, &mut item, found, barred));
        if !in_time(how.deadline, look).await {
            late(&mut item);
        }
        how.progress.inc(1);
        if how.wants(resource) {
            found.items.push(item);
        }
    }
}

async fn site(
    runtime: &Runtime,
    resource: &Resource,
    item: &mut Item,
    found: &mut Found,
    barred: &mut Barred,
) {
    let values = match resource.attributes() {
        Ok(values) => values,
        Err(error) => return unreadable(item, &error),
    };
    match stated::look_at_site(runtime, &values).await {
        Ok(look) => {
            found.sites.insert(facts(&look.site));
            let stated = text(&resource.values, "/region");
            let is = look.site.region.to_string();
            if let Some(stated) = stated.filter(|stated| *stated != is) {
                let name = look.site.name.to_string();
                let summary = format!("site \"{name}\" is in {stated}, and is reached in {is}");
                let remedy = format!("Mend the {}.", region_setting(&name));
                not_looked(item, summary.clone(), remedy.clone());
                barred.insert(name, (summary, remedy));
                return;
            }
            found.proven.insert(look.site.name.to_string());
            found.site_roles.extend(look.role);
            add_health(item, look.health);
        }
        Err(failure) => {
            add_failure(item, &failure);
            if let stated::NotLooked::Failed(diagnostics) = &failure
                && let Some(place) = &item.source
            {
                barred.insert(place.site.clone(), first(diagnostics));
            }
        }
    }
}

fn facts(site: &replication::Site) -> SiteFacts {
    SiteFacts {
        input: None,
        name: site.name.to_string(),
        account: site.account.to_string(),
        region: site.region.to_string(),
    }
}

/// The sites that are no resources: each is asked once who answers there, not by each pair anew.
pub(super) async fn unstated(
    runtime: &Runtime,
    resources: &[Resource],
    how: &How,
    found: &mut Found,
    barred: &mut Barred,
) {
    let stated: BTreeSet<String> = resources
        .iter()
        .filter(|resource| resource.kind == Kind::Site)
        .filter_map(|resource| Some(item(resource).source?.site))
        .collect();
    let named: BTreeSet<String> = resources
        .iter()
        .filter(|resource| resource.kind != Kind::Site && how.wants(resource))
        .flat_map(|resource| {
            let item = item(resource);
            [item.source, item.target]
        })
        .filter_map(|place| Some(place?.site))
        .filter(|name| !stated.contains(name))
        .collect();
    for name in named {
        let Ok(site) = name.parse::<SiteName>() else {
            continue;
        };
        if !stated::cloud(runtime).sites().any(|known| *known == site) {
            let summary = format!("how site \"{name}\" is reached is not known");
            let remedy =
                "Give its settings with --sites, or have a `crr_site` for it in the configuration.";
            barred.insert(name, (summary, remedy.to_owned()));
            continue;
        }
        let asked = stated::cloud(runtime).identity(&site);
        let answer = match how.deadline {
            Some(deadline) => tokio::time::timeout_at(deadline, asked).await,
            None => Ok(asked.await),
        };
        let Ok(answer) = answer else {
            let remedy = TOO_LATE.to_owned();
            barred.insert(name, (NOT_IN_TIME.to_owned(), remedy));
            continue;
        };
        match answer {
            Ok(identity) => {
                found.sites.insert(SiteFacts {
                    input: None,
                    name,
                    account: identity.account.to_string(),
                    region: identity.region.to_string(),
                });
            }
            Err(error) => {
                barred.insert(name, (error.summary(), error.detail()));
            }
        }
    }
}
