//! States that come from elsewhere: imported, of an older schema, or of another resource type.

use tfplugin::proto::tfplugin6::{
    RawState, get_resource_identity_schemas, import_resource_state, move_resource_state,
    upgrade_resource_identity, upgrade_resource_state,
};

use crate::life_of_a_resource::{NOTHING, identity, number};
use crate::session::{Session, assert_one, words};

#[tokio::test]
async fn a_box_is_imported_by_id_and_by_identity() {
    let session = Session::start().await;
    session
        .apply(None, &session.a_box([("name", "a".into())]))
        .await;
    let by_id = import_resource_state::Request {
        type_name: "toy_box".to_owned(),
        id: "a".to_owned(),
        ..Default::default()
    };
    let by_identity = import_resource_state::Request {
        type_name: "toy_box".to_owned(),
        identity: Some(identity("a")),
        ..Default::default()
    };
    for request in [by_id, by_identity] {
        let answer = session
            .provider
            .clone()
            .import_resource_state(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(words(&answer.diagnostics), NOTHING);
        let [imported] = answer.imported_resources.as_slice() else {
            panic!("one box")
        };
        assert_eq!(
            session.decoded(imported.state.as_ref()).get("name"),
            Some(&"a".into())
        );
        assert_eq!(imported.identity, Some(identity("a")));
    }
    let nobody = import_resource_state::Request {
        type_name: "toy_box".to_owned(),
        id: "nobody".to_owned(),
        ..Default::default()
    };
    let answer = session
        .provider
        .clone()
        .import_resource_state(nobody)
        .await
        .unwrap()
        .into_inner();
    assert_one(&answer.diagnostics, "", "There is no toy_box to import");
}

#[tokio::test]
async fn a_stored_state_is_lifted_to_the_current_schema() {
    let session = Session::start().await;
    let upgrade = |version, json: &str| upgrade_resource_state::Request {
        type_name: "toy_box".to_owned(),
        version,
        raw_state: Some(RawState {
            json: json.as_bytes().to_vec(),
            ..Default::default()
        }),
    };
    let mut provider = session.provider.clone();
    let old = upgrade(0, r#"{"id":"box-a","title":"a","removed_long_ago":[1]}"#);
    let answer = provider
        .upgrade_resource_state(old)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(words(&answer.diagnostics), NOTHING);
    assert_eq!(
        session.decoded(answer.upgraded_state.as_ref()).get("name"),
        Some(&"a".into())
    );

    let current = upgrade(
        1,
        r#"{"name":"a","size":12345678901234567890.5,"handle":[]}"#,
    );
    let answer = provider
        .upgrade_resource_state(current)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        session.decoded(answer.upgraded_state.as_ref()).get("size"),
        Some(&number("12345678901234567890.5"))
    );

    let newer = provider
        .upgrade_resource_state(upgrade(2, "{}"))
        .await
        .unwrap()
        .into_inner();
    assert_one(&newer.diagnostics, "", "written by a newer provider");
    let wrong = provider
        .upgrade_resource_state(upgrade(1, r#"{"labels":"no map"}"#))
        .await
        .unwrap()
        .into_inner();
    assert_one(&wrong.diagnostics, "labels", "does not fit the schema");
    let none = provider
        .upgrade_resource_state(upgrade(1, ""))
        .await
        .unwrap()
        .into_inner();
    assert_one(&none.diagnostics, "", "not stored as JSON");
}

#[tokio::test]
async fn identities_have_schemas_and_are_lifted_too() {
    let session = Session::start().await;
    let mut provider = session.provider.clone();
    let request = get_resource_identity_schemas::Request {};
    let schemas = provider
        .get_resource_identity_schemas(request)
        .await
        .unwrap()
        .into_inner()
        .identity_schemas;
    let [attribute] = schemas["toy_box"].identity_attributes.as_slice() else {
        panic!("one attribute")
    };
    assert_eq!(
        (attribute.name.as_str(), attribute.required_for_import),
        ("name", true)
    );
    assert_eq!(attribute.r#type, br#""string""#);

    let request = upgrade_resource_identity::Request {
        type_name: "toy_box".to_owned(),
        version: 0,
        raw_identity: Some(RawState {
            json: br#"{"name":"a"}"#.to_vec(),
            ..Default::default()
        }),
    };
    let answer = provider
        .upgrade_resource_identity(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.upgraded_identity, Some(identity("a")));
}

#[tokio::test]
async fn a_state_moves_in_from_a_type_that_is_known_and_from_no_other() {
    let session = Session::start().await;
    let request = |source: &str| move_resource_state::Request {
        source_provider_address: "registry.terraform.io/example/crates".to_owned(),
        source_type_name: source.to_owned(),
        source_schema_version: 3,
        source_state: Some(RawState {
            json: br#"{"name":"a"}"#.to_vec(),
            ..Default::default()
        }),
        target_type_name: "toy_box".to_owned(),
        ..Default::default()
    };
    let mut provider = session.provider.clone();
    let moved = provider
        .move_resource_state(request("toy_crate"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(words(&moved.diagnostics), NOTHING);
    assert_eq!(
        session.decoded(moved.target_state.as_ref()).get("name"),
        Some(&"a".into())
    );
    assert_eq!(moved.target_identity, Some(identity("a")));
    let refused = provider
        .move_resource_state(request("toy_barrel"))
        .await
        .unwrap()
        .into_inner();
    assert_one(
        &refused.diagnostics,
        "",
        "toy_barrel cannot be moved to toy_box",
    );
}
