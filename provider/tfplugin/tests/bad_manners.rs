//! What no provider should do, and no Terraform ask: nothing is lost, and the error can be read.

use tfplugin::proto::tfplugin6 as wire;
use tfplugin::proto::tfplugin6::{read_resource, stop_provider, validate_resource_config};
use tfplugin::{Number, Type, Value};

use crate::session::{Session, assert_one, encoded, words};

fn ill_mannered(session: &Session, behavior: &str) -> Value {
    session.a_box([("name", "a".into()), ("behavior", behavior.into())])
}

#[tokio::test]
async fn a_panic_becomes_a_diagnostic_and_what_was_kept_is_state() {
    let session = Session::start().await;
    let applied = session.apply(None, &ill_mannered(&session, "panic")).await;
    assert_one(
        &applied.diagnostics,
        "",
        "The provider crashed in create of toy_box",
    );
    assert_one(&applied.diagnostics, "", "the box bursts (at ");
    assert_one(
        &applied.diagnostics,
        "",
        "What it had made until then is in the state",
    );
    let state = session.decoded(applied.new_state.as_ref());
    assert_eq!(state.get("id"), Some(&"box-a".into()));
    assert!(session.exists("a"));

    // The process lives on, and takes the next call.
    let mended = session.a_box([("name", "a".into())]);
    let applied = session.apply(Some(&state), &mended).await;
    assert_eq!(words(&applied.diagnostics), Vec::<String>::new());
}

#[tokio::test]
async fn a_panic_with_nothing_kept_leaves_the_prior_state() {
    let session = Session::start().await;
    let created = session
        .apply(None, &session.a_box([("name", "a".into())]))
        .await;
    let state = session.decoded(created.new_state.as_ref());
    let applied = session
        .apply(Some(&state), &ill_mannered(&session, "panic early"))
        .await;
    assert_one(
        &applied.diagnostics,
        "",
        "The provider crashed in update of toy_box",
    );
    assert_eq!(session.decoded(applied.new_state.as_ref()), state);

    let mut reluctant = state.clone();
    reluctant.set("behavior", "panic in delete".into());
    let destroyed = session.destroy(&reluctant).await;
    assert_one(
        &destroyed.diagnostics,
        "",
        "The provider crashed in delete of toy_box",
    );
    assert_eq!(session.decoded(destroyed.new_state.as_ref()), reluctant);
}

#[tokio::test]
async fn a_panic_in_plan_or_validate_is_a_diagnostic() {
    let session = Session::start().await;
    let plan = session
        .plan(None, &ill_mannered(&session, "panic in plan"))
        .await;
    assert_one(
        &plan.diagnostics,
        "",
        "The provider crashed in plan of toy_box",
    );
    let request = validate_resource_config::Request {
        type_name: "toy_box".to_owned(),
        config: Some(encoded(
            &ill_mannered(&session, "panic in validate"),
            &session.box_type(),
        )),
        client_capabilities: None,
    };
    let answer = session
        .provider
        .clone()
        .validate_resource_config(request)
        .await
        .unwrap()
        .into_inner();
    assert_one(
        &answer.diagnostics,
        "",
        "The provider crashed in validate of toy_box",
    );
}

#[tokio::test]
async fn a_partial_failure_gives_the_state_and_the_error() {
    let session = Session::start().await;
    for behavior in ["fail", "fail without state"] {
        let applied = session.apply(None, &ill_mannered(&session, behavior)).await;
        assert_one(&applied.diagnostics, "", "The box is only half made");
        assert_eq!(
            session.decoded(applied.new_state.as_ref()).get("id"),
            Some(&"box-a".into()),
            "{behavior}"
        );
    }
}

#[tokio::test]
async fn a_stop_cancels_the_work_and_keeps_what_was_made() {
    let session = Session::start().await;
    for (behavior, words) in [
        ("wait", "Cancelled: The box was made, but not painted."),
        ("hang", "The provider was cut off in create of toy_box"),
    ] {
        let config = ill_mannered(&session, behavior);
        let plan = session.plan(None, &config).await;
        let request = session.apply_request(None, &config, plan);
        let mut provider = session.provider.clone();
        let work = tokio::spawn(async move { provider.apply_resource_change(request).await });
        session.until_it_exists("a").await;
        let stopped = session
            .provider
            .clone()
            .stop_provider(stop_provider::Request {})
            .await
            .unwrap();
        assert_eq!(stopped.into_inner().error, "");
        let applied = work.await.unwrap().unwrap().into_inner();
        assert_one(&applied.diagnostics, "", words);
        let state = session.decoded(applied.new_state.as_ref());
        assert_eq!(state.get("id"), Some(&"box-a".into()), "{behavior}");
        session.destroy(&state).await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn signals_meant_for_terraform_lose_nothing() {
    let session = Session::start().await;
    let config = ill_mannered(&session, "wait");
    let plan = session.plan(None, &config).await;
    let request = session.apply_request(None, &config, plan);
    let mut provider = session.provider.clone();
    let work = tokio::spawn(async move { provider.apply_resource_change(request).await });
    session.until_it_exists("a").await;
    let process = session.process.child.id().unwrap().to_string();
    for signal in ["-INT", "-TERM"] {
        let sent = tokio::process::Command::new("kill")
            .args([signal, &process])
            .status()
            .await;
        assert!(sent.unwrap().success());
    }
    let applied = work.await.unwrap().unwrap().into_inner();
    assert_one(&applied.diagnostics, "", "Cancelled");
    let state = session.decoded(applied.new_state.as_ref());
    assert_eq!(state.get("id"), Some(&"box-a".into()));
}

#[tokio::test]
async fn a_wrong_answer_is_an_error_at_its_attribute_and_the_rest_is_kept() {
    let session = Session::start().await;
    for (behavior, path, text) in [
        ("leave unknown", "serial", "serial is still unknown"),
        (
            "give another type",
            "labels",
            "labels is a string, where the schema says a map",
        ),
        (
            "change its mind",
            "size",
            "size is not what the plan had said",
        ),
    ] {
        let applied = session.apply(None, &ill_mannered(&session, behavior)).await;
        assert_one(&applied.diagnostics, path, text);
        assert_eq!(
            session.decoded(applied.new_state.as_ref()).get("id"),
            Some(&"box-a".into()),
            "{behavior}"
        );
    }
    let applied = session
        .apply(None, &ill_mannered(&session, "forget everything"))
        .await;
    assert_one(
        &applied.diagnostics,
        "",
        "The provider gave no state for toy_box after create",
    );
}

#[tokio::test]
async fn a_plan_against_the_configuration_is_an_error_at_the_attribute() {
    let session = Session::start().await;
    let mut config = ill_mannered(&session, "contradict");
    config.set("size", Value::Number(Number::from(1_i64)));
    let plan = session.plan(None, &config).await;
    assert_one(
        &plan.diagnostics,
        "size",
        "The provider planned toy_box against its configuration",
    );
    assert!(
        !words(&plan.diagnostics)[0].contains("42"),
        "a diagnostic never shows a value"
    );
}

#[tokio::test]
async fn what_cannot_be_decoded_is_named_and_the_state_stands() {
    let session = Session::start().await;
    let broken = Some(wire::DynamicValue {
        msgpack: vec![0xc1, 0xff],
        json: Vec::new(),
    });
    let request = validate_resource_config::Request {
        type_name: "toy_box".to_owned(),
        config: broken.clone(),
        client_capabilities: None,
    };
    let mut provider = session.provider.clone();
    let answer = provider
        .validate_resource_config(request)
        .await
        .unwrap()
        .into_inner();
    assert_one(
        &answer.diagnostics,
        "",
        "The configuration of toy_box could not be decoded",
    );

    let other_type = Type::object([("name", Type::Bool)]);
    let mistyped = Some(encoded(
        &Value::object([("name", Value::Bool(true))]),
        &other_type,
    ));
    let request = read_resource::Request {
        type_name: "toy_box".to_owned(),
        current_state: mistyped.clone(),
        ..Default::default()
    };
    let answer = provider.read_resource(request).await.unwrap().into_inner();
    assert_eq!(answer.diagnostics.len(), 1);
    assert!(words(&answer.diagnostics)[0].contains("The state of toy_box could not be decoded"));
    assert_eq!(answer.new_state, mistyped, "what came goes back");
}

#[tokio::test]
async fn unknown_names_are_named() {
    let session = Session::start().await;
    let request = validate_resource_config::Request {
        type_name: "toy_barrel".to_owned(),
        ..Default::default()
    };
    let answer = session
        .provider
        .clone()
        .validate_resource_config(request)
        .await
        .unwrap()
        .into_inner();
    assert_one(
        &answer.diagnostics,
        "",
        "This provider has no resource type toy_barrel",
    );
}

#[tokio::test]
async fn before_it_is_configured_it_touches_nothing() {
    let session = Session::unconfigured(&[]).await;
    let config = session.a_box([("name", "a".into())]);
    let plan = session.plan(None, &config).await;
    assert_one(
        &plan.diagnostics,
        "",
        "The provider is not configured: plan of toy_box is not possible",
    );
}

#[tokio::test]
async fn state_stores_are_not_offered() {
    let session = Session::start().await;
    let status = session
        .provider
        .clone()
        .get_states(wire::get_states::Request::default())
        .await
        .unwrap_err();
    assert_eq!(status.code(), tonic::Code::Unimplemented);
    let request = wire::read_state_bytes::Request::default();
    let status = session
        .provider
        .clone()
        .read_state_bytes(request)
        .await
        .unwrap_err();
    assert_eq!(status.code(), tonic::Code::Unimplemented);
}
