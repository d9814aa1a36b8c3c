//! The protocol's service: each call decoded, handed to the provider, checked, and encoded.
//!
//! The wire's types and our own meet here and nowhere else.
//!
//! # Guarantees
//!
//! A call never fails on the level of gRPC for what a provider or a configuration did: it answers with diagnostics.
//! Only state stores, which this crate does not offer, are answered with `Unimplemented`.

mod actions;
mod agree;
mod calls;
mod catalog;
mod change;
mod data_sources;
mod ephemerals;
mod functions;
mod lists;
mod provider;
mod resources;
mod schema;
mod settle;
mod upgrade;
mod wire;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use futures::Stream;
use tonic::{Request, Response, Status, Streaming};

use crate::proto::tfplugin6 as proto;
use crate::{Diagnostic, Provider, ServeOptions};

pub(crate) use calls::Calls;
use catalog::Catalog;

/// Answers the calls of one Terraform for one provider.
pub(crate) struct Service {
    provider: Arc<dyn Provider>,
    calls: Calls,
    catalog: OnceLock<Result<Arc<Catalog>, String>>,
    configured: AtomicBool,
}

impl Service {
    pub(crate) fn new(provider: Arc<dyn Provider>, options: ServeOptions) -> Self {
        Self {
            provider,
            calls: Calls::new(options.stop_grace),
            catalog: OnceLock::new(),
            configured: AtomicBool::new(false),
        }
    }

    /// What stops the calls under way.
    pub(crate) fn calls(&self) -> Calls {
        self.calls.clone()
    }

    /// Everything offered; made at the first need, after the handshake, and once.
    fn catalog(&self) -> Result<Arc<Catalog>, Diagnostic> {
        self.catalog
            .get_or_init(|| {
                catch_unwind(AssertUnwindSafe(|| Arc::new(Catalog::of(&*self.provider))))
                    .map_err(|payload| calls::panic_words(&*payload))
            })
            .clone()
            .map_err(|words| {
                wire::error(
                    "The provider crashed while making its schemas",
                    format!("This is a bug in it.\n\n{words}"),
                )
            })
    }

    /// Everything offered, for calls that need a configured provider.
    fn configured_catalog(&self, call: &str, name: &str) -> Result<Arc<Catalog>, Diagnostic> {
        if self.configured.load(Ordering::Acquire) {
            self.catalog()
        } else {
            Err(wire::error(
                format!("The provider is not configured: {call} of {name} is not possible"),
                "Terraform called for it before ConfigureProvider had succeeded.",
            ))
        }
    }
}

/// A stream of answers.
type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Implements the generated trait: every call goes to the method of its own name.
macro_rules! serve_calls {
    (
        at_once { $($at_once:ident,)* }
        one { $($one:ident,)* }
        many { $($many:ident -> $stream:ident, $event:ident,)* }
        unoffered { $($unoffered:ident: $unoffered_module:ident,)* }
    ) => {
        #[tonic::async_trait]
        impl proto::provider_server::Provider for Service {
            $(
                async fn $at_once(
                    &self,
                    _request: Request<proto::$at_once::Request>,
                ) -> Result<Response<proto::$at_once::Response>, Status> {
                    Ok(Response::new(Service::$at_once(self)))
                }
            )*
            $(
                async fn $one(
                    &self,
                    request: Request<proto::$one::Request>,
                ) -> Result<Response<proto::$one::Response>, Status> {
                    Ok(Response::new(Service::$one(self, request.into_inner()).await))
                }
            )*
            $(
                type $stream = Answers<proto::$many::$event>;

                async fn $many(
                    &self,
                    request: Request<proto::$many::Request>,
                ) -> Result<Response<Self::$stream>, Status> {
                    Ok(Response::new(Service::$many(self, request.into_inner())))
                }
            )*
            $(
                async fn $unoffered(
                    &self,
                    _request: Request<proto::$unoffered_module::Request>,
                ) -> Result<Response<proto::$unoffered_module::Response>, Status> {
                    Err(no_state_stores())
                }
            )*

            type ReadStateBytesStream = Answers<proto::read_state_bytes::Response>;

            async fn read_state_bytes(
                &self,
                _request: Request<proto::read_state_bytes::Request>,
            ) -> Result<Response<Self::ReadStateBytesStream>, Status> {
                Err(no_state_stores())
            }

            async fn write_state_bytes(
                &self,
                _request: Request<Streaming<proto::write_state_bytes::RequestChunk>>,
            ) -> Result<Response<proto::write_state_bytes::Response>, Status> {
                Err(no_state_stores())
            }
        }
    };
}

serve_calls! {
    at_once {
        get_metadata,
        get_provider_schema,
        get_resource_identity_schemas,
        get_functions,
        stop_provider,
    }
    one {
        validate_provider_config,
        validate_resource_config,
        validate_data_resource_config,
        upgrade_resource_state,
        upgrade_resource_identity,
        configure_provider,
        read_resource,
        plan_resource_change,
        apply_resource_change,
        import_resource_state,
        move_resource_state,
        read_data_source,
        validate_ephemeral_resource_config,
        open_ephemeral_resource,
        renew_ephemeral_resource,
        close_ephemeral_resource,
        validate_list_resource_config,
        call_function,
        plan_action,
        validate_action_config,
    }
    many {
        list_resource -> ListResourceStream, Event,
        invoke_action -> InvokeActionStream, Event,
    }
    unoffered {
        generate_resource_config: generate_resource_config,
        validate_state_store_config: validate_state_store,
        configure_state_store: configure_state_store,
        lock_state: lock_state,
        unlock_state: unlock_state,
        get_states: get_states,
        delete_state: delete_state,
    }
}

fn no_state_stores() -> Status {
    Status::unimplemented("this provider offers no state stores and generates no configuration")
}
