//! Everything that a provider offers, by name, with its schemas made once.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::proto::tfplugin6 as wire;
use crate::{
    Action, DataSource, Diagnostic, EphemeralResource, Function, IdentitySchema, ListResource,
    Provider, Resource, Schema, Signature, Type,
};

use super::schema as to_wire;
use super::wire::error;

/// One thing offered, with its schema and the type that the schema spells.
pub(super) struct Offered<T: ?Sized> {
    pub(super) handler: Arc<T>,
    pub(super) schema: Arc<Schema>,
    pub(super) ty: Type,
}

/// A resource, with its identity's schema and type besides.
pub(super) struct OfferedResource {
    pub(super) handler: Arc<dyn Resource>,
    pub(super) schema: Arc<Schema>,
    pub(super) ty: Type,
    pub(super) identity: Option<(IdentitySchema, Type)>,
}

/// A function with its signature.
pub(super) struct OfferedFunction {
    pub(super) handler: Arc<dyn Function>,
    pub(super) signature: Signature,
}

/// Everything offered.
pub(super) struct Catalog {
    pub(super) provider: Schema,
    pub(super) provider_type: Type,
    pub(super) resources: BTreeMap<&'static str, OfferedResource>,
    pub(super) data_sources: BTreeMap<&'static str, Offered<dyn DataSource>>,
    pub(super) functions: BTreeMap<&'static str, OfferedFunction>,
    pub(super) ephemeral_resources: BTreeMap<&'static str, Offered<dyn EphemeralResource>>,
    pub(super) list_resources: BTreeMap<&'static str, Offered<dyn ListResource>>,
    pub(super) actions: BTreeMap<&'static str, Offered<dyn Action>>,
}

fn offered<T: ?Sized>(handler: Arc<T>, schema: Schema) -> Offered<T> {
    let ty = schema.ty();
    Offered {
        handler,
        schema: Arc::new(schema),
        ty,
    }
}

fn unknown(kind: &str, name: &str) -> Diagnostic {
    error(
        format!("This provider has no {kind} {name}"),
        "The provider may be older than the configuration: terraform init -upgrade looks for a newer one.",
    )
}

macro_rules! look_up {
    ($method:ident, $field:ident, $offered:ty, $kind:literal) => {
        pub(super) fn $method(&self, name: &str) -> Result<&$offered, Diagnostic> {
            self.$field.get(name).ok_or_else(|| unknown($kind, name))
        }
    };
}

impl Catalog {
    pub(super) fn of(provider: &dyn Provider) -> Self {
        let schema = provider.schema();
        let resource = |(name, handler): (&'static str, Arc<dyn Resource>)| {
            let schema = handler.schema();
            let identity = handler.identity().map(|schema| {
                let ty = schema.ty();
                (schema, ty)
            });
            (
                name,
                OfferedResource {
                    ty: schema.ty(),
                    schema: Arc::new(schema),
                    identity,
                    handler,
                },
            )
        };
        let function = |(name, handler): (&'static str, Arc<dyn Function>)| {
            (
                name,
                OfferedFunction {
                    signature: handler.signature(),
                    handler,
                },
            )
        };
        Self {
            provider_type: schema.ty(),
            provider: schema,
            resources: provider.resources().into_iter().map(resource).collect(),
            data_sources: provider
                .data_sources()
                .into_iter()
                .map(|(name, handler)| (name, offered(Arc::clone(&handler), handler.schema())))
                .collect(),
            functions: provider.functions().into_iter().map(function).collect(),
            ephemeral_resources: provider
                .ephemeral_resources()
                .into_iter()
                .map(|(name, handler)| (name, offered(Arc::clone(&handler), handler.schema())))
                .collect(),
            list_resources: provider
                .list_resources()
                .into_iter()
                .map(|(name, handler)| (name, offered(Arc::clone(&handler), handler.schema())))
                .collect(),
            actions: provider
                .actions()
                .into_iter()
                .map(|(name, handler)| (name, offered(Arc::clone(&handler), handler.schema())))
                .collect(),
        }
    }

    look_up!(resource, resources, OfferedResource, "resource type");
    look_up!(
        data_source,
        data_sources,
        Offered<dyn DataSource>,
        "data source"
    );
    look_up!(function, functions, OfferedFunction, "function");
    look_up!(
        ephemeral_resource,
        ephemeral_resources,
        Offered<dyn EphemeralResource>,
        "ephemeral resource type"
    );
    look_up!(
        list_resource,
        list_resources,
        Offered<dyn ListResource>,
        "list resource type"
    );
    look_up!(action, actions, Offered<dyn Action>, "action");

    pub(super) fn schemas(&self) -> wire::get_provider_schema::Response {
        wire::get_provider_schema::Response {
            provider: Some(to_wire::schema(&self.provider)),
            resource_schemas: named(&self.resources, |offered| to_wire::schema(&offered.schema)),
            data_source_schemas: named(&self.data_sources, |offered| {
                to_wire::schema(&offered.schema)
            }),
            functions: self.function_signatures(),
            ephemeral_resource_schemas: named(&self.ephemeral_resources, |offered| {
                to_wire::schema(&offered.schema)
            }),
            list_resource_schemas: named(&self.list_resources, |offered| {
                to_wire::schema(&offered.schema)
            }),
            state_store_schemas: std::collections::HashMap::new(),
            action_schemas: named(&self.actions, |offered| wire::ActionSchema {
                schema: Some(to_wire::schema(&offered.schema)),
            }),
            diagnostics: Vec::new(),
            provider_meta: None,
            server_capabilities: Some(capabilities()),
        }
    }

    pub(super) fn function_signatures(&self) -> std::collections::HashMap<String, wire::Function> {
        named(&self.functions, |offered| {
            to_wire::signature(&offered.signature)
        })
    }

    pub(super) fn identities(&self) -> wire::get_resource_identity_schemas::Response {
        wire::get_resource_identity_schemas::Response {
            identity_schemas: self
                .resources
                .iter()
                .filter_map(|(name, offered)| {
                    let (schema, _) = offered.identity.as_ref()?;
                    Some(((*name).to_owned(), to_wire::identity(schema)))
                })
                .collect(),
            diagnostics: Vec::new(),
        }
    }

    pub(super) fn metadata(&self) -> wire::get_metadata::Response {
        use wire::get_metadata as metadata;
        macro_rules! names {
            ($field:ident, $kind:ident, $name:ident) => {
                self.$field
                    .keys()
                    .map(|name| metadata::$kind {
                        $name: (*name).to_owned(),
                    })
                    .collect()
            };
        }
        metadata::Response {
            server_capabilities: Some(capabilities()),
            diagnostics: Vec::new(),
            data_sources: names!(data_sources, DataSourceMetadata, type_name),
            resources: names!(resources, ResourceMetadata, type_name),
            functions: names!(functions, FunctionMetadata, name),
            ephemeral_resources: names!(ephemeral_resources, EphemeralMetadata, type_name),
            list_resources: names!(list_resources, ListResourceMetadata, type_name),
            state_stores: Vec::new(),
            actions: names!(actions, ActionMetadata, type_name),
        }
    }
}

fn named<T, W>(
    offered: &BTreeMap<&'static str, T>,
    to_wire: impl Fn(&T) -> W,
) -> std::collections::HashMap<String, W> {
    offered
        .iter()
        .map(|(name, offered)| ((*name).to_owned(), to_wire(offered)))
        .collect()
}

/// What we can do beyond the first version of the protocol. Configuration is generated from state by Terraform
/// itself, which knows from the schema all that it takes.
fn capabilities() -> wire::ServerCapabilities {
    wire::ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: false,
    }
}
