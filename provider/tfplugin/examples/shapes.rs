//! A provider that makes nothing, of every shape that a value can have: whether Terraform and this crate mean the same by
//! each. What it computes it makes up; it keeps nothing but state.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use async_trait::async_trait;
use tfplugin::{
    ApplyRequest, ApplyResponse, Attribute, Block, ConfigureRequest, Context, Diagnostics, Nested,
    Provider, ReadRequest, ReadResponse, Resource, Schema, ServeOptions, Type, Value, serve,
};

struct Shapes;

fn leaves() -> Nested {
    Nested::new()
        .attribute("name", Attribute::string().optional())
        .attribute("size", Attribute::number().optional_computed())
        .attribute("on", Attribute::bool().optional_computed().default(true))
        .attribute("id", Attribute::string().computed().use_state_for_unknown())
        .attribute("seen", Attribute::number().computed())
}

fn schema() -> Schema {
    let plain = Type::object([("a", Type::Number), ("b", Type::list(Type::String))]);
    let options = Nested::new()
        .attribute("fast", Attribute::bool().optional_computed().default(false))
        .attribute("label", Attribute::string().optional());
    let defaults = Value::object([("fast", Value::Null), ("label", Value::from("none"))]);
    Schema::new(0)
        .attribute("id", Attribute::string().computed().use_state_for_unknown())
        .attribute("number", Attribute::number().optional())
        .attribute("text", Attribute::string().optional())
        .attribute("made_number", Attribute::number().computed())
        .attribute("made_list", Attribute::list(Type::String).computed())
        .attribute("numbers", Attribute::set(Type::Number).optional())
        .attribute(
            "pair",
            Attribute::of(Type::Tuple(vec![Type::Number, Type::Bool])).optional(),
        )
        .attribute("plain", Attribute::of(plain).optional())
        .attribute("anything", Attribute::dynamic().optional())
        .attribute(
            "options",
            Attribute::single(options)
                .optional_computed()
                .default(defaults),
        )
        .attribute("single", Attribute::single(leaves()).optional())
        .attribute("list", Attribute::nested_list(leaves()).optional())
        .attribute("map", Attribute::nested_map(leaves()).optional())
        .attribute("set", Attribute::nested_set(leaves()).optional())
        .block("one", Block::single(leaves()))
        .block("item", Block::list(leaves()))
        .block("member", Block::set(leaves()))
}

#[async_trait]
impl Provider for Shapes {
    fn schema(&self) -> Schema {
        Schema::new(0)
    }

    fn resources(&self) -> Vec<(&'static str, Arc<dyn Resource>)> {
        vec![("shapes_all", Arc::new(All))]
    }

    async fn configure(&self, _: ConfigureRequest, _: &mut Diagnostics) {}
}

struct All;

/// Puts a value of its type in the place of each unknown, each time another.
fn make_up(value: &Value, ty: &Type, made: &mut i64) -> Value {
    let mut each = |values: &[Value], ty: &Type| {
        values
            .iter()
            .map(|value| make_up(value, ty, made))
            .collect()
    };
    match (value, ty) {
        (Value::List(values), Type::List(ty)) => Value::List(each(values, ty)),
        (Value::Set(values), Type::Set(ty)) => Value::Set(each(values, ty)),
        (Value::Map(values), Type::Map(ty)) => Value::map(
            values
                .iter()
                .map(|(key, value)| (key.clone(), make_up(value, ty, made))),
        ),
        (Value::Object(values), Type::Object(types)) => {
            Value::object(types.iter().map(|(name, ty)| {
                let value = values.get(name).unwrap_or(&Value::Null);
                (name.clone(), make_up(value, ty, made))
            }))
        }
        (Value::Unknown(_), _) => {
            *made += 1;
            match ty {
                Type::Bool => Value::Bool(true),
                Type::Number => Value::from(*made),
                Type::String => Value::from(format!("made {made}")),
                Type::List(_) => Value::List(Vec::new()),
                Type::Set(_) => Value::Set(Vec::new()),
                Type::Map(_) => Value::Map(BTreeMap::new()),
                _ => Value::Null,
            }
        }
        _ => value.clone(),
    }
}

fn applied(request: &ApplyRequest) -> ApplyResponse {
    let mut made = 0;
    let state = request
        .planned
        .as_ref()
        .map(|planned| make_up(planned, &schema().ty(), &mut made));
    ApplyResponse {
        state,
        ..ApplyResponse::default()
    }
}

#[async_trait]
impl Resource for All {
    fn schema(&self) -> Schema {
        schema()
    }

    async fn read(&self, _: &Context, request: ReadRequest, _: &mut Diagnostics) -> ReadResponse {
        request.unchanged()
    }

    async fn create(
        &self,
        _: &Context,
        request: ApplyRequest,
        _: &mut Diagnostics,
    ) -> ApplyResponse {
        applied(&request)
    }

    async fn update(
        &self,
        _: &Context,
        request: ApplyRequest,
        _: &mut Diagnostics,
    ) -> ApplyResponse {
        applied(&request)
    }

    async fn delete(&self, _: &Context, _: ApplyRequest, _: &mut Diagnostics) -> ApplyResponse {
        ApplyResponse::default()
    }
}

fn main() -> ExitCode {
    serve(
        Shapes,
        ServeOptions::new("shapes", "registry.terraform.io/example/shapes", "0.0.1"),
    )
}
