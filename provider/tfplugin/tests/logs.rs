//! What goes to stderr: lines that Terraform can read, as many as it asked for, and never a value.

use tfplugin::Value;

use crate::session::Session;

/// The log of a session that configures, plans and crashes.
async fn log_under(environment: &[(&str, &str)]) -> Vec<serde_json::Value> {
    let session = Session::unconfigured(environment).await;
    session.configure().await;
    let config = session.a_box([
        ("name", "a".into()),
        ("secret", "correct horse".into()),
        ("labels", Value::map([("key", "battery staple".into())])),
        ("behavior", "panic".into()),
    ]);
    session.apply(None, &config).await;
    let Session {
        mut process,
        channel,
        provider,
        ..
    } = session;
    let mut controller =
        tfplugin::proto::plugin::grpc_controller_client::GrpcControllerClient::new(channel.clone());
    controller
        .shutdown(tfplugin::proto::plugin::Empty {})
        .await
        .unwrap();
    drop((channel, provider, controller));
    process.child.wait().await.unwrap();
    let lines = process.logged();
    for line in &lines {
        assert!(
            !line.contains("correct horse") && !line.contains("battery staple"),
            "{line}"
        );
    }
    lines
        .iter()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect()
}

fn messages(log: &[serde_json::Value]) -> Vec<&str> {
    log.iter()
        .map(|line| line["@message"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn events_are_lines_of_json_with_the_fields_that_terraform_reads() {
    let log = log_under(&[("TF_LOG", "trace")]).await;
    for line in &log {
        assert!(
            ["trace", "debug", "info", "warn", "error"].contains(&line["@level"].as_str().unwrap())
        );
        assert!(
            line["@module"]
                .as_str()
                .unwrap()
                .starts_with("provider.toy.")
        );
        assert_eq!(
            line["@timestamp"].as_str().unwrap().len(),
            "2026-01-02T03:04:05.000000Z".len()
        );
    }
    let configured = log
        .iter()
        .find(|line| line["@message"] == "configured\nover two lines")
        .unwrap();
    assert_eq!(configured["terraform"], "1.11.0");
    assert_eq!(
        configured["rpc"], "configure",
        "what the call is comes with it"
    );
    let crash = log
        .iter()
        .find(|line| line["@message"] == "the provider panicked")
        .unwrap();
    assert_eq!(
        (crash["@level"].as_str(), crash["tf_type"].as_str()),
        (Some("error"), Some("toy_box"))
    );
}

#[tokio::test]
async fn the_level_is_obeyed() {
    let log = log_under(&[("TF_LOG", "trace"), ("TF_LOG_PROVIDER", "error")]).await;
    assert_eq!(messages(&log), ["the provider panicked"]);
    let log = log_under(&[("TF_LOG_PROVIDER", "trace"), ("TF_LOG_PROVIDER_TOY", "off")]).await;
    assert_eq!(messages(&log), Vec::<&str>::new());
    let log = log_under(&[]).await;
    assert_eq!(messages(&log), ["the provider panicked"]);
}
