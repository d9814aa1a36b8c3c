//! Calls that look at managed resources: validate, read, import, move.

use std::sync::Arc;

use crate::proto::tfplugin6::{
    ResourceIdentityData, import_resource_state, move_resource_state, read_resource,
    validate_resource_config,
};
use crate::{
    Diagnostic, Diagnostics, ImportRequest, Imported, MoveRequest, ReadRequest, ReadResponse,
    Value, validate,
};

use super::Service;
use super::catalog::{Catalog, OfferedResource};
use super::settle::{Allow, settle, strip_write_only};
use super::wire::{
    decode, decode_some, deferral_allowed, deferred, diagnostics, encode, error, only,
};

impl Service {
    pub(super) async fn validate_resource_config(
        &self,
        request: validate_resource_config::Request,
    ) -> validate_resource_config::Response {
        let answer = self.validate_resource(request).await;
        validate_resource_config::Response {
            diagnostics: answer.map_or_else(only, diagnostics),
        }
    }

    async fn validate_resource(
        &self,
        request: validate_resource_config::Request,
    ) -> Result<Diagnostics, Diagnostic> {
        let name = request.type_name;
        let catalog = self.catalog()?;
        let offered = catalog.resource(&name)?;
        let config = decode(
            request.config.as_ref(),
            &offered.ty,
            &format!("The configuration of {name}"),
        )?;
        let (schema, handler) = (Arc::clone(&offered.schema), Arc::clone(&offered.handler));
        let outcome = self
            .calls
            .run("validate", &name, |_| async move {
                let mut diagnostics = validate(&schema, &config);
                handler.validate(&config, &mut diagnostics).await;
                diagnostics
            })
            .await;
        Ok(outcome?)
    }

    pub(super) async fn read_resource(
        &self,
        request: read_resource::Request,
    ) -> read_resource::Response {
        // What an error leaves standing: the state as it came.
        let unchanged = read_resource::Response {
            new_state: request.current_state.clone(),
            private: request.private.clone(),
            new_identity: request.current_identity.clone(),
            ..Default::default()
        };
        match self.read(request).await {
            Ok(response) => response,
            Err(error) => read_resource::Response {
                diagnostics: only(error),
                ..unchanged
            },
        }
    }

    async fn read(
        &self,
        request: read_resource::Request,
    ) -> Result<read_resource::Response, Diagnostic> {
        let name = request.type_name;
        let catalog = self.configured_catalog("read", &name)?;
        let offered = catalog.resource(&name)?;
        let state = decode(
            request.current_state.as_ref(),
            &offered.ty,
            &format!("The state of {name}"),
        )?;
        if state.is_null() {
            return Ok(read_resource::Response {
                new_state: request.current_state,
                ..Default::default()
            });
        }
        let identity = offered.decode_identity(request.current_identity.as_ref(), &name)?;
        let read = ReadRequest {
            state: state.clone(),
            identity: identity.clone(),
            private: request.private,
            deferral_allowed: deferral_allowed(request.client_capabilities.as_ref()),
        };
        let handler = Arc::clone(&offered.handler);
        let outcome = self
            .calls
            .run("read", &name, |context| async move {
                let mut diagnostics = Diagnostics::new();
                let response = handler.read(&context, read, &mut diagnostics).await;
                (response, diagnostics)
            })
            .await;
        let (response, mut diagnostics) = outcome?;
        let ReadResponse {
            state: found,
            identity: found_identity,
            private,
            deferred: put_off,
        } = response;
        // An error without a state is no proof that the object is gone.
        let found = if found.is_none() && (diagnostics.has_errors() || put_off.is_some()) {
            Some(state)
        } else {
            found
        };
        let what = format!("the state of {name} after read");
        let found =
            found.map(|found| offered.settled(found, Allow::STATE, &what, &mut diagnostics));
        let identity =
            offered.encode_identity(found_identity.or(identity), &name, &mut diagnostics)?;
        Ok(read_resource::Response {
            new_state: Some(encode(&found.unwrap_or(Value::Null), &offered.ty, &what)?),
            private,
            deferred: put_off.map(deferred),
            new_identity: identity,
            diagnostics: super::wire::diagnostics(diagnostics),
        })
    }

    pub(super) async fn import_resource_state(
        &self,
        request: import_resource_state::Request,
    ) -> import_resource_state::Response {
        self.import(request)
            .await
            .unwrap_or_else(|error| import_resource_state::Response {
                diagnostics: only(error),
                ..Default::default()
            })
    }

    async fn import(
        &self,
        request: import_resource_state::Request,
    ) -> Result<import_resource_state::Response, Diagnostic> {
        let name = request.type_name;
        let catalog = self.configured_catalog("import", &name)?;
        let offered = catalog.resource(&name)?;
        let import = ImportRequest {
            type_name: name.clone(),
            id: (!request.id.is_empty()).then_some(request.id),
            identity: offered.decode_identity(request.identity.as_ref(), &name)?,
        };
        let handler = Arc::clone(&offered.handler);
        let outcome = self
            .calls
            .run("import", &name, |context| async move {
                let mut diagnostics = Diagnostics::new();
                let found = handler.import(&context, import, &mut diagnostics).await;
                (found, diagnostics)
            })
            .await;
        let (found, mut messages) = outcome?;
        if found.is_empty() && !messages.has_errors() {
            messages.error(
                format!("There is no {name} to import"),
                "The provider found no object by that ID or identity.",
            );
        }
        let mut imported_resources = Vec::new();
        for imported in found {
            imported_resources.push(imported_resource(&catalog, imported, &mut messages)?);
        }
        Ok(import_resource_state::Response {
            imported_resources,
            diagnostics: diagnostics(messages),
            deferred: None,
        })
    }

    pub(super) async fn move_resource_state(
        &self,
        request: move_resource_state::Request,
    ) -> move_resource_state::Response {
        self.take_over(request)
            .await
            .unwrap_or_else(|error| move_resource_state::Response {
                diagnostics: only(error),
                ..Default::default()
            })
    }

    async fn take_over(
        &self,
        request: move_resource_state::Request,
    ) -> Result<move_resource_state::Response, Diagnostic> {
        let name = request.target_type_name;
        let source = request.source_type_name;
        let catalog = self.catalog()?;
        let offered = catalog.resource(&name)?;
        let state = super::upgrade::stored(
            request.source_state.as_ref(),
            &format!("The state of {source}"),
        )?;
        let identity = request
            .source_identity
            .as_ref()
            .filter(|identity| !identity.json.is_empty())
            .map(|identity| {
                super::upgrade::stored(Some(identity), &format!("The identity of {source}"))
            })
            .transpose()?;
        let move_request = MoveRequest {
            source_provider_address: request.source_provider_address.clone(),
            source_type_name: source.clone(),
            source_schema_version: request.source_schema_version,
            source_state: state,
            source_private: request.source_private,
            source_identity: identity,
            source_identity_schema_version: request.source_identity_schema_version,
            target_type_name: name.clone(),
        };
        let handler = Arc::clone(&offered.handler);
        let outcome = self
            .calls
            .run("move", &name, |_| async move {
                let mut diagnostics = Diagnostics::new();
                let response = handler.move_from(move_request, &mut diagnostics).await;
                (response, diagnostics)
            })
            .await;
        let (response, mut messages) = outcome?;
        let Some(response) = response else {
            if !messages.has_errors() {
                messages.error(
                    format!("{source} cannot be moved to {name}"),
                    format!(
                        "{name} takes over no state of {source} of {}.",
                        request.source_provider_address
                    ),
                );
            }
            return Ok(move_resource_state::Response {
                diagnostics: diagnostics(messages),
                ..Default::default()
            });
        };
        let what = format!("the state of {name} after the move from {source}");
        let state = offered.settled(response.state, Allow::STATE, &what, &mut messages);
        let identity = offered.encode_identity(response.identity, &name, &mut messages)?;
        Ok(move_resource_state::Response {
            target_state: Some(encode(&state, &offered.ty, &what)?),
            target_private: response.private,
            target_identity: identity,
            diagnostics: diagnostics(messages),
        })
    }
}

fn imported_resource(
    catalog: &Catalog,
    imported: Imported,
    messages: &mut Diagnostics,
) -> Result<import_resource_state::ImportedResource, Diagnostic> {
    let Imported {
        type_name,
        state,
        private,
        identity,
    } = imported;
    let offered = catalog.resource(&type_name)?;
    let what = format!("the state of {type_name} after import");
    let state = offered.settled(state, Allow::IMPORT, &what, messages);
    let identity = offered.encode_identity(identity, &type_name, messages)?;
    Ok(import_resource_state::ImportedResource {
        state: Some(encode(&state, &offered.ty, &what)?),
        private,
        identity,
        type_name,
    })
}

impl OfferedResource {
    /// A state or plan fit for the wire: of the schema's type, and without write-only values.
    pub(super) fn settled(
        &self,
        value: Value,
        allow: Allow,
        what: &str,
        diagnostics: &mut Diagnostics,
    ) -> Value {
        let mut value = settle(value, &self.ty, allow, what, diagnostics);
        strip_write_only(&self.schema, &mut value);
        value
    }

    pub(super) fn decode_identity(
        &self,
        identity: Option<&ResourceIdentityData>,
        name: &str,
    ) -> Result<Option<Value>, Diagnostic> {
        let Some(data) = identity.and_then(|identity| identity.identity_data.as_ref()) else {
            return Ok(None);
        };
        let (_, ty) = self.identity.as_ref().ok_or_else(|| {
            error(
                format!("{name} has no identity"),
                "An identity was given for a resource type that has none.",
            )
        })?;
        decode_some(Some(data), ty, &format!("The identity of {name}"))
    }

    /// The identity for the wire. One that its resource type has no schema for is dropped, with an error.
    pub(super) fn encode_identity(
        &self,
        identity: Option<Value>,
        name: &str,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<ResourceIdentityData>, Diagnostic> {
        let Some(identity) = identity else {
            return Ok(None);
        };
        let Some((_, ty)) = &self.identity else {
            diagnostics.error(
                format!("The provider gave an identity for {name}, which has none"),
                "This is a bug in the provider: the resource type has no identity schema.",
            );
            return Ok(None);
        };
        let what = format!("the identity of {name}");
        let identity = settle(identity, ty, Allow::STATE, &what, diagnostics);
        Ok(Some(ResourceIdentityData {
            identity_data: Some(encode(&identity, ty, &what)?),
        }))
    }
}
