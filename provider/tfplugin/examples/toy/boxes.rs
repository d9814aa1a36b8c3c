//! `toy_box`: a resource with nested attributes of every kind, a block, an identity, and bad manners on request.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use tfplugin::{
    ApplyRequest, ApplyResponse, Attribute, Block, Context, Diagnostics, IdentityAttribute,
    IdentitySchema, ImportRequest, Imported, MoveRequest, MoveResponse, Nested, Path, PlanRequest,
    PlanResponse, ReadRequest, ReadResponse, Resource, Schema, Type, Value,
};

use crate::directory::{Directory, report};

pub struct BoxResource {
    directory: Arc<Directory>,
}

/// Version 1; in version 0 the name was called `title`.
pub fn schema() -> Schema {
    let lid = Nested::new()
        .attribute(
            "color",
            Attribute::string().required().describe("Its color."),
        )
        .attribute(
            "weight",
            Attribute::number().computed().describe("Its weight."),
        );
    let compartment = Nested::new()
        .attribute(
            "holds",
            Attribute::string().required().describe("What is in it."),
        )
        .attribute(
            "order",
            Attribute::number().computed().describe("Which one it is."),
        );
    Schema::new(1)
        .describe("A box.")
        .attribute(
            "id",
            Attribute::string()
                .computed()
                .use_state_for_unknown()
                .describe("Its ID."),
        )
        .attribute(
            "name",
            Attribute::string()
                .required()
                .requires_replace()
                .describe("Its name."),
        )
        .attribute("size", Attribute::number().optional().describe("Its size."))
        .attribute(
            "shape",
            Attribute::string()
                .optional_computed()
                .default("cube")
                .one_of(&["cube", "ball"])
                .describe("Its shape."),
        )
        .attribute(
            "serial",
            Attribute::string()
                .computed()
                .describe("Changes with each change."),
        )
        .attribute(
            "labels",
            Attribute::map(Type::String).optional().describe("Labels."),
        )
        .attribute(
            "anything",
            Attribute::dynamic().optional().describe("Anything."),
        )
        .attribute(
            "secret",
            Attribute::string()
                .optional()
                .write_only()
                .describe("Never kept."),
        )
        .attribute(
            "secret_length",
            Attribute::number()
                .computed()
                .describe("All that is known of it."),
        )
        .attribute(
            "lid",
            Attribute::single(lid).optional().describe("The lid."),
        )
        .attribute(
            "compartments",
            Attribute::nested_map(compartment.clone())
                .optional()
                .describe("By name."),
        )
        .attribute(
            "drawers",
            Attribute::nested_list(compartment.clone())
                .optional()
                .describe("In order."),
        )
        .attribute(
            "stickers",
            Attribute::nested_set(Nested::new().attribute(
                "text",
                Attribute::string().required().describe("What it says."),
            ))
            .optional()
            .describe("In no order."),
        )
        .attribute(
            "behavior",
            Attribute::string()
                .optional()
                .describe("How it misbehaves."),
        )
        .block(
            "handle",
            Block::list(
                Nested::new().attribute("side", Attribute::string().required().describe("Where.")),
            )
            .describe("Handles."),
        )
}

impl BoxResource {
    pub fn new(directory: Arc<Directory>) -> Self {
        Self { directory }
    }

    /// The state that a plan becomes.
    fn made(&self, request: &ApplyRequest) -> Value {
        let mut state = request.planned.clone().unwrap_or(Value::Null);
        let name = name_of(&state);
        state.set("id", Value::from(format!("box-{name}")));
        let number = request
            .prior
            .as_ref()
            .and_then(|prior| prior.get("serial"))
            .and_then(Value::as_str);
        let number = number
            .and_then(|number| number.parse::<u64>().ok())
            .unwrap_or(0)
            + 1;
        state.set("serial", Value::from(number.to_string()));
        let secret = request
            .config
            .as_ref()
            .and_then(|config| config.get("secret"));
        let length = secret
            .and_then(Value::as_str)
            .map_or(Value::Null, |secret| number_of(secret.len()));
        state.set("secret_length", length);
        if let Value::Object(attributes) = &mut state {
            if let Some(lid @ Value::Object(_)) = attributes.get_mut("lid") {
                lid.set("weight", number_of(3));
            }
            if let Some(Value::Map(compartments)) = attributes.get_mut("compartments") {
                for (order, compartment) in compartments.values_mut().enumerate() {
                    compartment.set("order", number_of(order));
                }
            }
            if let Some(Value::List(drawers)) = attributes.get_mut("drawers") {
                for (order, drawer) in drawers.iter_mut().enumerate() {
                    drawer.set("order", number_of(order));
                }
            }
        }
        state
    }

    /// Makes or changes a box, in the manner that was asked for.
    async fn apply(
        &self,
        context: &Context,
        request: ApplyRequest,
        diagnostics: &mut Diagnostics,
    ) -> ApplyResponse {
        let state = self.made(&request);
        let name = name_of(&state);
        let private = b"applied".to_vec();
        let response = ApplyResponse {
            state: Some(state.clone()),
            private,
            identity: identity(&name),
        };
        if report(
            self.directory.put(&name, &state),
            "write the box",
            diagnostics,
        )
        .is_none()
        {
            return request.unchanged();
        }
        match state
            .get("behavior")
            .and_then(Value::as_str)
            .unwrap_or_default()
        {
            "panic" => {
                context.keep(state);
                panic!("the box bursts");
            }
            "panic early" => panic!("the box was never made"),
            "fail" => diagnostics.error("The box is only half made", "It says so."),
            "fail without state" => {
                context.keep(state);
                diagnostics.error("The box is only half made", "It says so.");
                return ApplyResponse::default();
            }
            "wait" => {
                context.cancel.cancelled().await;
                diagnostics.error("Cancelled", "The box was made, but not painted.");
            }
            "hang" => {
                context.keep(state);
                std::future::pending::<()>().await;
            }
            "leave unknown" => return with(response, "serial", Value::unknown()),
            "give another type" => return with(response, "labels", Value::from("none")),
            "change its mind" => return with(response, "size", number_of(99)),
            "forget everything" => return ApplyResponse::default(),
            behavior => {
                // Two boxes that wait for each other: both are made only if both are being made at once.
                if let Some(friend) = behavior.strip_prefix("meet ") {
                    while matches!(self.directory.look(friend), Ok(None)) {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                }
            }
        }
        response
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
                identity: state.as_ref().and_then(|_| identity(&name)),
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
        let mut response = request.as_proposed();
        response.identity = known.as_deref().and_then(identity);
        response.private = b"planned".to_vec();
        match behavior.as_str() {
            "panic in plan" => panic!("the box cannot be planned"),
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
                identity: identity(&name),
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
            identity: identity(&name),
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

pub fn identity(name: &str) -> Option<Value> {
    Some(Value::object([("name", Value::from(name))]))
}

fn number_of(number: usize) -> Value {
    Value::Number(tfplugin::Number::from(number as i64))
}

fn with(mut response: ApplyResponse, attribute: &str, value: Value) -> ApplyResponse {
    if let Some(state) = &mut response.state {
        state.set(attribute, value);
    }
    response
}
