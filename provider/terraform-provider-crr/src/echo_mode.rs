//! `crr_echo_mode`, also under the name `echo_mode`: every bucket of a site protected.
//!
//! # Flow
//!
//! [`config`] turns attributes into the model's echo: the options are those of `crr_pair`, read by the same code. Read surveys
//! the site (crate `echo`); [`plan`] says what the survey's numbers will be; [`apply`] protects what needs it.
//!
//! State holds numbers and the exceptions by name, never a list of all buckets. What is planned follows from state and
//! configuration alone: a bucket that appears between plan and apply must not make the plan a lie.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use echo::{Named, Survey};
use replication::Echo;
use tfplugin::{
    ApplyRequest, ApplyResponse, Context, Diagnostics, ImportRequest, Imported, MoveRequest,
    MoveResponse, PlanRequest, PlanResponse, ReadRequest, ReadResponse, Resource, Schema, Value,
};

use crate::runtime::Shared;
pub use trigger::look_at_trigger;

pub(crate) mod accounts;
pub mod agent_config;
mod apply;
pub(crate) mod config;
pub(crate) mod coverage;
mod handover;
mod plan;
mod remove;
pub mod schema;
pub(crate) mod staying;
pub(crate) mod survey;
mod trigger;

/// The names that the resource goes by. The second one's first word is no provider's, so a configuration that uses it must
/// say `provider = crr`.
pub const NAMES: [&str; 2] = ["crr_echo_mode", "echo_mode"];

/// Whether a value of the resource's type is of an echo that is to touch nothing.
fn is_paused(value: &Value) -> bool {
    matches!(value.get("paused"), Some(Value::Bool(true)))
}

/// The resource.
pub struct EchoModeResource {
    shared: Arc<Shared>,
    surveys: Surveys,
}

/// The last survey of each echo, until its next call takes it: Terraform reads, then plans, then applies.
#[derive(Default)]
struct Surveys(Mutex<HashMap<String, (Echo, Survey)>>);

impl Surveys {
    fn keep(&self, echo: &Echo, survey: Survey) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(echo.id(), (echo.clone(), survey));
    }

    /// What the last survey found open to everybody, if it is of just this echo.
    fn public(&self, echo: &Echo) -> Option<Named> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (of, survey) = kept.get(&echo.id())?;
        (of == echo).then(|| survey.public.clone())
    }

    /// The last survey, if it is of just this echo.
    fn take(&self, echo: &Echo) -> Option<Survey> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (of, survey) = kept.remove(&echo.id())?;
        (of == *echo).then_some(survey)
    }
}

impl EchoModeResource {
    /// The resource over what the provider block made.
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            surveys: Surveys::default(),
        }
    }

    async fn apply(
        &self,
        context: &Context,
        request: ApplyRequest,
        diagnostics: &mut Diagnostics,
    ) -> ApplyResponse {
        match self.shared.get(diagnostics) {
            Some(runtime) => {
                apply::apply(&runtime, &self.surveys, context, request, diagnostics).await
            }
            None => request.unchanged(),
        }
    }
}

#[async_trait]
impl Resource for EchoModeResource {
    fn schema(&self) -> Schema {
        schema::schema()
    }

    async fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        config::validate(config, diagnostics);
    }

    async fn read(
        &self,
        context: &Context,
        request: ReadRequest,
        diagnostics: &mut Diagnostics,
    ) -> ReadResponse {
        match self.shared.get(diagnostics) {
            Some(runtime) => {
                survey::read(&runtime, &self.surveys, context, request, diagnostics).await
            }
            None => request.unchanged(),
        }
    }

    async fn plan(
        &self,
        context: &Context,
        request: PlanRequest,
        diagnostics: &mut Diagnostics,
    ) -> PlanResponse {
        match self.shared.get(diagnostics) {
            Some(runtime) => {
                plan::plan(&runtime, &self.surveys, context, request, diagnostics).await
            }
            None => request.as_proposed(),
        }
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
        match self.shared.get(diagnostics) {
            Some(runtime) => remove::remove(&runtime, context, request, diagnostics).await,
            None => request.unchanged(),
        }
    }

    async fn import(
        &self,
        _context: &Context,
        request: ImportRequest,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Imported> {
        let sites = request.id.as_deref().and_then(|id| id.split_once("->"));
        let Some((source, target)) = sites else {
            diagnostics.error(
                "Not an echo",
                "Write SOURCE->TARGET, the names of the two sites, such as `east->west`.",
            );
            return Vec::new();
        };
        vec![Imported {
            type_name: request.type_name,
            state: schema::empty(source, target),
            private: Vec::new(),
            identity: None,
        }]
    }

    async fn move_from(
        &self,
        request: MoveRequest,
        _diagnostics: &mut Diagnostics,
    ) -> Option<MoveResponse> {
        let ours = request.source_provider_address.ends_with("/crr")
            && NAMES.contains(&request.source_type_name.as_str());
        if !ours {
            return None;
        }
        let stored = request.source_state.to_string();
        let (state, _) =
            tfplugin::json::decode_state(stored.as_bytes(), &schema::schema().ty()).ok()?;
        Some(MoveResponse {
            state,
            private: request.source_private,
            identity: None,
        })
    }
}
