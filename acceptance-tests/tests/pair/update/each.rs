//! Each attribute that `update.rs` does not change for itself: set, looked for in the facets, and taken back, in place.

use acceptance_tests::{LabError, Site};

use super::{Scene, change, rules};
use crate::ground::make_role;

async fn key(scene: &Scene, site: &Site) -> String {
    let made = scene.lab.admin_kms(site).create_key().send().await;
    let made = made.expect("a key").key_metadata;
    made.and_then(|key| key.arn).expect("an ARN")
}

#[tokio::test]
async fn set_and_taken_back() -> Result<(), LabError> {
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
    let of_a_side = format!("role = \"{role}\"");
    let of_the_rule = |text: &str| format!("rules = {{ everything = {{ {text} }} }}");
    // The two sides, further arguments, and what a facet says then.
    let cases = [
        (
            "",
            "",
            "tags = { team = \"orders\" }".to_owned(),
            "source.role_tags",
            "\"team\":\"orders\"",
        ),
        (
            "",
            "",
            format!("permissions_boundary = \"{boundary}\""),
            "source.role_boundary",
            boundary.as_str(),
        ),
        (
            &with_from,
            &with_to,
            String::new(),
            "source.rule.everything",
            to.as_str(),
        ),
        (
            &with_from,
            &with_to,
            String::new(),
            "source.role_policy",
            from.as_str(),
        ),
        (
            "",
            "",
            format!("role = \"{role}\""),
            "source.role",
            role.as_str(),
        ),
        (&of_a_side, "", String::new(), "source.role", role.as_str()),
        (
            "",
            "storage_class = \"GLACIER_IR\"",
            String::new(),
            "source.rule.everything",
            "GLACIER_IR",
        ),
        (
            "",
            "",
            "replica_modifications = true".to_owned(),
            "source.rule.everything",
            "\"replica_modifications\":true",
        ),
        (
            "",
            "",
            of_the_rule("enabled = false"),
            "source.rule.everything",
            "\"status\":\"Disabled\"",
        ),
        (
            "",
            "",
            of_the_rule("delete_markers = true"),
            "source.rule.everything",
            "\"delete_markers\":true",
        ),
        (
            "",
            "",
            of_the_rule("replica_modifications = true"),
            "source.rule.everything",
            "\"replica_modifications\":true",
        ),
        (
            "",
            "",
            of_the_rule("rtc = true"),
            "source.rule.everything",
            "\"rtc\":true",
        ),
        (
            "",
            "",
            of_the_rule("metrics = false"),
            "source.rule.everything",
            "\"metrics\":false",
        ),
        (
            "",
            "",
            of_the_rule("storage_class = \"GLACIER\""),
            "source.rule.everything",
            "\"GLACIER\"",
        ),
        (
            "",
            "",
            of_the_rule("tags = { dr = \"true\" }"),
            "source.rule.everything",
            "\"dr\":\"true\"",
        ),
        (
            "",
            "",
            of_the_rule("priority = 7"),
            "source.rule.everything",
            "\"priority\":7,",
        ),
        (
            "",
            "",
            of_the_rule("id = \"by-hand\""),
            "source.rule_id.by-hand",
            "\"Enabled\"",
        ),
    ];
    scene.apply().await?;
    let plain = rules(&scene).await;
    for (source, destination, arguments, facet, words) in &cases {
        change(&scene, source, destination, arguments).await?;
        let pair = scene.workdir.resource("crr_pair.orders").await?;
        let found = pair["facets"][*facet].as_str().unwrap_or_default();
        assert!(
            found.contains(words),
            "{source} {destination} {arguments}: {facet} = {found}"
        );
        let back = change(&scene, "", "", "").await?;
        assert_eq!(back, plain, "{source} {destination} {arguments}");
    }
    Ok(())
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
