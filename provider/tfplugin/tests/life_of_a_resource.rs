//! A managed resource from plan to destroy, and all that may happen to it between.

use tfplugin::proto::tfplugin6 as wire;
use tfplugin::proto::tfplugin6::{ResourceIdentityData, read_resource, validate_resource_config};
use tfplugin::{Number, Refinement, Type, Value};

use crate::session::{Session, assert_one, decoded, encoded, words};

pub const NOTHING: Vec<String> = Vec::new();

pub fn number(text: &str) -> Value {
    Value::Number(text.parse::<Number>().unwrap())
}

fn identity_type() -> Type {
    Type::object([("name", Type::String)])
}

pub fn identity(name: &str) -> ResourceIdentityData {
    let value = Value::object([("name", Value::from(name))]);
    ResourceIdentityData {
        identity_data: Some(encoded(&value, &identity_type())),
    }
}

#[tokio::test]
async fn a_new_box_is_planned_with_unknowns_and_made_without() {
    let session = Session::start().await;
    let config = session.a_box([
        ("name", "a".into()),
        ("size", number("0.1")),
        ("secret", "hush".into()),
        (
            "compartments",
            Value::map([(
                "left",
                Value::object([("holds", "tea".into()), ("order", Value::Null)]),
            )]),
        ),
    ]);
    let plan = session.plan(None, &config).await;
    assert_eq!(words(&plan.diagnostics), NOTHING);
    let planned = session.decoded(plan.planned_state.as_ref());
    assert!(planned.get("id").unwrap().is_unknown());
    assert!(
        planned
            .get("compartments")
            .unwrap()
            .get("left")
            .unwrap()
            .get("order")
            .unwrap()
            .is_unknown()
    );
    assert_eq!(
        planned.get("shape"),
        Some(&Value::from("cube")),
        "the default"
    );
    assert_eq!(planned.get("secret"), Some(&Value::Null), "write-only");
    assert_eq!(plan.planned_private, b"planned");
    assert_eq!(plan.planned_identity, Some(identity("a")));

    let request = session.apply_request(None, &config, plan);
    let applied = session
        .provider
        .clone()
        .apply_resource_change(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(words(&applied.diagnostics), NOTHING);
    let state = session.decoded(applied.new_state.as_ref());
    assert!(state.is_wholly_known());
    assert_eq!(state.get("id"), Some(&"box-a".into()));
    assert_eq!(state.get("size"), Some(&number("0.1")));
    assert_eq!(state.get("secret"), Some(&Value::Null));
    assert_eq!(
        state.get("secret_length"),
        Some(&number("4")),
        "the provider saw the secret"
    );
    assert_eq!(applied.private, b"applied");
    assert_eq!(applied.new_identity, Some(identity("a")));
    assert!(session.exists("a"));
}

#[tokio::test]
async fn unknown_and_refined_values_of_a_configuration_go_through_a_plan() {
    let session = Session::start().await;
    let refined = Value::Unknown(Refinement {
        not_null: true,
        prefix: Some("box-".to_owned()),
        ..Refinement::default()
    });
    let config = session.a_box([("name", refined.clone()), ("labels", Value::unknown())]);
    let plan = session.plan(None, &config).await;
    assert_eq!(words(&plan.diagnostics), NOTHING);
    let planned = session.decoded(plan.planned_state.as_ref());
    assert_eq!(planned.get("name"), Some(&refined));
    assert!(planned.get("labels").unwrap().is_unknown());
    assert_eq!(plan.planned_identity, None, "not known yet");
}

#[tokio::test]
async fn a_plan_can_be_put_off() {
    let session = Session::start().await;
    let config = session.a_box([("name", "a".into()), ("behavior", "defer".into())]);
    let plan = session.plan(None, &config).await;
    assert_eq!(words(&plan.diagnostics), NOTHING);
    assert_eq!(
        plan.deferred.unwrap().reason(),
        wire::deferred::Reason::AbsentPrereq
    );
}

#[tokio::test]
async fn without_a_change_nothing_is_unknown() {
    let session = Session::start().await;
    let config = session.a_box([("name", "a".into())]);
    let state = session.decoded(session.apply(None, &config).await.new_state.as_ref());
    let plan = session.plan(Some(&state), &config).await;
    assert_eq!(session.decoded(plan.planned_state.as_ref()), state);
    assert_eq!(plan.requires_replace, Vec::new());
}

#[tokio::test]
async fn a_change_is_made_in_place_or_takes_a_replacement_as_the_schema_says() {
    let session = Session::start().await;
    let config = session.a_box([("name", "a".into())]);
    let state = session.decoded(session.apply(None, &config).await.new_state.as_ref());

    let bigger = session.a_box([("name", "a".into()), ("size", number("2"))]);
    let plan = session.plan(Some(&state), &bigger).await;
    assert_eq!(plan.requires_replace, Vec::new());
    let planned = session.decoded(plan.planned_state.as_ref());
    assert_eq!(planned.get("id"), Some(&"box-a".into()), "uses the state");
    assert!(planned.get("serial").unwrap().is_unknown());
    let changed = session.decoded(
        session
            .apply(Some(&state), &bigger)
            .await
            .new_state
            .as_ref(),
    );
    assert_eq!(changed.get("serial"), Some(&"2".into()));

    let renamed = session.a_box([("name", "b".into())]);
    let plan = session.plan(Some(&state), &renamed).await;
    assert_eq!(plan.requires_replace.len(), 1);
}

#[tokio::test]
async fn a_destroyed_box_is_gone() {
    let session = Session::start().await;
    let config = session.a_box([("name", "a".into())]);
    let state = session.decoded(session.apply(None, &config).await.new_state.as_ref());
    let plan = session.plan(Some(&state), &Value::Null).await;
    assert_eq!(words(&plan.diagnostics), NOTHING);
    assert_eq!(session.decoded(plan.planned_state.as_ref()), Value::Null);
    let destroyed = session.destroy(&state).await;
    assert_eq!(words(&destroyed.diagnostics), NOTHING);
    assert_eq!(session.decoded(destroyed.new_state.as_ref()), Value::Null);
    assert!(!session.exists("a"));
}

#[tokio::test]
async fn a_refresh_sees_what_is_and_what_is_gone() {
    let session = Session::start().await;
    let config = session.a_box([("name", "a".into())]);
    let applied = session.apply(None, &config).await;
    let request = read_resource::Request {
        type_name: "toy_box".to_owned(),
        current_state: applied.new_state.clone(),
        private: b"mine".to_vec(),
        current_identity: applied.new_identity.clone(),
        ..Default::default()
    };
    let file = session.directory.path().join("a.json");
    let painted = std::fs::read_to_string(&file)
        .unwrap()
        .replace("cube", "ball");
    std::fs::write(&file, painted).unwrap();
    let read = session
        .provider
        .clone()
        .read_resource(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        session.decoded(read.new_state.as_ref()).get("shape"),
        Some(&"ball".into())
    );
    assert_eq!(read.private, b"mine");
    assert_eq!(read.new_identity, Some(identity("a")));

    std::fs::remove_file(&file).unwrap();
    let read = session
        .provider
        .clone()
        .read_resource(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(session.decoded(read.new_state.as_ref()), Value::Null);

    // A look that fails proves nothing: the state stays.
    std::fs::write(&file, "no box").unwrap();
    let read = session
        .provider
        .clone()
        .read_resource(request)
        .await
        .unwrap()
        .into_inner();
    assert_one(&read.diagnostics, "", "Could not look at the box");
    assert_eq!(read.new_state, applied.new_state);
}

#[tokio::test]
async fn a_configuration_is_checked_by_the_schema_and_by_the_provider() {
    let session = Session::start().await;
    let check = |config: Value| {
        let request = validate_resource_config::Request {
            type_name: "toy_box".to_owned(),
            config: Some(encoded(&config, &session.box_type())),
            client_capabilities: None,
        };
        let mut provider = session.provider.clone();
        async move {
            provider
                .validate_resource_config(request)
                .await
                .unwrap()
                .into_inner()
                .diagnostics
        }
    };
    assert_eq!(
        words(&check(session.a_box([("name", Value::unknown())])).await),
        NOTHING
    );
    assert_one(
        &check(session.a_box([("name", "a/b".into())])).await,
        "name",
        "No slashes",
    );
    let shape = session.a_box([("name", "a".into()), ("shape", "torus".into())]);
    assert_one(&check(shape).await, "shape", "cube");
}

#[tokio::test]
async fn the_schema_says_all_that_terraform_shows() {
    let session = Session::start().await;
    let block = session.schemas.resource_schemas["toy_box"]
        .block
        .as_ref()
        .unwrap();
    assert_eq!(session.schemas.resource_schemas["toy_box"].version, 1);
    let attribute = |name: &str| {
        block
            .attributes
            .iter()
            .find(|attribute| attribute.name == name)
            .unwrap()
    };
    assert!(attribute("name").required && !attribute("name").optional);
    assert!(attribute("shape").optional && attribute("shape").computed);
    assert!(attribute("secret").write_only);
    assert_eq!(attribute("lid").description, "The lid.");
    assert_eq!(
        attribute("lid").description_kind(),
        wire::StringKind::Markdown
    );
    assert_eq!(block.block_types[0].type_name, "handle");
    let capabilities = session.schemas.server_capabilities.unwrap();
    assert!(
        capabilities.plan_destroy
            && capabilities.get_provider_schema_optional
            && capabilities.move_resource_state
    );
}

#[tokio::test]
async fn values_in_json_are_taken_as_well() {
    let session = Session::start().await;
    let config = wire::DynamicValue {
        json: br#"{"directory":"/boxes"}"#.to_vec(),
        msgpack: Vec::new(),
    };
    let request = wire::validate_provider_config::Request {
        config: Some(config),
    };
    let answer = session
        .provider
        .clone()
        .validate_provider_config(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(words(&answer.diagnostics), NOTHING);
    let schema = session.schemas.provider.as_ref().unwrap();
    assert_eq!(
        decoded(
            Some(&encoded(&Value::Null, &crate::session::block_type(schema))),
            &Type::Dynamic
        ),
        Value::Null
    );
}
