use super::*;
use cloud::{Cloud, CloudConfig};

fn site(region: &str, key: &str) -> Value {
    let block = provider_block::schema().ty();
    let Type::Object(of_block) = &block else {
        panic!("an object")
    };
    let text = format!(
        "{{\"{region}\":{{\"region\":\"{region}\",\"access_key\":\"{key}\",\"secret_key\":\"s3cr3t\",\"session_token\":\"t0k3n\"}}}}"
    );
    let (sites, _) = json::decode_state(text.as_bytes(), &of_block["sites"]).unwrap();
    sites.get(region).cloned().unwrap_or_else(|| match sites {
        Value::Map(sites) => sites[region].clone(),
        _ => panic!("a map"),
    })
}

fn runtime() -> Runtime {
    let sites =
        ["us-east-1", "us-west-2", "eu-central-1"].map(|region| (region, site(region, "AKIA")));
    let mut block = Value::object(
        provider_block::schema()
            .attributes()
            .map(|(name, _)| (name.to_owned(), Value::Null)),
    );
    block.set("sites", Value::map(sites));
    block.set("max_concurrency", Value::from(7_i64));
    let mut diagnostics = Diagnostics::new();
    let runtime = provider_block::runtime(&block, Vec::new(), &mut diagnostics).unwrap();
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    runtime
}

fn parsed(text: &str) -> Result<AgentConfig, String> {
    let mut diagnostics = Diagnostics::new();
    let config = AgentConfig::parse(text, &mut diagnostics);
    config.ok_or_else(|| open::words(&diagnostics).join("\n"))
}

#[test]
fn what_is_exported_comes_back_with_its_two_sites_and_no_key() {
    let mut echo = schema::empty("us-east-1", "us-west-2");
    echo.set("paused", Value::from(true));
    let text = of(&echo, &runtime());
    let text = text.as_str().unwrap();
    for secret in ["AKIA", "s3cr3t", "t0k3n", "eu-central-1", "null"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let config = parsed(text).unwrap();
    assert_eq!(config.echo.get("paused"), Some(&Value::from(true)));
    assert_eq!(
        config.block.get("max_concurrency"),
        Some(&Value::from(7_i64))
    );
    let Some(Value::Map(sites)) = config.block.get("sites") else {
        panic!("{:?}", config.block)
    };
    assert_eq!(sites.keys().collect::<Vec<_>>(), ["us-east-1", "us-west-2"]);
    assert_eq!(
        parse(text).unwrap(),
        config.echo,
        "the data source takes the same text"
    );
}

/// Nothing is written as empty that is left out.
#[test]
fn a_selection_that_says_only_what_it_leaves_out_comes_back_and_every_bucket_does() {
    let block = Type::Object(
        schema::schema()
            .attributes()
            .map(|(n, a)| (n.to_owned(), a.ty()))
            .collect(),
    );
    let Type::Object(members) = &block else {
        panic!("an object")
    };
    for select in [
        r#"{"exclude":["logs-*"]}"#,
        r#"{"exclude":[]}"#,
        "{}",
        "null",
    ] {
        let (select, _) = json::decode_state(select.as_bytes(), &members["select"]).unwrap();
        let mut echo = schema::empty("us-east-1", "us-west-2");
        echo.set("select", select.clone());
        let text = of(&echo, &runtime());
        let config = parsed(text.as_str().unwrap()).unwrap();
        assert_eq!(config.echo.get("select"), Some(&select));
    }
}

#[test]
fn what_is_not_known_yet_makes_it_unknown() {
    let echo = schema::empty("us-east-1", "us-west-2");
    let mut runtime = Runtime::new(Cloud::new(CloudConfig::default()).unwrap());
    runtime.block = Value::object([("sites", Value::unknown())]);
    assert!(of(&echo, &runtime).is_unknown());
}

const SITES: &str =
    r#""sites": { "a": { "region": "us-east-1" }, "b": { "region": "us-west-2" } }"#;

#[test]
fn a_file_by_hand_needs_little() {
    let text = format!(
        "{{ \"source\": \"a\", \"target\": \"b\", {SITES}, \"queue_url\": \"https://q\" }}"
    );
    let config = parsed(&text).unwrap();
    assert_eq!(config.queue_url.as_deref(), Some("https://q"));
}

#[test]
fn what_is_wrong_is_named() {
    let with = |more: &str| {
        parsed(&format!(
            "{{ \"source\": \"a\", \"target\": \"b\", {more} }}"
        ))
    };
    for (text, word) in [
        (parsed("nonsense"), "configuration of an echo"),
        (with("\"sites\": {}, \"selekt\": {}"), "selekt"),
        (with("\"sites\": { \"a\": { \"regin\": \"x\" } }"), "regin"),
        (with("\"paused\": false"), "sites"),
        (
            with(&format!(
                "{SITES}, \"select\": {{ \"exclude\": [\"Logs_*\"] }}"
            )),
            "Logs_*",
        ),
        (
            with(&format!("{SITES}, \"select\": {{ \"include\": [] }}")),
            "include: An empty selection would take every bucket",
        ),
        (
            with(&format!("{SITES}, \"select\": {{ \"tags\": {{}} }}")),
            "tags: An empty selection would take every bucket",
        ),
        (
            with("\"sites\": { \"a\": { \"access_key\": \"AK\", \"secret_key\": \"SK\" } }"),
            "profile",
        ),
        (
            with(&format!("{SITES}, \"target_bucket\": \"x\"")),
            "{bucket}",
        ),
        (
            parsed(&format!("{{ \"target\": \"b\", {SITES} }}")),
            "source",
        ),
        (
            with(&format!("{SITES}, \"on_destroy\": \"burn\"")),
            "on_destroy",
        ),
    ] {
        let error = text.unwrap_err();
        assert!(error.contains(word), "{word}: {error}");
        assert!(!error.contains("SK"), "{error}");
    }
}

#[tokio::test]
async fn a_profile_for_no_site_is_an_error() {
    let text = format!("{{ \"source\": \"a\", \"target\": \"b\", {SITES} }}");
    let overrides = Overrides {
        profiles: [("c".to_owned(), "ops".to_owned())].into(),
        ..Overrides::default()
    };
    let mut diagnostics = Diagnostics::new();
    let opened = open(&[parsed(&text).unwrap()], &overrides, &mut diagnostics).await;
    assert!(opened.is_none());
    assert!(open::words(&diagnostics)[0].contains("\"c\""));
}
