//! `crr_site`: one of the provider's sites, proven to answer; and, for fleets, one replication role for all of it.

use std::sync::Arc;

use async_trait::async_trait;
use replication::{Facets, Problem, SiteName};
use tfplugin::{
    ApplyRequest, ApplyResponse, Context, Diagnostics, IdentityAttribute, IdentitySchema,
    ImportRequest, Imported, Path, PlanRequest, PlanResponse, ReadRequest, ReadResponse, Resource,
    Schema, Type, Value,
};

use crate::diagnostics::{add_error, add_problems};
use crate::facets;
use crate::runtime::Shared;

mod apply;
mod change;
mod contest;
mod proof;
mod role;
pub(crate) mod schema;
mod stated;

use apply::{RolesLeft, Work, look};
use contest::tell_of_another_owner;
use proof::{Proof, Proven, moved, rests};
pub use stated::look_at_site;
pub(crate) use stated::papers_of_site;

/// The resource.
pub struct SiteResource {
    shared: Arc<Shared>,
}

impl SiteResource {
    /// The resource over what the provider block made.
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

fn write(value: &mut Value, proven: &Proven, role_facets: Option<&Facets>) {
    let identity = &proven.identity;
    value.set("account_id", Value::from(identity.account.to_string()));
    value.set("partition", Value::from(identity.partition.to_string()));
    value.set("region", Value::from(identity.region.to_string()));
    value.set(
        "endpoints",
        Value::map(
            identity
                .endpoints
                .iter()
                .map(|(name, url)| (name.clone(), Value::from(url.clone()))),
        ),
    );
    let arn = proven
        .wish
        .as_ref()
        .map_or(Value::Null, |wish| Value::from(wish.arn.to_string()));
    value.set("replication_role_arn", arn);
    value.set("facets", role_facets.map_or(Value::Null, facets::to_value));
}

fn site_identity(name: &SiteName) -> Value {
    Value::object([("name", Value::from(name.to_string()))])
}

#[async_trait]
impl Resource for SiteResource {
    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity(&self) -> Option<IdentitySchema> {
        let name = IdentityAttribute::required(Type::String)
            .describe("The site's name in the provider block.");
        Some(IdentitySchema::new(0).attribute("name", name))
    }

    async fn read(
        &self,
        _context: &Context,
        request: ReadRequest,
        diagnostics: &mut Diagnostics,
    ) -> ReadResponse {
        let Some(runtime) = self.shared.get(diagnostics) else {
            return request.unchanged();
        };
        let proven = match Proof::of(&runtime, &request.state, diagnostics).await {
            Proof::Proven(proven) => proven,
            Proof::Unknown | Proof::Failed => return request.unchanged(),
        };
        if moved(&request.state, &proven, diagnostics) {
            return request.unchanged();
        }
        if let Err(error) = runtime.cloud.prove(proven.name()).await {
            add_error(Path::root().attribute("name"), &error, diagnostics);
            return request.unchanged();
        }
        let mut role_facets = match &proven.wish {
            Some(wish) => match look(&runtime, wish, false, diagnostics).await {
                Some(observed) => Some(Facets::observed(&wish.desired(), &observed)),
                None => return request.unchanged(),
            },
            None => None,
        };
        RolesLeft::read(&request.private).show(&mut role_facets);
        let mut response = request.unchanged();
        if let Some(state) = &mut response.state {
            write(state, &proven, role_facets.as_ref());
            state.set(
                "caller_arn",
                Value::from(proven.identity.caller_arn.clone()),
            );
        }
        response.identity = Some(site_identity(proven.name()));
        response
    }

    async fn plan(
        &self,
        _context: &Context,
        request: PlanRequest,
        diagnostics: &mut Diagnostics,
    ) -> PlanResponse {
        let Some(runtime) = self.shared.get(diagnostics) else {
            return request.as_proposed();
        };
        let Some(planned) = request.planned.clone() else {
            return request.as_proposed();
        };
        let renamed = !request.requires_replace.is_empty();
        if let Some(prior) = request.prior.as_ref().filter(|_| !renamed)
            && rests(&runtime, prior, &planned, diagnostics).await
        {
            let prior = prior.clone();
            let mut response = request.as_proposed();
            response.planned = Some(prior);
            return response;
        }
        let proven = match Proof::of(&runtime, &planned, diagnostics).await {
            Proof::Proven(proven) => proven,
            Proof::Failed => return request.as_proposed(),
            Proof::Unknown => {
                let deferral = request.deferral_allowed && runtime.unknown.is_some();
                let mut response = request.as_proposed();
                if let Some(planned) = &mut response.planned {
                    for name in [
                        "account_id",
                        "partition",
                        "region",
                        "endpoints",
                        "caller_arn",
                        "replication_role_arn",
                        "facets",
                    ] {
                        planned.set(name, Value::unknown());
                    }
                }
                response.deferred = deferral.then_some(tfplugin::Deferred::ProviderConfigUnknown);
                return response;
            }
        };
        if let Some(prior) = request.prior.as_ref().filter(|_| !renamed)
            && moved(prior, &proven, diagnostics)
        {
            return request.as_proposed();
        }
        if let Some(prior) = request.prior.as_ref().filter(|_| !renamed) {
            change::note(&runtime, &proven, prior);
        }
        if let Some(wish) = &proven.wish {
            let before = request.prior.as_ref().filter(|_| !renamed);
            wish.stays_on_its_path(before, diagnostics);
            let problems: Vec<Problem> = wish.problems();
            add_problems(&problems, diagnostics);
            if request.requires_replace.is_empty() {
                let prior = request.prior.as_ref();
                tell_of_another_owner(&runtime, &proven, prior, &planned, diagnostics).await;
            }
        }
        let mut response = request.as_proposed();
        if let Some(planned) = &mut response.planned {
            let wanted = proven
                .wish
                .as_ref()
                .map(|wish| Facets::desired(&wish.desired()));
            write(planned, &proven, wanted.as_ref());
            // Who we are may differ from one run to the next, as the session names of assumed roles do.
            if planned.get("caller_arn").is_none_or(Value::is_unknown) {
                planned.set(
                    "caller_arn",
                    Value::from(proven.identity.caller_arn.clone()),
                );
            }
        }
        response.identity = Some(site_identity(proven.name()));
        response
    }

    async fn create(
        &self,
        context: &Context,
        request: ApplyRequest,
        diagnostics: &mut Diagnostics,
    ) -> ApplyResponse {
        self.apply(context, request, diagnostics).await
    }

    async fn update(
        &self,
        context: &Context,
        request: ApplyRequest,
        diagnostics: &mut Diagnostics,
    ) -> ApplyResponse {
        self.apply(context, request, diagnostics).await
    }

    async fn delete(
        &self,
        context: &Context,
        request: ApplyRequest,
        diagnostics: &mut Diagnostics,
    ) -> ApplyResponse {
        let Some(runtime) = self.shared.get(diagnostics) else {
            return request.unchanged();
        };
        let Some(prior) = request.prior.clone() else {
            return request.unchanged();
        };
        let had_role = prior
            .get("replication_role")
            .is_some_and(|role| !role.is_null());
        if !had_role && request.private.is_empty() {
            return ApplyResponse::default();
        }
        let Proof::Proven(proven) = Proof::of(&runtime, &prior, diagnostics).await else {
            return request.unchanged();
        };
        if moved(&prior, &proven, diagnostics) {
            return request.unchanged();
        }
        let work = Work {
            runtime: &runtime,
            context,
            proven: &proven,
        };
        if work.remove(&request, diagnostics).await {
            ApplyResponse::default()
        } else {
            request.unchanged()
        }
    }

    async fn import(
        &self,
        _context: &Context,
        request: ImportRequest,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Imported> {
        let by_identity = request
            .identity
            .as_ref()
            .and_then(|i| i.get("name"))
            .and_then(Value::as_str);
        let text = request.id.as_deref().or(by_identity).unwrap_or_default();
        match text.parse::<SiteName>() {
            Ok(name) => vec![Imported {
                type_name: request.type_name,
                state: schema::empty(&name),
                private: Vec::new(),
                identity: Some(site_identity(&name)),
            }],
            Err(error) => {
                diagnostics.error("Not a site name", error.to_string());
                Vec::new()
            }
        }
    }
}

impl SiteResource {
    async fn apply(
        &self,
        context: &Context,
        request: ApplyRequest,
        diagnostics: &mut Diagnostics,
    ) -> ApplyResponse {
        let Some(runtime) = self.shared.get(diagnostics) else {
            return request.unchanged();
        };
        let Some(mut state) = request.planned.clone() else {
            return request.unchanged();
        };
        let Proof::Proven(proven) = Proof::of(&runtime, &state, diagnostics).await else {
            if !diagnostics.has_errors() {
                diagnostics.error(
                    "Still unknown at apply",
                    "The provider block has a value that is not known although everything it comes from has been applied. Apply what it comes from first, with -target.",
                );
            }
            return request.unchanged();
        };
        if let Err(error) = runtime.cloud.prove(proven.name()).await {
            add_error(Path::root().attribute("name"), &error, diagnostics);
            return request.unchanged();
        }
        if state.get("caller_arn").is_none_or(Value::is_unknown) {
            state.set(
                "caller_arn",
                Value::from(proven.identity.caller_arn.clone()),
            );
        }
        let work = Work {
            runtime: &runtime,
            context,
            proven: &proven,
        };
        work.apply(request, state, diagnostics).await
    }
}
