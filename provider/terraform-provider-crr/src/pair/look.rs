//! Looking at a pair.

use replication::{Facets, Observed, Pair};
use tfplugin::{Diagnostics, Path, ReadRequest, ReadResponse};

use super::config::{Operation, PairAttributes, Resolution};
use super::state::{Computed, identity};
use crate::diagnostics::add_error;
use crate::runtime::Runtime;

/// Looks at everything that a pair is about.
pub async fn look(
    runtime: &Runtime,
    pair: &Pair,
    diagnostics: &mut Diagnostics,
) -> Option<Observed> {
    match runtime
        .observe(&pair.reads(), |seen| pair.reads_after(seen))
        .await
    {
        Ok(observed) => Some(observed),
        Err(error) => {
            add_error(Path::root(), &error, diagnostics);
            None
        }
    }
}

/// Refreshes a pair: the facets as they are.
///
/// A bucket that is gone, or a part that is not as it should be, is left to the plan to speak of: read only tells.
pub async fn read(
    runtime: &Runtime,
    request: ReadRequest,
    diagnostics: &mut Diagnostics,
) -> ReadResponse {
    let Some(attributes) = PairAttributes::read(&request.state, diagnostics) else {
        return request.unchanged();
    };
    let pair = match attributes
        .resolve(Some(&attributes), runtime, diagnostics)
        .await
    {
        Resolution::Known(pair) => pair,
        Resolution::Unknown { .. } => {
            if let Some(unknown) = &runtime.unknown {
                diagnostics.warning(
                    "Not refreshed",
                    format!("The provider block's {unknown} is known after apply only, so the pair is shown as it was last seen."),
                );
            }
            return request.unchanged();
        }
        Resolution::Failed => return request.unchanged(),
    };
    let seen = tokio::time::timeout(
        attributes.timeout(Operation::Read),
        look(runtime, &pair, diagnostics),
    )
    .await;
    let observed = match seen {
        Ok(Some(observed)) => observed,
        Ok(None) => return request.unchanged(),
        Err(_) => {
            diagnostics.error(
                format!("Pair {} did not answer in time", pair.id()),
                "The look at its buckets took longer than `timeouts.read`.",
            );
            return request.unchanged();
        }
    };
    let desired = pair.desired(&observed);
    let computed = Computed::with(&pair, &desired, Facets::observed(&desired, &observed));
    let mut response = request.unchanged();
    if let Some(state) = &mut response.state {
        computed.write(state);
    }
    response.identity = Some(identity(&pair.id()));
    runtime.remember(&pair.id().to_string(), observed);
    response
}
