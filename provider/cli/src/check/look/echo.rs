//! Looking at an echo: what it needs as a whole, and each of its buckets.

use replication::echo::Standing;
use terraform_provider_crr::runtime::Runtime;

use super::{Barred, How, Resource, bar, item, unreadable};
use crate::check::finding::{add_failure, add_problem};
use crate::check::report::Item;
use terraform_provider_crr::stated;

/// Looks at an echo and at each of its buckets.
pub(super) async fn look(
    runtime: &Runtime,
    resource: &Resource,
    _how: &How,
    barred: &Barred,
    items: &mut Vec<Item>,
) {
    let mut whole = item(resource);
    if bar(&mut whole, barred) {
        items.push(whole);
        return;
    }
    let _ = Standing::Pending;
    let values = match stated::attributes(resource.kind, &resource.values, resource.unknown.as_ref())
    {
        Ok(values) => values,
        Err(error) => {
            unreadable(&mut whole, &error);
            items.push(whole);
            return;
        }
    };
    match stated::resolve_echo(runtime, &values).await {
        Ok(stated) => {
            if stated.paused {
                whole.notes.push("It is paused: nothing new is protected.".to_owned());
            }
            match stated::missing_roles(runtime, &stated.echo).await {
                Ok(problems) => {
                    for problem in problems {
                        add_problem(&mut whole, 0, &problem);
                    }
                    whole.settle();
                }
                Err(failure) => add_failure(&mut whole, &failure),
            }
        }
        Err(failure) => add_failure(&mut whole, &failure),
    }
    items.push(whole);
}
