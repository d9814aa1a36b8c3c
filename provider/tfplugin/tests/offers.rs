//! Data sources, functions, ephemeral resources, list resources and actions.

use tfplugin::proto::tfplugin6::{
    call_function, close_ephemeral_resource, get_functions, get_metadata, invoke_action,
    list_resource, open_ephemeral_resource, plan_action, read_data_source,
    renew_ephemeral_resource, validate_action_config, validate_data_resource_config,
    validate_ephemeral_resource_config, validate_list_resource_config,
};
use tfplugin::{Type, Value};

use crate::session::{Session, assert_one, block_type, decoded, encoded, words};

const NOTHING: Vec<String> = Vec::new();

#[tokio::test]
async fn the_metadata_names_everything() {
    let session = Session::start().await;
    let metadata = session
        .provider
        .clone()
        .get_metadata(get_metadata::Request {})
        .await
        .unwrap()
        .into_inner();
    assert_eq!(metadata.resources[0].type_name, "toy_box");
    assert_eq!(metadata.data_sources[0].type_name, "toy_box");
    assert_eq!(metadata.functions[0].name, "shout");
    assert_eq!(metadata.ephemeral_resources[0].type_name, "toy_token");
    assert_eq!(metadata.list_resources[0].type_name, "toy_box");
    assert_eq!(metadata.actions[0].type_name, "toy_open");
}

#[tokio::test]
async fn a_data_source_answers_or_says_what_is_not_there() {
    let session = Session::start().await;
    session
        .apply(None, &session.a_box([("name", "a".into())]))
        .await;
    let ty = block_type(&session.schemas.data_source_schemas["toy_box"]);
    let ask = |name: &str| {
        let config = Value::object([("name", name.into()), ("serial", Value::Null)]);
        encoded(&config, &ty)
    };
    let mut provider = session.provider.clone();
    let request = validate_data_resource_config::Request {
        type_name: "toy_box".to_owned(),
        config: Some(ask("a")),
    };
    let valid = provider
        .validate_data_resource_config(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(words(&valid.diagnostics), NOTHING);
    let request = |name| read_data_source::Request {
        type_name: "toy_box".to_owned(),
        config: Some(ask(name)),
        ..Default::default()
    };
    let found = provider
        .read_data_source(request("a"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        decoded(found.state.as_ref(), &ty).get("serial"),
        Some(&"1".into())
    );
    let missing = provider
        .read_data_source(request("b"))
        .await
        .unwrap()
        .into_inner();
    assert_one(&missing.diagnostics, "name", "There is no such box");
}

#[tokio::test]
async fn a_function_computes_without_a_configured_provider_and_blames_the_argument() {
    let session = Session::unconfigured(&[]).await;
    let functions = session
        .provider
        .clone()
        .get_functions(get_functions::Request {})
        .await
        .unwrap()
        .into_inner();
    assert_eq!(functions.functions["shout"].parameters[0].name, "word");
    assert_eq!(session.schemas.functions, functions.functions);
    let call = |words: &[&str]| {
        let arguments = words
            .iter()
            .map(|word| encoded(&Value::from(*word), &Type::String))
            .collect();
        let request = call_function::Request {
            name: "shout".to_owned(),
            arguments,
        };
        let mut provider = session.provider.clone();
        async move { provider.call_function(request).await.unwrap().into_inner() }
    };
    let answer = call(&["a", "b"]).await;
    assert_eq!(decoded(answer.result.as_ref(), &Type::String), "A B".into());
    let error = call(&["a", ""]).await.error.unwrap();
    assert_eq!(
        (error.text.as_str(), error.function_argument),
        ("silence cannot be shouted", Some(1))
    );
    let crash = call(&["panic"]).await.error.unwrap();
    assert!(
        crash.text.contains("crashed") && crash.text.contains("too loud"),
        "{}",
        crash.text
    );
    let none = call(&[]).await.error.unwrap();
    assert!(none.text.contains("takes 1 arguments"), "{}", none.text);
}

#[tokio::test]
async fn an_ephemeral_value_is_opened_renewed_and_closed() {
    let session = Session::start().await;
    let ty = block_type(&session.schemas.ephemeral_resource_schemas["toy_token"]);
    let config = encoded(
        &Value::object([("seed", "abc".into()), ("token", Value::Null)]),
        &ty,
    );
    let type_name = "toy_token".to_owned();
    let mut provider = session.provider.clone();
    let request = validate_ephemeral_resource_config::Request {
        type_name: type_name.clone(),
        config: Some(config.clone()),
    };
    let valid = provider
        .validate_ephemeral_resource_config(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(words(&valid.diagnostics), NOTHING);
    let request = open_ephemeral_resource::Request {
        type_name: type_name.clone(),
        config: Some(config),
        client_capabilities: None,
    };
    let opened = provider
        .open_ephemeral_resource(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        decoded(opened.result.as_ref(), &ty).get("token"),
        Some(&"cba".into())
    );
    assert!(opened.renew_at.is_some());
    let request = renew_ephemeral_resource::Request {
        type_name: type_name.clone(),
        private: opened.private.clone(),
    };
    let renewed = provider
        .renew_ephemeral_resource(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (renewed.private.clone(), renewed.renew_at),
        (opened.private, None)
    );
    let request = close_ephemeral_resource::Request {
        type_name: type_name.clone(),
        private: renewed.private,
    };
    let closed = provider
        .close_ephemeral_resource(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(words(&closed.diagnostics), NOTHING);
    let request = close_ephemeral_resource::Request {
        type_name,
        private: None,
    };
    let closed = provider
        .close_ephemeral_resource(request)
        .await
        .unwrap()
        .into_inner();
    assert_one(&closed.diagnostics, "", "A token was lost");
}

#[tokio::test]
async fn a_list_streams_what_it_finds_up_to_the_limit() {
    let session = Session::start().await;
    for name in ["a1", "a2", "a3", "b1"] {
        session
            .apply(None, &session.a_box([("name", name.into())]))
            .await;
    }
    let ty = block_type(&session.schemas.list_resource_schemas["toy_box"]);
    let config = encoded(&Value::object([("prefix", "a".into())]), &ty);
    let mut provider = session.provider.clone();
    let request = validate_list_resource_config::Request {
        type_name: "toy_box".to_owned(),
        config: Some(config.clone()),
        ..Default::default()
    };
    let valid = provider
        .validate_list_resource_config(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(words(&valid.diagnostics), NOTHING);
    for (limit, include_resource_object, names) in [(10, true, 3), (2, false, 2), (0, false, 3)] {
        let request = list_resource::Request {
            type_name: "toy_box".to_owned(),
            config: Some(config.clone()),
            include_resource_object,
            limit,
        };
        let mut events = provider.list_resource(request).await.unwrap().into_inner();
        let mut found = Vec::new();
        while let Some(event) = events.message().await.unwrap() {
            assert_eq!(words(&event.diagnostic), NOTHING);
            assert!(event.identity.is_some());
            assert_eq!(event.resource_object.is_some(), include_resource_object);
            found.push(event.display_name);
        }
        assert_eq!(found, ["the box a1", "the box a2", "the box a3"][..names]);
    }
}

#[tokio::test]
async fn a_list_that_fails_says_so_in_its_last_event() {
    let session = Session::start().await;
    std::fs::write(session.directory.path().join("broken.json"), "no box").unwrap();
    let ty = block_type(&session.schemas.list_resource_schemas["toy_box"]);
    let request = list_resource::Request {
        type_name: "toy_box".to_owned(),
        config: Some(encoded(&Value::object([("prefix", Value::Null)]), &ty)),
        include_resource_object: false,
        limit: 10,
    };
    let mut events = session
        .provider
        .clone()
        .list_resource(request)
        .await
        .unwrap()
        .into_inner();
    let last = events.message().await.unwrap().unwrap();
    assert_one(&last.diagnostic, "", "Could not look at a box");
    assert!(events.message().await.unwrap().is_none());
}

#[tokio::test]
async fn an_action_is_planned_and_reports_its_progress_then_its_end() {
    let session = Session::start().await;
    session
        .apply(None, &session.a_box([("name", "a".into())]))
        .await;
    let ty = block_type(
        session.schemas.action_schemas["toy_open"]
            .schema
            .as_ref()
            .unwrap(),
    );
    let config = |name: &str| Some(encoded(&Value::object([("name", Value::from(name))]), &ty));
    let action_type = "toy_open".to_owned();
    let mut provider = session.provider.clone();
    let request = validate_action_config::Request {
        type_name: action_type.clone(),
        config: config("a"),
    };
    let valid = provider
        .validate_action_config(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(words(&valid.diagnostics), NOTHING);
    let request = plan_action::Request {
        action_type: action_type.clone(),
        config: config("a"),
        client_capabilities: None,
    };
    let planned = provider.plan_action(request).await.unwrap().into_inner();
    assert_eq!(words(&planned.diagnostics), NOTHING);

    for (name, lines, problem) in [
        ("a", &["lifting the lid of a", "a is open"][..], None),
        (
            "b",
            &["lifting the lid of b"][..],
            Some("There is no such box"),
        ),
    ] {
        let request = invoke_action::Request {
            action_type: action_type.clone(),
            config: config(name),
            client_capabilities: None,
        };
        let mut events = provider.invoke_action(request).await.unwrap().into_inner();
        let mut said = Vec::new();
        let end = loop {
            match events
                .message()
                .await
                .unwrap()
                .expect("an end")
                .r#type
                .unwrap()
            {
                invoke_action::event::Type::Progress(progress) => said.push(progress.message),
                invoke_action::event::Type::Completed(completed) => break completed,
            }
        };
        assert_eq!(said, lines);
        match problem {
            None => assert_eq!(words(&end.diagnostics), NOTHING),
            Some(problem) => assert_one(&end.diagnostics, "name", problem),
        }
        assert!(events.message().await.unwrap().is_none());
    }
}
