//! Nothing is left behind, however the lab ends.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use acceptance_tests::Lab;

fn runs(process: u64) -> bool {
    // A process that has ended and that nobody has waited for yet is a zombie: it holds nothing.
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(')')
        .is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

fn wait_for_the_end(process: u64) {
    let limit = Instant::now() + Duration::from_secs(20);
    while runs(process) {
        assert!(Instant::now() < limit, "process {process} is left behind");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn start() -> (Child, serde_json::Value) {
    let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("the lab starts");
    let mut line = String::new();
    BufReader::new(lab.stdout.as_mut().expect("its output"))
        .read_line(&mut line)
        .expect("a line");
    (lab, serde_json::from_str(&line).expect("JSON"))
}

fn signal(name: &str, process: u32) {
    Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .status()
        .expect("kill runs");
}

#[tokio::test]
async fn dropping_the_lab_ends_the_emulator() {
    let lab = Lab::start().await.unwrap();
    let emulator = u64::from(lab.emulator_process());
    assert!(runs(emulator));
    drop(lab);
    wait_for_the_end(emulator);
}

/// Each takes a free port before its emulator does, so two may take the same: both must come up, each with its own.
#[tokio::test]
async fn labs_that_start_at_once_share_nothing() {
    let labs = futures::future::join_all((0..8).map(|_| Lab::start())).await;
    let labs: Vec<_> = labs
        .into_iter()
        .map(|lab| lab.expect("it starts"))
        .collect();
    for lab in &labs {
        crate::ground::make_bucket(lab, lab.site("east"), "the-same-name").await;
        let users = lab
            .admin_iam(lab.site("east"))
            .list_users()
            .send()
            .await
            .expect("users");
        assert_eq!(users.users().len(), 1);
    }
}

#[test]
fn a_panic_ends_it() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let test = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let lab = Lab::start().await.unwrap();
            sender
                .send(u64::from(lab.emulator_process()))
                .expect("sent");
            panic!("as a failing test does");
        });
    });
    let emulator = receiver.recv().expect("it started");
    assert!(test.join().is_err());
    wait_for_the_end(emulator);
}

#[test]
fn the_command_ends_all_on_sigterm_and_even_on_sigkill() {
    for name in ["TERM", "INT", "KILL"] {
        let (mut lab, said) = start();
        let emulator = said["emulator_process"].as_u64().expect("a number");
        assert_eq!(said["sites"].as_array().map(Vec::len), Some(3));
        assert_eq!(said["tfvars"]["sites"]["east"]["region"], "us-east-1");
        assert!(runs(emulator));
        signal(name, lab.id());
        let ended = lab.wait().expect("it ends");
        assert_eq!(ended.success(), name != "KILL");
        wait_for_the_end(emulator);
    }
}

#[test]
fn the_control_endpoint_shows_and_sets() {
    let (mut lab, said) = start();
    let endpoint = said["endpoint"]
        .as_str()
        .expect("an endpoint")
        .strip_prefix("http://")
        .expect("http")
        .to_owned();
    let ask = |method: &str, path: &str, body: &str| {
        let mut stream = std::net::TcpStream::connect(&endpoint).expect("it listens");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: lab\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        std::io::Write::write_all(&mut stream, request.as_bytes()).expect("asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        answer
    };
    let fault = r#"{"operation":"ListBuckets","when":{"first":1},"effect":"slow_down"}"#;
    assert!(ask("POST", "/_lab/faults", fault).contains("\"id\":1"));
    assert!(ask("PUT", "/_lab/latency", "1").starts_with("HTTP/1.1 200"));
    assert!(ask("PUT", "/_lab/latency", "soon").starts_with("HTTP/1.1 400"));
    assert!(
        ask("GET", "/", "").starts_with("HTTP/1.1 503"),
        "the fault is in force"
    );
    let calls = ask("GET", "/_lab/calls", "");
    assert!(
        calls.contains("\"operation\":\"ListBuckets\"") && calls.contains("\"origin\":\"fault\""),
        "{calls}"
    );
    assert!(ask("DELETE", "/_lab/calls", "").starts_with("HTTP/1.1 200"));
    assert!(ask("GET", "/_lab/calls", "").ends_with("[]"));
    signal("TERM", lab.id());
    lab.wait().expect("it ends");
}

#[test]
fn missing_tools_say_how_to_get_them() {
    let script = acceptance_tests::root().join("acceptance-tests/lab/tools.sh");
    let output = Command::new(script)
        .args(["no-such-python", "/nowhere", "/nowhere"])
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && said.contains("no-such-python is missing. Install Python"),
        "{said}"
    );
}
