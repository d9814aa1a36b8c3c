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
    assert!(document.blocks.is_empty());
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
        let block = document.blocks.get("crr");
        let found = block.and_then(|block| block.get("sites"));
        assert_eq!(found, sites, "{expression}");
        if let Some(block) = block {
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
        ("null", Form::State, "the whole of it is no object"),
        ("{\"format_version\":\"99.0\"}", Form::State, "reads 1.x"),
        ("{\"format_version\":1}", Form::State, "reads 1.x"),
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

#[test]
fn what_is_of_another_shape_is_refused_by_its_place() {
    let pair = resource("crr_pair", "crr_pair.a", &json!({ "id": "a" }));
    let without = |name: &str| {
        let mut resource = pair.clone();
        resource.as_object_mut().unwrap().remove(name);
        resource
    };
    let module = |resources: &Value| json!({ "root_module": { "resources": resources } });
    for (values, says) in [
        (Value::Null, "/values is no object"),
        (
            json!({ "root_module": [] }),
            "/values/root_module is no object",
        ),
        (
            module(&json!("oops")),
            "/values/root_module/resources is no array",
        ),
        (
            module(&json!([pair, without("values")])),
            "/values/root_module/resources/1/values is missing",
        ),
        (
            module(&json!([without("address")])),
            "/values/root_module/resources/0/address is no text",
        ),
        (
            json!({ "root_module": { "child_modules": {} } }),
            "/values/root_module/child_modules is no array",
        ),
    ] {
        let state = json!({ "format_version": "1.0", "values": values });
        let wrong = read(&state.to_string(), Form::State).unwrap_err();
        assert!(wrong.contains(says), "{wrong}");
    }
}

#[test]
fn what_another_version_wrote_is_not_taken_for_known() {
    let read_one = |values: &Value, version: i64| {
        let mut pair = resource("crr_pair", "crr_pair.a", values);
        pair["schema_version"] = version.into();
        let state = json!({ "format_version": "1.0", "values": { "root_module": { "resources": [pair] } } });
        let document = read(&state.to_string(), Form::State).unwrap();
        document.resources[0].attributes()
    };
    let pair = json!({
        "source": { "site": "east", "bucket": "orders" },
        "destination": { "site": "west", "bucket": "orders-dr" },
        "direction": "one_way",
    });
    let with = |name: &str, value: &Value| {
        let mut pair = pair.clone();
        pair[name] = value.clone();
        pair
    };
    read_one(&pair, 0).unwrap();
    for (values, version, says) in [
        (pair.clone(), 99, "version 99"),
        (with("direction", &json!("three_way")), 0, "direction"),
        (with("novelty", &json!(true)), 0, "novelty"),
        (with("source", &Value::Null), 0, "source"),
        (json!({}), 0, "source"),
    ] {
        let wrong = read_one(&values, version).unwrap_err();
        assert!(wrong.contains(says), "{wrong}");
    }
}

#[test]
fn each_resource_is_of_its_own_provider_block() {
    let of = |address: &str, key: &str| json!({ "address": address, "provider_config_key": key });
    let block = |region: &str| {
        json!({
            "name": "crr",
            "full_name": "registry.terraform.io/crr-dr/crr",
            "expressions": { "sites": { "constant_value": { "east": { "region": region } } } },
        })
    };
    let plan = json!({
        "format_version": "1.2",
        "planned_values": { "root_module": {
            "resources": [
                resource("crr_pair", "crr_pair.a[\"x.y]\"]", &json!({})),
                resource("crr_pair", "crr_pair.b", &json!({})),
            ],
            "child_modules": [{ "resources": [
                resource("crr_pair", "module.m[\"k\"].crr_pair.c[0]", &json!({})),
            ] }],
        } },
        "configuration": {
            "provider_config": { "crr": block("us-east-1"), "crr.other": block("eu-west-1") },
            "root_module": {
                "resources": [of("crr_pair.a", "crr"), of("crr_pair.b", "crr.other")],
                "module_calls": { "m": { "module": { "resources": [of("crr_pair.c", "crr.other")] } } },
            },
        },
    });
    let groups = read(&plan.to_string(), Form::Plan).unwrap().by_block();
    let found: Vec<(&str, Vec<&str>)> = groups
        .iter()
        .map(|(block, resources)| {
            let region = block.as_ref().unwrap()["sites"]["east"]["region"].as_str();
            let addresses = resources.iter().map(|resource| resource.address.as_str());
            (region.unwrap(), addresses.collect())
        })
        .collect();
    assert_eq!(
        found,
        [
            ("us-east-1", vec!["crr_pair.a[\"x.y]\"]"]),
            (
                "eu-west-1",
                vec!["crr_pair.b", "module.m[\"k\"].crr_pair.c[0]"]
            ),
        ]
    );
}

#[test]
fn a_plan_that_failed_is_refused_and_one_in_part_is_noted() {
    let mut failed = plan(&json!({}));
    failed["errored"] = true.into();
    failed["complete"] = false.into();
    let wrong = read(&failed.to_string(), Form::Plan).unwrap_err();
    assert!(wrong.contains("plan again"), "{wrong}");
    failed["errored"] = false.into();
    let document = read(&failed.to_string(), Form::Plan).unwrap();
    assert!(document.notes.iter().any(|note| note.contains("-target")));
    failed["complete"] = true.into();
    let document = read(&failed.to_string(), Form::Plan).unwrap();
    assert!(document.notes.is_empty(), "{:?}", document.notes);
}

#[test]
fn what_a_replacement_left_behind_should_not_be() {
    let mut deposed = resource("crr_pair", "crr_pair.a", &json!({ "id": "old" }));
    deposed["deposed_key"] = "0a1b2c3d".into();
    let stands = resource("crr_pair", "crr_pair.a", &json!({ "id": "new" }));
    let state = json!({ "format_version": "1.0", "values": { "root_module": { "resources": [stands, deposed] } } });
    let document = read(&state.to_string(), Form::State).unwrap();
    let ids: Vec<&Value> = document.resources.iter().map(|r| &r.values["id"]).collect();
    assert_eq!(ids, ["new"]);

    let mut changes = plan(&json!({}));
    let of_deposed = json!({
        "address": "crr_pair.a",
        "deposed": "0a1b2c3d",
        "change": { "actions": ["delete"], "after": null, "after_unknown": {} },
    });
    changes["resource_changes"]
        .as_array_mut()
        .unwrap()
        .push(of_deposed);
    let document = read(&changes.to_string(), Form::Plan).unwrap();
    assert_eq!(document.resources[0].unknown.as_ref().unwrap()["id"], true);
}

#[test]
fn default_tags_are_no_guess_at_an_expression() {
    let mut plan = plan(&json!({ "references": ["var.sites"] }));
    plan["configuration"]["provider_config"]["crr"]["expressions"]["default_tags"] =
        json!({ "references": ["var.sites"] });
    let document = read(&plan.to_string(), Form::Plan).unwrap();
    assert_eq!(document.blocks["crr"].get("default_tags"), None);
    let note = document.tags_untold.first().unwrap();
    assert!(
        note.contains("default_tags") && note.contains("--sites"),
        "{note}"
    );
}

#[test]
fn what_is_sensitive_is_told_by_states_and_plans() {
    let mut pair = resource("crr_pair", "crr_pair.a", &json!({ "id": "a" }));
    pair["sensitive_values"] = json!({ "tags": { "token": true } });
    let state =
        json!({ "format_version": "1.0", "values": { "root_module": { "resources": [pair] } } });
    let document = read(&state.to_string(), Form::State).unwrap();
    let of_state = document.resources[0].sensitive.as_ref().unwrap();
    assert_eq!(of_state["tags"]["token"], true);

    let mut planned = plan(&json!({}));
    planned["resource_changes"][0]["change"]["after_sensitive"] = json!({ "tags": true });
    let document = read(&planned.to_string(), Form::Plan).unwrap();
    assert_eq!(
        document.resources[0].sensitive.as_ref().unwrap()["tags"],
        true
    );
}
