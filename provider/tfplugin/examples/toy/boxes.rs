//! `toy_box`: a resource with nested attributes of every kind, a block, an identity, and bad manners on request.

mod apply;
mod schema;

use std::sync::Arc;

use async_trait::async_trait;
pub use schema::schema;
use serde_json::json;
use tfplugin::{
    ApplyRequest, ApplyResponse, Context, Deferred, Diagnostics, IdentityAttribute, IdentitySchema,
    ImportRequest, Imported, MoveRequest, MoveResponse, Path, PlanRequest, PlanResponse,
    ReadRequest, ReadResponse, Resource, Schema, Type, Value,
};

use crate::directory::{Directory, report};

pub struct BoxResource {
    directory: Arc<Directory>,
}

impl BoxResource {
    pub fn new(directory: Arc<Directory>) -> Self {
        Self { directory }
    }
}

#[async_trait]
impl Resource for BoxResource {
    fn schema(&self) -> Schema {
        schema()
    }

    fn identity(&self) -> Option<IdentitySchema> {
        let name = IdentityAttribute::required(Type::String).describe("The box's name.");
        Some(IdentitySchema::new(0).attribute("name", name))
    }

    async fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        let behavior = config
            .get("behavior")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if behavior == "panic in validate" {
            panic!("the box cannot be thought of");
        }
        if name_of(config).contains('/') {
            diagnostics.error_at(
                Path::root().attribute("name"),
                "No slashes",
                "A box is one file.",
            );
        }
    }

    async fn upgrade(
        &self,
        _from_version: i64,
        mut raw: serde_json::Value,
        _diagnostics: &mut Diagnostics,
    ) -> serde_json::Value {
        if let Some(attributes) = raw.as_object_mut()
            && let Some(title) = attributes.remove("title")
        {
            attributes.insert("name".to_owned(), title);
        }
        raw
    }

    async fn read(
        &self,
        _context: &Context,
        request: ReadRequest,
        diagnostics: &mut Diagnostics,
    ) -> ReadResponse {
        let name = name_of(&request.state);
        match report(self.directory.look(&name), "look at the box", diagnostics) {
            Some(state) => ReadResponse {
                identity: state.as_ref().map(|_| identity(&name)),
                state,
                private: request.private,
                deferred: None,
            },
            None => request.unchanged(),
        }
    }

    async fn plan(
        &self,
        _context: &Context,
        request: PlanRequest,
        _diagnostics: &mut Diagnostics,
    ) -> PlanResponse {
        let behavior = request
            .config
            .as_ref()
            .and_then(|config| config.get("behavior"));
        let behavior = behavior
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let known = request
            .planned
            .as_ref()
            .map(name_of)
            .filter(|name| !name.is_empty());
        let deferral_allowed = request.deferral_allowed;
        let mut response = request.as_proposed();
        response.identity = known.as_deref().map(identity);
        response.private = b"planned".to_vec();
        match behavior.as_str() {
            "panic in plan" => panic!("the box cannot be planned"),
            "defer" if deferral_allowed => response.deferred = Some(Deferred::AbsentPrerequisite),
            "contradict" => {
                if let Some(planned) = &mut response.planned {
                    planned.set("size", number_of(42));
                }
            }
            _ => {}
        }
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
        _context: &Context,
        request: ApplyRequest,
        diagnostics: &mut Diagnostics,
    ) -> ApplyResponse {
        let Some(prior) = &request.prior else {
            return ApplyResponse::default();
        };
        if prior.get("behavior").and_then(Value::as_str) == Some("panic in delete") {
            panic!("the box does not want to go");
        }
        match report(
            self.directory.remove(&name_of(prior)),
            "remove the box",
            diagnostics,
        ) {
            Some(()) => ApplyResponse::default(),
            None => request.unchanged(),
        }
    }

    async fn import(
        &self,
        _context: &Context,
        request: ImportRequest,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Imported> {
        let name = request
            .identity
            .as_ref()
            .map(name_of)
            .or(request.id)
            .unwrap_or_default();
        match report(self.directory.look(&name), "look for the box", diagnostics) {
            Some(Some(_)) => vec![Imported {
                type_name: request.type_name,
                state: Value::object([("name", Value::from(name.as_str()))]),
                private: Vec::new(),
                identity: Some(identity(&name)),
            }],
            _ => Vec::new(),
        }
    }

    async fn move_from(
        &self,
        request: MoveRequest,
        _diagnostics: &mut Diagnostics,
    ) -> Option<MoveResponse> {
        if request.source_type_name != "toy_crate" {
            return None;
        }
        let name = request
            .source_state
            .get("name")
            .unwrap_or(&json!(""))
            .as_str()?
            .to_owned();
        let ty = schema().ty();
        let state =
            tfplugin::json::decode_state(json!({ "name": name }).to_string().as_bytes(), &ty);
        Some(MoveResponse {
            state: state.ok()?.0,
            private: Vec::new(),
            identity: Some(identity(&name)),
        })
    }
}

pub fn name_of(value: &Value) -> String {
    value
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

pub fn identity(name: &str) -> Value {
    Value::object([("name", Value::from(name))])
}

fn number_of(number: usize) -> Value {
    Value::Number(tfplugin::Number::from(
        u64::try_from(number).unwrap_or(u64::MAX),
    ))
}
