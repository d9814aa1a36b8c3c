//! Many calls at once, and large ones.

use tfplugin::Value;

use crate::session::{Session, words};

#[tokio::test]
async fn calls_run_at_the_same_time() {
    let session = Session::start().await;
    // Each waits for the other's box: one after the other, neither would ever end.
    let first = session.a_box([("name", "a".into()), ("behavior", "meet b".into())]);
    let second = session.a_box([("name", "b".into()), ("behavior", "meet a".into())]);
    let (first, second) = tokio::join!(session.apply(None, &first), session.apply(None, &second));
    assert_eq!(words(&first.diagnostics), Vec::<String>::new());
    assert_eq!(words(&second.diagnostics), Vec::<String>::new());
}

#[tokio::test]
async fn requests_of_240_mib_and_their_answers_go_through_and_larger_ones_end_nothing() {
    let session = Session::start().await;
    let heavy = |size: usize| {
        session.a_box([
            ("name", "a".into()),
            (
                "labels",
                Value::map([("heavy", Value::from("x".repeat(size)))]),
            ),
        ])
    };
    // The request holds the text twice: in the configuration and in the proposed state.
    let plan = session.plan(None, &heavy(120 << 20)).await;
    assert_eq!(words(&plan.diagnostics), Vec::<String>::new());
    let planned = session.decoded(plan.planned_state.as_ref());
    let heavy_label = planned
        .get("labels")
        .unwrap()
        .get("heavy")
        .unwrap()
        .as_str()
        .unwrap();
    assert_eq!(heavy_label.len(), 120 << 20);

    let too_much = tfplugin::proto::tfplugin6::validate_resource_config::Request {
        type_name: "toy_box".to_owned(),
        config: Some(crate::session::encoded(
            &heavy(257 << 20),
            &session.box_type(),
        )),
        client_capabilities: None,
    };
    let status = session
        .provider
        .clone()
        .validate_resource_config(too_much)
        .await
        .unwrap_err();
    assert_eq!(status.code(), tonic::Code::OutOfRange, "{status:?}");
    assert_eq!(
        words(&session.plan(None, &heavy(1)).await.diagnostics),
        Vec::<String>::new()
    );
}
