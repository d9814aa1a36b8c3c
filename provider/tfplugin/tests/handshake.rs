//! From the start of the process to its end.

use std::process::Stdio;

use tfplugin::proto::health::{HealthCheckRequest, health_client::HealthClient};
use tfplugin::proto::plugin::grpc_stdio_client::GrpcStdioClient;
use tfplugin::proto::plugin::{self, grpc_controller_client::GrpcControllerClient};
use tfplugin::proto::tfplugin6::{get_metadata, provider_client::ProviderClient};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::session::{COOKIE, Process, Session};
use crate::toy;
use crate::trust::{ClientIdentity, connect};

#[tokio::test]
async fn started_by_hand_it_says_what_it_is_and_fails() {
    let output = Command::new(toy::binary())
        .env_clear()
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty(), "stdout belongs to the handshake");
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(words.contains("Terraform provider toy 0.0.1"), "{words}");
    assert!(
        words.contains("terraform init") && words.contains("registry.terraform.io/example/toy"),
        "{words}"
    );
}

#[tokio::test]
async fn the_line_names_a_unix_socket_where_there_can_be_one() {
    let process = Process::start(&[COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "6")]).await;
    assert_eq!(process.line[..3], ["1", "6", "unix"]);
    assert_eq!(process.line[4], "grpc");
    assert!(std::path::Path::new(&process.line[3]).exists());
}

#[tokio::test]
async fn the_directory_for_sockets_is_obeyed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_str().unwrap();
    let process = Process::start(&[COOKIE, ("PLUGIN_UNIX_SOCKET_DIR", path)]).await;
    assert!(process.line[3].starts_with(path), "{:?}", process.line);
}

#[tokio::test]
async fn without_unix_sockets_it_takes_a_port_of_the_range_on_loopback() {
    let identity = ClientIdentity::new();
    let process = Process::start(&[
        COOKIE,
        ("PLUGIN_CLIENT_CERT", &identity.pem),
        ("PLUGIN_UNIX_SOCKET_DIR", "/there/is/no/such/directory"),
        ("PLUGIN_MIN_PORT", "20000"),
        ("PLUGIN_MAX_PORT", "24999"),
    ])
    .await;
    assert_eq!(process.line[2], "tcp");
    let (host, port) = process.line[3].split_once(':').unwrap();
    assert_eq!(host, "127.0.0.1");
    assert!((20000..25000).contains(&port.parse::<u16>().unwrap()));
    let channel = connect(&process.line, Some(&identity)).await.unwrap();
    ProviderClient::new(channel)
        .get_metadata(get_metadata::Request {})
        .await
        .unwrap();
}

#[tokio::test]
async fn a_terraform_that_speaks_only_version_five_is_told_our_version() {
    let process = Process::start(&[COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "4,5")]).await;
    assert_eq!(process.line[1], "6");
}

#[tokio::test]
async fn shutdown_ends_the_process_cleanly_and_leaves_no_socket() {
    let mut session = Session::start().await;
    // As Terraform has it: a stream for stray output is open all the time.
    let mut stdio = GrpcStdioClient::new(session.channel.clone());
    let mut stream = stdio.stream_stdio(()).await.unwrap().into_inner();
    let socket = session.process.line[3].clone();
    GrpcControllerClient::new(session.channel.clone())
        .shutdown(plugin::Empty {})
        .await
        .unwrap();
    assert!(
        stream.message().await.unwrap().is_none(),
        "the stream ends, and not with an error"
    );
    let status = session.process.child.wait().await.unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(!std::path::Path::new(&socket).exists());
}

#[tokio::test]
async fn it_is_well_when_asked_as_the_host_asks() {
    let session = Session::start().await;
    let mut health = HealthClient::new(session.channel.clone());
    let request = HealthCheckRequest {
        service: "plugin".to_owned(),
    };
    assert_eq!(health.check(request).await.unwrap().into_inner().status, 1);
    let request = HealthCheckRequest {
        service: "another".to_owned(),
    };
    assert_eq!(
        health.check(request).await.unwrap_err().code(),
        tonic::Code::NotFound
    );
}

#[tokio::test]
async fn when_terraform_is_gone_without_a_word_the_process_ends_by_itself() {
    let session = Session::start().await;
    let Session {
        mut process,
        channel,
        provider,
        ..
    } = session;
    drop((channel, provider));
    assert_eq!(process.child.wait().await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn debugging_prints_the_setting_to_attach_with_and_outlives_a_shutdown() {
    let temporary = tempfile::tempdir().unwrap();
    let mut child = Command::new(toy::binary())
        .arg("--debug")
        .env_clear()
        .env("TMPDIR", temporary.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
    let setting = loop {
        let line = stderr
            .next_line()
            .await
            .unwrap()
            .expect("a line with the setting");
        if let Some(setting) = line.strip_prefix("TF_REATTACH_PROVIDERS=") {
            break setting.trim_matches('\'').to_owned();
        }
    };
    let setting: serde_json::Value = serde_json::from_str(&setting).unwrap();
    let attach = &setting["registry.terraform.io/example/toy"];
    let address = &attach["Addr"];
    let line: Vec<String> = [
        "1",
        "6",
        address["Network"].as_str().unwrap(),
        address["String"].as_str().unwrap(),
    ]
    .map(str::to_owned)
    .to_vec();
    for _ in 0..2 {
        let channel = connect(&line, None).await.unwrap();
        ProviderClient::new(channel.clone())
            .get_metadata(get_metadata::Request {})
            .await
            .unwrap();
        GrpcControllerClient::new(channel)
            .shutdown(plugin::Empty {})
            .await
            .unwrap();
    }
    assert!(child.try_wait().unwrap().is_none());
}
