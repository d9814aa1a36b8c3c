//! `crr_site`: one of the provider's sites, proven to answer; and, for fleets, one replication role for all of it.

use std::sync::Arc;

use async_trait::async_trait;
use cloud::{Identity, Job};
use replication::{Facets, Observed, Problem, Removal, RoleArn, Site, SiteName};
use tfplugin::{
    ApplyRequest, ApplyResponse, Context, Diagnostics, IdentityAttribute, IdentitySchema,
    ImportRequest, Imported, Path, PlanRequest, PlanResponse, ReadRequest, ReadResponse, Resource,
    Schema, Type, Value, from_value,
};
use tokio::time::Instant;

use crate::diagnostics::{add_error, add_failure, add_problems};
use crate::facets;
use crate::runtime::{Runtime, Shared};

mod role;
mod schema;

pub use role::default_role;
use role::{RoleWish, SiteAttributes};

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

/// How long one apply may take: it is a handful of calls to IAM.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(10);

/// A site whose name is known and which has answered.
struct Proven {
    name: SiteName,
    identity: Identity,
    wish: Option<RoleWish>,
}

enum Proof {
    Proven(Box<Proven>),
    Unknown,
    Failed,
}

impl SiteResource {
    /// Who answers at the site that a value names.
    async fn prove(
        &self,
        runtime: &Runtime,
        value: &Value,
        diagnostics: &mut Diagnostics,
    ) -> Proof {
        let attributes: SiteAttributes = match from_value(value) {
            Ok(attributes) => attributes,
            Err(error) => {
                diagnostics.error_at(error.path, "The site cannot be read", error.message);
                return Proof::Failed;
            }
        };
        let at = Path::root().attribute("name");
        let Some(name) = attributes.name.as_known() else {
            return Proof::Unknown;
        };
        let Ok(name) = name.parse::<SiteName>() else {
            return Proof::Failed;
        };
        match runtime.site(&name, at.clone(), diagnostics).await {
            crate::runtime::SiteLookup::Known(_) => {}
            crate::runtime::SiteLookup::Unknown => return Proof::Unknown,
            crate::runtime::SiteLookup::Failed => return Proof::Failed,
        }
        let identity = match runtime.cloud.identity(&name).await {
            Ok(identity) => identity,
            Err(error) => {
                add_error(at, &error, diagnostics);
                return Proof::Failed;
            }
        };
        let site = Site {
            name: name.clone(),
            account: identity.account.clone(),
            partition: identity.partition.clone(),
            region: identity.region.clone(),
        };
        match attributes.wish(&site, &runtime.default_tags) {
            Ok(wish) => {
                if let Some(wish) = &wish {
                    runtime.note_site_role(&name, wish.arn.clone());
                }
                Proof::Proven(Box::new(Proven {
                    name,
                    identity,
                    wish,
                }))
            }
            Err(role::Unresolved::Unknown) => Proof::Unknown,
            Err(role::Unresolved::Wrong(path, message)) => {
                diagnostics.error_at(path, "The replication role cannot be made", message);
                Proof::Failed
            }
        }
    }
}

/// The account that state remembers, if it is another than the one that answers now.
fn moved(prior: &Value, proven: &Proven, diagnostics: &mut Diagnostics) -> bool {
    let Some(known) = prior.get("account_id").and_then(Value::as_str) else {
        return false;
    };
    if known == proven.identity.account.as_str() {
        return false;
    }
    diagnostics.error_at(
        Path::root().attribute("name"),
        format!("Site \"{}\" is another account now", proven.name),
        format!(
            "State says account {known}; the credentials are now of account {} ({}). Pairs of this site live in {known}. Restore the site's credentials in the provider block; or, if the move is meant, give the new account a site name of its own.",
            proven.identity.account, proven.identity.caller_arn
        ),
    );
    true
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

async fn observe(
    runtime: &Runtime,
    wish: &RoleWish,
    removing: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Observed> {
    match runtime.cloud.observe(&wish.reads(removing)).await {
        Ok(observed) => Some(observed),
        Err(error) => {
            add_error(
                Path::root().attribute("replication_role"),
                &error,
                diagnostics,
            );
            None
        }
    }
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
        let proven = match self.prove(&runtime, &request.state, diagnostics).await {
            Proof::Proven(proven) => proven,
            Proof::Unknown | Proof::Failed => return request.unchanged(),
        };
        if moved(&request.state, &proven, diagnostics) {
            return request.unchanged();
        }
        if let Err(error) = runtime.cloud.prove(&proven.name).await {
            add_error(Path::root().attribute("name"), &error, diagnostics);
            return request.unchanged();
        }
        let role_facets = match &proven.wish {
            Some(wish) => match observe(&runtime, wish, false, diagnostics).await {
                Some(observed) => Some(Facets::observed(&wish.desired(), &observed)),
                None => return request.unchanged(),
            },
            None => None,
        };
        let mut response = request.unchanged();
        if let Some(state) = &mut response.state {
            write(state, &proven, role_facets.as_ref());
            state.set(
                "caller_arn",
                Value::from(proven.identity.caller_arn.clone()),
            );
        }
        response.identity = Some(site_identity(&proven.name));
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
        let proven = match self.prove(&runtime, &planned, diagnostics).await {
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
        let renamed = !request.requires_replace.is_empty();
        if let Some(prior) = request.prior.as_ref().filter(|_| !renamed)
            && moved(prior, &proven, diagnostics)
        {
            return request.as_proposed();
        }
        if let Some(wish) = &proven.wish {
            let problems: Vec<Problem> = wish.problems();
            add_problems(&problems, diagnostics);
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
        response.identity = Some(site_identity(&proven.name));
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
        if prior.get("replication_role").is_none_or(Value::is_null) {
            return ApplyResponse::default();
        }
        let Proof::Proven(proven) = self.prove(&runtime, &prior, diagnostics).await else {
            return request.unchanged();
        };
        if moved(&prior, &proven, diagnostics) {
            return request.unchanged();
        }
        if let Some(wish) = &proven.wish
            && !self.remove_role(&runtime, context, wish, diagnostics).await
        {
            return request.unchanged();
        }
        ApplyResponse::default()
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
        let Proof::Proven(proven) = self.prove(&runtime, &state, diagnostics).await else {
            if !diagnostics.has_errors() {
                diagnostics.error(
                    "Still unknown at apply",
                    "The provider block has a value that is not known although everything it comes from has been applied. Apply what it comes from first, with -target.",
                );
            }
            return request.unchanged();
        };
        if let Err(error) = runtime.cloud.prove(&proven.name).await {
            add_error(Path::root().attribute("name"), &error, diagnostics);
            return request.unchanged();
        }
        if state.get("caller_arn").is_none_or(Value::is_unknown) {
            state.set(
                "caller_arn",
                Value::from(proven.identity.caller_arn.clone()),
            );
        }
        let mut role_facets = None;
        if let Some(wish) = &proven.wish {
            let Some(found) = self.apply_role(&runtime, context, wish, diagnostics).await else {
                return request.unchanged();
            };
            role_facets = Some(found);
        }
        self.remove_old_role(&runtime, context, &request, &proven, diagnostics)
            .await;
        write(&mut state, &proven, role_facets.as_ref());
        ApplyResponse {
            state: Some(state),
            private: Vec::new(),
            identity: Some(site_identity(&proven.name)),
        }
    }

    async fn apply_role(
        &self,
        runtime: &Runtime,
        context: &Context,
        wish: &RoleWish,
        diagnostics: &mut Diagnostics,
    ) -> Option<Facets> {
        let _guard = runtime.cloud.lock([], [wish.arn.clone()], []).await;
        let observed = observe(runtime, wish, false, diagnostics).await?;
        let desired = wish.desired();
        let plan = replication::plan(&desired, &observed);
        add_problems(&plan.problems, diagnostics);
        if diagnostics.has_errors() {
            return None;
        }
        if let Err(error) = runtime.cloud.execute(&plan, &job(context)).await {
            add_failure(&error, diagnostics);
        }
        let observed = observe(runtime, wish, false, diagnostics).await?;
        let found = Facets::observed(&desired, &observed);
        let wanted = Facets::desired(&desired);
        if found != wanted && !diagnostics.has_errors() {
            diagnostics.error(
                format!("Role {} is not as it was made", wish.arn),
                facets::differences(&wanted, &found),
            );
        }
        Some(found)
    }

    /// A role that the configuration no longer names, or names otherwise.
    async fn remove_old_role(
        &self,
        runtime: &Runtime,
        context: &Context,
        request: &ApplyRequest,
        proven: &Proven,
        diagnostics: &mut Diagnostics,
    ) {
        let Some(prior) = &request.prior else { return };
        let Ok(attributes) = from_value::<SiteAttributes>(prior) else {
            return;
        };
        let site = Site {
            name: proven.name.clone(),
            account: proven.identity.account.clone(),
            partition: proven.identity.partition.clone(),
            region: proven.identity.region.clone(),
        };
        let Ok(Some(old)) = attributes.wish(&site, &runtime.default_tags) else {
            return;
        };
        let kept: Option<&RoleArn> = proven.wish.as_ref().map(|wish| &wish.arn);
        if kept != Some(&old.arn) {
            self.remove_role(runtime, context, &old, diagnostics).await;
        }
    }

    async fn remove_role(
        &self,
        runtime: &Runtime,
        context: &Context,
        wish: &RoleWish,
        diagnostics: &mut Diagnostics,
    ) -> bool {
        let _guard = runtime.cloud.lock([], [wish.arn.clone()], []).await;
        let Some(observed) = observe(runtime, wish, true, diagnostics).await else {
            return false;
        };
        let plan = replication::plan_removal(&wish.desired(), &observed, &Removal::default());
        add_problems(&plan.problems, diagnostics);
        if plan.has_errors() {
            return false;
        }
        match runtime.cloud.execute(&plan, &job(context)).await {
            Ok(()) => true,
            Err(error) => {
                add_failure(&error, diagnostics);
                false
            }
        }
    }
}

fn job(context: &Context) -> Job {
    Job {
        cancel: context.cancel.clone(),
        deadline: Some(Instant::now() + PATIENCE),
    }
}
