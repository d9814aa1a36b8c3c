//! Each attribute that `update.rs` does not change for itself: set, looked for in the facets, and taken back, in place.

use acceptance_tests::{LabError, Site};

use super::{Scene, change, rules};
use crate::ground::make_role;

async fn key(scene: &Scene, site: &Site) -> String {
    let made = scene.lab.admin_kms(site).create_key().send().await;
    let made = made.expect("a key").key_metadata;
    made.and_then(|key| key.arn).expect("an ARN")
}

/// The settings of both sides, further arguments, and which facet says what then.
type Case<'a> = (&'a str, &'a str, String, &'a str, &'a str);

async fn set_and_taken_back(scene: &Scene, cases: &[Case<'_>]) -> Result<(), LabError> {
    scene.apply().await?;
    let plain = rules(scene).await;
    for (source, destination, arguments, facet, words) in cases {
        change(scene, source, destination, arguments).await?;
        let pair = scene.workdir.resource("crr_pair.orders").await?;
        let found = pair["facets"][*facet].as_str().unwrap_or_default();
        assert!(
            found.contains(words),
            "{source} {destination} {arguments}: {facet} = {found}"
        );
        let back = change(scene, "", "", "").await?;
        assert_eq!(back, plain, "{source} {destination} {arguments}");
    }
    Ok(())
}

#[tokio::test]
async fn of_the_pair_and_its_sides() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (east, west) = (scene.lab.site("east"), scene.lab.site("west"));
    let (from, to) = (key(&scene, east).await, key(&scene, west).await);
    let role = make_role(&scene.lab, east, "crr-given").await;
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    let policy = scene.lab.admin_iam(east).create_policy();
    let policy = policy
        .policy_name("boundary")
        .policy_document(document)
        .send()
        .await;
    let policy = policy.expect("a policy").policy;
    let boundary = policy.and_then(|policy| policy.arn).expect("an ARN");
    let (with_from, with_to) = (
        format!("kms_key_arn = \"{from}\""),
        format!("kms_key_arn = \"{to}\""),
    );
    let given = format!("role = \"{role}\"");
    let bounded = format!("permissions_boundary = \"{boundary}\"");
    let (everything, none) = ("source.rule.everything", String::new);
    let cases: [Case<'_>; 8] = [
        (
            "",
            "",
            "tags = { team = \"orders\" }".to_owned(),
            "source.role_tags",
            "\"team\":\"orders\"",
        ),
        ("", "", bounded, "source.role_boundary", &boundary),
        (&with_from, &with_to, none(), everything, &to),
        (&with_from, &with_to, none(), "source.role_policy", &from),
        ("", "", given.clone(), "source.role", &role),
        (&given, "", none(), "source.role", &role),
        (
            "",
            "storage_class = \"GLACIER_IR\"",
            none(),
            everything,
            "GLACIER_IR",
        ),
        (
            "",
            "",
            "replica_modifications = true".to_owned(),
            everything,
            "\"replica_modifications\":true",
        ),
    ];
    set_and_taken_back(&scene, &cases).await
}

#[tokio::test]
async fn of_a_rule() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let cases = [
        ("enabled = false", "\"status\":\"Disabled\""),
        ("delete_markers = true", "\"delete_markers\":true"),
        (
            "replica_modifications = true",
            "\"replica_modifications\":true",
        ),
        ("rtc = true", "\"rtc\":true"),
        ("metrics = false", "\"metrics\":false"),
        ("storage_class = \"GLACIER\"", "\"GLACIER\""),
        ("tags = { dr = \"true\" }", "\"dr\":\"true\""),
        ("priority = 7", "\"priority\":7,"),
        ("id = \"by-hand\"", "\"Enabled\""),
    ];
    let cases = cases.map(|(text, words)| {
        let by_id = text.starts_with("id");
        let facet = if by_id {
            "source.rule_id.by-hand"
        } else {
            "source.rule.everything"
        };
        (
            "",
            "",
            format!("rules = {{ everything = {{ {text} }} }}"),
            facet,
            words,
        )
    });
    set_and_taken_back(&scene, &cases).await
}

// What only the provider heeds is no call to a service.
#[tokio::test]
async fn what_no_service_hears_of() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    scene.apply().await?;
    for arguments in [
        "timeouts = { create = \"30m\", delete = \"2h\" }",
        "adopt = true",
    ] {
        scene.lab.reset_calls();
        change(&scene, "", "", arguments).await?;
        let writes = scene.lab.calls().writes();
        assert!(writes.is_empty(), "{arguments}: {}", writes.lines());
    }
    Ok(())
}
