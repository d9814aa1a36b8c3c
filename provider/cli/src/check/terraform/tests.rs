//! The documents of `terraform show -json`, in the form that Terraform gives them.

use serde_json::json;

use super::*;

fn resource(kind: &str, address: &str, values: &Value) -> Value {
    json!({ "address": address, "mode": "managed", "type": kind, "name": "x", "values": values })
}

#[test]
fn a_state_has_resources_in_modules_and_others_that_are_not_ours() {
    let state = json!({
        "format_version": "1.0",
        "values": { "root_module": {
            "resources": [
                resource("crr_pair", "crr_pair.a", &json!({ "id": "a" })),
                resource("aws_s3_bucket", "aws_s3_bucket.a", &json!({})),
                { "address": "data.crr_pair.b", "mode": "data", "type": "crr_pair", "name": "b", "values": {} },
            ],
            "child_modules": [{ "address": "module.m", "child_modules": [{
                "address": "module.m.module.n",
                "resources": [resource("echo_mode", "module.m.module.n.echo_mode.e", &json!({}))],
            }] }],
        } },
    });
    let document = read(&state.to_string(), Form::State).unwrap();
    let found: Vec<(Kind, &str)> = document
        .resources
        .iter()
        .map(|resource| (resource.kind, resource.address.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (Kind::Pair, "crr_pair.a"),
            (Kind::Echo, "module.m.module.n.echo_mode.e")
        ]
    );
    assert!(document.block.is_none());
    let empty = read("{\"format_version\":\"1.0\"}", Form::State).unwrap();
    assert!(
        empty.resources.is_empty(),
        "a state in which nothing is yet"
    );
}

fn plan(sites: &Value) -> Value {
    json!({
        "format_version": "1.2",
        "variables": { "sites": { "value": { "east": { "region": "us-east-1" } } }, "one": { "value": "x" } },
        "planned_values": { "root_module": { "resources": [
            resource("crr_pair", "crr_pair.a", &json!({ "direction": "one_way" })),
        ] } },
        "resource_changes": [{
            "address": "crr_pair.a",
            "change": {
                "after": { "direction": "one_way", "role": null },
                "after_unknown": { "id": true, "destination": { "kms_key_arn": true } },
            },
        }],
        "configuration": { "provider_config": {
            "aws": { "name": "aws", "full_name": "registry.terraform.io/hashicorp/aws" },
            "crr": {
                "name": "crr",
                "full_name": "registry.terraform.io/crr-dr/crr",
                "expressions": { "sites": sites, "default_tags": { "constant_value": { "team": "a" } } },
            },
        } },
    })
}

#[test]
fn a_plan_says_what_is_known_after_apply_only() {
    let document = read(&plan(&json!({})).to_string(), Form::Plan).unwrap();
    let resource = &document.resources[0];
    assert_eq!(resource.values["role"], Value::Null);
    assert_eq!(
        resource.unknown.as_ref().unwrap()["destination"]["kms_key_arn"],
        true
    );
}

#[test]
fn a_plans_provider_block_is_constants_or_one_variable() {
    let east = json!({ "east": { "region": "us-east-1" } });
    for (expression, sites) in [
        (json!({ "constant_value": east }), Some(&east)),
        (json!({ "references": ["var.sites"] }), Some(&east)),
        // An expression of several, or of a text, is none that could be read.
        (json!({ "references": ["var.sites", "var.one"] }), None),
        (json!({ "references": ["var.one"] }), None),
        (json!({ "references": ["local.sites"] }), None),
    ] {
        let document = read(&plan(&expression).to_string(), Form::Plan).unwrap();
        let found = document.block.as_ref().and_then(|block| block.get("sites"));
        assert_eq!(found, sites, "{expression}");
        if let Some(block) = &document.block {
            assert_eq!(block["default_tags"]["team"], "a");
        }
    }
}

#[test]
fn what_is_no_such_document_says_what_to_give() {
    for (text, form, says) in [
        ("{", Form::State, "no JSON"),
        ("{\"lineage\":\"x\"}", Form::State, "state file itself"),
        ("{}", Form::State, "format_version"),
        ("{\"format_version\":\"1.0\"}", Form::Plan, "--state"),
        (
            "{\"format_version\":\"1.0\",\"planned_values\":{}}",
            Form::State,
            "--plan",
        ),
    ] {
        let wrong = read(text, form).unwrap_err();
        assert!(wrong.contains(says), "{wrong}");
    }
}
