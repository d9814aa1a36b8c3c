//! Calls that lift what was stored to the current schema.

use std::sync::Arc;

use crate::proto::tfplugin6::{
    RawState, ResourceIdentityData, upgrade_resource_identity, upgrade_resource_state,
};
use crate::{Diagnostic, Diagnostics, Type, Value, json};

use super::Service;
use super::settle::strip_write_only;
use super::wire::{diagnostics, encode, error, only};

impl Service {
    pub(super) async fn upgrade_resource_state(
        &self,
        request: upgrade_resource_state::Request,
    ) -> upgrade_resource_state::Response {
        let (upgraded_state, diagnostics) = match self.upgrade_state(request).await {
            Ok((state, messages)) => (state, diagnostics(messages)),
            Err(error) => (None, only(error)),
        };
        upgrade_resource_state::Response {
            upgraded_state,
            diagnostics,
        }
    }

    async fn upgrade_state(
        &self,
        request: upgrade_resource_state::Request,
    ) -> Result<(Option<crate::proto::tfplugin6::DynamicValue>, Diagnostics), Diagnostic> {
        let name = request.type_name;
        let catalog = self.catalog()?;
        let offered = catalog.resource(&name)?;
        let what = format!("The state of {name}");
        let current = offered.schema.version();
        let raw = text(request.raw_state.as_ref(), &what)?;
        let (json, messages) = if request.version == current {
            // As stored, not by way of another form: no digit of a number is lost.
            (raw.to_vec(), Diagnostics::new())
        } else {
            not_newer(request.version, current, &name)?;
            let parsed = stored(request.raw_state.as_ref(), &what)?;
            let handler = Arc::clone(&offered.handler);
            let version = request.version;
            let outcome = self
                .calls
                .run("upgrade", &name, |_| async move {
                    let mut diagnostics = Diagnostics::new();
                    let upgraded = handler.upgrade(version, parsed, &mut diagnostics).await;
                    (upgraded, diagnostics)
                })
                .await;
            let (upgraded, messages) = outcome?;
            if messages.has_errors() {
                return Ok((None, messages));
            }
            (upgraded.to_string().into_bytes(), messages)
        };
        let mut state = by_schema(&json, &offered.ty, &name, &what, request.version, current)?;
        strip_write_only(&offered.schema, &mut state);
        Ok((Some(encode(&state, &offered.ty, &what)?), messages))
    }

    pub(super) async fn upgrade_resource_identity(
        &self,
        request: upgrade_resource_identity::Request,
    ) -> upgrade_resource_identity::Response {
        let (upgraded_identity, diagnostics) = match self.upgrade_identity(request).await {
            Ok((identity, messages)) => (identity, diagnostics(messages)),
            Err(error) => (None, only(error)),
        };
        upgrade_resource_identity::Response {
            upgraded_identity,
            diagnostics,
        }
    }

    async fn upgrade_identity(
        &self,
        request: upgrade_resource_identity::Request,
    ) -> Result<(Option<ResourceIdentityData>, Diagnostics), Diagnostic> {
        let name = request.type_name;
        let catalog = self.catalog()?;
        let offered = catalog.resource(&name)?;
        let what = format!("The identity of {name}");
        let (schema, ty) = offered.identity.as_ref().ok_or_else(|| {
            error(
                format!("{name} has no identity"),
                "There is nothing to upgrade it to.",
            )
        })?;
        let raw = text(request.raw_identity.as_ref(), &what)?;
        let (json, messages) = if request.version == schema.version() {
            (raw.to_vec(), Diagnostics::new())
        } else {
            not_newer(request.version, schema.version(), &name)?;
            let parsed = stored(request.raw_identity.as_ref(), &what)?;
            let handler = Arc::clone(&offered.handler);
            let version = request.version;
            let outcome = self
                .calls
                .run("upgrade identity", &name, |_| async move {
                    let mut diagnostics = Diagnostics::new();
                    let upgraded = handler
                        .upgrade_identity(version, parsed, &mut diagnostics)
                        .await;
                    (upgraded, diagnostics)
                })
                .await;
            let (upgraded, messages) = outcome?;
            if messages.has_errors() {
                return Ok((None, messages));
            }
            (upgraded.to_string().into_bytes(), messages)
        };
        let identity = by_schema(&json, ty, &name, &what, request.version, schema.version())?;
        Ok((
            Some(ResourceIdentityData {
                identity_data: Some(encode(&identity, ty, &what)?),
            }),
            messages,
        ))
    }
}

fn by_schema(
    json: &[u8],
    ty: &Type,
    name: &str,
    what: &str,
    from: i64,
    to: i64,
) -> Result<Value, Diagnostic> {
    let (value, dropped) = json::decode_state(json, ty).map_err(|problem| {
        let mut diagnostic = error(
            format!("{what} does not fit the schema"),
            format!("It was stored under version {from}, the schema is of version {to}: {problem}"),
        );
        diagnostic.path = (!problem.path.is_root()).then_some(problem.path);
        diagnostic
    })?;
    for path in dropped {
        tracing::debug!(tf_type = name, attribute = %path, "dropped a stored attribute that the schema no longer has");
    }
    Ok(value)
}

fn not_newer(stored: i64, current: i64, name: &str) -> Result<(), Diagnostic> {
    if stored < current {
        return Ok(());
    }
    Err(error(
        format!("The state of {name} was written by a newer provider"),
        format!(
            "It has schema version {stored}, and this provider knows up to {current}. Use a newer version of it."
        ),
    ))
}

/// The JSON text of what was stored.
fn text<'r>(raw: Option<&'r RawState>, what: &str) -> Result<&'r [u8], Diagnostic> {
    let json = raw.map(|raw| raw.json.as_slice()).unwrap_or_default();
    if json.is_empty() {
        return Err(error(
            format!("{what} is not stored as JSON"),
            "It was written by Terraform 0.11 or before. Run an apply with Terraform 0.12 first.",
        ));
    }
    Ok(json)
}

/// What was stored, for a provider to go through.
pub(super) fn stored(raw: Option<&RawState>, what: &str) -> Result<serde_json::Value, Diagnostic> {
    serde_json::from_slice(text(raw, what)?).map_err(|problem| {
        error(
            format!("{what} could not be decoded"),
            format!("It is no JSON: {problem}"),
        )
    })
}
